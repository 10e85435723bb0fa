/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/host_set.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"

enum { SLOTS_MIN = 64 };

static size_t slot_of(const struct host_set *s, const uint8_t key[16])
{
	size_t at = keyed_bytes(s->seed, key, 16) & (s->slot_count - 1);

	while (s->slots[at] != 0 && memcmp(s->keys[s->slots[at] - 1], key, 16) != 0)
		at = (at + 1) & (s->slot_count - 1);
	return at;
}

/* Half of the slots at most are taken. */
static bool make_room(struct host_set *s)
{
	size_t slot_count = s->slot_count > 0 ? 2 * s->slot_count : SLOTS_MIN;

	if (2 * s->count < s->slot_count)
		return true;
	if (s->count >= HOST_SET_MAX)
		return false;
	void *keys = realloc(s->keys, slot_count / 2 * sizeof *s->keys);

	if (keys == NULL)
		return false;
	s->keys = keys;
	uint32_t *slots = calloc(slot_count, sizeof *slots);

	if (slots == NULL)
		return false;
	free(s->slots);
	s->slots = slots;
	s->slot_count = slot_count;
	for (uint32_t i = 0; i < s->count; i++)
		s->slots[slot_of(s, s->keys[i])] = i + 1;
	return true;
}

void host_set_add(struct host_set *s, const uint8_t key[16])
{
	if (s->slot_count > 0 && s->slots[slot_of(s, key)] != 0)
		return;
	if (!make_room(s)) {
		s->lost++;
		return;
	}
	size_t at = slot_of(s, key);

	memcpy(s->keys[s->count], key, 16);
	s->slots[at] = (uint32_t)++s->count;
}

void host_set_merge(struct host_set *into, const struct host_set *from)
{
	for (size_t i = 0; i < from->count; i++)
		host_set_add(into, from->keys[i]);
	into->lost += from->lost;
}

void host_set_free(struct host_set *s)
{
	free(s->keys);
	free(s->slots);
	*s = (struct host_set){ .seed = s->seed };
}
