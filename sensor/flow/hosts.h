/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_HOSTS_H
#define SENSOR_FLOW_HOSTS_H

#include "sensor/flow/name.h"

/*
 * Our own hosts: their MACs and what they call themselves. A host's name comes from what it says
 * of itself (DHCP, mDNS, LLMNR, NetBIOS) and never from what it asks for.
 */
enum host_name_source {
	HOST_NAME_NONE,
	HOST_NAME_LLMNR,
	HOST_NAME_NETBIOS,
	HOST_NAME_MDNS,
	HOST_NAME_DHCPV6,
	HOST_NAME_DHCP, /* the later in this list is believed more */
};

/* What a host is found to be by what it does. */
enum host_role { HOST_ROLE_NONE, HOST_ROLE_RESOLVER, HOST_ROLE_PROXY };

struct host {
	uint8_t address[16];
	uint8_t mac[6];
	bool has_mac; /* false also where the MAC stands for many addresses: it is a router's */
	struct slice client_id; /* where no MAC is its own: what it called itself to DHCP */
	struct name *name;
	enum host_name_source name_source;
	enum host_role role;
};

struct hosts;

/* Bytes of one, buckets and all: an address, or a MAC. */
enum { HOST_COST = 64 };

/* Room for `capacity` hosts; the one first seen longest ago gives way. */
struct hosts *hosts_new(size_t capacity, struct name_table *, uint64_t seed);
void hosts_free(struct hosts *);

/*
 * A frame came from `address` with `mac` (NULL: none). `is_forwarded`: its hop limit was counted
 * down on the way (routers.h).
 */
void hosts_saw(struct hosts *, const uint8_t address[16], const uint8_t *mac, bool is_forwarded);
/* That MAC sent an IPv6 router advertisement. */
void hosts_advertised(struct hosts *, const uint8_t mac[6]);
/*
 * A DHCP server gave `address` to the host with `mac` (NULL: none was said) that calls itself
 * `client_id` (empty: nothing). Where a router stands before the host, its frames bear the router's
 * MAC, and this is the host's own.
 */
void hosts_leased(struct hosts *, const uint8_t address[16], const uint8_t *mac,
                  struct slice client_id);
/* What a host calls itself, by its address, its MAC, or both; NULL: not known. */
void hosts_named(struct hosts *, const uint8_t *address, const uint8_t *mac, struct slice name,
                 enum host_name_source);

/* It does what only such a host does. A proxy that also resolves is a proxy. */
void hosts_found(struct hosts *, const uint8_t address[16], enum host_role);

/* What is known of `address`; name NULL and has_mac false where nothing is. Lives until the next
 * change. */
struct host hosts_find(struct hosts *, const uint8_t address[16]);

const char *host_name_source_word(enum host_name_source); /* NULL for none */
const char *host_role_word(enum host_role);               /* NULL for none */

#endif
