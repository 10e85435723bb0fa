/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/chunk.h"

#include "sensor/capture/mapping.h"

#include <stdlib.h>

struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk = malloc(sizeof *chunk + size);

	if (chunk == NULL)
		return NULL;
	atomic_init(&chunk->holders, 1);
	chunk->bytes = (uint8_t *)(chunk + 1);
	chunk->size = size;
	chunk->guard = NULL;
	return chunk;
}

struct chunk *chunk_map(int fd, uint64_t offset, size_t size)
{
	struct chunk *chunk = malloc(sizeof *chunk);

	if (chunk == NULL)
		return NULL;
	atomic_init(&chunk->holders, 1);
	chunk->size = size;
	chunk->bytes = mapping_open(fd, offset, size, &chunk->guard);
	if (chunk->bytes != NULL)
		return chunk;
	free(chunk);
	return NULL;
}

void chunk_hold(struct chunk *chunk)
{
	atomic_fetch_add_explicit(&chunk->holders, 1, memory_order_relaxed);
}

void chunk_drop(struct chunk *chunk)
{
	if (chunk == NULL ||
	    atomic_fetch_sub_explicit(&chunk->holders, 1, memory_order_acq_rel) != 1)
		return;
	if (chunk->guard != NULL)
		mapping_close(chunk->guard, chunk->bytes, chunk->size);
	free(chunk);
}

bool chunk_is_mine(const struct chunk *chunk)
{
	return atomic_load_explicit(&chunk->holders, memory_order_acquire) == 1;
}

size_t chunk_sound(const struct chunk *chunk)
{
	size_t sound = chunk->guard == NULL ? chunk->size : mapping_sound(chunk->guard);

	return sound < chunk->size ? sound : chunk->size;
}
