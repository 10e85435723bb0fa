/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/sums.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"
#include "sensor/random_seed.h"

enum { FIRST_ROWS = 64 };

static size_t slot_of(const struct sum_table *t, const uint32_t key[SUM_KEYS])
{
	size_t at = keyed_bytes(t->seed, key, sizeof(uint32_t[SUM_KEYS])) & (t->size - 1);

	while (t->slots[at] != 0 &&
	       memcmp(t->rows[t->slots[at] - 1].key, key, sizeof(uint32_t[SUM_KEYS])) != 0)
		at = (at + 1) & (t->size - 1);
	return at;
}

void sum_table_init(struct sum_table *t, size_t most)
{
	*t = (struct sum_table){ .most = most, .seed = random_seed(t) };
}

void sum_table_free(struct sum_table *t)
{
	free(t->rows);
	free(t->slots);
	*t = (struct sum_table){ .most = t->most, .seed = t->seed };
}

static bool widen(struct sum_table *t)
{
	size_t room = t->room > 0 ? 2 * t->room : FIRST_ROWS;
	struct sum_row *rows = realloc(t->rows, room * sizeof *rows);

	if (rows == NULL)
		return false;
	t->rows = rows;
	uint32_t *slots = calloc(2 * room, sizeof *slots);

	if (slots == NULL)
		return false;
	free(t->slots);
	t->slots = slots;
	t->room = room;
	t->size = 2 * room;
	for (size_t i = 0; i < t->count; i++)
		slots[slot_of(t, rows[i].key)] = (uint32_t)i + 1;
	return true;
}

struct sum_row *sum_table_row(struct sum_table *t, const uint32_t key[SUM_KEYS])
{
	size_t at = t->size > 0 ? slot_of(t, key) : 0;

	if (t->size > 0 && t->slots[at] != 0)
		return &t->rows[t->slots[at] - 1];
	if (t->count >= t->most || (t->count == t->room && !widen(t))) {
		t->lost++;
		return NULL;
	}
	t->slots[slot_of(t, key)] = (uint32_t)t->count + 1;
	struct sum_row *row = &t->rows[t->count++];

	*row = (struct sum_row){ .visits = 0 };
	memcpy(row->key, key, sizeof row->key);
	return row;
}

void counts_saw(struct counts *c, uint64_t time_ns)
{
	if (time_ns == 0)
		return;
	if (c->first_ns == 0 || time_ns < c->first_ns)
		c->first_ns = time_ns;
	if (time_ns > c->last_ns)
		c->last_ns = time_ns;
}
