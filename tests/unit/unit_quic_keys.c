/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic_keys.h"

#include "dissect/gquic.h"
#include "dissect/tls.h"
#include "tests/check.h"
#include "tests/unit/expect.h"
#include "tests/unit/quic_specimens.h"
#include "tests/unit/tls_specimens.h"

static const uint8_t rfc_dcid[] = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 };

/* RFC 9001 and RFC 9369, appendix A.1 */
static const struct {
	uint32_t version;
	enum quic_side side;
	struct quic_keys keys;
} derivations[] = {
	{ 1,
	  QUIC_CLIENT,
	  { { 0x1f, 0x36, 0x96, 0x13, 0xdd, 0x76, 0xd5, 0x46, 0x77, 0x30, 0xef, 0xcb, 0xe3, 0xb1,
	      0xa2, 0x2d },
	    { 0xfa, 0x04, 0x4b, 0x2f, 0x42, 0xa3, 0xfd, 0x3b, 0x46, 0xfb, 0x25, 0x5c },
	    { 0x9f, 0x50, 0x44, 0x9e, 0x04, 0xa0, 0xe8, 0x10, 0x28, 0x3a, 0x1e, 0x99, 0x33, 0xad,
	      0xed, 0xd2 } } },
	{ 1,
	  QUIC_SERVER,
	  { { 0xcf, 0x3a, 0x53, 0x31, 0x65, 0x3c, 0x36, 0x4c, 0x88, 0xf0, 0xf3, 0x79, 0xb6, 0x06,
	      0x7e, 0x37 },
	    { 0x0a, 0xc1, 0x49, 0x3c, 0xa1, 0x90, 0x58, 0x53, 0xb0, 0xbb, 0xa0, 0x3e },
	    { 0xc2, 0x06, 0xb8, 0xd9, 0xb9, 0xf0, 0xf3, 0x76, 0x44, 0x43, 0x0b, 0x49, 0x0e, 0xea,
	      0xa3, 0x14 } } },
	{ 0x6b3343cf,
	  QUIC_CLIENT,
	  { { 0x8b, 0x1a, 0x0b, 0xc1, 0x21, 0x28, 0x42, 0x90, 0xa2, 0x9e, 0x09, 0x71, 0xb5, 0xcd,
	      0x04, 0x5d },
	    { 0x91, 0xf7, 0x3e, 0x23, 0x51, 0xd8, 0xfa, 0x91, 0x66, 0x0e, 0x90, 0x9f },
	    { 0x45, 0xb9, 0x5e, 0x15, 0x23, 0x5d, 0x6f, 0x45, 0xa6, 0xb1, 0x9c, 0xbc, 0xb0, 0x29,
	      0x4b, 0xa9 } } },
	{ 0x6b3343cf,
	  QUIC_SERVER,
	  { { 0x82, 0xdb, 0x63, 0x78, 0x61, 0xd5, 0x5e, 0x1d, 0x01, 0x1f, 0x19, 0xea, 0x71, 0xd5,
	      0xd2, 0xa7 },
	    { 0xdd, 0x13, 0xc2, 0x76, 0x49, 0x9c, 0x02, 0x49, 0xd3, 0x31, 0x06, 0x52 },
	    { 0xed, 0xf6, 0xd0, 0x5c, 0x83, 0x12, 0x12, 0x01, 0xb4, 0x36, 0xe1, 0x68, 0x77, 0x59,
	      0x3c, 0x3a } } },
};

static void test_derive(struct quic_crypto_context *c)
{
	struct quic_keys keys;

	for (size_t i = 0; i < COUNT_OF(derivations); i++) {
		CHECK(quic_keys_derive(c, derivations[i].version, BYTES(rfc_dcid),
		                       derivations[i].side, &keys));
		CHECK(memcmp(&keys, &derivations[i].keys, sizeof keys) == 0);
	}
	CHECK(!quic_keys_derive(c, 0x1a2a3a4a, BYTES(rfc_dcid), QUIC_CLIENT, &keys));
	CHECK(!quic_keys_derive(c, 0x51303433, BYTES(rfc_dcid), QUIC_CLIENT, &keys));
}

