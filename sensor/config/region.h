/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_REGION_H
#define SENSOR_CONFIG_REGION_H

#include <stddef.h>

/*
 * Memory that is taken piece by piece and given back at once. What was taken never moves.
 *
 *   newest ─► block ─► block ─► block      each: [next|used|room|bytes…]
 */
struct region {
	struct region_block *newest;
};

/* `size` zeroed bytes, aligned for anything; NULL: memory is out. */
void *region_take(struct region *, size_t size);
/* A copy with a NUL behind it. */
char *region_text(struct region *, const char *text, size_t len);
void region_free(struct region *);

#endif
