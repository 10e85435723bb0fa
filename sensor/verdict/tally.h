/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_TALLY_H
#define SENSOR_VERDICT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/slice.h"
#include "sensor/verdict/host_set.h"

/* Contacts summed up for a person: a row for each local host and tracker. Bounded; what finds no
 * room is counted. */
enum { TALLY_ROWS_MAX = 4096, TALLY_BUCKETS = 8192, TALLY_NAME_MAX = 128 };

struct tally_row {
	uint8_t local[16];
	char host[64]; /* what the host calls itself; "" */
	char tracker[TALLY_NAME_MAX];
	char category[32];
	char site[TALLY_NAME_MAX];
	uint8_t confidence; /* the best of its contacts */
	uint64_t contacts, lookups, blocked, bytes;
	uint64_t first_ns, last_ns;
	uint16_t chain; /* the tally's own */
};

struct tally {
	struct tally_row *rows;
	size_t count, room;
	uint64_t lost;
	uint64_t seed;                   /* so that nobody can choose rows that collide */
	uint16_t buckets[TALLY_BUCKETS]; /* by host and tracker; 1 is the first row */
	struct host_set hosts;           /* of contacts and lookups, whatever address they had */
};

/* The row of that host and tracker, made if need be; NULL when there is no room. */
struct tally_row *tally_row(struct tally *, const uint8_t local[16], const char *tracker,
                            const char *category);
/* Adds all rows of `from`. */
void tally_add(struct tally *, const struct tally *from);
void tally_free(struct tally *);
/* The contact was called by that site's page; of several, the row says so. */
void tally_site(struct tally_row *, struct slice name);
/* Most contacts first. */
void tally_sort(struct tally *);

#endif
