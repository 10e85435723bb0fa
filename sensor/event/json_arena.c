/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/json_arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGN = alignof(max_align_t) };

struct json_arena_block {
	struct json_arena_block *older;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static bool add_block(struct json_arena *a, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct json_arena_block *block = malloc(sizeof *block + size);

	if (block == NULL)
		return false;
	block->older = a->newest;
	block->size = size;
	block->used = 0;
	a->newest = block;
	return true;
}

void *json_arena_take(struct json_arena *a, size_t size)
{
	if (size > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if ((a->newest == NULL || a->newest->size - a->newest->used < size) &&
	    !add_block(a, size)) {
		a->failed = true;
		return NULL;
	}
	void *piece = a->newest->bytes + a->newest->used;

	a->newest->used += size;
	return piece;
}

void json_arena_reset(struct json_arena *a)
{
	struct json_arena_block *block = a->newest;

	while (block != NULL && (block->older != NULL || block->size > BLOCK_SIZE)) {
		struct json_arena_block *older = block->older;

		free(block);
		block = older;
	}
	if (block != NULL)
		block->used = 0;
	a->newest = block;
	a->failed = false;
}

void json_arena_free(struct json_arena *a)
{
	json_arena_reset(a);
	free(a->newest);
	a->newest = NULL;
}