/* `at` is how many packets come before the Initial; `opens` what the plaintext begins with. */
static const struct {
	const char *name;
	struct slice datagram;
	int at;
	uint32_t version; /* to derive with */
	enum quic_side side;
	enum parse expected;
	size_t plain_len;
	struct slice opens;
} packets[] = {
	{ "v1 client", BYTES(rfc9001_client), 0, 1, QUIC_CLIENT, PARSE_OK, 1162,
	  BYTES(rfc_client_frames) },
	{ "v2 client", BYTES(rfc9369_client), 0, 0x6b3343cf, QUIC_CLIENT, PARSE_OK, 1162,
	  BYTES(rfc_client_frames) },
	{ "v1 server",
	  BYTES(rfc9001_server),
	  0,
	  1,
	  QUIC_SERVER,
	  PARSE_OK,
	  99,
	  { (const uint8_t *)"\x02\x00\x00\x00\x00\x06\x00\x40\x5a\x02", 10 } },
	{ "v2 server",
	  BYTES(rfc9369_server),
	  0,
	  0x6b3343cf,
	  QUIC_SERVER,
	  PARSE_OK,
	  99,
	  { (const uint8_t *)"\x02\x00\x00\x00\x00\x06\x00\x40\x5a\x02", 10 } },
	{ "server with the client's keys",
	  BYTES(rfc9001_server),
	  0,
	  1,
	  QUIC_CLIENT,
	  PARSE_FOREIGN,
	  0,
	  { 0 } },
	{ "v1 with the keys of v2",
	  BYTES(rfc9001_client),
	  0,
	  0x6b3343cf,
	  QUIC_CLIENT,
	  PARSE_FOREIGN,
	  0,
	  { 0 } },
	{ "behind 0-RTT, with a token", BYTES(coalesced), 1, 1, QUIC_CLIENT, PARSE_OK,
	  sizeof shuffled_frames, BYTES(shuffled_frames) },
	{ "greased", BYTES(greased), 0, 1, QUIC_CLIENT, PARSE_OK, sizeof shuffled_frames,
	  BYTES(shuffled_frames) },
	{ "cut",
	  { rfc9001_client, 400 },
	  0,
	  1,
	  QUIC_CLIENT,
	  PARSE_SHORT,
	  378,
	  BYTES(rfc_client_frames) },
	{ "cut before the sample's end",
	  { rfc9001_client, 37 },
	  0,
	  1,
	  QUIC_CLIENT,
	  PARSE_BROKEN,
	  0,
	  { 0 } },
};

static void test_open(struct quic_crypto_context *c)
{
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		uint8_t memory[1200];
		struct scratch plain = { memory, sizeof memory, 0 };
		struct slice rest = packets[i].datagram, out;
		struct quic_packet packet;
		struct quic_keys keys;

		for (int p = 0; p <= packets[i].at; p++)
			(void)dissect_quic(&rest, &packet);
		CHECK(quic_keys_derive(c, packets[i].version, BYTES(rfc_dcid), packets[i].side,
		                       &keys));
		enum parse got = quic_keys_open(c, &keys, &packet, &plain, &out);

		if (got != packets[i].expected)
			fprintf(stderr, "%s: %d\n", packets[i].name, (int)got);
		CHECK(got == packets[i].expected);
		CHECK(out.len == packets[i].plain_len && plain.used == out.len);
		CHECK(slice_equal(slice_head(out, packets[i].opens.len), packets[i].opens));
	}
}

/* What opens is never taken for foreign; the keys are those of quic_keys_derive(). */
static void test_try(struct quic_crypto_context *c)
{
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		struct slice rest = packets[i].datagram;
		struct quic_packet packet;
		struct quic_keys keys, tried;

		for (int p = 0; p <= packets[i].at; p++)
			(void)dissect_quic(&rest, &packet);
		packet.dcid = BYTES(rfc_dcid);
		enum parse got =
		        quic_keys_try(c, packets[i].version, packets[i].side, &packet, &tried);

		if (packets[i].expected != PARSE_OK)
			continue;
		CHECK(got == PARSE_OK);
		CHECK(quic_keys_derive(c, packets[i].version, BYTES(rfc_dcid), packets[i].side,
		                       &keys));
		CHECK(memcmp(&keys, &tried, sizeof keys) == 0);
	}
}

