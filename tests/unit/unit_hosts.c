/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/hosts.h"

#include "sensor/flow/address.h"
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
	hosts_saw(h, at(2).bytes, mac_a);
	CHECK(is_named(h, at(2), "phone", "dhcp"));
	CHECK(hosts_find(h, at(2).bytes).has_mac);
	hosts_saw(h, at(3).bytes, NULL);
	CHECK(!hosts_find(h, at(3).bytes).has_mac);
	CHECK(host_name_source_word(HOST_NAME_NONE) == NULL);
	hosts_free(h);
}

/* A MAC that stands for many addresses is a router's, and says nothing of the host. */
static void check_router(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	hosts_named(h, NULL, mac_a, BYTES("router"), HOST_NAME_DHCP);
	for (uint8_t i = 1; i <= 8; i++)
		hosts_saw(h, at(i).bytes, mac_a);
	CHECK(hosts_find(h, at(1).bytes).has_mac);
	hosts_saw(h, at(9).bytes, mac_a);
	CHECK(!hosts_find(h, at(1).bytes).has_mac && is_named(h, at(1), NULL, NULL));
	hosts_free(h);
}

/* Behind a router whose MAC all frames bear, what DHCP gave to whom tells hosts apart. */
static void check_leases(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	hosts_leased(h, at(1).bytes, mac_b);
	CHECK(hosts_find(h, at(1).bytes).has_mac); /* no frame of it was seen yet */
	for (uint8_t i = 1; i <= 9; i++)
		hosts_saw(h, at(i).bytes, mac_a);
	struct host host = hosts_find(h, at(1).bytes);

	CHECK(host.has_mac && memcmp(host.mac, mac_b, 6) == 0);
	CHECK(!hosts_find(h, at(2).bytes).has_mac);
	/* It gets another address: the same host, with its name. */
	hosts_leased(h, at(2).bytes, mac_b);
	hosts_named(h, at(2).bytes, mac_b, BYTES("desk"), HOST_NAME_DHCP);
	CHECK(memcmp(hosts_find(h, at(2).bytes).mac, mac_b, 6) == 0);
	CHECK(is_named(h, at(2), "desk", "dhcp"));
	/* The address is somebody else's by now. */
	hosts_leased(h, at(2).bytes, (const uint8_t[]){ 2, 0, 0, 0, 0, 0xc });
	CHECK(hosts_find(h, at(2).bytes).mac[5] == 0xc && is_named(h, at(2), NULL, NULL));
	hosts_free(h);
}

/* IPv6 privacy addresses: any number of them is one host, and makes no router of it. */
static void check_privacy(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);
	uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	hosts_named(h, NULL, mac_a, BYTES("laptop"), HOST_NAME_DHCP);
	hosts_saw(h, at(1).bytes, mac_a);
	for (uint8_t i = 1; i <= 40; i++) {
		address[15] = i;
		hosts_saw(h, address, mac_a);
	}
	for (uint8_t i = 1; i <= 40; i++) {
		address[15] = i;
		struct host host = hosts_find(h, address);

		CHECK(host.has_mac && memcmp(host.mac, mac_a, 6) == 0);
		CHECK(host.name != NULL && slice_is(name_text(host.name), "laptop"));
	}
	hosts_free(h);
}

/* Seen behind two MACs in turn, as a tap on both sides of a switch sees it: still two hosts' MACs.
 */
static void check_moving(struct name_table *names)
{
	struct hosts *h = hosts_new(100, names, 1);

	for (unsigned i = 0; i < 100; i++)
		hosts_saw(h, at(1).bytes, i % 2 ? mac_a : mac_b);
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
			hosts_saw(h, at((uint8_t)i).bytes, i % 3 ? mac_a : NULL);
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
	check_router(names);
	check_leases(names);
	check_privacy(names);
	check_moving(names);
	check_full(names);
	name_table_free(names);
	CHECK(budget.used == 0);
	feed_set_free(feeds);
	return 0;
}
