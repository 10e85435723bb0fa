/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "feeds/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "feeds/hash.h"

#define LINE       64 /* of a cache */
#define LARGE_PAGE (UINT32_C(2) << 20)

bool arena_open(struct arena *arena)
{
	arena->bytes = calloc(1, 4096);
	arena->size = arena->bytes != NULL ? 4096 : 0;
	arena->len = 1;
	return arena->bytes != NULL;
}

void arena_close(struct arena *arena)
{
	free(arena->bytes);
	*arena = (struct arena){ 0 };
}

static bool grow(struct arena *arena, size_t len)
{
	size_t wanted = (size_t)arena->size + arena->size / 2;

	if (wanted < arena->len + len)
		wanted = arena->len + len;
	if (wanted >= ARENA_FULL)
		return false;
	char *bytes = realloc(arena->bytes, wanted);

	if (bytes == NULL)
		return false;
	arena->bytes = bytes;
	arena->size = (uint32_t)wanted;
	return true;
}

uint32_t arena_take(struct arena *arena, size_t len)
{
	if (len >= ARENA_FULL || (len > arena->size - arena->len && !grow(arena, len)))
		return ARENA_FULL;
	uint32_t offset = arena->len;

	arena->len += (uint32_t)len;
	return offset;
}

void arena_trim(struct arena *arena)
{
	char *bytes = realloc(arena->bytes, arena->len);

	if (bytes == NULL)
		return;
	arena->bytes = bytes;
	arena->size = arena->len;
}

void *lasting_block(size_t size)
{
	size_t page = size < LARGE_PAGE ? LINE : LARGE_PAGE;
	void *block = aligned_alloc(page, (size + page - 1) / page * page);

	if (block != NULL && page == LARGE_PAGE)
		(void)madvise(block, size / page * page, MADV_HUGEPAGE);
	return block;
}

bool arena_settle(struct arena *arena)
{
	char *bytes = lasting_block(arena->len);

	if (bytes == NULL)
		return false;
	memcpy(bytes, arena->bytes, arena->len);
	free(arena->bytes);
	arena->bytes = bytes;
	arena->size = arena->len;
	return true;
}

void interner_close(struct interner *in)
{
	free(in->slots);
	*in = (struct interner){ 0 };
}

/* An interned string lies behind its length:  | len: 4 bytes | bytes … | NUL |  */
static uint32_t blob_len(const struct arena *arena, uint32_t offset)
{
	uint32_t len;

	memcpy(&len, arena->bytes + offset - sizeof len, sizeof len);
	return len;
}

static size_t slot_of(const struct interner *in, const struct arena *arena, const void *bytes,
                      size_t len)
{
	size_t at = hash_bytes(in->seed, bytes, len) & (in->size - 1);

	while (in->slots[at] != 0 && (blob_len(arena, in->slots[at]) != len ||
	                              memcmp(arena->bytes + in->slots[at], bytes, len) != 0))
		at = (at + 1) & (in->size - 1);
	return at;
}

static bool widen(struct interner *in, const struct arena *arena)
{
	struct interner wide = *in;

	wide.size = in->size > 0 ? 2 * in->size : 64;
	wide.slots = calloc(wide.size, sizeof *wide.slots);
	if (wide.slots == NULL)
		return false;
	for (size_t i = 0; i < in->size; i++) {
		uint32_t offset = in->slots[i];

		if (offset != 0)
			wide.slots[slot_of(&wide, arena, arena->bytes + offset,
			                   blob_len(arena, offset))] = offset;
	}
	free(in->slots);
	*in = wide;
	return true;
}

uint32_t intern(struct interner *in, struct arena *arena, const void *bytes, size_t len)
{
	uint32_t prefix = (uint32_t)len;

	if (len == 0)
		return 0;
	if (in->count * 2 >= in->size && !widen(in, arena))
		return ARENA_FULL;
	size_t slot = slot_of(in, arena, bytes, len);

	if (in->slots[slot] != 0)
		return in->slots[slot];
	uint32_t offset = arena_take(arena, sizeof prefix + len + 1);

	if (offset == ARENA_FULL)
		return ARENA_FULL;
	memcpy(arena->bytes + offset, &prefix, sizeof prefix);
	offset += (uint32_t)sizeof prefix;
	memcpy(arena->bytes + offset, bytes, len);
	arena->bytes[offset + len] = '\0';
	in->slots[slot] = offset;
	in->count++;
	return offset;
}
