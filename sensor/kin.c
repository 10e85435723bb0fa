/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/kin.h"

#include <stdlib.h>

#include "sensor/event/address_text.h"
#include "sensor/flow/address.h"
#include "sensor/flow/kin_table.h"
#include "sensor/flow/routers.h"
#include "sensor/keyed_hash.h"
#include "sensor/owner.h"

enum { BITS = 1 << 20, CARD_SETS = 512, CARD_WAYS = 4, SIXES = 32 };

static const uint64_t met_ns = 3600 * UINT64_C(1000000000);

struct bits {
	uint64_t words[BITS / 64];
};

/* A MAC. */
struct card {
	uint8_t mac[6];
	bool is_used, is_router;
	uint8_t fours, sixes; /* addresses that were met */
	uint8_t host[16];     /* the first of them */
	uint64_t born;
};

struct kin {
	struct hash_secret secret;
	struct kin_table *table;
	bool has_kin;
	uint64_t turned_ns, births;
	struct bits met[2], is_kin; /* by owner_of_host(); the first: in this hour, in the last */
	struct card cards[CARD_SETS][CARD_WAYS];
};

struct kin *kin_new(uint64_t seed)
{
	struct kin *k = calloc(1, sizeof *k);

	if (k == NULL)
		return NULL;
	k->secret = hash_secret_from(seed);
	k->table = kin_table_new(seed);
	if (k->table != NULL)
		return k;
	free(k);
	return NULL;
}

void kin_free(struct kin *k)
{
	if (k == NULL)
		return;
	kin_table_free(k->table);
	free(k);
}

void kin_clear(struct kin *k)
{
	kin_table_clear(k->table);
	memset(k->met, 0, sizeof k->met);
	memset(&k->is_kin, 0, sizeof k->is_kin);
	memset(k->cards, 0, sizeof k->cards);
	k->has_kin = false;
	k->turned_ns = k->births = 0;
}

static bool has_bit(const struct bits *b, uint32_t owner)
{
	return (b->words[owner % BITS / 64] >> owner % 64 & 1) != 0;
}

static void set_bit(struct bits *b, uint32_t owner)
{
	b->words[owner % BITS / 64] |= UINT64_C(1) << owner % 64;
}

/* The address that the packet's owner was made of. */
static const uint8_t *host_of(const struct packet *p, uint32_t owner)
{
	return owner_of_host(p->src) == owner ? p->src : p->dst;
}

static struct card *card_of(struct kin *k, const uint8_t mac[6])
{
	uint64_t words[2] = { 0 };

	memcpy(words, mac, 6);
	struct card *set = k->cards[keyed_hash(&k->secret, words, 2) % CARD_SETS], *oldest = set;

	for (size_t i = 0; i < CARD_WAYS; i++) {
		if (set[i].is_used && memcmp(set[i].mac, mac, 6) == 0)
			return &set[i];
		if (set[i].born < oldest->born)
			oldest = &set[i];
	}
	*oldest = (struct card){ .is_used = true, .born = ++k->births };
	memcpy(oldest->mac, mac, 6);
	return oldest;
}

static bool came_by_router(const struct packet *p)
{
	enum { TTL = 8, HOP_LIMIT = 7 }; /* RFC 791, section 3.1; RFC 8200, section 3 */
	size_t at = p->ip_version == 4 ? TTL : HOP_LIMIT;

	return p->network.len > at && was_forwarded(p->network.ptr[at]);
}

static bool may_be_kin(const struct card *c, bool is_four)
{
	if (c->is_router || c->fours + c->sixes == 0)
		return false;
	return is_four ? c->fours == 0 : c->fours <= 1 && c->sixes < SIXES;
}

static void count(uint8_t *addresses)
{
	if (*addresses < UINT8_MAX)
		++*addresses;
}

static void turn(struct kin *k, uint64_t now_ns)
{
	if (now_ns < k->turned_ns + met_ns)
		return;
	if (now_ns < k->turned_ns + 2 * met_ns)
		k->met[1] = k->met[0];
	else
		memset(&k->met[1], 0, sizeof k->met[1]);
	memset(&k->met[0], 0, sizeof k->met[0]);
	k->turned_ns = now_ns;
}

/* An address that was not met in the last hours. */
static bool meet(struct kin *k, struct work_packet *wp)
{
	static const uint8_t nobody[6] = { 0 };
	const struct packet *p = &wp->packet;
	const uint8_t *address = host_of(p, wp->owner);
	const uint8_t *mac = address == p->src ? p->src_mac : p->dst_mac;
	bool is_four = address_is_ipv4(address);

	if (!p->has_mac || (mac[0] & 1) != 0 || memcmp(mac, nobody, 6) == 0 ||
	    address_is_group(address) || address_is_zero(address)) {
		set_bit(&k->met[0], wp->owner);
		return false;
	}
	struct card *c = card_of(k, mac);

	c->is_router |= address == p->src && came_by_router(p);
	bool is_kin = may_be_kin(c, is_four);

	if (c->fours + c->sixes == 0)
		memcpy(c->host, address, 16);
	count(is_four ? &c->fours : &c->sixes);
	if (!is_kin || memcmp(c->host, address, 16) == 0) {
		set_bit(&k->met[0], wp->owner);
		return false;
	}
	kin_table_add(k->table, address, c->host);
	set_bit(&k->is_kin, wp->owner);
	k->has_kin = true;
	memcpy(wp->kin_address, address, 16);
	memcpy(wp->kin_host, c->host, 16);
	wp->owner = owner_of_host(c->host);
	return true;
}

uint32_t kin_owner(const struct kin *k, const struct packet *p, uint32_t owner)
{
	if (!k->has_kin || !has_bit(&k->is_kin, owner))
		return owner;
	return owner_of_host(kin_of(k->table, host_of(p, owner)));
}

bool kin_settle(struct kin *k, struct work_packet *wp)
{
	const struct packet *p = &wp->packet;
	uint32_t own = wp->owner;

	turn(k, wp->now_ns);
	if (wp->kind == PACKET_ICMP && is_router_advertisement(p))
		card_of(k, p->src_mac)->is_router = true;
	wp->owner = kin_owner(k, p, own);
	if (wp->owner != own || has_bit(&k->met[0], own))
		return false;
	if (!has_bit(&k->met[1], own))
		return meet(k, wp);
	set_bit(&k->met[0], own);
	return false;
}
