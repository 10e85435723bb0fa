/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PORT_PORT_H
#define SENSOR_PORT_PORT_H

#include "sensor/capture/capture.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a span port, or a capture, shows: is it worth listening there? Every packet is counted
 * once; port_judge.h makes words of it. packets, not_ip, malformed, truncated and duplicates mean
 * what the counters of a `stats` event mean.
 *
 *   frame ─► decode ─► copies ─► connections: which of two directions were seen
 *                         │      names:       DNS questions, answers, who asks
 *                         │      addresses:   to others, to all, to ourselves
 *                         └────► VLANs, cut, larger than a wire carries
 */
struct port;

enum { PORT_VLANS = 12, PORT_PEOPLE = 512, PORT_MACS = 16 };

/* Addresses, each once, up to PORT_PEOPLE: more is many. A hash stands where it is looked for. */
struct people {
	size_t count;
	uint64_t hashes[2 * PORT_PEOPLE]; /* 0: free */
};

struct port_counters {
	uint64_t packets, bytes; /* bytes on the wire */
	uint64_t not_ip, malformed, truncated, duplicates;
	uint64_t first_ns, last_ns;
	/* By the outer Ethernet's destination, and sender: one of these, where there is one. */
	uint64_t to_all, to_us, to_others;
	/* Without a VLAN, and with one. */
	uint64_t untagged, tagged, tagged_otherwise; /* the last: not among `vlans` */
	size_t vlan_count;
	struct port_vlan {
		uint16_t id;
		uint64_t packets;
	} vlans[PORT_VLANS];
	uint64_t tunnelled;
	/* TCP, not tunnelled, larger than the wire carries; the largest, headers from IP on. */
	uint64_t oversize;
	uint32_t largest;
	/* TCP connections of which more than the attempt was seen, and those of one direction: only
	 * the client's packets, only the server's. */
	uint64_t connections, only_clients, only_servers;
	uint64_t dns_questions, dns_answers, dns_encrypted; /* packets; the last: DoT's and DoQ's */
	uint64_t top_asker;                                 /* questions of the one who asks most */
	struct people askers, clients;
};

struct port *port_new(uint32_t mtu); /* of the wire, 0 for 1500. NULL: no memory */
void port_free(struct port *);
/* A MAC of this machine, on that wire. */
void port_know(struct port *, const uint8_t mac[6]);
void port_add(struct port *, const struct frame *);
/* Sums up what is open, and is valid until the next call. */
const struct port_counters *port_count(struct port *);
uint32_t port_mtu(const struct port *);
bool port_is_ours(const struct port *); /* a MAC of ours is known */

#endif
