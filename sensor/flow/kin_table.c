/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/kin_table.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"

enum { SETS = 4096, WAYS = 4 };

struct kin_table {
	struct hash_secret secret;
	size_t count;
	struct set {
		struct {
			uint8_t address[16], host[16];
		} rows[WAYS];
		uint8_t used, next; /* the second: who gives way */
	} sets[SETS];
};

struct kin_table *kin_table_new(uint64_t seed)
{
	struct kin_table *t = calloc(1, sizeof *t);

	if (t != NULL)
		t->secret = hash_secret_from(seed);
	return t;
}

void kin_table_free(struct kin_table *t)
{
	free(t);
}

void kin_table_clear(struct kin_table *t)
{
	if (t->count > 0)
		memset(t->sets, 0, sizeof t->sets);
	t->count = 0;
}

static size_t set_of(const struct kin_table *t, const uint8_t address[16])
{
	uint64_t words[2];

	memcpy(words, address, sizeof words);
	return keyed_hash(&t->secret, words, 2) % SETS;
}

void kin_table_add(struct kin_table *t, const uint8_t address[16], const uint8_t host[16])
{
	struct set *s = &t->sets[set_of(t, address)];
	size_t at = 0;

	while (at < s->used && memcmp(s->rows[at].address, address, 16) != 0)
		at++;
	if (at == WAYS) {
		at = s->next;
		s->next = (uint8_t)((s->next + 1) % WAYS);
	} else if (at == s->used) {
		s->used++;
		t->count++;
	}
	memcpy(s->rows[at].address, address, 16);
	memcpy(s->rows[at].host, host, 16);
}

const uint8_t *kin_of(const struct kin_table *t, const uint8_t *address)
{
	if (t == NULL || t->count == 0)
		return address;
	const struct set *s = &t->sets[set_of(t, address)];

	for (size_t i = 0; i < s->used; i++)
		if (memcmp(s->rows[i].address, address, 16) == 0)
			return s->rows[i].host;
	return address;
}
