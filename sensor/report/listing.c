/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/listing.h"

#include <stdlib.h>

#include "sensor/keyed_hash.h"
#include "sensor/random_seed.h"

enum { FIRST_ROWS = 256 };

void listing_free(struct listing *l)
{
	free(l->rows);
	free(l->slots);
	*l = (struct listing){ 0 };
}

static size_t slot_of(const struct listing *l, uint64_t flow_id)
{
	size_t at = keyed_bytes(l->seed, &flow_id, sizeof flow_id) & (l->size - 1);

	while (l->slots[at] != 0 && l->rows[l->slots[at] - 1].flow_id != flow_id)
		at = (at + 1) & (l->size - 1);
	return at;
}

static bool widen(struct listing *l)
{
	size_t room = l->room > 0 ? 2 * l->room : FIRST_ROWS;
	struct listing_row *rows = realloc(l->rows, room * sizeof *rows);

	if (rows == NULL)
		return false;
	l->rows = rows;
	l->seed = l->seed != 0 ? l->seed : random_seed(l);
	uint32_t *slots = calloc(2 * room, sizeof *slots);

	if (slots == NULL)
		return false;
	free(l->slots);
	l->slots = slots;
	l->room = room;
	l->size = 2 * room;
	for (size_t i = 0; i < l->count; i++)
		slots[slot_of(l, rows[i].flow_id)] = (uint32_t)i + 1;
	return true;
}

static bool is_wanted(struct listing *l, const struct fact *f)
{
	bool is_plain = f->type == EVENT_LOOKUP && f->outcome != OUTCOME_BLOCKED;

	if (is_plain && l->lookups >= LISTING_LOOKUPS_MAX) {
		l->lookups_lost++;
		return false;
	}
	if (l->count >= LISTING_MAX || (l->count == l->room && !widen(l))) {
		l->lost++;
		return false;
	}
	l->lookups += is_plain;
	return true;
}

struct listing_row *listing_add(struct listing *l, const struct fact *f)
{
	if (!is_wanted(l, f))
		return NULL;
	size_t at = slot_of(l, f->flow_id);
	uint32_t before = l->slots[at] != 0 ? l->slots[at] - 1 : LISTING_NO_ROW;
	struct listing_row *row = &l->rows[l->count++];

	*row = (struct listing_row){ .flow_id = f->flow_id, .previous = before };
	l->slots[at] = (uint32_t)l->count;
	return row;
}

struct listing_row *listing_find(struct listing *l, uint64_t flow_id)
{
	size_t at = l->size > 0 ? slot_of(l, flow_id) : 0;

	return l->size > 0 && l->slots[at] != 0 ? &l->rows[l->slots[at] - 1] : NULL;
}

struct listing_row *listing_before(struct listing *l, const struct listing_row *row)
{
	return row->previous != LISTING_NO_ROW ? &l->rows[row->previous] : NULL;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b, void *context)
{
	const struct listing_row *one = a, *two = b;
	const struct words *w = context;
	const uint32_t names[][2] = { { one->host, two->host },
		                      { one->server, two->server },
		                      { one->tracker, two->tracker } };
	int by = compare_numbers(one->time_ns, two->time_ns);

	if (by == 0)
		by = words_compare(w, one->file, two->file);
	if (by == 0)
		by = compare_numbers(one->packet, two->packet);
	for (size_t i = 0; by == 0 && i < sizeof names / sizeof *names; i++)
		by = words_compare(w, names[i][0], names[i][1]);
	if (by == 0)
		by = compare_numbers(one->is_lookup, two->is_lookup);
	if (by == 0)
		by = compare_numbers(one->flow_id, two->flow_id);
	return by != 0 ? by : compare_numbers(one->event, two->event);
}

void listing_sort(struct listing *l, const struct words *words)
{
	struct words order = *words;

	if (l->count > 0)
		qsort_r(l->rows, l->count, sizeof *l->rows, compare, &order);
	free(l->slots);
	l->slots = NULL;
	l->size = 0;
}
