/* SPDX-License-Identifier: Apache-2.0 */
/* What the client of a SOCKS proxy says before its own protocol begins. */
#include "dissect/prefix_rows.h"

enum { SOCKS_4 = 4, SOCKS_5 = 5, COMMAND_CONNECT = 1, TEXT_MAX = 255 };
enum { METHOD_PASSWORD = 2, PASSWORD_VERSION = 1 };
enum { ADDRESS_IPV4 = 1, ADDRESS_NAME = 3, ADDRESS_IPV6 = 4 };

static void expect_u8(struct reader *r, uint8_t value)
{
	if (reader_more(r) && r->rest.ptr[0] != value)
		reader_fail(r, PARSE_FOREIGN);
	read_u8(r);
}

static struct slice read_text(struct reader *r)
{
	const uint8_t *end = reader_more(r) ? memchr(r->rest.ptr, 0, r->rest.len) : NULL;
	size_t len = end != NULL ? (size_t)(end - r->rest.ptr) : r->rest.len;

	if (len > TEXT_MAX)
		reader_fail(r, PARSE_FOREIGN);

	struct slice text = read_bytes(r, r->state == PARSE_OK ? len : 0);

	read_u8(r);
	return text;
}

/* 4a: an address 0.0.0.x that is not 0.0.0.0 says that a name stands behind the user. */
void prefix_socks4(struct reader *r, struct prefix *out)
{
	expect_u8(r, SOCKS_4);
	expect_u8(r, COMMAND_CONNECT);
	read_u16(r); /* port */

	uint32_t address = read_u32(r);

	read_text(r); /* user */
	if (address > 0 && address < 256)
		out->name = prefix_name(read_text(r));
}

/* RFC 1928, section 3; true where a user and password (RFC 1929) may follow. */
static bool read_greeting(struct reader *r)
{
	expect_u8(r, SOCKS_5);

	size_t method_count = read_u8(r);

	if (r->state == PARSE_OK && method_count == 0)
		reader_fail(r, PARSE_FOREIGN);

	struct slice methods = read_bytes(r, method_count);

	return methods.len > 0 && memchr(methods.ptr, METHOD_PASSWORD, methods.len) != NULL;
}

static void read_password(struct reader *r)
{
	expect_u8(r, PASSWORD_VERSION);
	read_bytes(r, read_u8(r)); /* user */
	read_bytes(r, read_u8(r)); /* password */
}

/* RFC 1928, section 4 */
static void read_request(struct reader *r, struct prefix *out)
{
	expect_u8(r, SOCKS_5);
	expect_u8(r, COMMAND_CONNECT);
	expect_u8(r, 0);

	uint8_t kind = read_u8(r);

	if (kind == ADDRESS_IPV4)
		read_bytes(r, 4);
	else if (kind == ADDRESS_IPV6)
		read_bytes(r, 16);
	else if (kind == ADDRESS_NAME)
		out->name = prefix_name(read_bytes(r, read_u8(r)));
	else if (r->state == PARSE_OK)
		reader_fail(r, PARSE_FOREIGN);
	read_u16(r); /* port */
}

void prefix_socks5(struct reader *r, struct prefix *out)
{
	bool may_have_password = read_greeting(r);

	if (may_have_password && reader_more(r) && r->rest.ptr[0] == PASSWORD_VERSION)
		read_password(r);
	read_request(r, out);
}
