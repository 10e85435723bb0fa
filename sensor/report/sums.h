/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_SUMS_H
#define SENSOR_REPORT_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the page says of a network, a host, a site, a product, a place, or of a pair or three of
 * them: a row for each key, and in it the same counts. Bounded; what finds no row is counted.
 */
struct counts {
	uint64_t contacts, established, reset, unanswered, pending, blocked_contacts;
	uint64_t lookups, blocked; /* DNS: asked for, and answered with nothing */
	uint64_t banned, allowed, watched;
	uint64_t through, held; /* under a ban: established, and stopped */
	uint64_t certain, strong, weak;
	uint64_t bytes_out, bytes_in;
	uint64_t hosts;     /* of a network */
	uint64_t addresses; /* of a host */
	uint64_t first_ns, last_ns;
};

enum { SUM_KEYS = 3, SUM_ATTRIBUTES = 6, SUM_TIMES = 4 };

struct sum_row {
	uint32_t key[SUM_KEYS];
	uint32_t attribute[SUM_ATTRIBUTES]; /* words that are known of it, whose row says which */
	uint64_t time_ns[SUM_TIMES], visits, pixel_visits; /* of a site */
	struct counts counts;
};

struct sum_table {
	struct sum_row *rows;
	uint32_t *slots; /* number of the row + 1; 0: free */
	size_t count, room, size, most;
	uint64_t lost;
	uint64_t seed; /* of the hash */
};

void sum_table_init(struct sum_table *, size_t most);
void sum_table_free(struct sum_table *);

/* The row of the key, made if need be; it lives until the next call. NULL: there is no room. */
struct sum_row *sum_table_row(struct sum_table *, const uint32_t key[SUM_KEYS]);

void counts_saw(struct counts *, uint64_t time_ns);

#endif
