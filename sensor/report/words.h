/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_WORDS_H
#define SENSOR_REPORT_WORDS_H

#include <stdint.h>

#include "feeds/text.h"

/*
 * Each text once, by a number. What goes in is anything; what comes out is UTF-8 without a NUL, at
 * most WORD_MAX bytes of it. Bounded: when it is full, new texts are all the same one.
 *
 *	slots (a hash)  ──►  starts[number]  ──►  bytes: "", "10.20.0.101", "analytics.tiktok.com"
 */
enum { WORD_MAX = 512, WORDS_COUNT_MAX = 1 << 20, WORDS_BYTES_MAX = 48 << 20 };
enum { WORD_NONE = 0, WORD_LOST = 1 }; /* "", and what stands for those that found no room */

struct words {
	uint32_t *slots, *starts; /* starts has one more: where the next begins */
	char *bytes;
	size_t size, count, room, used, bytes_room;
	uint64_t seed; /* of the hash: texts are strangers' */
};

bool words_init(struct words *); /* false: out of memory */
void words_free(struct words *);

uint32_t words_add(struct words *, struct text);
/* Lives until the next words_add(). */
struct text words_get(const struct words *, uint32_t);
/* Below 0, 0, above 0: by their bytes, and not by which came first. */
int words_compare(const struct words *, uint32_t, uint32_t);

#endif
