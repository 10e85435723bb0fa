/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"

#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/dns_specimens.h"
#include "tests/property.h"

static struct dns_message message;

static enum parse probe(struct slice bytes)
{
	return dissect_dns(bytes, &message);
}

#define FOO_COM   "\3foo\7example\3com\0"
#define FOO_ORG   "\3foo\7example\3org\0"
#define ALPN_H2   "\0\1\0\3\2h2"
#define IPV4_HINT "\0\4\0\4\xc0\0\2\1"

/* What is expected of one body; `target` NULL: the record is broken. */
struct row {
	struct slice body;
	const char *target;
	uint16_t priority;
	struct slice ipv4_hints, ipv6_hints, alpn, ech;
};

/* An answer whose one record has this body, and a sound one behind it. */
static enum parse read_body(struct slice body)
{
	static const char head[] =
	        DNS_ANSWER_1 DNS_SITE DNS_TYPE_HTTPS "\xc0\x0c" DNS_TYPE_HTTPS DNS_TTL_60;
	static const char tail[] = "\xc0\x0c" DNS_TYPE_A DNS_TTL_60 "\0\4\1\2\3\4";
	uint8_t bytes[512];
	size_t len = sizeof head - 1;

	memcpy(bytes, head, len);
	bytes[7] = 2;
	bytes[len++] = 0;
	bytes[len++] = (uint8_t)body.len;
	memcpy(bytes + len, body.ptr, body.len);
	len += body.len;
	memcpy(bytes + len, tail, sizeof tail - 1);
	return probe((struct slice){ bytes, len + sizeof tail - 1 });
}

static void check_row(const struct row *row)
{
	const struct dns_record *record = &message.records[0];

	CHECK(read_body(row->body) == (row->target != NULL ? PARSE_OK : PARSE_BROKEN));
	CHECK(message.record_count == (row->target != NULL ? 2 : 1));
	CHECK(message.records[message.record_count - 1].type == DNS_A);
	if (row->target == NULL)
		return;
	CHECK(record->type == DNS_HTTPS && record->priority == row->priority);
	CHECK(slice_is(record->target, row->target));
	CHECK(slice_equal(record->ipv4_hints, row->ipv4_hints));
	CHECK(slice_equal(record->ipv6_hints, row->ipv6_hints));
	CHECK(slice_equal(record->alpn, row->alpn));
	CHECK(slice_equal(record->ech, row->ech));
}

/* RFC 9460, appendix D.1 and D.2 */
static const struct row vectors[] = {
	{ .body = BYTES("\0\0" FOO_COM), .target = "foo.example.com" },
	{ .body = BYTES("\0\1\0"), .target = "", .priority = 1 },
	{ .body = BYTES("\0\x10" FOO_COM "\0\3\0\2\0\x35"),
	  .target = "foo.example.com",
	  .priority = 16 },
	{ .body = BYTES("\0\1" FOO_COM "\2\x9b\0\5hello"),
	  .target = "foo.example.com",
	  .priority = 1 },
	{ .body = BYTES("\0\1" FOO_COM "\2\x9b\0\x09hello\xd2qoo"),
	  .target = "foo.example.com",
	  .priority = 1 },
	{ .body = BYTES("\0\1" FOO_COM "\0\6\0\x20"
	                "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
	                "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1"),
	  .target = "foo.example.com",
	  .priority = 1,
	  .ipv6_hints = BYTES("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
	                      "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1") },
	{ .body = BYTES(
	          "\0\1\7example\3com\0\0\6\0\x10\x20\1\x0d\xb8\1\x22\3\x44\0\0\0\0\xc0\0\2\x21"),
	  .target = "example.com",
	  .priority = 1,
	  .ipv6_hints = BYTES("\x20\1\x0d\xb8\1\x22\3\x44\0\0\0\0\xc0\0\2\x21") },
	{ .body = BYTES("\0\x10" FOO_ORG "\0\0\0\4\0\1\0\4\0\1\0\x09\2h2\5h3-19" IPV4_HINT),
	  .target = "foo.example.org",
	  .priority = 16,
	  .ipv4_hints = BYTES("\xc0\0\2\1"),
	  .alpn = BYTES("\2h2\5h3-19") },
	{ .body = BYTES("\0\x10" FOO_ORG "\0\1\0\x0c\x08"
	                "f\\oo,bar\2h2"),
	  .target = "foo.example.org",
	  .priority = 16,
	  .alpn = BYTES("\x08"
	                "f\\oo,bar\2h2") },
};

