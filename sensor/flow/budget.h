/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_BUDGET_H
#define SENSOR_FLOW_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that comes and goes with open questions, under one ceiling. Each thread has its own.
 * What is refused is counted by whoever asked. `used` is what the blocks take of the machine, with
 * what the allocator adds to each.
 */
struct budget {
	size_t limit, used;
	uint64_t refusals;
};

/* So little is left that what can be spared should go. */
static inline bool budget_is_short(const struct budget *b)
{
	return b->used > b->limit / 4 * 3;
}

static inline size_t budget_left(const struct budget *b)
{
	return b->limit - b->used;
}

/* What the opening of one more question must leave: room for those that are open to grow. */
static inline size_t budget_reserve(const struct budget *b)
{
	enum { MOST = 4 << 20 };

	return b->limit / 16 < MOST ? b->limit / 16 : MOST;
}

/* `size` zeroed bytes; NULL when the ceiling or the system says no. */
void *budget_take(struct budget *, size_t size);
/* `old` grown from `old_size` to `size`; NULL leaves `old` as it was. */
void *budget_grow(struct budget *, void *old, size_t old_size, size_t size);
/* `size` as it was taken. NULL is nothing. */
void budget_give(struct budget *, void *memory, size_t size);

#endif
