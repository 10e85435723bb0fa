/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_NETWORKS_H
#define FEEDS_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/arena.h"
#include "feeds/rule.h"

/* An address in 16 bytes (IPv4 as ::ffff:a.b.c.d), as a number. */
struct address {
	uint64_t high, low;
};

struct network {
	struct address first, last;
	uint32_t text; /* "71.18.0.0/16", in the arena */
	uint32_t tag;
	uint32_t order; /* the earlier given wins among equals */
	uint8_t verdict;
};

/*
 * The networks of a set. Prefixes nest; once built, they are cut into pieces that do not, each
 * with the prefix that speaks for it, so a look-up is one binary search.
 *
 *	prefixes   [------- A -------]
 *	               [--- B ---]
 *	pieces     [ A ][   B   ][ A ][ none …
 */
struct network_piece {
	struct address first; /* it ends where the next begins */
	uint32_t network;     /* index, or NETWORK_NONE */
};

#define NETWORK_NONE UINT32_MAX

struct networks {
	struct network *list;
	size_t count, size;
	struct network_piece *pieces;
	size_t piece_count;
};

void networks_close(struct networks *);

/*
 * Reads "71.18.0.0/16", "2605:340::/32" or a bare address into first and last, and its canonical
 * form into `text` (at least 64 bytes). Bits behind the prefix are cleared. False if it is none.
 */
bool network_parse(const char *from, size_t len, struct address *first, struct address *last,
                   char *text);

/* False when memory is out. */
bool networks_add(struct networks *, const struct network *);
bool networks_build(struct networks *, const struct arena *);

/* The network that speaks for the address, NULL when none does. */
const struct network *networks_find(const struct networks *, const uint8_t address[16]);

#endif
