/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

enum { SNI_END = 91 }; /* cuts of `hello` from here on have the whole name in them */

static enum parse probe_hello(struct slice bytes)
{
	struct tls_hello out;

	return dissect_tls_hello(bytes, &out);
}

static enum parse probe_client(struct slice bytes)
{
	uint8_t memory[512];
	struct scratch join = { memory, sizeof memory, 0 };
	struct tls_hello out;

	return dissect_tls_client(bytes, &join, &out, NULL);
}

static const struct specimen specimens[] = {
	{ "hello", probe_hello, BYTES(hello), PARSE_SHORT, 0, 0 },
	{ "old hello", probe_hello, BYTES(old_hello), PARSE_SHORT, 0, 0 },
	{ "client", probe_client, BYTES(client), PARSE_SHORT, 0, 0 },
	{ "split client", probe_client, BYTES(split_client), PARSE_SHORT, 0, 0 },
	{ "SSL 2 client", probe_client, BYTES(ssl2_client), PARSE_SHORT, 0, 0 },
};

static void check_modern(const struct tls_hello *h)
{
	CHECK(h->legacy_version == TLS_1_2 && h->version == TLS_1_3);
	CHECK(is_text(h->sni, "analytics.example"));
	CHECK(h->alpn_count == 2 && is_text(h->alpn[0], "h2") && is_text(h->alpn[1], "http/1.1"));
	CHECK(h->session_id.len == 8 && h->ciphers.len == 8 && h->groups.len == 8);
	CHECK(h->signature_schemes.len == 6 && h->key_share_groups.len == 25);
	CHECK(h->has_post_quantum_share && !h->has_quic_parameters);
	CHECK(h->has_ech && !h->ech_is_inner && h->ech_config_id == 0x2a);
	CHECK(h->ech_kdf == 1 && h->ech_aead == 3);
}

static void test_hello(void)
{
	struct tls_hello out;

	CHECK(dissect_tls_hello(BYTES(hello), &out) == PARSE_OK);
	check_modern(&out);
	CHECK(dissect_tls_hello(BYTES(old_hello), &out) == PARSE_OK);
	CHECK(out.version == TLS_1_0 && out.sni.len == 0 && !out.has_ech);
	CHECK(dissect_tls_hello(BYTES(bad_alpn_hello), &out) == PARSE_BROKEN);
	CHECK(is_text(out.sni, "analytics.example"));
	CHECK(dissect_tls_hello(text("\x02\x00\x00\x01\x00"), &out) == PARSE_FOREIGN);
}

/* What was whole before the cut is there, and no part of a name is taken for one. */
static void test_cut_names(void)
{
	struct tls_hello out;

	for (size_t len = 0; len < sizeof hello; len++) {
		CHECK(dissect_tls_hello((struct slice){ hello, len }, &out) == PARSE_SHORT);
		CHECK(out.sni.len == 0 || is_text(out.sni, "analytics.example"));
		CHECK(len < SNI_END || out.sni.len > 0);
	}
}

static const struct {
	const char *name;
	struct slice stream;
	size_t room;
	enum parse expected;
	bool has_sni;
} clients[] = {
	{ "one record needs no room", BYTES(client), 0, PARSE_OK, true },
	{ "three records", BYTES(split_client), 512, PARSE_OK, true },
	{ "no room for the end", BYTES(split_client), 100, PARSE_BROKEN, true },
	{ "no room for the name", BYTES(split_client), 60, PARSE_BROKEN, false },
	{ "cut after the name", { client, 100 }, 0, PARSE_SHORT, true },
	{ "nothing yet", { client, 0 }, 0, PARSE_SHORT, false },
	{ "the server's side", BYTES(server_13), 512, PARSE_FOREIGN, false },
};

static void test_clients(void)
{
	for (size_t i = 0; i < COUNT_OF(clients); i++) {
		uint8_t memory[512];
		struct scratch join = { memory, clients[i].room, 0 };
		struct tls_hello out;
		size_t consumed;
		enum parse got = dissect_tls_client(clients[i].stream, &join, &out, &consumed);

		if (got != clients[i].expected || (out.sni.len > 0) != clients[i].has_sni)
			fprintf(stderr, "%s: %d\n", clients[i].name, (int)got);
		CHECK(got == clients[i].expected);
		CHECK((out.sni.len > 0) == clients[i].has_sni);
		CHECK(got != PARSE_OK || consumed == clients[i].stream.len);
	}
}

