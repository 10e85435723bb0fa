/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/hosts.h"

#include "sensor/flow/address.h"
#include "sensor/flow/client_ids.h"
#include "sensor/flow/routers.h"
#include "tests/bytes.h"
#include "tests/check.h"

/* 10.0.0.LAST */
struct at {
	uint8_t bytes[16];
};

static struct at at(uint8_t last)
{
	return (struct at){ { [10] = 0xff, 0xff, 10, 0, 0, last } };
}

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa }, mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static bool is_named(struct hosts *h, struct at address, const char *name, const char *source)
{
	struct host host = hosts_find(h, address.bytes);

	if (name == NULL)
		return host.name == NULL;
	return host.name != NULL && slice_is(name_text(host.name), name) &&
	       strcmp(host_name_source_word(host.name_source), source) == 0;
}

static void check_names(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	CHECK(is_named(h, at(1), NULL, NULL));
	hosts_named(h, at(1).bytes, NULL, BYTES("desk"), HOST_NAME_NETBIOS);
	CHECK(is_named(h, at(1), "desk", "netbios"));
	hosts_named(h, at(1).bytes, NULL, BYTES("Front-Desk"), HOST_NAME_DHCP);
	CHECK(is_named(h, at(1), "front-desk", "dhcp"));
	hosts_named(h, at(1).bytes, NULL, BYTES("liar"), HOST_NAME_MDNS); /* believed less */
	CHECK(is_named(h, at(1), "front-desk", "dhcp"));
	/* By its MAC: found once the address is seen with it. */
	hosts_named(h, NULL, mac_a, BYTES("phone"), HOST_NAME_DHCP);
	CHECK(is_named(h, at(2), NULL, NULL));
	hosts_saw(h, at(2).bytes, mac_a, false);
	CHECK(is_named(h, at(2), "phone", "dhcp"));
	CHECK(hosts_find(h, at(2).bytes).has_mac);
	hosts_saw(h, at(3).bytes, NULL, false);
	CHECK(!hosts_find(h, at(3).bytes).has_mac);
	CHECK(host_name_source_word(HOST_NAME_NONE) == NULL);
	hosts_free(h);
}

/* Two IPv4 addresses whose packets a router passed on: it is the router's MAC, however few they
 * are. */
static void check_passed_on(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	hosts_saw(h, at(1).bytes, mac_a, true);
	CHECK(hosts_find(h, at(1).bytes).has_mac); /* who translates addresses has one of its own */
	hosts_saw(h, at(2).bytes, mac_a, true);
	CHECK(!hosts_find(h, at(1).bytes).has_mac && !hosts_find(h, at(2).bytes).has_mac);
	hosts_saw(h, at(3).bytes, mac_b, false);
	hosts_saw(h, at(4).bytes, mac_b, false);
	CHECK(hosts_find(h, at(3).bytes).has_mac && hosts_find(h, at(4).bytes).has_mac);
	hosts_free(h);
}

/* A MAC that stands for many addresses is a router's, and says nothing of the host. */
static void check_router(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	hosts_named(h, NULL, mac_a, BYTES("router"), HOST_NAME_DHCP);
	for (uint8_t i = 1; i <= 8; i++)
		hosts_saw(h, at(i).bytes, mac_a, false);
	CHECK(hosts_find(h, at(1).bytes).has_mac);
	hosts_saw(h, at(9).bytes, mac_a, false);
	CHECK(!hosts_find(h, at(1).bytes).has_mac && is_named(h, at(1), NULL, NULL));
	hosts_free(h);
}

