/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/hosts.h"

#include <stdlib.h>

#include "sensor/event/address_text.h"
#include "sensor/flow/large_table.h"

/*
 * One table holds two kinds of keys, so that a name given to a MAC is found by each address of it:
 *
 *   key = address (16)            ─► mac, name
 *   key = MAC (6), zeros, 0xff    ─► name, how many IPv4 addresses it stands for
 */
enum { KEY_LEN = 17, ROUTER_ADDRESSES = 8 };

struct entry {
	uint8_t key[KEY_LEN];
	uint8_t mac[6], leased[6]; /* the second: by DHCP */
	bool is_used, has_mac, is_leased;
	uint8_t name_source;
	uint8_t role; /* enum host_role */
	uint16_t addresses;
	struct name *name;
	uint32_t hash, chain;
};

struct hosts {
	struct entry *entries; /* index 0 is nobody */
	uint32_t *buckets;
	size_t capacity, bucket_mask, next;
	struct name_table *names;
	uint64_t seed;
};

struct hosts *hosts_new(size_t capacity, struct name_table *names, uint64_t seed)
{
	struct hosts *h = calloc(1, sizeof *h);
	size_t buckets = 256;

	while (buckets < capacity)
		buckets *= 2;
	if (h == NULL)
		return NULL;
	*h = (struct hosts){
		.capacity = capacity, .bucket_mask = buckets - 1, .names = names, .seed = seed | 1
	};
	h->entries = large_table(capacity + 1, sizeof *h->entries);
	h->buckets = large_table(buckets, sizeof *h->buckets);
	if (h->entries != NULL && h->buckets != NULL)
		return h;
	hosts_free(h);
	return NULL;
}

void hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	for (size_t i = 1; h->entries != NULL && i <= h->capacity && h->entries[i].is_used; i++)
		name_release(h->names, h->entries[i].name);
	free(h->entries);
	free(h->buckets);
	free(h);
}

static uint32_t hash_key(uint64_t seed, const uint8_t key[KEY_LEN])
{
	uint64_t h = seed;

	for (size_t i = 0; i < KEY_LEN; i++)
		h = (h ^ key[i]) * 0x9e3779b97f4a7c15U, h ^= h >> 29;
	return (uint32_t)(h >> 16);
}

static struct entry *look(struct hosts *h, const uint8_t key[KEY_LEN])
{
	uint32_t hash = hash_key(h->seed, key);
	uint32_t i = h->buckets[hash & h->bucket_mask];

	while (i != 0 && memcmp(h->entries[i].key, key, KEY_LEN) != 0)
		i = h->entries[i].chain;
	return i == 0 ? NULL : &h->entries[i];
}

static void unlink_bucket(struct hosts *h, uint32_t index)
{
	uint32_t *link = &h->buckets[h->entries[index].hash & h->bucket_mask];

	while (*link != index)
		link = &h->entries[*link].chain;
	*link = h->entries[index].chain;
}

static void key_of_mac(const uint8_t mac[6], uint8_t key[KEY_LEN])
{
	memset(key, 0, KEY_LEN);
	memcpy(key, mac, 6);
	key[16] = 0xff;
}

/* The address no longer stands for its MAC: what moves between two MACs makes neither a router's.
 */
static void forget_address(struct hosts *h, const struct entry *e)
{
	uint8_t key[KEY_LEN];

	if (!e->has_mac || !address_is_ipv4(e->key))
		return;
	key_of_mac(e->mac, key);
	struct entry *card = look(h, key);

	if (card != NULL && card->addresses > 0)
		card->addresses--;
}

static struct entry *add(struct hosts *h, const uint8_t key[KEY_LEN])
{
	uint32_t index = (uint32_t)(h->next++ % h->capacity) + 1;
	struct entry *e = &h->entries[index];

	if (e->is_used) {
		forget_address(h, e);
		unlink_bucket(h, index);
		name_release(h->names, e->name);
	}
	*e = (struct entry){ .is_used = true, .hash = hash_key(h->seed, key) };
	memcpy(e->key, key, KEY_LEN);
	uint32_t *bucket = &h->buckets[e->hash & h->bucket_mask];

	e->chain = *bucket;
	*bucket = index;
	return e;
}

static struct entry *find_or_add(struct hosts *h, const uint8_t key[KEY_LEN])
{
	struct entry *e = look(h, key);