/* Said at the byte that says it, and not before. */
static const struct {
	const char *bytes;
	size_t len, foreign_from;
} foreigners[] = {
	{ "GET / HTTP/1.1", 14, 1 },
	{ "SSH-2.0-x", 9, 1 },
	{ "\x16\x05\x01", 3, 2 },
	{ "\x16\x03\x09", 3, 3 },
	{ "\x16\x03\x01\xff\xff", 5, 5 },
	{ "\x16\x03\x01\x00\x05\x02", 6, 6 },
	{ "\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x07", 10, 10 },
	{ "\x16\x03\x01\x00\x30\x01\xff\x00\x2c", 9, 9 },
	{ "\x80\x2e\x04", 3, 3 },
	{ "\x80\x2e\x01\x00\x02", 5, 4 },
	{ "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x11", 11, 11 },
};

static void test_foreigners(void)
{
	for (size_t i = 0; i < COUNT_OF(foreigners); i++) {
		const uint8_t *bytes = (const uint8_t *)foreigners[i].bytes;

		for (size_t len = 0; len <= foreigners[i].len; len++) {
			enum parse got = probe_client((struct slice){ bytes, len });

			CHECK((got == PARSE_FOREIGN) == (len >= foreigners[i].foreign_from));
		}
	}
}

static void test_ssl2(void)
{
	struct scratch join = { 0 };
	struct tls_hello out;
	size_t consumed;

	CHECK(dissect_tls_client(BYTES(ssl2_client), &join, &out, &consumed) == PARSE_OK);
	CHECK(out.version == TLS_1_0 && out.ciphers.len == 0 && consumed == sizeof ssl2_client);
}

enum { BIG_RECORD = 16384, BIG_HELLO = 4 + 2 + 32 + 1 + 2 + 2 + 2 + 2 + 4 + 60000 };

static size_t put_record(uint8_t *to, const uint8_t *bytes, size_t len)
{
	const uint8_t header[] = { 22, 3, 1, (uint8_t)(len >> 8), (uint8_t)len };

	memcpy(to, header, sizeof header);
	memcpy(to + sizeof header, bytes, len);
	return sizeof header + len;
}

/* 60 kB of padding before the name, in records as big as they may be. */
static void test_big_hello(void)
{
	static const uint8_t name[] = { 0, 0, 0, 6, 0, 4, 0, 0, 1, 'x' };
	static uint8_t message[BIG_HELLO + sizeof name], stream[sizeof message + 100];
	static uint8_t memory[sizeof message];
	size_t exts = 4 + 60000 + sizeof name, body = sizeof message - 4, used = 0;
	struct scratch join = { memory, sizeof memory, 0 };
	struct tls_hello out;

	memcpy(message, (uint8_t[]){ 1, 0, (uint8_t)(body >> 8), (uint8_t)body, 3, 3 }, 6);
	memcpy(message + 39, (uint8_t[]){ 0, 2, 0x13, 1, 1, 0 }, 6);
	memcpy(message + 45, (uint8_t[]){ (uint8_t)(exts >> 8), (uint8_t)exts }, 2);
	memcpy(message + 47, (uint8_t[]){ 0, 21, 60000 >> 8, 60000 & 0xff }, 4);
	memcpy(message + 51 + 60000, name, sizeof name);
	for (size_t at = 0; at < sizeof message; at += BIG_RECORD)
		used += put_record(stream + used, message + at,
		                   sizeof message - at < BIG_RECORD ? sizeof message - at
		                                                    : BIG_RECORD);
	CHECK(dissect_tls_client((struct slice){ stream, used }, &join, &out, NULL) == PARSE_OK);
	CHECK(is_text(out.sni, "x"));
	CHECK(join.used == sizeof message);
}

static const struct {
	uint16_t group;
	bool expected;
} groups[] = {
	{ 0x11eb, true },  { 0x11ec, true },  { 0x11ed, true },  { 0x6399, true },
	{ 0x0200, true },  { 0x0201, true },  { 0x0202, true },  { 0x4138, true },
	{ 0x001d, false }, { 0x0017, false }, { 0x0100, false }, { 0x0203, false },
	{ 0x2a2a, false },
};

static void test_post_quantum(void)
{
	uint8_t message[sizeof old_hello + 2 + 4 + 2 + 5];
	const size_t body = sizeof message - 4;

	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		const uint8_t share[] = { 0,
			                  11,
			                  0,
			                  0x33,
			                  0,
			                  7,
			                  0,
			                  5,
			                  (uint8_t)(groups[i].group >> 8),
			                  (uint8_t)groups[i].group,
			                  0,
			                  1,
			                  9 };
		struct tls_hello out;

		memcpy(message, old_hello, sizeof old_hello);
		message[3] = (uint8_t)body;
		memcpy(message + sizeof old_hello, share, sizeof share);
		CHECK(dissect_tls_hello(BYTES(message), &out) == PARSE_OK);
		CHECK(out.has_post_quantum_share == groups[i].expected);
	}
}

int main(void)
{
	test_hello();
	test_cut_names();
	test_clients();
	test_foreigners();
	test_ssl2();
	test_big_hello();
	test_post_quantum();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}
