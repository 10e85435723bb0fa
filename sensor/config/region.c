/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/config/region.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024, ALIGNMENT = 16 };

struct region_block {
	struct region_block *next;
	size_t used, room;
	_Alignas(ALIGNMENT) char bytes[];
};

static struct region_block *add_block(struct region *r, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct region_block *b = calloc(1, sizeof *b + room);

	if (b == NULL)
		return NULL;
	b->room = room;
	b->next = r->newest;
	r->newest = b;
	return b;
}

void *region_take(struct region *r, size_t size)
{
	struct region_block *b = r->newest;

	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (b == NULL || size > b->room - b->used)
		b = add_block(r, size);
	if (b == NULL)
		return NULL;
	b->used += size;
	return b->bytes + b->used - size;
}

char *region_text(struct region *r, const char *text, size_t len)
{
	char *copy = region_take(r, len + 1);

	if (copy != NULL && len > 0)
		memcpy(copy, text, len);
	return copy;
}

void region_free(struct region *r)
{
	while (r->newest != NULL) {
		struct region_block *b = r->newest;

		r->newest = b->next;
		free(b);
	}
}