	return e != NULL ? e : add(h, key);
}

static void key_of_address(const uint8_t address[16], uint8_t key[KEY_LEN])
{
	memcpy(key, address, 16);
	key[16] = 0;
}

void hosts_saw(struct hosts *h, const uint8_t address[16], const uint8_t *mac)
{
	uint8_t key[KEY_LEN], mac_key[KEY_LEN];

	key_of_address(address, key);
	struct entry *e = find_or_add(h, key);

	if (mac == NULL || (e->has_mac && memcmp(e->mac, mac, 6) == 0))
		return;
	forget_address(h, e);
	e->has_mac = true;
	memcpy(e->mac, mac, 6);
	key_of_mac(mac, mac_key);
	struct entry *card = find_or_add(h, mac_key);

	if (address_is_ipv4(address) && card->addresses < UINT16_MAX)
		card->addresses++;
}

/* The address is somebody else's now: it keeps nothing of who had it before. */
void hosts_leased(struct hosts *h, const uint8_t address[16], const uint8_t mac[6])
{
	uint8_t key[KEY_LEN];

	key_of_address(address, key);
	struct entry *e = find_or_add(h, key);

	if (e->is_leased && memcmp(e->leased, mac, 6) != 0) {
		name_release(h->names, e->name);
		e->name = NULL;
		e->name_source = HOST_NAME_NONE;
	}
	e->is_leased = true;
	memcpy(e->leased, mac, 6);
}

static void set_name(struct hosts *h, struct entry *e, struct slice text,
                     enum host_name_source source)
{
	struct name *name = source >= e->name_source ? name_hold(h->names, text) : NULL;

	if (name == NULL)
		return;
	name_release(h->names, e->name);
	e->name = name;
	e->name_source = (uint8_t)source;
}

void hosts_named(struct hosts *h, const uint8_t *address, const uint8_t *mac, struct slice name,
                 enum host_name_source source)
{
	uint8_t key[KEY_LEN];

	if (address != NULL) {
		key_of_address(address, key);
		set_name(h, find_or_add(h, key), name, source);
	}
	if (mac != NULL) {
		key_of_mac(mac, key);
		set_name(h, find_or_add(h, key), name, source);
	}
}

void hosts_found(struct hosts *h, const uint8_t address[16], enum host_role role)
{
	uint8_t key[KEY_LEN];

	key_of_address(address, key);
	struct entry *e = find_or_add(h, key);

	if (role > e->role)
		e->role = (uint8_t)role;
}

static const struct entry *look_mac(struct hosts *h, const uint8_t mac[6])
{
	uint8_t key[KEY_LEN];

	key_of_mac(mac, key);
	return look(h, key);
}

struct host hosts_find(struct hosts *h, const uint8_t address[16])
{
	struct host out = { 0 };
	uint8_t key[KEY_LEN];

	memcpy(out.address, address, 16);
	key_of_address(address, key);
	const struct entry *e = look(h, key);

	if (e == NULL)
		return out;
	out.name = e->name;
	out.name_source = e->name_source;
	out.role = e->role;
	const struct entry *card = e->has_mac ? look_mac(h, e->mac) : NULL;

	out.has_mac = e->has_mac && (card == NULL || card->addresses <= ROUTER_ADDRESSES);
	memcpy(out.mac, e->mac, 6);
	if (!out.has_mac && e->is_leased) {
		card = look_mac(h, e->leased);
		out.has_mac = true;
		memcpy(out.mac, e->leased, 6);
	}
	if (out.has_mac && out.name == NULL && card != NULL) {
		out.name = card->name;
		out.name_source = card->name_source;
	}
	return out;
}

const char *host_name_source_word(enum host_name_source source)
{
	static const char *const words[] = {
		[HOST_NAME_LLMNR] = "llmnr", [HOST_NAME_NETBIOS] = "netbios",
		[HOST_NAME_MDNS] = "mdns",   [HOST_NAME_DHCPV6] = "dhcpv6",
		[HOST_NAME_DHCP] = "dhcp",
	};

	return words[source];
}

const char *host_role_word(enum host_role role)
{
	static const char *const words[] = {
		[HOST_ROLE_RESOLVER] = "resolver", [HOST_ROLE_PROXY] = "proxy"
	};

	return words[role];
}
