/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_FRAGMENTS_H
#define SENSOR_FLOW_FRAGMENTS_H

#include "dissect/packet.h"

/*
 * IP datagrams in the making. All memory is taken at the start; where it does not suffice, the
 * datagram that has been idle longest gives way. A datagram is known by its addresses, its id and,
 * in IPv4, its protocol; VLANs and tunnels are no part of that. (IPv6: only the first fragment's
 * next header counts, RFC 8200 section 4.5, so whoever varies it in the others hides nothing.)
 */
struct fragments;

struct fragments_options {
	size_t datagrams; /* in the making at once; 0: 1024 */
	size_t bytes;     /* of them all; 0: 8 MB; at least one datagram's 64 KB */
	uint64_t
	        seed[2]; /* random, so that nobody can choose ids that collide; changes no result */
};

struct fragments_counters {
	uint64_t pieces;
	uint64_t datagrams; /* put together */
	uint64_t duplicates;
	/* datagrams given up, the rest of whose pieces are ignored */
	uint64_t overlaps;  /* RFC 5722 */
	uint64_t malformed; /* two ends, pieces past the end, over 64 KB */
	uint64_t too_many;  /* over FRAGMENT_PIECES_MAX pieces */
	/* datagrams given up and forgotten */
	uint64_t expired; /* not whole within FRAGMENT_LIFE_NS of packet time */
	uint64_t evicted; /* gave way to newer ones */
	/* pieces ignored */
	uint64_t cut;     /* by the snaplen */
	uint64_t refused; /* of a datagram that was given up, empty, or no multiple of 8 bytes */
};

enum { FRAGMENT_PIECES_MAX = 256 };
#define FRAGMENT_LIFE_NS 30000000000ull /* from its first piece on */

struct fragments *fragments_new(const struct fragments_options *options); /* NULL: no memory */
void fragments_free(struct fragments *);

/*
 * Takes a packet with is_fragment, in any order. True: with it a datagram is whole. Then `datagram`
 * is what follows the IP header, valid until the next call, and `packet->protocol` what it begins
 * with: ready for dissect_transport(*datagram, packet), which may find a fragment again (in a
 * tunnel). `now_ns` is packet time and may go back a little.
 */
bool fragments_add(struct fragments *, uint64_t now_ns, struct packet *packet,
                   struct slice *datagram);

const struct fragments_counters *fragments_count(const struct fragments *);

#endif
