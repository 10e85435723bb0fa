/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/resolutions.h"

#include <stdlib.h>

#include "sensor/flow/large_table.h"
#include "sensor/keyed_hash.h"

/*
 *  buckets by (client, address) ─► entry ─► entry      one for each question
 *
 *  ring of entries     │ free │ oldest … newest │ free │     in the order in which they were first
 *                             └─── count ───────┘            learned
 *
 * A shared address (a CDN's, a sinkhole's) is told for any number of names: of one pair only
 * PAIR_MAX are kept, so that no chain grows with what an attacker's zone answers.
 */
enum { PAIR_MAX = 32 };

struct entry {
	uint32_t hash, chain; /* the second: an index, 0: none */
	uint8_t client[16], address[16];
	struct resolution what;
};

_Static_assert(sizeof(struct entry) + 2 * sizeof(uint32_t) <= RESOLUTION_COST, "what one costs");

struct resolutions {
	struct entry *entries; /* index 0 is nobody */
	uint32_t *buckets;
	size_t capacity, bucket_mask;
	size_t oldest, count; /* `oldest`: from 0 */
	struct name_table *names;
	struct hash_secret secret;
	uint64_t evictions;
};

struct resolutions *resolutions_new(size_t capacity, struct name_table *names, uint64_t seed)
{
	struct resolutions *r = calloc(1, sizeof *r);
	size_t buckets = 1024;

	while (buckets < capacity)
		buckets *= 2;
	if (r == NULL)
		return NULL;
	*r = (struct resolutions){ .capacity = capacity,
		                   .bucket_mask = buckets - 1,
		                   .names = names,
		                   .secret = hash_secret_from(seed) };
	r->entries = large_table(capacity + 1, sizeof *r->entries);
	r->buckets = large_table(buckets, sizeof *r->buckets);
	if (r->entries != NULL && r->buckets != NULL)
		return r;
	resolutions_free(r);
	return NULL;
}

void resolutions_free(struct resolutions *r)
{
	if (r == NULL)
		return;
	if (r->entries != NULL && r->buckets != NULL)
		resolutions_forget(r, r->count);
	free(r->entries);
	free(r->buckets);
	free(r);
}

static void let_go(struct resolutions *r, struct entry *e)
{
	name_release(r->names, e->what.question);
	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX; i++)
		name_release(r->names, e->what.aliases[i]);
	e->what = (struct resolution){ 0 };
}

static uint32_t hash_pair(const struct resolutions *r, const uint8_t client[16],
                          const uint8_t address[16])
{
	uint64_t words[4];

	memcpy(words, client, 16);
	memcpy(words + 2, address, 16);
	return keyed_hash(&r->secret, words, 4);
}

static bool is_pair(const struct entry *e, const uint8_t client[16], const uint8_t address[16])
{
	return memcmp(e->client, client, 16) == 0 && memcmp(e->address, address, 16) == 0;
}

/*
 * The entry of that pair that holds the question already, or, where the pair has as many as it may,
 * the one learned longest ago. NULL: a new one is wanted.
 */
static struct entry *find_place(struct resolutions *r, uint32_t hash, const uint8_t client[16],
                                const uint8_t address[16], const struct resolution *what)
{
	struct entry *oldest = NULL;
	size_t of_pair = 0;

	for (uint32_t i = r->buckets[hash & r->bucket_mask]; i != 0; i = r->entries[i].chain) {
		struct entry *e = &r->entries[i];

		if (e->hash != hash || !is_pair(e, client, address))
			continue;
		if (e->what.question == what->question && e->what.kind == what->kind)
			return e;
		if (oldest == NULL || e->what.learned_ns <= oldest->what.learned_ns)
			oldest = e;
		of_pair++;
	}
	if (of_pair < PAIR_MAX)
		return NULL;
	r->evictions++;
	return oldest;
}

static void unlink_bucket(struct resolutions *r, uint32_t index)
{
	uint32_t *link = &r->buckets[r->entries[index].hash & r->bucket_mask];

	while (*link != index)
		link = &r->entries[*link].chain;
	*link = r->entries[index].chain;
}

void resolutions_forget(struct resolutions *r, size_t count)
{
	for (; count > 0 && r->count > 0; count--) {
		uint32_t index = (uint32_t)r->oldest + 1;

		unlink_bucket(r, index);
		let_go(r, &r->entries[index]);
		r->oldest = (r->oldest + 1) % r->capacity;
		r->count--;
		r->evictions++;
	}
}

static struct entry *take(struct resolutions *r, uint32_t hash)
{
	if (r->count == r->capacity)
		resolutions_forget(r, 1);
	uint32_t index = (uint32_t)((r->oldest + r->count++) % r->capacity) + 1;
	uint32_t *bucket = &r->buckets[hash & r->bucket_mask];
	struct entry *e = &r->entries[index];

	e->hash = hash;
	e->chain = *bucket;
	*bucket = index;
	return e;
}

void resolutions_learn(struct resolutions *r, const uint8_t client[16], const uint8_t address[16],
                       const struct resolution *what)
{
	uint32_t hash = hash_pair(r, client, address);
	struct entry *e = find_place(r, hash, client, address, what);

	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX; i++)
		if (what->aliases[i] != NULL)
			name_again(what->aliases[i]);
	name_again(what->question);
	if (e != NULL)
		let_go(r, e);
	else
		e = take(r, hash);
	memcpy(e->client, client, 16);
	memcpy(e->address, address, 16);
	e->what = *what;
}

/* Puts the latest first; drops the oldest when there is no room. */
static size_t insert(struct resolution *found, size_t count, const struct resolution *what)
{
	size_t at = count;

	while (at > 0 && found[at - 1].learned_ns < what->learned_ns)
		at--;
	if (at == RESOLUTIONS_FOUND_MAX)
		return count;
	if (count == RESOLUTIONS_FOUND_MAX)
		count--;
	memmove(found + at + 1, found + at, (count - at) * sizeof *found);
	found[at] = *what;
	return count + 1;
}

size_t resolutions_find(struct resolutions *r, const uint8_t client[16], const uint8_t address[16],
                        uint64_t now_ns, struct resolution *found)
{
	uint32_t hash = hash_pair(r, client, address);
	size_t count = 0;

	for (uint32_t i = r->buckets[hash & r->bucket_mask]; i != 0; i = r->entries[i].chain) {
		const struct entry *e = &r->entries[i];

		if (e->hash == hash && is_pair(e, client, address) &&
		    e->what.learned_ns <= now_ns && now_ns <= e->what.expires_ns)
			count = insert(found, count, &e->what);
	}
	return count;
}

uint64_t resolutions_evictions(const struct resolutions *r)
{
	return r->evictions;
}
