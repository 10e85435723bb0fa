/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/digest.h"

#include "tests/check.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

/* MD5: RFC 1321, appendix A.5. SHA-1, SHA-256: the examples of FIPS 180-4. */
static const struct {
	struct slice bytes;
	const char *md5, *sha1, *sha256;
} rows[] = {
	{ BYTES(""), "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ BYTES("abc"), "900150983cd24fb0d6963f7d28e17f72",
	  "a9993e364706816aba3e25717850c26c9cd0d89d",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
};

static void check_hex(const uint8_t *sum, size_t len, const char *expected)
{
	char text[2 * SHA256_LEN + 1];

	hex_text((struct slice){ sum, len }, text);
	CHECK(strcmp(text, expected) == 0);
}

static void check_stream(struct slice bytes, const char *expected)
{
	uint8_t sum[SHA256_LEN];

	for (size_t cut = 0; cut <= bytes.len; cut++) {
		struct digest_stream *s = digest_stream_new();

		CHECK(s != NULL);
		digest_stream_add(s, slice_head(bytes, cut));
		digest_stream_add(s, slice_skip(bytes, cut));
		CHECK(digest_stream_finish(s, sum));
		check_hex(sum, sizeof sum, expected);
	}
}

int main(void)
{
	struct digest *d = digest_new();
	uint8_t sum[SHA256_LEN];

	CHECK(d != NULL);
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			CHECK(digest_md5(d, rows[i].bytes, sum));
			check_hex(sum, MD5_LEN, rows[i].md5);
			CHECK(digest_sha1(d, rows[i].bytes, sum));
			check_hex(sum, SHA1_LEN, rows[i].sha1);
			CHECK(digest_sha256(d, rows[i].bytes, sum));
			check_hex(sum, SHA256_LEN, rows[i].sha256);
		}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_stream(rows[i].bytes, rows[i].sha256);
	digest_free(d);
	digest_free(NULL);
	return 0;
}
