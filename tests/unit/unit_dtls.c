/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dtls.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

static enum parse probe(struct slice datagram)
{
	struct dtls_fragments out;

	return dissect_dtls_fragments(datagram, &out);
}

static const struct specimen specimens[] = {
	{ "DTLS hello", probe, BYTES(dtls_hello), PARSE_BROKEN, 0, 0 },
	/* the second record may be missing as a whole */
	{ "DTLS in pieces", probe, BYTES(dtls_split), PARSE_BROKEN, 0, 13 + 12 + 50 + 12 + 30 },
};

static void test_whole(void)
{
	struct dtls_fragments f;
	struct tls_hello out;

	CHECK(dissect_dtls_fragments(BYTES(dtls_hello), &f) == PARSE_OK);
	CHECK(f.count == 1 && f.fragment[0].type == DTLS_CLIENT_HELLO && f.fragment[0].number == 1);
	CHECK(f.fragment[0].bytes.len == f.fragment[0].length && f.fragment[0].offset == 0);
	CHECK(dissect_dtls_hello(f.fragment[0].bytes, f.fragment[0].length, &out) == PARSE_OK);
	CHECK(is_text(out.sni, "analytics.example") && out.legacy_version == DTLS_1_2);
	CHECK(out.ciphers.len == 8); /* so the cookie was passed over */
}

static void test_pieces(void)
{
	uint8_t whole[512];
	struct dtls_fragments f;
	struct tls_hello out;

	CHECK(dissect_dtls_fragments(BYTES(dtls_split), &f) == PARSE_OK);
	CHECK(f.count == 3 && f.fragment[1].offset == 50 && f.fragment[2].offset == 80);
	for (uint8_t i = 0; i < f.count; i++)
		memcpy(whole + f.fragment[i].offset, f.fragment[i].bytes.ptr,
		       f.fragment[i].bytes.len);

	uint32_t length = f.fragment[0].length;

	CHECK(dissect_dtls_hello((struct slice){ whole, length }, length, &out) == PARSE_OK);
	CHECK(is_text(out.sni, "analytics.example"));
	for (uint32_t len = 0; len < length; len++) {
		CHECK(dissect_dtls_hello((struct slice){ whole, len }, length, &out) ==
		      PARSE_SHORT);
		CHECK(out.sni.len == 0 || is_text(out.sni, "analytics.example"));
	}
}

/* A record in the clear, then what may follow it. */
static const struct {
	const char *name;
	const char *tail;
	size_t len;
	enum parse expected;
} tails[] = {
	{ "a sealed record of 1.2", "\x16\xfe\xfd\0\1\0\0\0\0\0\0\0\1\x99", 14, PARSE_OK },
	{ "a sealed record of 1.3", "\x2c\x99\x99\x99", 4, PARSE_OK },
	{ "something else", "\x00\x99\x99\x99\0\0\0\0\0\0\0\0\0\0", 14, PARSE_BROKEN },
};

static void test_tails(void)
{
	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		uint8_t datagram[sizeof dtls_hello + 16];
		struct dtls_fragments f;

		memcpy(datagram, dtls_hello, sizeof dtls_hello);
		memcpy(datagram + sizeof dtls_hello, tails[i].tail, tails[i].len);
		CHECK(dissect_dtls_fragments(
		              (struct slice){ datagram, sizeof dtls_hello + tails[i].len }, &f) ==
		      tails[i].expected);
		CHECK(f.count == 1);
	}
}

static void test_foreign(void)
{
	struct dtls_fragments f;

	CHECK(dissect_dtls_fragments(BYTES(client), &f) == PARSE_FOREIGN);
	CHECK(dissect_dtls_fragments(text("GET / HTTP/1.1 and more"), &f) == PARSE_FOREIGN);
}

int main(void)
{
	test_whole();
	test_pieces();
	test_tails();
	test_foreign();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}
