/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/routers.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"

enum { SETS = 512, WAYS = 8 };

struct card {
	uint8_t mac[6];
	bool is_used, is_router;
	uint8_t prefix_count, stranger_count, forwarded, forwarded_four;
	uint32_t prefixes[ROUTER_PREFIXES]; /* hashes */
	uint32_t strangers[ROUTER_STRANGERS];
	uint64_t born;
};

struct routers {
	struct hash_secret secret;
	uint64_t births;
	struct card sets[SETS][WAYS];
};

struct routers *routers_new(uint64_t seed)
{
	struct routers *r = calloc(1, sizeof *r);

	if (r != NULL)
		r->secret = hash_secret_from(seed);
	return r;
}

void routers_free(struct routers *r)
{
	free(r);
}

static uint32_t hash_of(const struct routers *r, const uint8_t *bytes, size_t len)
{
	uint64_t words[2] = { 0 };

	memcpy(words, bytes, len);
	return keyed_hash(&r->secret, words, 2);
}

static struct card *set_of(struct routers *r, const uint8_t mac[6])
{
	return r->sets[hash_of(r, mac, 6) % SETS];
}

static struct card *card_of(struct routers *r, const uint8_t mac[6])
{
	struct card *set = set_of(r, mac), *oldest = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		struct card *c = &set[i];

		if (c->is_used && memcmp(c->mac, mac, 6) == 0)
			return c;
		if (!c->is_router && (oldest == NULL || c->born < oldest->born))
			oldest = c;
	}
	if (oldest == NULL) /* routers only */
		oldest = set;
	*oldest = (struct card){ .is_used = true, .born = ++r->births };
	memcpy(oldest->mac, mac, 6);
	return oldest;
}

/* False: no room is left, so that is one more than there may be. */
static bool add(uint32_t *hashes, uint8_t *count, uint8_t room, uint32_t hash)
{
	for (size_t i = 0; i < *count; i++)
		if (hashes[i] == hash)
			return true;
	if (*count == room)
		return false;
	hashes[(*count)++] = hash;
	return true;
}

/* RFC 4291, section 2.5.6 */
bool address_is_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

bool address_mac(const uint8_t address[16], uint8_t mac[6])
{
	if (address[11] != 0xff || address[12] != 0xfe)
		return false;
	memcpy(mac, address + 8, 3);
	memcpy(mac + 3, address + 13, 3);
	mac[0] ^= 0x02;
	return (mac[0] & 0x01) == 0;
}

bool was_forwarded(uint8_t hop_limit)
{
	return hop_limit > 32 && hop_limit != 64 && hop_limit != 128 && hop_limit != 255;
}

void routers_saw(struct routers *r, const uint8_t address[16], const uint8_t mac[6],
                 bool is_forwarded)
{
	uint8_t own[6];

	if (address_is_link_local(address))
		return;
	struct card *c = card_of(r, mac);

	if (c->is_router)
		return;
	bool is_stranger = address_mac(address, own) && memcmp(own, mac, 6) != 0;
	bool has_few = add(c->prefixes, &c->prefix_count, ROUTER_PREFIXES, hash_of(r, address, 8));

	if (is_stranger)
		(void)add(c->strangers, &c->stranger_count, ROUTER_STRANGERS, hash_of(r, own, 6));
	c->forwarded += is_forwarded;
	c->is_router = !has_few || c->stranger_count == ROUTER_STRANGERS ||
	               c->forwarded == ROUTER_FORWARDED;
}

void routers_passed(struct routers *r, const uint8_t mac[6])
{
	struct card *c = card_of(r, mac);

	if (c->forwarded_four < ROUTER_FORWARDED_FOUR)
		c->forwarded_four++;
	c->is_router |= c->forwarded_four == ROUTER_FORWARDED_FOUR;
}

void routers_advertised(struct routers *r, const uint8_t mac[6])
{
	card_of(r, mac)->is_router = true;
}

bool routers_has(const struct routers *r, const uint8_t mac[6])
{
	const struct card *set = r->sets[hash_of(r, mac, 6) % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].is_used && memcmp(set[i].mac, mac, 6) == 0)
			return set[i].is_router;
	return false;
}

bool is_router_advertisement(const struct packet *p)
{
	enum { ADVERTISEMENT = 134, HOP_LIMIT = 7, NEVER_FORWARDED = 255 };

	return p->protocol == IP_ICMP6 && p->src_port == ADVERTISEMENT && p->has_mac &&
	       address_is_link_local(p->src) && p->network.len > HOP_LIMIT &&
	       p->network.ptr[HOP_LIMIT] == NEVER_FORWARDED;
}
