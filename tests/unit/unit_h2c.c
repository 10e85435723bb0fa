/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"

#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/property.h"

#define PREFACE       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS      "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"
#define WINDOW_UPDATE "\0\0\4\x08\0\0\0\0\0\0\0\1\0"
#define DATA          "\0\0\5\0\1\0\0\0\1hello"

/* RFC 7541, appendix C.4.1 and C.4.2: www.example.com with Huffman, then out of the table. */
#define BLOCK_1   "\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"
#define BLOCK_2   "\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf"
#define REQUEST_1 "\0\0\x11\1\5\0\0\0\1" BLOCK_1
#define REQUEST_2 "\0\0\x0c\1\5\0\0\0\3" BLOCK_2
/* Three bytes of padding and a priority around it. */
#define PADDED "\0\0\x1a\1\x2d\0\0\0\1\3\0\0\0\0\xff" BLOCK_1 "\0\0\0"
/* In three frames, the first with all that PADDED has. */
#define CONTINUED                                                                                  \
	"\0\0\x0d\1\x28\0\0\0\1\3\0\0\0\0\xff\x82\x86\x84\x41\0\0\0"                               \
	"\0\0\5\x09\0\0\0\0\1\x8c\xf1\xe3\xc2\xe5"                                                 \
	"\0\0\x08\x09\4\0\0\0\1\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"
/* A trailer, and a request with a host field in place of :authority. */
#define TRAILER "\0\0\4\1\5\0\0\0\1\x40\1a\0"
#define HOSTED  "\0\0\x08\1\5\0\0\0\3\x82\x84\x66\4host"

static const struct row {
	struct slice bytes;
	enum parse answer;
	const char *authorities[3];
} rows[] = {
	{ BYTES(PREFACE SETTINGS WINDOW_UPDATE REQUEST_1), PARSE_OK, { "www.example.com" } },
	{ BYTES(PREFACE SETTINGS REQUEST_1 DATA REQUEST_2),
	  PARSE_OK,
	  { "www.example.com", "www.example.com" } },
	{ BYTES(PREFACE SETTINGS PADDED REQUEST_2),
	  PARSE_OK,
	  { "www.example.com", "www.example.com" } },
	{ BYTES(PREFACE SETTINGS CONTINUED), PARSE_OK, { "www.example.com" } },
	{ BYTES(PREFACE REQUEST_1 TRAILER HOSTED), PARSE_OK, { "www.example.com", "host" } },
	{ BYTES(PREFACE SETTINGS), PARSE_SHORT, { NULL } },
	{ BYTES(PREFACE REQUEST_1 "\0\0"), PARSE_SHORT, { "www.example.com" } },
	{ BYTES("PRI * HTTP/2.0\r\n\r\nSN"), PARSE_FOREIGN, { NULL } },
	{ BYTES("GET / HTTP/1.1\r\n"), PARSE_FOREIGN, { NULL } },
	/* frames that are not a block's: RFC 9113, section 6.10 */
	{ BYTES(PREFACE REQUEST_1 "\0\0\1\1\0\0\0\0\3\x82" DATA),
	  PARSE_BROKEN,
	  { "www.example.com" } },
	{ BYTES(PREFACE "\0\0\1\1\0\0\0\0\3\x82\0\0\1\x09\4\0\0\0\5\x84"), PARSE_BROKEN, { NULL } },
	{ BYTES(PREFACE "\0\0\1\x09\4\0\0\0\1\x82"), PARSE_BROKEN, { NULL } },
	/* padding longer than the frame, HPACK that breaks its rules */
	{ BYTES(PREFACE "\0\0\2\1\x0c\0\0\0\1\5\x82"), PARSE_BROKEN, { NULL } },
	{ BYTES(PREFACE REQUEST_1 "\0\0\1\1\4\0\0\0\3\x80"), PARSE_BROKEN, { "www.example.com" } },
};

static uint8_t memory[16384];

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scratch text = { memory, sizeof memory, 77 };
		struct h2c_requests requests;
		size_t count = 0;

		CHECK(dissect_h2c(rows[i].bytes, &text, &requests) == rows[i].answer);
		for (; count < 3 && rows[i].authorities[count] != NULL; count++) {
			CHECK(count < requests.count);
			CHECK(slice_is(requests.authority[count], rows[i].authorities[count]));
			CHECK(slice_is(requests.path[count], "/"));
		}
		CHECK(requests.count == count);
	}
}

/* A block that does not fit is the end; what came before it stays. */
static void test_no_room(void)
{
	struct scratch text = { memory, 16, 0 };
	struct h2c_requests requests;

	CHECK(dissect_h2c(BYTES(PREFACE REQUEST_1 CONTINUED), &text, &requests) == PARSE_BROKEN);
	CHECK(requests.count == 1 && slice_is(requests.authority[0], "www.example.com"));
}

static void test_many(void)
{
	uint8_t bytes[8192] = PREFACE;
	size_t len = sizeof PREFACE - 1;
	struct scratch text = { memory, sizeof memory, 0 };
	struct h2c_requests requests;

	for (int i = 0; i <= H2C_REQUESTS_MAX; i++) {
		memcpy(bytes + len, REQUEST_1, sizeof REQUEST_1 - 1);
		len += sizeof REQUEST_1 - 1;
	}
	CHECK(dissect_h2c((struct slice){ bytes, len - 1 }, &text, &requests) == PARSE_OK);
	CHECK(requests.count == H2C_REQUESTS_MAX);
}

static enum parse probe(struct slice bytes)
{
	struct scratch text = { memory, sizeof memory, 0 };
	struct h2c_requests requests;

	return dissect_h2c(bytes, &text, &requests);
}

int main(void)
{
	const struct specimen specimens[] = {
		{ "request", probe, BYTES(PREFACE SETTINGS PADDED), PARSE_SHORT, 0, 0 },
		{ "continued", probe, BYTES(PREFACE SETTINGS CONTINUED), PARSE_SHORT, 0, 0 },
	};

	test_rows();
	test_no_room();
	test_many();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}
