/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/ech_known.h"

#include <stdlib.h>

#include "dissect/ech.h"
#include "sensor/flow/large_table.h"
#include "sensor/keyed_hash.h"

/*
 *  buckets by (client, key name) ─► entry ─► entry
 *      key = the question           that it was answered; no configuration
 *      key = a public name          a configuration, and the question whose answer held it
 *  ring of entries: the next to be used is the one learned longest ago
 */
enum { SUITES_MAX = 8, SUITE_LEN = 4, EACH_MAX = 256 /* of one client and key */ };

struct entry {
	uint8_t client[16];
	struct name *key; /* held; NULL: unused */
	struct ech_answer what;
	bool is_config;
	uint8_t config_id, suites_len;
	uint8_t suites[SUITES_MAX * SUITE_LEN];
	uint32_t hash, chain; /* index of the next, 0: none */
};

_Static_assert(sizeof(struct entry) + 2 * sizeof(uint32_t) <= ECH_KNOWN_COST, "what one costs");

struct ech_known {
	struct entry *entries; /* index 0 is nobody */
	uint32_t *buckets;
	size_t capacity, bucket_mask, next;
	struct name_table *names;
	struct hash_secret secret;
};

struct ech_known *ech_known_new(size_t capacity, struct name_table *names, uint64_t seed)
{
	struct ech_known *k = calloc(1, sizeof *k);
	size_t buckets = 256;

	while (buckets < capacity)
		buckets *= 2;
	if (k == NULL)
		return NULL;
	*k = (struct ech_known){ .capacity = capacity,
		                 .bucket_mask = buckets - 1,
		                 .names = names,
		                 .secret = hash_secret_from(seed) };
	k->entries = large_table(capacity + 1, sizeof *k->entries);
	k->buckets = large_table(buckets, sizeof *k->buckets);
	if (k->entries != NULL && k->buckets != NULL)
		return k;
	ech_known_free(k);
	return NULL;
}

void ech_known_free(struct ech_known *k)
{
	if (k == NULL)
		return;
	for (size_t i = 1; k->entries != NULL && i <= k->capacity && k->entries[i].key != NULL;
	     i++) {
		name_release(k->names, k->entries[i].key);
		name_release(k->names, k->entries[i].what.question);
	}
	free(k->entries);
	free(k->buckets);
	free(k);
}

static uint32_t hash_of(const struct ech_known *k, const uint8_t client[16], const struct name *key)
{
	uint64_t words[4] = { 0, 0, key->hash };

	memcpy(words, client, 16);
	return keyed_hash(&k->secret, words, 4);
}

static bool is_at(const struct entry *e, const uint8_t client[16], const struct name *key,
                  bool is_config)
{
	return e->key == key && e->is_config == is_config && memcmp(e->client, client, 16) == 0;
}

static bool is_held(const struct entry *e, uint64_t now_ns)
{
	return e->what.learned_ns <= now_ns && now_ns <= e->what.expires_ns;
}

static void unlink_bucket(struct ech_known *k, uint32_t index)
{
	uint32_t *link = &k->buckets[k->entries[index].hash & k->bucket_mask];

	while (*link != index)
		link = &k->entries[*link].chain;
	*link = k->entries[index].chain;
}

static struct entry *add(struct ech_known *k, uint32_t hash)
{
	uint32_t index = (uint32_t)(k->next++ % k->capacity) + 1;
	struct entry *e = &k->entries[index];

	if (e->key != NULL) {
		unlink_bucket(k, index);
		name_release(k->names, e->key);
		name_release(k->names, e->what.question);
	}
	uint32_t *bucket = &k->buckets[hash & k->bucket_mask];

	*e = (struct entry){ .hash = hash, .chain = *bucket };
	*bucket = index;
	return e;
}

/*
 * What is known already of the question; where there are as many of the key as there may be, the
 * one first learned. All names behind one provider's public name are kept under it, so a client
 * that asks for many would make a long chain. NULL: a new one is wanted.
 */
