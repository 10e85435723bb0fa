/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/client_ids.h"

#include <stdlib.h>

#include "sensor/keyed_hash.h"

/*
 *  buckets by address ─► entry ─► entry     a ring: the next one is the oldest
 *  slots by MAC ─► the id that came with it, and whether another one did
 */
enum { ENTRIES = 2048, BUCKETS = 2048, MACS = 1024 };

struct entry {
	uint8_t address[16];
	uint8_t len, id[CLIENT_ID_MAX];
	bool is_used;
	uint16_t chain; /* index + 1 */
};

struct client_ids {
	struct hash_secret secret;
	struct entry entries[ENTRIES];
	uint16_t buckets[BUCKETS];
	size_t next;
	struct came_with {
		uint8_t mac[6];
		bool is_used, is_shared;
		uint32_t id;
	} macs[MACS];
};

struct client_ids *client_ids_new(uint64_t seed)
{
	struct client_ids *c = calloc(1, sizeof *c);

	if (c != NULL)
		c->secret = hash_secret_from(seed);
	return c;
}

void client_ids_free(struct client_ids *c)
{
	free(c);
}

static uint32_t hash_of(const struct client_ids *c, const uint8_t *bytes, size_t len)
{
	uint64_t words[CLIENT_ID_MAX / 8] = { 0 };

	memcpy(words, bytes, len);
	return keyed_hash(&c->secret, words, CLIENT_ID_MAX / 8);
}

static size_t bucket_of(const struct client_ids *c, const uint8_t address[16])
{
	return hash_of(c, address, 16) % BUCKETS;
}

/* Index + 1; 0: it is not there. */
static uint16_t look(const struct client_ids *c, const uint8_t address[16])
{
	uint16_t i = c->buckets[bucket_of(c, address)];

	while (i != 0 && memcmp(c->entries[i - 1].address, address, 16) != 0)
		i = c->entries[i - 1].chain;
	return i;
}

static void unlink_bucket(struct client_ids *c, size_t index)
{
	uint16_t *link = &c->buckets[bucket_of(c, c->entries[index].address)];

	while (*link != index + 1)
		link = &c->entries[*link - 1].chain;
	*link = c->entries[index].chain;
}

static struct entry *take(struct client_ids *c, const uint8_t address[16])
{
	size_t index = c->next++ % ENTRIES, bucket = bucket_of(c, address);
	struct entry *e = &c->entries[index];

	if (e->is_used)
		unlink_bucket(c, index);
	memcpy(e->address, address, 16);
	e->is_used = true;
	e->chain = c->buckets[bucket];
	c->buckets[bucket] = (uint16_t)(index + 1);
	return e;
}

static void note_mac(struct client_ids *c, const uint8_t mac[6], struct slice id)
{
	struct came_with *at = &c->macs[hash_of(c, mac, 6) % MACS];
	uint32_t hash = hash_of(c, id.ptr, id.len);

	if (at->is_used && memcmp(at->mac, mac, 6) == 0) {
		at->is_shared |= at->id != hash;
		return;
	}
	*at = (struct came_with){ .is_used = true, .id = hash };
	memcpy(at->mac, mac, 6);
}

void client_ids_leased(struct client_ids *c, const uint8_t address[16], const uint8_t *mac,
                       struct slice id)
{
	struct slice kept = slice_head(id, id.len < CLIENT_ID_MAX ? id.len : CLIENT_ID_MAX);
	uint16_t at = look(c, address);

	if (at == 0 && kept.len == 0)
		return;
	struct entry *e = at != 0 ? &c->entries[at - 1] : take(c, address);

	e->len = (uint8_t)kept.len;
	if (kept.len == 0)
		return;
	memcpy(e->id, kept.ptr, kept.len);
	if (mac != NULL)
		note_mac(c, mac, kept);
}

struct slice client_ids_find(const struct client_ids *c, const uint8_t address[16])
{
	uint16_t at = look(c, address);
	const struct entry *e = at != 0 ? &c->entries[at - 1] : NULL;

	return e != NULL ? (struct slice){ e->id, e->len } : (struct slice){ 0 };
}

bool client_ids_share(const struct client_ids *c, const uint8_t mac[6])
{
	const struct came_with *at = &c->macs[hash_of(c, mac, 6) % MACS];

	return at->is_used && at->is_shared && memcmp(at->mac, mac, 6) == 0;
}

bool client_id_mac(struct slice id, uint8_t mac[6])
{
	enum { ETHERNET = 1 };

	if (id.len != 7 || id.ptr[0] != ETHERNET || (id.ptr[1] & 0x01) != 0)
		return false;
	memcpy(mac, id.ptr + 1, 6);
	return true;
}
