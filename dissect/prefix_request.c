/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols whose client asks for TLS with one message of its own. */
#include "dissect/prefix_rows.h"

enum { POSTGRESQL_SSL = 0x2f, POSTGRESQL_GSS = 0x30 };
enum { LDAP_LEN_MAX = 128, RDP_LEN_MAX = 1024, RDP_REQUEST = 1, MYSQL_SSL_BIT = 0x08 };

static void expect_u8(struct reader *r, uint8_t value)
{
	if (reader_more(r) && r->rest.ptr[0] != value)
		reader_fail(r, PARSE_FOREIGN);
	read_u8(r);
}

/* A length in BER, X.690, section 8.1.3. */
static size_t read_ber_length(struct reader *r)
{
	uint8_t first = read_u8(r);

	if (first < 0x80)
		return first;
	if (first > 0x84)
		reader_fail(r, PARSE_FOREIGN);
	return (size_t)read_uint(r, r->state == PARSE_OK ? first & 0x7f : 0);
}

/* RFC 4511, section 4.14.1: an ExtendedRequest that names StartTLS and nothing else. */
void prefix_ldap(struct reader *r, struct prefix *out)
{
	static const char start_tls[] = "1.3.6.1.4.1.1466.20037";

	(void)out;
	expect_u8(r, 0x30);

	size_t len = read_ber_length(r);
	size_t left = r->rest.len;

	expect_u8(r, 0x02);

	size_t id_len = read_ber_length(r);

	if (r->state == PARSE_OK && (len > LDAP_LEN_MAX || id_len > 4))
		reader_fail(r, PARSE_FOREIGN);
	read_bytes(r, id_len);
	expect_u8(r, 0x77);
	read_ber_length(r);
	expect_u8(r, 0x80);
	if (read_ber_length(r) != sizeof start_tls - 1 && r->state == PARSE_OK)
		reader_fail(r, PARSE_FOREIGN);
	prefix_expect(r, start_tls, sizeof start_tls - 1);
	if (r->state == PARSE_OK && left - r->rest.len != len)
		reader_fail(r, PARSE_FOREIGN);
}

/*
 * PostgreSQL's protocol 3.0: a length of 8 and a code in place of the version. A client that also
 * knows Kerberos asks for that first.
 */
void prefix_postgresql(struct reader *r, struct prefix *out)
{
	uint8_t code;

	(void)out;
	do {
		prefix_expect(r, "\0\0\0\x08\x04\xd2\x16", 7);
		code = read_u8(r);
	} while (r->state == PARSE_OK && code == POSTGRESQL_GSS);
	if (r->state == PARSE_OK && code != POSTGRESQL_SSL)
		reader_fail(r, PARSE_FOREIGN);
}

/*
 * MySQL's SSL request, packet 1 of the connection:
 *
 *   20 00 00 01 │ capabilities 4 │ packet size 4 │ charset 1 │ zero 19 │ MariaDB's capabilities 4
 */
void prefix_mysql(struct reader *r, struct prefix *out)
{
	static const char zero[19] = { 0 };

	(void)out;
	prefix_expect(r, "\x20\0\0\1", 4);

	struct slice capabilities = read_bytes(r, 4);

	if (capabilities.len == 4 && !(capabilities.ptr[1] & MYSQL_SSL_BIT))
		reader_fail(r, PARSE_FOREIGN);
	read_bytes(r, 5);
	prefix_expect(r, zero, sizeof zero);
	read_bytes(r, 4);
}

/* Steps over "Cookie: mstshash=…" or a routing token: text up to CR LF. */
static struct slice skip_cookie(struct slice data)
{
	const uint8_t *end = data.len > 0 ? memchr(data.ptr, '\n', data.len) : NULL;

	if (data.len == 0 || data.ptr[0] == RDP_REQUEST || end == NULL)
		return data;
	return slice_skip(data, (size_t)(end - data.ptr) + 1);
}

/* MS-RDPBCGR, section 2.2.1.1: TPKT, X.224 connection request, cookie, negotiation request. */
void prefix_rdp(struct reader *r, struct prefix *out)
{
	(void)out;
	expect_u8(r, 3); /* TPKT, RFC 1006 */
	expect_u8(r, 0);

	size_t len = read_u16(r);
	uint8_t x224_len = read_u8(r);

	if (r->state == PARSE_OK && (len > RDP_LEN_MAX || (size_t)x224_len + 5 != len))
		reader_fail(r, PARSE_FOREIGN);
	expect_u8(r, 0xe0); /* connection request */

	struct slice body = read_bytes(r, x224_len > 0 ? (size_t)x224_len - 1 : 0);

	if (r->state != PARSE_OK)
		return;
	struct reader request = reader_whole(skip_cookie(slice_skip(body, body.len < 5 ? 0 : 5)));
	uint8_t kind = read_u8(&request);

	read_u8(&request);  /* flags */
	read_u16(&request); /* length */
	if (kind != RDP_REQUEST || read_u32(&request) == 0)
		reader_fail(r, PARSE_FOREIGN);
}

static struct slice skip_blanks(struct slice s)
{
	while (s.len > 0 && memchr(" \t\r\n", s.ptr[0], 4) != NULL)
		s = slice_skip(s, 1);
	return s;
}

/* Takes a tag, from "<" to ">", and the blanks before it off `r`. */
static struct slice read_tag(struct reader *r)
{
	r->rest = skip_blanks(r->rest);
	if (reader_more(r) && r->rest.ptr[0] != '<')
		reader_fail(r, PARSE_FOREIGN);

	const uint8_t *end = reader_more(r) ? memchr(r->rest.ptr, '>', r->rest.len) : NULL;

	if (end == NULL)
		reader_fail(r, r->at_end);
	return read_bytes(r, end != NULL ? (size_t)(end - r->rest.ptr) + 1 : 0);
}

static bool begins(struct slice s, const char *text, size_t len)
{
	return s.len >= len && memcmp(s.ptr, text, len) == 0;
}

/* RFC 6120, section 5.4: the stream's head, then the wish. */
void prefix_xmpp(struct reader *r, struct prefix *out)
{
	struct slice tag;

	(void)out;
	do {
		tag = read_tag(r);
	} while (begins(tag, "<?xml", 5) || begins(tag, "<stream:stream", 14));
	if (r->state == PARSE_OK && !begins(tag, "<starttls", 9))
		reader_fail(r, PARSE_FOREIGN);
	if (r->state == PARSE_OK && tag.ptr[tag.len - 2] != '/')
		prefix_expect(r, "</starttls>", 11);
}