/* Of ids that are not the packet's one in a hundred is not told at once: 1/4 by 9/256. */
static void test_try_others(struct quic_crypto_context *c)
{
	enum { IDS = 4096, MOST = IDS / 50 };
	uint8_t id[8] = { 0 };
	struct slice rest = BYTES(rfc9001_client);
	struct quic_packet packet;
	struct quic_keys keys;
	size_t passed = 0;

	CHECK(dissect_quic(&rest, &packet) == PARSE_OK);
	packet.dcid = BYTES(id);
	for (unsigned i = 0; i < IDS; i++) {
		id[0] = (uint8_t)i;
		id[1] = (uint8_t)(i >> 8);
		enum parse got = quic_keys_try(c, 1, QUIC_CLIENT, &packet, &keys);

		CHECK(got == PARSE_OK || got == PARSE_FOREIGN);
		passed += got == PARSE_OK;
	}
	CHECK(passed > 0 && passed < MOST);
	CHECK(quic_keys_try(c, 0x1a2a3a4a, QUIC_CLIENT, &packet, &keys) == PARSE_BROKEN);
	packet.bytes.len = packet.number_at + 19;
	CHECK(quic_keys_try(c, 1, QUIC_CLIENT, &packet, &keys) == PARSE_BROKEN);
}

static void test_no_room(struct quic_crypto_context *c)
{
	uint8_t memory[1161];
	struct scratch plain = { memory, sizeof memory, 0 };
	struct slice rest = BYTES(rfc9001_client), out;
	struct quic_packet packet;

	CHECK(dissect_quic(&rest, &packet) == PARSE_OK);
	CHECK(quic_keys_open(c, &derivations[0].keys, &packet, &plain, &out) == PARSE_BROKEN);
	CHECK(plain.used == 0 && out.len == 0);
}

static const struct quic_crypto *find_offset(const struct quic_frames *f, uint32_t offset)
{
	for (uint8_t i = 0; i < f->count; i++)
		if (f->crypto[i].offset == offset)
			return &f->crypto[i];
	return NULL;
}

/* The whole way: datagram, keys, frames in shuffled order, hello. */
static void test_hello(struct quic_crypto_context *c)
{
	uint8_t memory[1200], stream[sizeof hello];
	struct scratch plain = { memory, sizeof memory, 0 };
	struct slice rest = BYTES(greased), opened;
	struct quic_packet packet;
	struct quic_keys keys;
	struct quic_frames f;
	struct tls_hello out;
	size_t len = 0;

	CHECK(dissect_quic(&rest, &packet) == PARSE_OK);
	CHECK(quic_keys_derive(c, 1, packet.dcid, QUIC_CLIENT, &keys));
	CHECK(quic_keys_open(c, &keys, &packet, &plain, &opened) == PARSE_OK);
	CHECK(dissect_quic_frames(opened, &f) == PARSE_OK);
	for (const struct quic_crypto *p = find_offset(&f, 0); p != NULL;
	     p = find_offset(&f, (uint32_t)len)) {
		memcpy(stream + len, p->bytes.ptr, p->bytes.len);
		len += p->bytes.len;
	}
	CHECK(dissect_tls_hello((struct slice){ stream, len }, &out) == PARSE_OK);
	CHECK(is_text(out.sni, "analytics.example"));
}

static void test_google(struct quic_crypto_context *c)
{
	uint8_t memory[1200];
	struct scratch plain = { memory, sizeof memory, 0 };
	struct slice rest = BYTES(google_q050), opened;
	struct quic_packet packet;
	struct quic_keys keys;
	struct quic_frames f;
	struct gquic_hello out;

	CHECK(dissect_quic(&rest, &packet) == PARSE_OK);
	CHECK(quic_keys_derive(c, packet.version, packet.dcid, QUIC_CLIENT, &keys));
	CHECK(quic_keys_open(c, &keys, &packet, &plain, &opened) == PARSE_OK);
	CHECK(dissect_quic_frames(opened, &f) == PARSE_OK && f.count == 1);
	CHECK(dissect_gquic_hello(f.crypto[0].bytes, &out) == PARSE_OK);
	CHECK(is_text(out.sni, "analytics.example"));
}

int main(void)
{
	struct quic_crypto_context *c = quic_crypto_context_new();

	CHECK(c != NULL);
	test_derive(c);
	test_open(c);
	test_try(c);
	test_try_others(c);
	test_no_room(c);
	test_hello(c);
	test_google(c);
	quic_crypto_context_free(c);
	quic_crypto_context_free(NULL);
	return 0;
}
