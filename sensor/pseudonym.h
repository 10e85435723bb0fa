/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PSEUDONYM_H
#define SENSOR_PSEUDONYM_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/slice.h"

enum { PSEUDONYM_KEY_LEN = 32, PSEUDONYM_NAME_LEN = 21 };

/*
 * Pseudonyms under a key: the same key gives the same ones on every sensor.
 *
 * Addresses by Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-preserving IP address anonymization",
 * ICNP 2002): two addresses that share their first n bits have pseudonyms that share their first n.
 * IPv4 and IPv6 apart. MACs and names by HMAC-SHA-256 under a key made of the key.
 */
struct pseudonyms;
struct pseudonyms *pseudonyms_new(const uint8_t key[PSEUDONYM_KEY_LEN]); /* NULL: no libcrypto */
void pseudonyms_free(struct pseudonyms *);

/* A file of 32 bytes, or of 64 hexadecimal digits. NULL after saying on standard error why. */
struct pseudonyms *pseudonyms_load(const char *path);

void pseudonym_of_address(struct pseudonyms *, const uint8_t address[16], uint8_t out[16]);
/* Locally administered, and no group's. */
void pseudonym_of_mac(struct pseudonyms *, const uint8_t mac[6], uint8_t out[6]);
/* "host-" and 16 digits, and a NUL. Letters in any case have the same. */
void pseudonym_of_name(struct pseudonyms *, struct slice name, char out[PSEUDONYM_NAME_LEN + 1]);

#endif
