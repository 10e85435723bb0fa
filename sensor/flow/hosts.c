/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/hosts.h"

#include <stdlib.h>

#include "sensor/event/address_text.h"
#include "sensor/flow/client_ids.h"
#include "sensor/flow/large_table.h"
#include "sensor/flow/routers.h"
#include "sensor/keyed_hash.h"

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
	bool is_counted; /* in its MAC's `addresses` */
	uint8_t name_source;
	uint8_t role; /* enum host_role */
	uint16_t addresses;
	struct name *name;
	uint32_t hash, chain;
};

_Static_assert(sizeof(struct entry) + 2 * sizeof(uint32_t) <= HOST_COST, "what one costs");

struct hosts {
	struct entry *entries; /* index 0 is nobody */
	uint32_t *buckets;
	size_t capacity, bucket_mask, next;
	struct name_table *names;
	struct routers *routers;
	struct client_ids *client_ids;
	struct hash_secret secret;
};

struct hosts *hosts_new(size_t capacity, struct name_table *names, uint64_t seed)
{
	struct hosts *h = calloc(1, sizeof *h);
	size_t buckets = 256;

	while (buckets < capacity)
		buckets *= 2;
	if (h == NULL)
		return NULL;
	*h = (struct hosts){ .capacity = capacity,
		             .bucket_mask = buckets - 1,
		             .names = names,
		             .secret = hash_secret_from(seed) };
	h->entries = large_table(capacity + 1, sizeof *h->entries);
	h->buckets = large_table(buckets, sizeof *h->buckets);
	h->routers = routers_new(seed);
	h->client_ids = client_ids_new(seed);
	if (h->entries != NULL && h->buckets != NULL && h->routers != NULL && h->client_ids != NULL)
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
	routers_free(h->routers);
	client_ids_free(h->client_ids);
	free(h->entries);
	free(h->buckets);
	free(h);
}

static uint32_t hash_key(const struct hosts *h, const uint8_t key[KEY_LEN])
{
	uint64_t words[4] = { 0, 0, key[KEY_LEN - 1] };

	memcpy(words, key, KEY_LEN - 1);
	return keyed_hash(&h->secret, words, 4);
}

static struct entry *look(struct hosts *h, const uint8_t key[KEY_LEN])
{
	uint32_t hash = hash_key(h, key);
	uint32_t i = h->buckets[hash & h->bucket_mask];

	while (i != 0 &&
	       (h->entries[i].hash != hash || memcmp(h->entries[i].key, key, KEY_LEN) != 0))
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
static void forget_address(struct hosts *h, struct entry *e)
{
	uint8_t key[KEY_LEN];

	if (!e->is_counted)
		return;
	e->is_counted = false;
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
	*e = (struct entry){ .is_used = true, .hash = hash_key(h, key) };
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

/* Given by DHCP to the very MAC that its frames bear: however many a host gets, it is no router. */
static bool is_own_lease(const struct entry *e)
{
	return e->has_mac && e->is_leased && memcmp(e->mac, e->leased, 6) == 0;
}

void hosts_saw(struct hosts *h, const uint8_t address[16], const uint8_t *mac, bool is_forwarded)
{
	uint8_t key[KEY_LEN], mac_key[KEY_LEN];

	key_of_address(address, key);
	struct entry *e = find_or_add(h, key);

	if (mac == NULL || (e->has_mac && memcmp(e->mac, mac, 6) == 0))
		return;
	if (!address_is_ipv4(address)) {
		routers_saw(h->routers, address, mac, is_forwarded);
		if (e->has_mac && routers_has(h->routers, mac))
			return; /* the same packet behind the router: its own MAC stays */
	} else if (is_forwarded) {
		routers_passed(h->routers, mac);
	}
	forget_address(h, e);
	e->has_mac = true;
	memcpy(e->mac, mac, 6);
	bool is_counted = address_is_ipv4(address) && !is_own_lease(e);

	e->is_counted = is_counted;
	key_of_mac(mac, mac_key);
	struct entry *card = find_or_add(h, mac_key);

	if (is_counted && card->addresses < UINT16_MAX)
		card->addresses++;
}

void hosts_advertised(struct hosts *h, const uint8_t mac[6])
{
	routers_advertised(h->routers, mac);
}

/* Was the address somebody else's until now? */
static bool is_new_client(struct hosts *h, const struct entry *e, const uint8_t *mac,
                          struct slice client_id)
{
	struct slice before = client_ids_find(h->client_ids, e->key);

	if (e->is_leased && mac != NULL && memcmp(e->leased, mac, 6) != 0)
		return true;
	return before.len > 0 && !slice_equal(before, slice_head(client_id, before.len));
}

void hosts_leased(struct hosts *h, const uint8_t address[16], const uint8_t *mac,
                  struct slice client_id)
{
	uint8_t key[KEY_LEN], own[6];

	if (client_id_mac(client_id, own)) {
		mac = own;
		client_id.len = 0;
	}
	key_of_address(address, key);
	struct entry *e = find_or_add(h, key);

	if (is_new_client(h, e, mac, client_id)) { /* it keeps nothing of who had it before */
		name_release(h->names, e->name);
		e->name = NULL;
		e->name_source = HOST_NAME_NONE;
	}
	client_ids_leased(h->client_ids, address, mac, client_id);
	e->is_leased = mac != NULL;
	if (mac != NULL)
		memcpy(e->leased, mac, 6);
	if (is_own_lease(e))
		forget_address(h, e);
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

/* The MAC stands for others, too: a router's. Its own IPv4 address may be the only one seen. */
static bool is_routers(struct hosts *h, const uint8_t address[16], const uint8_t mac[6])
{
	const struct entry *card = look_mac(h, mac);
	size_t addresses = card != NULL ? card->addresses : 0;
	bool is_own = address_is_ipv4(address) ? addresses <= 1 : address_is_link_local(address);

	return addresses > ROUTER_ADDRESSES || (!is_own && routers_has(h->routers, mac));
}

/* The MAC that is the host's own: its frames', else its lease's, else that of its address. */
static bool find_mac(struct hosts *h, const struct entry *e, uint8_t mac[6])
{
	if (e->has_mac && !is_routers(h, e->key, e->mac)) {
		memcpy(mac, e->mac, 6);
		return true;
	}
	if (e->is_leased && !client_ids_share(h->client_ids, e->leased)) {
		memcpy(mac, e->leased, 6);
		return true;
	}
	return !address_is_ipv4(e->key) && address_mac(e->key, mac);
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
	out.has_mac = find_mac(h, e, out.mac);
	if (!out.has_mac)
		out.client_id = client_ids_find(h->client_ids, address);
	const struct entry *card = out.has_mac ? look_mac(h, out.mac) : NULL;

	if (out.name == NULL && card != NULL) {
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