/* Behind a router whose MAC all frames bear, what DHCP gave to whom tells hosts apart. */
static void check_leases(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	hosts_leased(h, at(1).bytes, mac_b, (struct slice){ 0 });
	CHECK(hosts_find(h, at(1).bytes).has_mac); /* no frame of it was seen yet */
	for (uint8_t i = 1; i <= 9; i++)
		hosts_saw(h, at(i).bytes, mac_a, false);
	struct host host = hosts_find(h, at(1).bytes);

	CHECK(host.has_mac && memcmp(host.mac, mac_b, 6) == 0);
	CHECK(!hosts_find(h, at(2).bytes).has_mac);
	/* It gets another address: the same host, with its name. */
	hosts_leased(h, at(2).bytes, mac_b, (struct slice){ 0 });
	hosts_named(h, at(2).bytes, mac_b, BYTES("desk"), HOST_NAME_DHCP);
	CHECK(memcmp(hosts_find(h, at(2).bytes).mac, mac_b, 6) == 0);
	CHECK(is_named(h, at(2), "desk", "dhcp"));
	/* The address is somebody else's by now. */
	hosts_leased(h, at(2).bytes, (const uint8_t[]){ 2, 0, 0, 0, 0, 0xc }, (struct slice){ 0 });
	CHECK(hosts_find(h, at(2).bytes).mac[5] == 0xc && is_named(h, at(2), NULL, NULL));
	hosts_free(h);
}

/* A host that DHCP gives another address each day is one, whatever was seen first of each. */
static void check_lease_after_lease(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	for (uint8_t i = 1; i <= 40; i++) {
		if (i % 2)
			hosts_saw(h, at(i).bytes, mac_a, false);
		hosts_leased(h, at(i).bytes, mac_a, (struct slice){ 0 });
		hosts_saw(h, at(i).bytes, mac_a, false);
		CHECK(hosts_find(h, at(1).bytes).has_mac && hosts_find(h, at(i).bytes).has_mac);
	}
	for (uint8_t i = 50; i < 58; i++)
		hosts_saw(h, at(i).bytes, mac_a, false);
	CHECK(memcmp(hosts_find(h, at(50).bytes).mac, mac_a, 6) == 0);
	hosts_saw(h, at(58).bytes, mac_a, false);
	CHECK(!hosts_find(h, at(50).bytes).has_mac);
	hosts_free(h);
}

/* IPv6 privacy addresses: any number of them is one host, and makes no router of it. */
static void check_privacy(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);
	uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	hosts_named(h, NULL, mac_a, BYTES("laptop"), HOST_NAME_DHCP);
	hosts_saw(h, at(1).bytes, mac_a, false);
	for (uint8_t i = 1; i <= 40; i++) {
		address[15] = i;
		hosts_saw(h, address, mac_a, false);
	}
	for (uint8_t i = 1; i <= 40; i++) {
		address[15] = i;
		struct host host = hosts_find(h, address);

		CHECK(host.has_mac && memcmp(host.mac, mac_a, 6) == 0);
		CHECK(host.name != NULL && slice_is(name_text(host.name), "laptop"));
	}
	hosts_free(h);
}

/* 2001:db8:0:PREFIX::LAST */
static struct at six(uint8_t prefix, uint8_t last)
{
	return (struct at){ { 0x20, 1, 0x0d, 0xb8, 0, 0, 0, prefix, [15] = last } };
}

/* An interface identifier made of 02:00:00:00:00:LAST, in the first prefix. */
static struct at made_of(uint8_t last)
{
	return (struct at){ { 0x20, 1, 0x0d, 0xb8, [11] = 0xff, 0xfe, 0, 0, last } };
}

