/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/budget.h"

#include <stdlib.h>
#include <string.h>

static bool has_room(struct budget *b, size_t more)
{
	if (more <= budget_left(b))
		return true;
	b->refusals++;
	return false;
}

/* Not calloc(): glibc's passes by the thread's own list of free blocks, where most of ours lie. */
void *budget_take(struct budget *b, size_t size)
{
	void *memory = has_room(b, size) ? malloc(size) : NULL;

	if (memory == NULL)
		return NULL;
	b->used += size;
	return memset(memory, 0, size);
}

void *budget_grow(struct budget *b, void *old, size_t old_size, size_t size)
{
	void *memory = has_room(b, size - old_size) ? realloc(old, size) : NULL;

	if (memory != NULL)
		b->used += size - old_size;
	return memory;
}

void budget_give(struct budget *b, void *memory, size_t size)
{
	if (memory == NULL)
		return;
	free(memory);
	b->used -= size;
}
