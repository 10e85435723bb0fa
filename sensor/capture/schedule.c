/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/schedule.h"

#include <stdlib.h>

static bool is_before(uint64_t time, uint32_t source, uint64_t other_time, uint32_t other_source)
{
	return time != other_time ? time < other_time : source < other_source;
}

static bool head_is_before(const struct input *a, const struct input *b)
{
	return is_before(a->head.time_ns, a->source, b->head.time_ns, b->source);
}

static int by_first_time(const void *a, const void *b)
{
	const struct input *left = *(struct input *const *)a, *right = *(struct input *const *)b;

	return is_before(left->first_ns, left->source, right->first_ns, right->source) ? -1 : 1;
}

bool schedule_begin(struct schedule *s, struct input *inputs, size_t count, const struct stop *stop)
{
	*s = (struct schedule){ .stop = stop, .waiting_count = count };
	s->waiting = calloc(count, sizeof *s->waiting);
	s->heap = calloc(count, sizeof *s->heap);
	if (s->waiting == NULL || s->heap == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		s->waiting[i] = &inputs[i];
	qsort(s->waiting, count, sizeof *s->waiting, by_first_time);
	return true;
}

void schedule_end(struct schedule *s)
{
	free(s->waiting);
	free(s->heap);
	*s = (struct schedule){ 0 };
}

void schedule_return(struct schedule *s, struct input *in)
{
	size_t at = s->heap_count++;

	while (at > 0 && head_is_before(in, s->heap[(at - 1) / 2])) {
		s->heap[at] = s->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	s->heap[at] = in;
}

static struct input *pop(struct schedule *s)
{
	struct input *top = s->heap[0], *last = s->heap[--s->heap_count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= s->heap_count)
			break;
		if (child + 1 < s->heap_count && head_is_before(s->heap[child + 1], s->heap[child]))
			child++;
		if (!head_is_before(s->heap[child], last))
			break;
		s->heap[at] = s->heap[child];
		at = child;
	}
	s->heap[at] = last;
	return top;
}

/* The first that waits has to be opened before anything at this time can be given out. */
static bool is_due(const struct schedule *s, uint64_t time, uint32_t source)
{
	if (s->waiting_at == s->waiting_count)
		return false;
	const struct input *next = s->waiting[s->waiting_at];

	return is_before(next->first_ns, next->source, time, source);
}

static void open_next(struct schedule *s)
{
	struct input *in = s->waiting[s->waiting_at++];

	if (!in->is_open && !input_open(in, s->stop))
		return;
	if (input_next(in, true) == INPUT_PACKET)
		schedule_return(s, in);
	else
		input_close(in);
}

struct input *schedule_take(struct schedule *s)
{
	while (s->waiting_at < s->waiting_count &&
	       (s->heap_count == 0 || is_due(s, s->heap[0]->head.time_ns, s->heap[0]->source)))
		open_next(s);
	return s->heap_count == 0 ? NULL : pop(s);
}

bool schedule_is_first(const struct schedule *s, const struct input *in)
{
	if (is_due(s, in->head.time_ns, in->source))
		return false;
	return s->heap_count == 0 || head_is_before(in, s->heap[0]);
}

bool schedule_is_empty(const struct schedule *s)
{
	return s->heap_count == 0 && s->waiting_at == s->waiting_count;
}
