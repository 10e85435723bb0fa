/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_ROUTERS_H
#define SENSOR_FLOW_ROUTERS_H

#include "dissect/packet.h"

/*
 * MACs that are routers', by what IPv6 and hop limits show. A host has any number of privacy
 * addresses (RFC 8981) in the few prefixes of its link; it is a router where
 *
 *  - it advertises itself (RFC 4861, section 4.2), or its MAC stands for
 *  - more than ROUTER_PREFIXES prefixes of 64 bits, or
 *  - two interface identifiers that are made of other MACs (RFC 4291, appendix A), or
 *  - three addresses whose packets have had their hop limit counted down; two of IPv4, of which a
 *    host has one at a time.
 *
 * Link-local addresses never come through a router, and say nothing. Bounded: of the MACs that are
 * no router's the one first seen longest ago gives way.
 */
enum { ROUTER_PREFIXES = 8, ROUTER_STRANGERS = 2, ROUTER_FORWARDED = 3, ROUTER_FORWARDED_FOUR = 2 };

struct routers;

struct routers *routers_new(uint64_t seed);
void routers_free(struct routers *);

/* The IPv6 address was not heard with that MAC before. */
void routers_saw(struct routers *, const uint8_t address[16], const uint8_t mac[6],
                 bool was_forwarded);
/* The IPv4 address was not heard with that MAC before, and its TTL was counted down on the way. */
void routers_passed(struct routers *, const uint8_t mac[6]);
/* It sent a router advertisement. */
void routers_advertised(struct routers *, const uint8_t mac[6]);
bool routers_has(const struct routers *, const uint8_t mac[6]);

bool address_is_link_local(const uint8_t address[16]);
/* The MAC that the interface identifier is made of; false: it is made of none. */
bool address_mac(const uint8_t address[16], uint8_t mac[6]);
/* RFC 4861, section 6.1.2: from a link-local address, and never through a router. */
bool is_router_advertisement(const struct packet *);
/* A hop limit that no host begins with (they do with 64, 128 or 255; a traceroute with less). */
bool was_forwarded(uint8_t hop_limit);

#endif
