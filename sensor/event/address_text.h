/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_ADDRESS_TEXT_H
#define SENSOR_EVENT_ADDRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_TEXT_MAX = 40, MAC_TEXT_MAX = 18 };

/*
 * As RFC 5952 says; ::ffff:a.b.c.d, which is how the sensor keeps an IPv4 address, as a.b.c.d.
 * Both end with NUL and return the length without it.
 */
size_t address_text(const uint8_t address[16], char out[ADDRESS_TEXT_MAX]);
/* Lower case, with colons, as EVE has it. */
size_t mac_text(const uint8_t mac[6], char out[MAC_TEXT_MAX]);

/* Is it an IPv4 address in its ::ffff:0:0/96 clothes? */
bool address_is_ipv4(const uint8_t address[16]);

#endif
