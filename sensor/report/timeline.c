/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/timeline.h"

#include <stddef.h>
#include <string.h>

static uint64_t longer(uint64_t seconds)
{
	static const uint64_t steps[] = { 1,    5,     15,    60,    300,   900,
		                          3600, 10800, 21600, 43200, 86400, 604800 };
	size_t count = sizeof steps / sizeof *steps;

	for (size_t i = 0; i < count; i++)
		if (steps[i] > seconds)
			return steps[i];
	return 2 * seconds;
}

static void add(struct timeline_piece *to, const struct timeline_piece *from)
{
	to->established += from->established;
	to->stopped += from->stopped;
	to->pending += from->pending;
	to->banned += from->banned;
}

static void lengthen(struct timeline *t)
{
	uint64_t before = t->seconds, old_first = t->first, count = t->last - t->first + 1;

	t->seconds = longer(before);
	uint64_t ratio = t->seconds / before;

	t->first = old_first / ratio;
	t->last /= ratio;
	for (uint64_t i = 0; i < count; i++) {
		struct timeline_piece piece = t->pieces[i];

		t->pieces[i] = (struct timeline_piece){ 0 };
		add(&t->pieces[(old_first + i) / ratio - t->first], &piece);
	}
}

static void reach_back(struct timeline *t, uint64_t first)
{
	uint64_t by = t->first - first, count = t->last - t->first + 1;

	memmove(t->pieces + by, t->pieces, count * sizeof *t->pieces);
	memset(t->pieces, 0, by * sizeof *t->pieces);
	t->first = first;
}

struct timeline_piece *timeline_at(struct timeline *t, uint64_t time_ns)
{
	uint64_t second = time_ns / 1000000000;

	if (t->seconds == 0) {
		t->seconds = 1;
		t->first = t->last = second;
	}
	for (;;) {
		uint64_t at = second / t->seconds, first = at < t->first ? at : t->first;
		uint64_t last = at > t->last ? at : t->last;

		if (last - first >= TIMELINE_MAX) {
			lengthen(t);
			continue;
		}
		if (first < t->first)
			reach_back(t, first);
		t->last = last;
		return &t->pieces[at - t->first];
	}
}
