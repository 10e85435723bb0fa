/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_STRINGS_H
#define SENSOR_FLOW_STRINGS_H

#include "feeds/feed.h"

/*
 * The words of feeds, once each, for as long as the pool lives: what was found in a set of feeds
 * outlives the set, which can be swapped at any time. There are no more of them than rules that
 * matched.
 */
struct string_pool;
struct string_pool *string_pool_new(void); /* NULL: out of memory */
void string_pool_free(struct string_pool *);

/* The pool's own copy; "" when memory is out. */
const char *string_keep(struct string_pool *, const char *text);
/* The entry with all its strings kept. */
void string_keep_entry(struct string_pool *, struct feed_entry *);

#endif
