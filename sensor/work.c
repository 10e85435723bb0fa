/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/work.h"

#include <stdlib.h>

struct work *work_new(size_t workers)
{
	struct work *w = calloc(1, sizeof *w + workers * sizeof *w->lists);

	if (w != NULL)
		w->list_count = workers;
	return w;
}

void work_clear(struct work *w)
{
	for (size_t i = 0; i < w->kept_count; i++)
		free(w->kept[i]);
	for (size_t i = 0; i < w->list_count; i++)
		w->lists[i].count = 0;
	w->kept_count = w->mark_count = 0;
}

void work_free(struct work *w)
{
	if (w == NULL)
		return;
	work_clear(w);
	capture_batch_release(&w->frames);
	free(w);
}

bool work_keep(struct work *w, struct slice *bytes)
{
	uint8_t *copy = w->kept_count < FRAME_BATCH_MAX ? malloc(bytes->len) : NULL;

	if (copy == NULL)
		return false;
	memcpy(copy, bytes->ptr, bytes->len);
	bytes->ptr = w->kept[w->kept_count++] = copy;
	return true;
}

/* What comes for one packet comes in a row, and is one entry. */
static void add(struct work_list *list, size_t index, unsigned what)
{
	struct todo *last = list->count > 0 ? &list->todos[list->count - 1] : NULL;
	bool is_same = last != NULL && last->index == index && (last->what & TODO_MARK) == 0;

	if (is_same && (what & TODO_MARK) == 0)
		last->what |= (uint8_t)what;
	else
		list->todos[list->count++] =
		        (struct todo){ .index = (uint16_t)index, .what = (uint8_t)what };
}

void work_add(struct work *w, uint32_t owner, size_t index, unsigned what)
{
	add(&w->lists[owner % (uint32_t)w->list_count], index, what);
}

void work_add_all(struct work *w, size_t index, unsigned what)
{
	for (size_t i = 0; i < w->list_count; i++)
		add(&w->lists[i], index, what);
}

void work_mark(struct work *w, const struct mark *mark)
{
	w->marks[w->mark_count++] = *mark;
}
