/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/kin.h"

#include <string.h>

#include "sensor/config/config.h"
#include "sensor/owner.h"
#include "tests/check.h"

enum { FAR = 63, NEAR = 64, HOUR = 3600 };

static void address(const char *text, uint8_t out[16])
{
	struct address_prefix p;

	CHECK(prefix_parse(text, &p) == PREFIX_OK);
	memcpy(out, p.address, 16);
}

/* A packet from `host`, whose MAC ends in `mac`, to a server; or to it, where `mac` is negative. */
static void make(struct work_packet *wp, const char *host, int mac, uint8_t hops, uint64_t seconds)
{
	static uint8_t header[40];
	struct packet *p = &wp->packet;
	bool is_from = mac >= 0;

	memset(wp, 0, sizeof *wp);
	wp->now_ns = seconds * 1000000000U;
	wp->kind = PACKET_TCP;
	*p = (struct packet){ .protocol = 6, .has_mac = mac != 0 };
	p->ip_version = strchr(host, ':') != NULL ? 6 : 4;
	header[7] = header[8] = hops;
	p->network = (struct slice){ header, sizeof header };
	address(host, is_from ? p->src : p->dst);
	address(p->ip_version == 6 ? "2600::10" : "198.51.100.10", is_from ? p->dst : p->src);
	*(is_from ? &p->src_port : &p->dst_port) = 50000;
	*(is_from ? &p->dst_port : &p->src_port) = 443;
	(is_from ? p->src_mac : p->dst_mac)[5] = (uint8_t)(is_from ? mac : -mac);
	(is_from ? p->dst_mac : p->src_mac)[5] = 99;
	wp->owner = owner_of(p, NULL);
}

/* Whose worker it goes to. */
static const struct {
	const char *what, *host;
	int mac;
	uint8_t hops;
	uint64_t seconds;
	const char *owner;
	bool is_news;
} rows[] = {
	{ "the first", "10.0.0.1", 1, NEAR, 1, "10.0.0.1", false },
	{ "its IPv6", "2001:db8::1", 1, NEAR, 2, "10.0.0.1", true },
	{ "again", "2001:db8::1", 1, NEAR, 3, "10.0.0.1", false },
	{ "from the server", "2001:db8::1", -1, 50, 3, "10.0.0.1", false },
	{ "link-local", "fe80::1", 1, 255, 3, "10.0.0.1", true },
	{ "met from afar", "2001:db8::2", -1, 50, 4, "10.0.0.1", true },
	{ "a second IPv4", "10.0.0.2", 1, NEAR, 5, "10.0.0.2", false },
	{ "so it may be a router", "2001:db8::3", 1, NEAR, 6, "2001:db8::3", false },
	{ "but what it was stays", "2001:db8::1", 1, NEAR, 7, "10.0.0.1", false },
	{ "IPv6 first", "2001:db8::4", 2, NEAR, 8, "2001:db8::4", false },
	{ "then IPv4", "10.0.0.4", 2, NEAR, 9, "2001:db8::4", true },
	{ "and more", "2001:db8::5", 2, NEAR, 9, "2001:db8::4", true },
	{ "by a router", "10.0.0.6", 3, FAR, 10, "10.0.0.6", false },
	{ "others by it", "2001:db8::6", 3, FAR, 11, "2001:db8::6", false },
	{ "met without a MAC", "2001:db8::7", 0, NEAR, 12, "2001:db8::7", false },
	{ "it stays alone", "2001:db8::7", 2, NEAR, 13, "2001:db8::7", false },
	{ "in use for an hour", "2001:db8::7", 2, NEAR, HOUR, "2001:db8::7", false },
	{ "and another", "2001:db8::7", 2, NEAR, 2 * HOUR, "2001:db8::7", false },
	{ "forgotten after two", "2001:db8::7", 2, NEAR, 9 * HOUR, "2001:db8::4", true },
};

static void test_rows(void)
{
	struct kin *k = kin_new(7);
	struct work_packet wp;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t owner[16];

		make(&wp, rows[i].host, rows[i].mac, rows[i].hops, rows[i].seconds);
		bool is_news = kin_settle(k, &wp);

		address(rows[i].owner, owner);
		if (is_news != rows[i].is_news || wp.owner != owner_of_host(owner))
			fprintf(stderr, "%s\n", rows[i].what);
		CHECK(is_news == rows[i].is_news && wp.owner == owner_of_host(owner));
		CHECK(!is_news || memcmp(wp.kin_host, owner, 16) == 0);
	}
	/* What is quoted goes where its flow is. */
	make(&wp, "2001:db8::1", 1, NEAR, 1);
	uint32_t own = wp.owner;
	uint8_t first[16];

	address("10.0.0.1", first);
	CHECK(kin_owner(k, &wp.packet, own) == owner_of_host(first));
	kin_clear(k);
	CHECK(kin_owner(k, &wp.packet, own) == own);
	kin_free(k);
}

/* However many addresses a sender makes up: one MAC brings few of them together. */
static void test_flood(void)
{
	struct kin *k = kin_new(7);
	struct work_packet wp;
	unsigned news = 0;

	for (unsigned i = 0; i < 100000; i++) {
		char text[40];

		snprintf(text, sizeof text, "2001:db8::%x:%x", i >> 16, i & 0xffff);
		make(&wp, text, 1, NEAR, 1);
		news += kin_settle(k, &wp);
	}
	CHECK(news == 31);
	kin_free(k);
}

int main(void)
{
	test_rows();
	test_flood();
	return 0;
}
