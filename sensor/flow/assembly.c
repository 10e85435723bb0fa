/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/assembly.h"

enum { ROOM_MIN = 2048, RANGES_MIN = 4 };

static bool grow_bytes(uint8_t **bytes, struct budget *budget, uint32_t old, uint32_t room)
{
	uint8_t *grown = budget_grow(budget, *bytes, old, room);

	if (grown == NULL)
		return false;
	*bytes = grown;
	return true;
}

static bool make_room(struct assembly *a, struct budget *budget, uint32_t need)
{
	uint32_t room = a->room > 0 ? a->room : ROOM_MIN;

	if (need > ASSEMBLY_MAX)
		return false;
	while (room < need)
		room *= 2;
	if (room == a->room)
		return true;
	if (a->last != NULL && !grow_bytes(&a->last, budget, a->room, room))
		return false;
	if (!grow_bytes(&a->first, budget, a->room, room)) {
		/* `last` stays larger than `room` says: trim the account, not the memory. */
		if (a->last != NULL)
			budget->used -= room - a->room;
		return false;
	}
	a->room = room;
	return true;
}

static bool make_range_room(struct assembly *a, struct budget *budget)
{
	if (a->range_count < a->range_room)
		return true;
	if (a->range_room == ASSEMBLY_RANGES_MAX)
		return false;

	uint16_t room = a->range_room > 0 ? (uint16_t)(a->range_room * 2) : RANGES_MIN;
	void *grown = budget_grow(budget, a->ranges, a->range_room * sizeof *a->ranges,
	                          room * sizeof *a->ranges);

	if (grown == NULL)
		return false;
	a->ranges = grown;
	a->range_room = room;
	return true;
}

/* Bytes [from, to) of the assembly are there already: do the new ones say the same? */
static bool differs(const struct assembly *a, uint32_t at, struct slice bytes,
                    struct assembly_range known)
{
	uint32_t end = at + (uint32_t)bytes.len;
	uint32_t from = known.from > at ? known.from : at;
	uint32_t to = known.to < end ? known.to : end;

	return from < to && memcmp(a->first + from, bytes.ptr + (from - at), to - from) != 0;
}

static bool conflicts(const struct assembly *a, uint32_t at, struct slice bytes)
{
	for (size_t i = 0; i < a->range_count; i++)
		if (differs(a, at, bytes, a->ranges[i]))
			return true;
	return false;
}

static void split_policies(struct assembly *a, struct budget *budget)
{
	if (a->last != NULL)
		return;
	a->last = budget_take(budget, a->room);
	if (a->last != NULL)
		memcpy(a->last, a->first, a->room);
}

/* Fills the holes of `first` with the new bytes, and leaves what is there. */
static void fill_holes(struct assembly *a, uint32_t at, struct slice bytes)
{
	uint32_t end = at + (uint32_t)bytes.len, from = at;

	for (size_t i = 0; i <= a->range_count && from < end; i++) {
		bool is_tail = i == a->range_count;
		uint32_t known = is_tail || a->ranges[i].from > end ? end : a->ranges[i].from;

		if (known > from)
			memcpy(a->first + from, bytes.ptr + (from - at), known - from);
		if (!is_tail && a->ranges[i].to > from)
			from = a->ranges[i].to;
	}
}

/* Puts [from, to) into the list and joins what it touches. */
static void join_ranges(struct assembly *a, struct assembly_range added)
{
	size_t begin = 0;

	while (begin < a->range_count && a->ranges[begin].to < added.from)
		begin++;
	size_t end = begin;

	while (end < a->range_count && a->ranges[end].from <= added.to) {
		if (a->ranges[end].from < added.from)
			added.from = a->ranges[end].from;
		if (a->ranges[end].to > added.to)
			added.to = a->ranges[end].to;
		end++;
	}
	memmove(a->ranges + begin + 1, a->ranges + end, (a->range_count - end) * sizeof *a->ranges);
	a->ranges[begin] = added;
	a->range_count = (uint16_t)(a->range_count - (end - begin) + 1);
}

bool assembly_add(struct assembly *a, struct budget *budget, uint32_t at, struct slice bytes)
{
	if (bytes.len == 0)
		return true;
	if (at > ASSEMBLY_MAX || bytes.len > ASSEMBLY_MAX ||
	    !make_room(a, budget, at + (uint32_t)bytes.len) || !make_range_room(a, budget))
		return false;
	if (conflicts(a, at, bytes))
		split_policies(a, budget);
	if (a->last != NULL)
		memcpy(a->last + at, bytes.ptr, bytes.len);
	fill_holes(a, at, bytes);
	join_ranges(a, (struct assembly_range){ at, at + (uint32_t)bytes.len });
	return true;
}

bool assembly_shift(struct assembly *a, struct budget *budget, uint32_t by)
{
	uint32_t end = assembly_end(a);

	if (by > ASSEMBLY_MAX || !make_room(a, budget, end + by))
		return false;
	memmove(a->first + by, a->first, end);
	if (a->last != NULL)
		memmove(a->last + by, a->last, end);
	for (size_t i = 0; i < a->range_count; i++) {
		a->ranges[i].from += by;
		a->ranges[i].to += by;
	}
	return true;
}

void assembly_drop(struct assembly *a, uint32_t n)
{
	uint32_t end = assembly_end(a);
	uint16_t kept = 0;

	if (n == 0 || end == 0)
		return;
	for (size_t i = 0; i < a->range_count; i++) {
		struct assembly_range r = a->ranges[i];

		if (r.to <= n)
			continue;
		a->ranges[kept++] =
		        (struct assembly_range){ r.from > n ? r.from - n : 0, r.to - n };
	}
	a->range_count = kept;
	if (kept == 0)
		return;
	memmove(a->first, a->first + n, end - n);
	if (a->last != NULL)
		memmove(a->last, a->last + n, end - n);
}

static struct slice window(const struct assembly *a, const uint8_t *bytes)
{
	if (bytes == NULL || a->range_count == 0 || a->ranges[0].from > 0)
		return (struct slice){ 0 };
	return (struct slice){ bytes, a->ranges[0].to };
}

struct slice assembly_window(const struct assembly *a)
{
	return window(a, a->first);
}

struct slice assembly_other_window(const struct assembly *a)
{
	return window(a, a->last);
}

void assembly_free(struct assembly *a, struct budget *budget)
{
	budget_give(budget, a->first, a->room);
	budget_give(budget, a->last, a->room);
	budget_give(budget, a->ranges, a->range_room * sizeof *a->ranges);
	*a = (struct assembly){ 0 };
}