static const struct row others[] = {
	/* ech */
	{ .body = BYTES("\0\1\0" ALPN_H2 "\0\5\0\4\0\2\xfe\x0d"),
	  .target = "",
	  .priority = 1,
	  .alpn = BYTES("\2h2"),
	  .ech = BYTES("\0\2\xfe\x0d") },
	/* a compressed target, which section 2.2 forbids and which is read all the same */
	{ .body = BYTES("\0\1\3cdn\xc0\x10"), .target = "cdn.example.com", .priority = 1 },
	/* what an alias brings along is ignored: section 2.4.2 */
	{ .body = BYTES("\0\0" FOO_COM "\0\3\0\1\0"), .target = "foo.example.com" },
	/* appendix D.3, as far as the wire can hold it */
	{ .body = BYTES("\0\1" FOO_COM "\0\x7b\0\3abc\0\x7b\0\3def") }, /* a key twice */
	{ .body = BYTES("\0\1" FOO_COM "\0\0\0\0") },                   /* no value of mandatory */
	{ .body = BYTES("\0\1" FOO_COM "\0\1\0\0") },                   /* of alpn */
	{ .body = BYTES("\0\1" FOO_COM "\0\3\0\0") },                   /* of port */
	{ .body = BYTES("\0\1" FOO_COM "\0\4\0\0") },                   /* of ipv4hint */
	{ .body = BYTES("\0\1" FOO_COM "\0\6\0\0") },                   /* of ipv6hint */
	{ .body = BYTES("\0\1" FOO_COM "\0\2\0\3abc") },    /* a value of no-default-alpn */
	{ .body = BYTES("\0\1" FOO_COM "\0\0\0\2\0\x7b") }, /* a mandatory key is missing */
	{ .body = BYTES("\0\1" FOO_COM "\0\0\0\2\0\0") },   /* "mandatory" is mandatory */
	{ .body = BYTES("\0\1" FOO_COM "\0\0\0\4\0\x7b\0\x7b\0\x7b\0\3abc") }, /* twice in it */
	/* keys that fall, values that lie about their length */
	{ .body = BYTES("\0\1\0" IPV4_HINT ALPN_H2) },
	{ .body = BYTES("\0\1\0\0\1\0\3\3h2") },
	{ .body = BYTES("\0\1\0\0\1\0\4\2h2") },
	{ .body = BYTES("\0\1\0\0\4\0\5\1\2\3\4\5") },
	{ .body = BYTES("\0\1\0\0\4\0") },
	{ .body = BYTES("\0\1") },
};

int main(void)
{
	const struct specimen specimen = { "HTTPS",
		                           probe,
		                           BYTES(DNS_ANSWER_1 DNS_SITE DNS_TYPE_HTTPS
		                                 "\xc0\x0c" DNS_TYPE_HTTPS DNS_TTL_60
		                                 "\0\x2d\0\x10" FOO_ORG
		                                 "\0\0\0\2\0\4" ALPN_H2 IPV4_HINT "\0\5\0\1x"),
		                           PARSE_BROKEN,
		                           0,
		                           0 };

	for (size_t i = 0; i < COUNT_OF(vectors); i++)
		check_row(&vectors[i]);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		check_row(&others[i]);
	property_check(&specimen);
	return 0;
}
