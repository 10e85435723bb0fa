/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/budget.h"

#include "sensor/log.h"

#include <stdlib.h>
#include <string.h>

/* What a block takes with the allocator's own word before it, in its units of 16 bytes. */
static size_t cost(size_t size)
{
	const size_t word = sizeof(size_t), unit = 16, least = 32;
	size_t whole = size <= SIZE_MAX / 2 ? (size + word + unit - 1) / unit * unit : SIZE_MAX;

	return whole > least ? whole : least;
}

static bool has_room(struct budget *b, size_t more)
{
	if (more <= budget_left(b))
		return true;
	b->refusals++;
	return false;
}

/* A refusal is counted where it is one; that there is no memory at all is said. */
static void *account(struct budget *b, void *memory, size_t more)
{
	if (memory != NULL)
		b->used += more;
	else
		log_scarce();
	return memory;
}

/* Not calloc(): glibc's passes by the thread's own list of free blocks, where most of ours lie. */
void *budget_take(struct budget *b, size_t size)
{
	if (!has_room(b, cost(size)))
		return NULL;
	void *memory = account(b, malloc(size), cost(size));

	return memory != NULL ? memset(memory, 0, size) : NULL;
}

void *budget_grow(struct budget *b, void *old, size_t old_size, size_t size)
{
	size_t more = cost(size) - (old != NULL ? cost(old_size) : 0);
	if (!has_room(b, more))
		return NULL;
	return account(b, realloc(old, size), more);
}

void budget_give(struct budget *b, void *memory, size_t size)
{
	if (memory == NULL)
		return;
	free(memory);
	b->used -= cost(size);
}
