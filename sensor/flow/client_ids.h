/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_CLIENT_IDS_H
#define SENSOR_FLOW_CLIENT_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/slice.h"

/*
 * What DHCP clients call themselves to their server (RFC 2132, option 61; DHCPv6: the DUID), by the
 * address that they got: who a host is where no MAC says it. Bounded: the address that was given
 * longest ago gives way.
 */
enum { CLIENT_ID_MAX = 64 }; /* of a longer one the first bytes */

struct client_ids;

struct client_ids *client_ids_new(uint64_t seed);
void client_ids_free(struct client_ids *);

/*
 * A server gave `address` to the client of that id (empty: it said none, and whoever had the
 * address before has it no more) at `mac` (NULL: none was said).
 */
void client_ids_leased(struct client_ids *, const uint8_t address[16], const uint8_t *mac,
                       struct slice id);
/* Empty: not known. Lives until the next lease. */
struct slice client_ids_find(const struct client_ids *, const uint8_t address[16]);
/* Clients with different ids came with that MAC: it is that of who asks for them. */
bool client_ids_share(const struct client_ids *, const uint8_t mac[6]);
/* The MAC that an id is made of (hardware type 1); false: it is none. */
bool client_id_mac(struct slice id, uint8_t mac[6]);

#endif
