/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_OWNER_H
#define SENSOR_OWNER_H

#include "dissect/packet.h"

struct config;

/*
 * Whose worker a packet is: a number made of the address of the host that it belongs to, the same
 * for both directions of a flow. Worker number owner % workers has all that the host sends and
 * gets. The host is, by the first rule that decides:
 *
 *  1. where one port is DNS's, the other side: a host and the names it was told stay together,
 *     also when a public host asks a resolver with a private address, or an inside resolver is
 *     asked by inside hosts (which then own the question, as it owns its own questions further on)
 *  2. not a group's address: nobody is behind it
 *  3. the one address of the two that is ours: config_is_inside()
 *  4. the side with the higher port: clients have ephemeral ones. So IPv6 clients with global
 *     addresses, and inside hosts that talk to each other, stay with their flows and their DNS
 *  5. the lower address
 *
 * Where the rules part a client from its DNS after all (a client whose port is below its server's),
 * no worker uses that DNS for that flow: what is told never depends on how many workers there are.
 */
uint32_t owner_of(const struct packet *, const struct config *);
/* The same, where it is known already which ends are ours. */
struct ends_inside {
	bool src, dst;
};
struct ends_inside ends_inside(const struct packet *, const struct config *);
uint32_t owner_between(const struct packet *, struct ends_inside);
/* The number of a host. */
uint32_t owner_of_host(const uint8_t address[16]);

#endif
