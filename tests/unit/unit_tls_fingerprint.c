/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls_fingerprint.h"

#include "tests/check.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

/* FoxIO's published example (t13d1516h2_8daaf6152771_e5627efa2ab1), in another order and with
 * GREASE. */
static const uint8_t published_ciphers[] = {
	0x1a, 0x1a, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0,
	0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x13,
	0xc0, 0x14, 0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f, 0x00, 0x35,
};
static const uint8_t published_extensions[] = {
	0x2a, 0x2a, 0, 0, 0x00, 0x2d, 0, 0, 0x00, 0x12, 0, 0, 0x00, 0x0b, 0, 0, 0x44, 0x69, 0, 0,
	0x00, 0x1b, 0, 0, 0xff, 0x01, 0, 0, 0x00, 0x33, 0, 0, 0x00, 0x0d, 0, 0, 0x00, 0x10, 0, 0,
	0x00, 0x05, 0, 0, 0x00, 0x0a, 0, 0, 0x00, 0x17, 0, 0, 0x00, 0x2b, 0, 0, 0x00, 0x23, 0, 0,
	0x00, 0x00, 0, 0, 0x00, 0x15, 0, 0, 0xfa, 0xfa, 0, 0,
};
static const uint8_t published_schemes[] = { 0x3a, 0x3a, 4, 3, 8, 4, 4, 1, 5,
	                                     3,    8,    5, 5, 1, 8, 6, 6, 1 };

static void test_published(void)
{
	uint8_t memory[FINGERPRINT_TEXT_MAX];
	struct scratch to = { memory, sizeof memory, 0 };
	struct ja4_raw out;
	struct tls_hello h = { .version = TLS_1_3,
		               .ciphers = BYTES(published_ciphers),
		               .extensions = BYTES(published_extensions),
		               .signature_schemes = BYTES(published_schemes),
		               .alpn = { text("h2") },
		               .alpn_count = 1 };

	CHECK(dissect_ja4_raw(&h, 't', &to, &out));
	CHECK(is_text(out.head, "t13d1516h2"));
	CHECK(is_text(out.ciphers,
	              "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,"
	              "cca8,cca9"));
	CHECK(is_text(out.extensions, "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,"
	                              "4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601"));
	CHECK(out.text.len == out.head.len + out.ciphers.len + out.extensions.len + 2);
	CHECK(out.text.ptr == memory && out.text.len == to.used);
}

static void test_specimen(void)
{
	uint8_t memory[FINGERPRINT_TEXT_MAX];
	struct scratch to = { memory, sizeof memory, 0 };
	struct ja4_raw ja4;
	struct slice ja3;
	struct tls_hello h;

	CHECK(dissect_tls_hello(BYTES(hello), &h) == PARSE_OK);
	CHECK(dissect_ja4_raw(&h, 'q', &to, &ja4));
	CHECK(is_text(ja4.text, "q13d0309h2_1301,1302,c02b_000a,000b,000d,0017,002b,0033,fe0d_0403,"
	                        "0804,0401"));
	CHECK(dissect_ja3_raw(&h, &to, &ja3));
	CHECK(is_text(ja3, "771,4865-4866-49195,0-23-10-11-16-13-51-43-65037,4588-29-23,0"));
	CHECK(dissect_tls_hello(BYTES(old_hello), &h) == PARSE_OK);
	CHECK(dissect_ja4_raw(&h, 't', &to, &ja4));
	CHECK(is_text(ja4.head, "t10i030000") && ja4.extensions.len == 0);
	CHECK(dissect_ja3_raw(&h, &to, &ja3) && is_text(ja3, "769,4865-4866-49195,,,"));
}

static const struct {
	const char *alpn;
	const char *expected;
} alpns[] = {
	{ "h2", "h2" },
	{ "http/1.1", "h1" },
	{ "h", "hh" },
	{ "", "00" },
	{ "\xab", "ab" },
	{ "\xab\xcd", "ad" },
	{ "\x30\xab", "3b" },
	{ "\x30\x31\xab\xcd", "3d" },
	{ "\x30\xab\xcd\x31", "01" },
	{ "\x0a\x0a", "0a" },
};

static const struct {
	uint16_t version;
	const char *expected;
} versions[] = {
	{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" }, { 0x0301, "10" }, { 0x0300, "s3" },
	{ 0x0002, "s2" }, { 0xfeff, "d1" }, { 0xfefd, "d2" }, { 0xfefc, "d3" }, { 0x7f1c, "00" },
};

static void check_head(const struct tls_hello *h, size_t at, const char *expected)
{
	uint8_t memory[64];
	struct scratch to = { memory, sizeof memory, 0 };
	struct ja4_raw out;

	CHECK(dissect_ja4_raw(h, 't', &to, &out));
	CHECK(slice_equal(slice_head(slice_skip(out.head, at), 2), text(expected)));
}

static void test_heads(void)
{
	for (size_t i = 0; i < COUNT_OF(alpns); i++) {
		struct tls_hello h = { .alpn = { text(alpns[i].alpn) }, .alpn_count = 1 };

		check_head(&h, 8, alpns[i].expected);
	}
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		struct tls_hello h = { .version = versions[i].version };

		check_head(&h, 1, versions[i].expected);
	}
}

/* Too long, odd, or no room: none, and the scratch is as it was. 99 is the most that is counted. */
static void test_limits(void)
{
	static uint8_t list[2 * FINGERPRINT_LIST_MAX + 2], memory[FINGERPRINT_TEXT_MAX];
	struct scratch to = { memory, sizeof memory, 0 };
	struct ja4_raw out;
	struct slice ja3;
	struct tls_hello h = { .ciphers = { list, sizeof list - 2 } };

	for (size_t i = 0; i < sizeof list; i++) /* falling, and none of them GREASE */
		list[i] = i % 2 == 0 ? (uint8_t)(0x50 - i / 64) : (uint8_t)(0xff - i % 64);
	CHECK(dissect_ja4_raw(&h, 't', &to, &out));
	CHECK(is_text(out.head, "t00i990000"));
	for (size_t at = 5; at + 4 <= out.ciphers.len; at += 5)
		CHECK(memcmp(out.ciphers.ptr + at - 5, out.ciphers.ptr + at, 4) <= 0);
	to.used = 0;
	h.ciphers.len = sizeof list;
	CHECK(!dissect_ja4_raw(&h, 't', &to, &out) && to.used == 0);
	CHECK(!dissect_ja3_raw(&h, &to, &ja3) && to.used == 0);
	h.ciphers.len = 3;
	CHECK(!dissect_ja4_raw(&h, 't', &to, &out) && to.used == 0);
	h.ciphers.len = 4;
	for (to.room = 0; to.room < 21; to.room++)
		CHECK(!dissect_ja4_raw(&h, 't', &to, &out) && to.used == 0);
	CHECK(dissect_ja4_raw(&h, 't', &to, &out) && to.used == 21);
}

int main(void)
{
	test_published();
	test_specimen();
	test_heads();
	test_limits();
	return 0;
}
