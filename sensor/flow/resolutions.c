/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/resolutions.h"

#include <stdlib.h>

/*
 *  buckets by (client, address) ─► entry ─► entry      one for each question
 *  ring of entries: the next to be used is the one learned longest ago
 */
struct entry {
	uint8_t client[16], address[16];
	struct resolution what;
	uint32_t hash, chain; /* indices, 0: none */
};

struct resolutions {
	struct entry *entries; /* index 0 is nobody */
	uint32_t *buckets;
	size_t capacity, bucket_mask;
	size_t next;
	struct name_table *names;
	uint64_t seed, evictions;
};

struct resolutions *resolutions_new(size_t capacity, struct name_table *names, uint64_t seed)
{
	struct resolutions *r = calloc(1, sizeof *r);
	size_t buckets = 1024;

	while (buckets < capacity)
		buckets *= 2;
	if (r == NULL)
		return NULL;
	*r = (struct resolutions){
		.capacity = capacity, .bucket_mask = buckets - 1, .names = names, .seed = seed | 1
	};
	r->entries = calloc(capacity + 1, sizeof *r->entries);
	r->buckets = calloc(buckets, sizeof *r->buckets);
	if (r->entries != NULL && r->buckets != NULL)
		return r;
	resolutions_free(r);
	return NULL;
}

static void let_go(struct resolutions *r, struct entry *e)
{
	name_release(r->names, e->what.question);
	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX; i++)
		name_release(r->names, e->what.aliases[i]);
	e->what = (struct resolution){ 0 };
}

void resolutions_free(struct resolutions *r)
{
	if (r == NULL)
		return;
	for (size_t i = 1; r->entries != NULL && i <= r->capacity; i++) {
		if (r->entries[i].what.question == NULL)
			break; /* never used: nor is any behind it */
		let_go(r, &r->entries[i]);
	}
	free(r->entries);
	free(r->buckets);
	free(r);
}

static uint32_t hash_pair(uint64_t seed, const uint8_t client[16], const uint8_t address[16])
{
	uint64_t h = seed, words[4];

	memcpy(words, client, 16);
	memcpy(words + 2, address, 16);
	for (size_t i = 0; i < 4; i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15U, h ^= h >> 31;
	return (uint32_t)(h >> 16);
}

static bool is_pair(const struct entry *e, const uint8_t client[16], const uint8_t address[16])
{
	return memcmp(e->client, client, 16) == 0 && memcmp(e->address, address, 16) == 0;
}

static struct entry *find_question(struct resolutions *r, uint32_t hash, const uint8_t client[16],
                                   const uint8_t address[16], const struct resolution *what)
{
	for (uint32_t i = r->buckets[hash & r->bucket_mask]; i != 0; i = r->entries[i].chain) {
		struct entry *e = &r->entries[i];

		if (e->what.question == what->question && e->what.kind == what->kind &&
		    is_pair(e, client, address))
			return e;
	}
	return NULL;
}

static void unlink_bucket(struct resolutions *r, uint32_t index)
{
	uint32_t *link = &r->buckets[r->entries[index].hash & r->bucket_mask];

	while (*link != index)
		link = &r->entries[*link].chain;
	*link = r->entries[index].chain;
}

static struct entry *take(struct resolutions *r, uint32_t hash)
{
	uint32_t index = (uint32_t)(r->next++ % r->capacity) + 1;
	struct entry *e = &r->entries[index];

	if (e->what.question != NULL) {
		unlink_bucket(r, index);
		let_go(r, e);
		r->evictions++;
	}
	uint32_t *bucket = &r->buckets[hash & r->bucket_mask];

	e->hash = hash;
	e->chain = *bucket;
	*bucket = index;
	return e;
}

void resolutions_learn(struct resolutions *r, const uint8_t client[16], const uint8_t address[16],
                       const struct resolution *what)
{
	uint32_t hash = hash_pair(r->seed, client, address);
	struct entry *e = find_question(r, hash, client, address, what);

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
	uint32_t hash = hash_pair(r->seed, client, address);
	size_t count = 0;

	for (uint32_t i = r->buckets[hash & r->bucket_mask]; i != 0; i = r->entries[i].chain) {
		const struct entry *e = &r->entries[i];

		if (is_pair(e, client, address) && e->what.learned_ns <= now_ns &&
		    now_ns <= e->what.expires_ns)
			count = insert(found, count, &e->what);
	}
	return count;
}

uint64_t resolutions_evictions(const struct resolutions *r)
{
	return r->evictions;
}
