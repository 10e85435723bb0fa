/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_LABELS_H
#define FEEDS_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/arena.h"
#include "feeds/text.h"

/*
 * Classes of first labels: what a host does, told by how ByteDance names its hosts, so that a
 * host that nobody listed has a category too. A first label is cut at its hyphens and the digits
 * at the end of each word go:
 *
 *	rtc-logger16-normal-useast5.tiktokv.com   →   rtc  logger  normal  useast
 *
 * Each word is looked up; of the classes that are found the one of the earliest row speaks.
 */
#define LABELS_MAX_ROWS 255
#define LABELS_SLOTS    1024 /* a power of two, much more than rows */

struct label_class {
	uint32_t word; /* "logger", in the arena */
	uint32_t len;
	uint32_t category; /* "inapp_analytics" */
	uint32_t product;  /* only beneath rules of this product; 0: of any */
	bool is_first;     /* only as the first word */
	bool is_telling;   /* speaks beneath variants of a brand, too: feeds/brands.h */
};

struct labels {
	struct label_class rows[LABELS_MAX_ROWS];
	size_t count;
	uint8_t slots[LABELS_SLOTS]; /* open addressing by word: row + 1, or 0 */
	uint64_t seed;
};

/* False when there are too many. */
bool labels_add(struct labels *, const struct arena *, const struct label_class *);

/* The class of a name's first label beneath a rule of that product; NULL when there is none. */
const struct label_class *labels_find(const struct labels *, const struct arena *, struct text name,
                                      uint32_t product);

#endif