/* A host's MAC as long as it may be one; which address of its own, and when is it a router's? */
static void check_router_six(struct name_table *names)
{
	struct hosts *h = hosts_new(200, names, 1);
	struct at link = { { 0xfe, 0x80, [15] = 1 } };

	/* by how many prefixes: link-local ones do not count, nor addresses */
	hosts_saw(h, link.bytes, mac_a, false);
	for (uint8_t i = 1; i <= 8; i++)
		for (uint8_t j = 1; j <= 8; j++)
			hosts_saw(h, six(i, j).bytes, mac_a, false);
	CHECK(hosts_find(h, six(1, 1).bytes).has_mac);
	hosts_saw(h, six(9, 1).bytes, mac_a, false);
	CHECK(!hosts_find(h, six(1, 1).bytes).has_mac && hosts_find(h, link.bytes).has_mac);
	hosts_free(h);

	/* by identifiers that are made of others' MACs, which tell their hosts apart then */
	h = hosts_new(200, names, 1);
	hosts_saw(h, made_of(0xa).bytes, mac_a, false);
	hosts_saw(h, six(1, 1).bytes, mac_a, false);
	hosts_saw(h, made_of(7).bytes, mac_a, false);
	hosts_saw(h, made_of(7).bytes, mac_a, false);
	CHECK(memcmp(hosts_find(h, made_of(7).bytes).mac, mac_a, 6) == 0);
	hosts_saw(h, made_of(8).bytes, mac_a, false);
	CHECK(!hosts_find(h, six(1, 1).bytes).has_mac);
	CHECK(hosts_find(h, made_of(7).bytes).has_mac);
	CHECK(hosts_find(h, made_of(7).bytes).mac[5] == 7);
	hosts_free(h);

	/* by a hop limit that was counted down: of three addresses */
	h = hosts_new(200, names, 1);
	hosts_saw(h, six(1, 1).bytes, mac_a, true);
	hosts_saw(h, six(1, 1).bytes, mac_a, true);
	hosts_saw(h, six(1, 1).bytes, mac_a, true);
	hosts_saw(h, six(1, 2).bytes, mac_a, true);
	CHECK(hosts_find(h, six(1, 1).bytes).has_mac);
	hosts_saw(h, six(1, 3).bytes, mac_a, true);
	CHECK(!hosts_find(h, six(1, 1).bytes).has_mac);
	/* A tap on both sides of it: the MAC of before stays. */
	hosts_saw(h, six(1, 9).bytes, mac_b, false);
	hosts_saw(h, six(1, 9).bytes, mac_a, true);
	CHECK(memcmp(hosts_find(h, six(1, 9).bytes).mac, mac_b, 6) == 0);
	hosts_free(h);

	/* because it says so; the one IPv4 address that is seen with it may be its own */
	h = hosts_new(200, names, 1);
	hosts_saw(h, at(1).bytes, mac_a, false);
	hosts_saw(h, six(1, 1).bytes, mac_a, false);
	hosts_advertised(h, mac_a);
	CHECK(!hosts_find(h, six(1, 1).bytes).has_mac && hosts_find(h, at(1).bytes).has_mac);
	hosts_saw(h, at(2).bytes, mac_a, false);
	CHECK(!hosts_find(h, at(1).bytes).has_mac);
	hosts_free(h);
}

static void check_hop_limits(void)
{
	static const uint8_t own[] = { 0, 1, 30, 32, 64, 128, 255 }, less[] = { 63, 60, 127, 254 };

	for (size_t i = 0; i < COUNT_OF(own); i++)
		CHECK(!was_forwarded(own[i]));
	for (size_t i = 0; i < COUNT_OF(less); i++)
		CHECK(was_forwarded(less[i]));
}

/* More MACs than there is room for: a router is remembered. */
static void check_many_macs(void)
{
	struct routers *r = routers_new(1);

	routers_advertised(r, mac_a);
	for (unsigned i = 0; i < 100000; i++)
		routers_saw(r, six(1, 1).bytes,
		            (const uint8_t[]){ 2, 1, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
		                               (uint8_t)i },
		            false);
	CHECK(routers_has(r, mac_a) && !routers_has(r, mac_b));
	routers_free(r);
}

