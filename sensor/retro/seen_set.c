/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/retro/seen_set.h"

#include <stdlib.h>
#include <sys/random.h>

/*
 * Whoever writes the events chooses the numbers: neither ones that count up nor ones made to meet
 * may end on one slot. splitmix64's last step under a secret.
 */
static size_t home_of(const struct seen_set *set, uint64_t number)
{
	uint64_t x = number + set->secret;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return (size_t)(x ^ x >> 31) & (set->size - 1);
}

static size_t slot_of(const struct seen_set *set, uint64_t number)
{
	size_t at = home_of(set, number);

	while (set->slots[at] != 0 && set->slots[at] != number)
		at = (at + 1) & (set->size - 1);
	return at;
}

static bool widen(struct seen_set *set)
{
	struct seen_set wide = { .size = set->size > 0 ? 2 * set->size : 1024,
		                 .secret = set->secret };

	if (set->size == 0 && getrandom(&wide.secret, sizeof wide.secret, 0) < 0)
		wide.secret = (uint64_t)(uintptr_t)set; /* less of a secret, but one */
	wide.slots = calloc(wide.size, sizeof *wide.slots);
	if (wide.slots == NULL)
		return false;
	for (size_t i = 0; i < set->size; i++)
		if (set->slots[i] != 0)
			wide.slots[slot_of(&wide, set->slots[i])] = set->slots[i];
	wide.count = set->count;
	free(set->slots);
	*set = wide;
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