static struct entry *find_place(struct ech_known *k, uint32_t hash, const uint8_t client[16],
                                const struct name *key, const struct ech_answer *what,
                                const struct ech_config *config)
{
	struct entry *oldest = NULL;
	size_t of_key = 0;

	for (uint32_t i = k->buckets[hash & k->bucket_mask]; i != 0; i = k->entries[i].chain) {
		struct entry *e = &k->entries[i];

		if (e->hash != hash || !is_at(e, client, key, config != NULL))
			continue;
		if (e->what.question == what->question &&
		    (config == NULL || e->config_id == config->id))
			return e;
		oldest = e;
		of_key++;
	}
	return of_key < EACH_MAX ? NULL : oldest;
}

/* What is kept under `key`: renewed where the same was known, else new. */
static struct entry *put(struct ech_known *k, const uint8_t client[16], struct name *key,
                         const struct ech_answer *what, const struct ech_config *config)
{
	uint32_t hash = hash_of(k, client, key);
	struct entry *e = find_place(k, hash, client, key, what, config);

	if (e != NULL) {
		name_again(what->question);
		name_release(k->names, e->what.question);
		e->what = *what;
		return e;
	}
	e = add(k, hash);

	memcpy(e->client, client, 16);
	e->key = name_again(key);
	e->what = *what;
	name_again(what->question);
	return e;
}

static void put_config(struct ech_known *k, const uint8_t client[16], const struct ech_answer *what,
                       const struct ech_config *config)
{
	struct name *key = name_hold(k->names, config->public_name);
	size_t len = config->suites.len;

	if (key == NULL)
		return;
	struct entry *e = put(k, client, key, what, config);

	e->is_config = true;
	e->config_id = config->id;
	e->suites_len = (uint8_t)(len < sizeof e->suites ? len : sizeof e->suites);
	if (e->suites_len > 0)
		memcpy(e->suites, config->suites.ptr, e->suites_len);
	name_release(k->names, key);
}

void ech_known_learn(struct ech_known *k, const uint8_t client[16], const struct ech_answer *what,
                     struct slice list)
{
	struct ech_configs configs = { .count = 0 };

	(void)put(k, client, what->question, what, NULL);
	if (list.len > 0)
		(void)dissect_ech_configs(list, &configs); /* what was whole is there */
	for (size_t i = 0; i < configs.count; i++)
		put_config(k, client, what, &configs.config[i]);
}

static bool fits(const struct entry *e, const struct tls_hello *hello)
{
	struct ech_config config = { .id = e->config_id,
		                     .suites = { e->suites, e->suites_len },
		                     .public_name = name_text(e->key) };

	return ech_config_fits(&config, hello);
}

/* Puts the latest first, each question once; drops the oldest when there is no room. */
static size_t insert(struct ech_answer *found, size_t count, const struct ech_answer *what)
{
	size_t at = count;

	for (size_t i = 0; i < count; i++)
		if (found[i].question == what->question)
			return count;
	while (at > 0 && found[at - 1].learned_ns < what->learned_ns)
		at--;
	if (at == ECH_FOUND_MAX)
		return count;
	if (count == ECH_FOUND_MAX)
		count--;
	memmove(found + at + 1, found + at, (count - at) * sizeof *found);
	found[at] = *what;
	return count + 1;
}

size_t ech_known_find(const struct ech_known *k, const uint8_t client[16], const struct name *outer,
                      const struct tls_hello *hello, uint64_t now_ns,
                      struct ech_answer found[ECH_FOUND_MAX])
{
	uint32_t i = k->buckets[hash_of(k, client, outer) & k->bucket_mask];
	size_t count = 0;

	for (; i != 0; i = k->entries[i].chain) {
		const struct entry *e = &k->entries[i];

		if (is_at(e, client, outer, true) && is_held(e, now_ns) && fits(e, hello))
			count = insert(found, count, &e->what);
	}
	return count;
}

bool ech_known_asked(const struct ech_known *k, const uint8_t client[16], const struct name *name,
                     uint64_t now_ns)
{
	uint32_t i = k->buckets[hash_of(k, client, name) & k->bucket_mask];

	while (i != 0 &&
	       !(is_at(&k->entries[i], client, name, false) && is_held(&k->entries[i], now_ns)))
		i = k->entries[i].chain;
	return i != 0;
}