/* Where no MAC is a host's own it is what it calls itself to DHCP, whichever address it gets. */
static void check_client_ids(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);
	struct slice one = BYTES("\xff\1\2\3\4\0\2one"), two = BYTES("\0two");

	hosts_leased(h, at(1).bytes, NULL, one);
	CHECK(!hosts_find(h, at(1).bytes).has_mac);
	CHECK(slice_equal(hosts_find(h, at(1).bytes).client_id, one));
	hosts_named(h, at(1).bytes, NULL, BYTES("desk"), HOST_NAME_DHCP);
	hosts_leased(h, at(2).bytes, NULL, one);
	CHECK(slice_equal(hosts_find(h, at(2).bytes).client_id, one));
	hosts_leased(h, at(1).bytes, NULL, one); /* the same host again: its name stays */
	CHECK(is_named(h, at(1), "desk", "dhcp"));
	hosts_leased(h, at(1).bytes, NULL, two);
	CHECK(slice_equal(hosts_find(h, at(1).bytes).client_id, two));
	CHECK(is_named(h, at(1), NULL, NULL));
	/* A MAC of its own is believed more; a router's is not. */
	hosts_saw(h, at(1).bytes, mac_a, false);
	CHECK(hosts_find(h, at(1).bytes).has_mac && hosts_find(h, at(1).bytes).client_id.len == 0);
	for (uint8_t i = 10; i < 20; i++)
		hosts_saw(h, at(i).bytes, mac_a, false);
	CHECK(slice_equal(hosts_find(h, at(1).bytes).client_id, two));
	/* An id that is a MAC is that MAC. */
	hosts_leased(h, at(3).bytes, NULL, BYTES("\1\2\0\0\0\0\x0b"));
	CHECK(hosts_find(h, at(3).bytes).has_mac);
	CHECK(memcmp(hosts_find(h, at(3).bytes).mac, mac_b, 6) == 0);
	/* Who asks for others bears one MAC for all of them. */
	hosts_leased(h, at(4).bytes, mac_b, one);
	CHECK(hosts_find(h, at(4).bytes).has_mac);
	hosts_leased(h, at(5).bytes, mac_b, two);
	CHECK(slice_equal(hosts_find(h, at(4).bytes).client_id, one));
	CHECK(slice_equal(hosts_find(h, at(5).bytes).client_id, two));
	hosts_free(h);
}

/* More leases than room, and ids longer than is kept. */
static void check_many_ids(void)
{
	struct client_ids *c = client_ids_new(1);
	uint8_t id[255] = { 9 };

	for (unsigned i = 0; i < 5000; i++) {
		struct at a = { { [12] = 10, 1, (uint8_t)(i >> 8), (uint8_t)i } };

		id[1] = (uint8_t)i;
		client_ids_leased(c, a.bytes, NULL, (struct slice){ id, sizeof id });
		CHECK(client_ids_find(c, a.bytes).len == CLIENT_ID_MAX);
		CHECK(client_ids_find(c, a.bytes).ptr[1] == (uint8_t)i);
		client_ids_leased(c, a.bytes, NULL, (struct slice){ id, i % 2 });
		CHECK(client_ids_find(c, a.bytes).len == i % 2);
	}
	CHECK(client_ids_find(c, (struct at){ { [12] = 10, 1, 0, 0 } }.bytes).len == 0);
	client_ids_free(c);
}

/* Seen behind two MACs in turn, as a tap on both sides of a switch sees it: still two hosts' MACs.
 */
static void check_moving(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	for (unsigned i = 0; i < 100; i++)
		hosts_saw(h, at(1).bytes, i % 2 ? mac_a : mac_b, false);
	CHECK(hosts_find(h, at(1).bytes).has_mac);
	CHECK(memcmp(hosts_find(h, at(1).bytes).mac, mac_a, 6) == 0);
	hosts_free(h);
}

