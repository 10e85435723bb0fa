/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_JSON_ARENA_H
#define SENSOR_EVENT_JSON_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Memory that is taken piece by piece and given back all at once.
 *
 *   newest ──► block ──► block ──► the first one, kept over resets
 */
struct json_arena_block;

struct json_arena {
	struct json_arena_block *newest;
	bool failed; /* some piece could not be had; until the next reset */
};

/* Zero is an empty arena. A piece is aligned for anything; NULL when memory is out. */
void *json_arena_take(struct json_arena *, size_t size);
/* Everything taken so far is gone; at most one block of usual size is kept. */
void json_arena_reset(struct json_arena *);
void json_arena_free(struct json_arena *);

#endif
