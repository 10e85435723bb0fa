/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/retro/seen_set.h"

#include <stdlib.h>

#include "sensor/keyed_hash.h"
#include "sensor/random_seed.h"

/*
 * Whoever writes the events chooses the numbers: neither ones that count up nor ones made to meet
 * may end on one slot.
 */
static size_t slot_of(const struct seen_set *set, uint64_t number)
{
	size_t at = (size_t)secret_word(set->secret, number) & (set->size - 1);

	while (set->slots[at] != 0 && set->slots[at] != number)
		at = (at + 1) & (set->size - 1);
	return at;
}

static bool widen(struct seen_set *set)
{
	struct seen_set narrow = *set;
	uint64_t *slots;

	set->size = narrow.size > 0 ? 2 * narrow.size : 1024;
	slots = calloc(set->size, sizeof *slots);
	if (slots == NULL) {
		set->size = narrow.size;
		return false;
	}
	if (narrow.size == 0)
		set->secret = random_seed(set);
	set->slots = slots;
	for (size_t i = 0; i < narrow.size; i++)
		if (narrow.slots[i] != 0)
			slots[slot_of(set, narrow.slots[i])] = narrow.slots[i];
	free(narrow.slots);
	return true;
}

bool seen_set_add(struct seen_set *set, uint64_t number)
{
	if (set->count * 2 >= set->size && !widen(set))
		return true;
	size_t at = slot_of(set, number);

	if (set->slots[at] == number)
		return false;
	set->slots[at] = number;
	set->count++;
	return true;
}

void seen_set_close(struct seen_set *set)
{
	free(set->slots);
	*set = (struct seen_set){ 0 };
}