/* More hosts than room: those first seen longest ago are gone, and their names with them. */
static void check_full(struct name_table *names)
{
	for (size_t capacity = 1; capacity < 6; capacity++) {
		struct hosts *h = hosts_new(capacity, names, 1);

		for (unsigned i = 0; i < 50; i++) {
			hosts_saw(h, at((uint8_t)i).bytes, i % 3 ? mac_a : NULL, false);
			hosts_named(h, at((uint8_t)i).bytes, i % 5 ? NULL : mac_b, BYTES("me"),
			            HOST_NAME_DHCP);
			/* Its address, its MAC and the one it is named by: three at a time. */
			CHECK(capacity < 3 || is_named(h, at((uint8_t)i), "me", "dhcp"));
		}
		CHECK(is_named(h, at(0), NULL, NULL));
		hosts_free(h);
	}
	CHECK(name_table_count(names) == 0);
}

static const struct {
	uint8_t address[16];
	bool is_private, is_group, is_sinkhole;
} addresses[] = {
	{ { [10] = 0xff, 0xff, 10, 0, 0, 1 }, true, false, false },
	{ { [10] = 0xff, 0xff, 172, 15, 255, 255 }, false, false, false },
	{ { [10] = 0xff, 0xff, 172, 16, 0, 0 }, true, false, false },
	{ { [10] = 0xff, 0xff, 172, 31, 255, 255 }, true, false, false },
	{ { [10] = 0xff, 0xff, 172, 32, 0, 0 }, false, false, false },
	{ { [10] = 0xff, 0xff, 192, 168, 3, 4 }, true, false, false },
	{ { [10] = 0xff, 0xff, 100, 64, 0, 1 }, true, false, false },
	{ { [10] = 0xff, 0xff, 100, 128, 0, 1 }, false, false, false },
	{ { [10] = 0xff, 0xff, 127, 1, 2, 3 }, true, false, true },
	{ { [10] = 0xff, 0xff, 0, 0, 0, 0 }, false, false, true },
	{ { [10] = 0xff, 0xff, 224, 0, 0, 251 }, false, true, false },
	{ { [10] = 0xff, 0xff, 255, 255, 255, 255 }, false, true, false },
	{ { [10] = 0xff, 0xff, 8, 8, 8, 8 }, false, false, false },
	{ { 0xfd, 1 }, true, false, false },
	{ { 0xfe, 0x80, [15] = 9 }, true, false, false },
	{ { 0xfe, 0xc0 }, false, false, false },
	{ { 0xff, 2, [15] = 0xfb }, false, true, false },
	{ { 0x20, 1 }, false, false, false },
	{ { [15] = 1 }, true, false, true },
	{ { 0 }, false, false, true },
};

static void check_addresses(void)
{
	uint8_t out[16];

	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		const uint8_t *a = addresses[i].address;

		CHECK(address_is_private(a) == addresses[i].is_private);
		CHECK(address_is_group(a) == addresses[i].is_group);
		CHECK(address_is_sinkhole(a) == addresses[i].is_sinkhole);
	}
	address_from_wire((const uint8_t[]){ 10, 0, 0, 1 }, 4, out);
	CHECK(address_equal(out, addresses[0].address));
	address_from_wire(addresses[13].address, 16, out);
	CHECK(address_equal(out, addresses[13].address));
	address_from_wire(addresses[13].address, 7, out);
	CHECK(address_is_zero(out));
	CHECK(address_in(out, &(struct address_prefix){ { 0xff }, 0 }));
}

int main(void)
{
	struct budget budget = { .limit = SIZE_MAX };
	struct feed_set *feeds = feed_builder_finish(feed_builder_new());
	struct name_table *names = name_table_new(&budget, feeds, 5);

	check_addresses();
	check_names(names);
	check_passed_on(names);
	check_router(names);
	check_leases(names);
	check_privacy(names);
	check_router_six(names);
	check_hop_limits();
	check_many_macs();
	check_client_ids(names);
	check_many_ids();
	check_lease_after_lease(names);
	check_moving(names);
	check_full(names);
	name_table_free(names);
	CHECK(budget.used == 0);
	feed_set_free(feeds);
	return 0;
}
