/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/prefix.h"

#include "dissect/prefix_rows.h"
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/property.h"

#define HELLO      "\x16\3\1\2\0\1"
#define PROXY_SIG  "\r\n\r\n\0\r\nQUIT\n"
#define UNIX_PATH  "/run/proxy.sock\0"
#define UNIX_108   UNIX_PATH UNIX_PATH UNIX_PATH UNIX_PATH UNIX_PATH UNIX_PATH "/run/proxy.\0"
#define MYSQL_ZERO "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define LDAP_OID   "1.3.6.1.4.1.1466.20037"
#define XMPP_HEAD  "<?xml version='1.0'?><stream:stream to='a.b' version='1.0'>\n"

/* Prefixes, and what they say. Behind each a TLS hello may follow at once. */
static const struct row {
	struct slice bytes;
	enum prefix_kind kind;
	const char *name;
	struct slice client; /* empty: none */
	uint16_t port;
} rows[] = {
	{ BYTES("CONNECT a.b:443 HTTP/1.1\r\nHost: c.d:443\r\n\r\n"),
	  PREFIX_HTTP_CONNECT,
	  "a.b",
	  { 0 },
	  0 },
	{ BYTES("CONNECT a.b HTTP/1.0\n\n"), PREFIX_HTTP_CONNECT, "a.b", { 0 }, 0 },
	{ BYTES("CONNECT 192.0.2.1:443 HTTP/1.1\r\n\r\n"), PREFIX_HTTP_CONNECT, "", { 0 }, 0 },
	{ BYTES("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n"), PREFIX_HTTP_CONNECT, "", { 0 }, 0 },
	{ BYTES("\4\1\1\xbb\xc0\0\2\1user\0"), PREFIX_SOCKS4, "", { 0 }, 0 },
	{ BYTES("\4\1\1\xbb\0\0\0\1\0a.b\0"), PREFIX_SOCKS4, "a.b", { 0 }, 0 },
	{ BYTES("\5\1\0\5\1\0\3\3a.b\1\xbb"), PREFIX_SOCKS5, "a.b", { 0 }, 0 },
	{ BYTES("\5\2\0\2\5\1\0\1\xc0\0\2\1\1\xbb"), PREFIX_SOCKS5, "", { 0 }, 0 },
	{ BYTES("\5\3\0\1\2\1\4user\2pw\5\1\0\3\3a.b\1\xbb"), PREFIX_SOCKS5, "a.b", { 0 }, 0 },
	{ BYTES("\5\1\0\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\1\xbb"),
	  PREFIX_SOCKS5,
	  "",
	  { 0 },
	  0 },
	{ BYTES("\5\1\0\5\1\0\3\x09"
	        "192.0.2.1\1\xbb"),
	  PREFIX_SOCKS5,
	  "",
	  { 0 },
	  0 },
	{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n"), PREFIX_PROXY_1, "",
	  BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1"), 40000 },
	{ BYTES("PROXY TCP6 2001:db8::1 ::1 40000 443\r\n"), PREFIX_PROXY_1, "",
	  BYTES("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), 40000 },
	{ BYTES("PROXY UNKNOWN\r\n"), PREFIX_PROXY_1, "", { 0 }, 0 },
	{ BYTES("PROXY UNKNOWN ffff::1 x 1 2\r\n"), PREFIX_PROXY_1, "", { 0 }, 0 },
	{ BYTES(PROXY_SIG "\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\2\x9c\x40\1\xbb"), PREFIX_PROXY_2,
	  "", BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1"), 40000 },
	{ BYTES(PROXY_SIG "\x21\x21\0\x2d\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
	                  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x9c\x40\1\xbb\3\0\0\2\0\3a.b"),
	  PREFIX_PROXY_2, "a.b", BYTES("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), 40000 },
	{ BYTES(PROXY_SIG "\x20\0\0\0"), PREFIX_PROXY_2, "", { 0 }, 0 },
	{ BYTES(PROXY_SIG "\x20\x11\0\3xyz"), PREFIX_PROXY_2, "", { 0 }, 0 },
	{ BYTES(PROXY_SIG "\x21\x31\0\xd8" UNIX_108 UNIX_108), PREFIX_PROXY_2, "", { 0 }, 0 },
	{ BYTES("EHLO a.b\r\nSTARTTLS\r\n"), PREFIX_STARTTLS_SMTP, "", { 0 }, 0 },
	{ BYTES("ehlo [192.0.2.1]\r\nNOOP\r\nstarttls\n"), PREFIX_STARTTLS_SMTP, "", { 0 }, 0 },
	{ BYTES("a1 CAPABILITY\r\na2 ID (\"name\" \"x\")\r\na3 STARTTLS\r\n"),
	  PREFIX_STARTTLS_IMAP,
	  "",
	  { 0 },
	  0 },
	{ BYTES(". starttls\r\n"), PREFIX_STARTTLS_IMAP, "", { 0 }, 0 },
	{ BYTES("CAPA\r\nSTLS\r\n"), PREFIX_STARTTLS_POP3, "", { 0 }, 0 },
	{ BYTES("FEAT\r\nAUTH TLS\r\n"), PREFIX_STARTTLS_FTP, "", { 0 }, 0 },
	{ BYTES("AUTH SSL\r\n"), PREFIX_STARTTLS_FTP, "", { 0 }, 0 },
	{ BYTES(XMPP_HEAD "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	  PREFIX_STARTTLS_XMPP,
	  "",
	  { 0 },
	  0 },
	{ BYTES(XMPP_HEAD "<starttls></starttls>"), PREFIX_STARTTLS_XMPP, "", { 0 }, 0 },
	{ BYTES("\x30\x1d\2\1\1\x77\x18\x80\x16" LDAP_OID), PREFIX_STARTTLS_LDAP, "", { 0 }, 0 },
	{ BYTES("\x30\x84\0\0\0\x25\2\1\1\x77\x84\0\0\0\x1c\x80\x84\0\0\0\x16" LDAP_OID),
	  PREFIX_STARTTLS_LDAP,
	  "",
	  { 0 },
	  0 },
	{ BYTES("\0\0\0\x08\x04\xd2\x16\x2f"), PREFIX_STARTTLS_POSTGRESQL, "", { 0 }, 0 },
	{ BYTES("\0\0\0\x08\x04\xd2\x16\x30\0\0\0\x08\x04\xd2\x16\x2f"),
	  PREFIX_STARTTLS_POSTGRESQL,
	  "",
	  { 0 },
	  0 },
	{ BYTES("\x20\0\0\1\x85\xae\xff\x19\0\0\0\1\xff" MYSQL_ZERO "\0\0\0\0"),
	  PREFIX_STARTTLS_MYSQL,
	  "",
	  { 0 },
	  0 },
	{ BYTES("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"),
	  PREFIX_STARTTLS_RDP,
	  "",
	  { 0 },
	  0 },
	{ BYTES("\3\0\0\x28\x23\xe0\0\0\0\0\0Cookie: mstshash=x\r\n\1\0\x08\0\3\0\0\0x"),
	  PREFIX_STARTTLS_RDP,
	  "",
	  { 0 },
	  0 },
};

/* What looks like one at first. */
static const struct {
	struct slice bytes;
	enum parse answer;
} others[] = {
	{ BYTES(""), PARSE_SHORT },
	{ BYTES(HELLO), PARSE_FOREIGN },
	{ BYTES("GET / HTTP/1.1\r\n"), PARSE_FOREIGN },
	{ BYTES("CONNECTED\r\n"), PARSE_FOREIGN },
	{ BYTES("CONNECT a.b:443\r\n"), PARSE_FOREIGN },
	{ BYTES("PRI * HTTP/2.0\r\n"), PARSE_FOREIGN },
	{ BYTES("\4\2\1\xbb\xc0\0\2\1"), PARSE_FOREIGN }, /* BIND */
	{ BYTES("\5\0\3\x10"), PARSE_FOREIGN },           /* DCE/RPC */
	{ BYTES("\5\1\0\5\3\0\1"), PARSE_FOREIGN },       /* UDP ASSOCIATE */
	{ BYTES("\5\1\0\5\1\0\2"), PARSE_FOREIGN },
	{ BYTES("PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n"), PARSE_BROKEN },
	{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 65536 2\r\n"), PARSE_BROKEN },
	{ BYTES("PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n"), PARSE_BROKEN },
	{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2\r\n"), PARSE_BROKEN },
	{ BYTES(PROXY_SIG "\x11\x11\0\0"), PARSE_BROKEN },
	{ BYTES(PROXY_SIG "\x21\x11\0\x0b\xc0\0\2\1\xc6\x33\x64\2\x9c\x40\1"), PARSE_BROKEN },
	{ BYTES(PROXY_SIG "\x21\x11\0\x0e\xc0\0\2\1\xc6\x33\x64\2\x9c\x40\1\xbb\2\0"),
	  PARSE_BROKEN },
	{ BYTES("EHLO a.b\r\nMAIL FROM:<x@a.b>\r\n"), PARSE_FOREIGN },
	{ BYTES("EHLO a.b\r\n"), PARSE_SHORT },
	{ BYTES("STARTTLSX\r\n"), PARSE_FOREIGN },
	{ BYTES("a1 LOGIN x y\r\n"), PARSE_FOREIGN },
	{ BYTES("USER x\r\n"), PARSE_FOREIGN },
	{ BYTES("<html><head>"), PARSE_FOREIGN },
	{ BYTES(XMPP_HEAD "<auth/>"), PARSE_FOREIGN },
	{ BYTES("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"), PARSE_FOREIGN }, /* LDAP bind */
	{ BYTES("\x30\x1e\2\1\1\x77\x18\x80\x16" LDAP_OID), PARSE_FOREIGN },
	{ BYTES("\0\0\0\x08\x04\xd2\x16\x2e"), PARSE_FOREIGN },             /* CancelRequest */
	{ BYTES("\x20\0\0\1\x85\xa6\xff\x19\0\0\0\1\xff"), PARSE_FOREIGN }, /* no SSL bit */
	{ BYTES("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\0\0\0\0"),
	  PARSE_FOREIGN },                                      /* RDP security */
	{ BYTES("\3\0\0\x0b\6\xe0\0\0\0\0\0"), PARSE_FOREIGN }, /* no request at all */
	{ BYTES("\3\0\0\4\0\xe0"), PARSE_FOREIGN },
};

/* The same with a hello behind it. */
static void check_followed(const struct row *row)
{
	uint8_t bytes[512];
	struct prefix prefix;

	memcpy(bytes, row->bytes.ptr, row->bytes.len);
	memcpy(bytes + row->bytes.len, HELLO, sizeof HELLO - 1);
	struct slice stream = { bytes, row->bytes.len + sizeof HELLO - 1 };

	CHECK(dissect_prefix(stream, &prefix) == PARSE_OK);
	CHECK(prefix.kind == row->kind && prefix.len == row->bytes.len);
	CHECK(dissect_prefix(slice_skip(stream, prefix.len), &prefix) == PARSE_FOREIGN);
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct prefix prefix;

		CHECK(dissect_prefix(rows[i].bytes, &prefix) == PARSE_OK);
		CHECK(prefix.kind == rows[i].kind && prefix.len == rows[i].bytes.len);
		CHECK(slice_is(prefix.name, rows[i].name));
		CHECK(prefix.has_client == (rows[i].client.len > 0));
		CHECK(prefix.client_port == rows[i].port);
		if (prefix.has_client)
			CHECK(memcmp(prefix.client, rows[i].client.ptr, 16) == 0);
		check_followed(&rows[i]);
	}
}

static void test_others(void)
{
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct prefix prefix;

		CHECK(dissect_prefix(others[i].bytes, &prefix) == others[i].answer);
		CHECK(prefix.kind == PREFIX_NONE);
	}
}

static void test_addresses(void)
{
	static const struct {
		const char *text;
		struct slice address; /* empty: none */
	} addresses[] = {
		{ "::", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
		{ "1:2:3:4:5:6:7:8", BYTES("\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x08") },
		{ "1::8", BYTES("\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\x08") },
		{ "ABCD:ef::", BYTES("\xab\xcd\0\xef\0\0\0\0\0\0\0\0\0\0\0\0") },
		{ "::ffff:192.0.2.1", BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1") },
		{ "1:2:3:4:5:6:192.0.2.1", BYTES("\0\1\0\2\0\3\0\4\0\5\0\6\xc0\0\2\1") },
		{ "", { 0 } },
		{ ":", { 0 } },
		{ ":1", { 0 } },
		{ "1:", { 0 } },
		{ ":::", { 0 } },
		{ "1::2::3", { 0 } },
		{ "1:2:3:4:5:6:7", { 0 } },
		{ "1:2:3:4:5:6:7:8:9", { 0 } },
		{ "1:2:3:4:5:6:7::8", { 0 } },
		{ "1:2:3:4:5:6:7:192.0.2.1", { 0 } },
		{ "12345::", { 0 } },
		{ "a.b", { 0 } },
	};

	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		struct slice text = { (const uint8_t *)addresses[i].text,
			              strlen(addresses[i].text) };
		uint8_t address[16];
		bool is_address = addresses[i].address.len > 0;

		CHECK(prefix_ipv6_text(text, address) == is_address);
		CHECK(!is_address || memcmp(address, addresses[i].address.ptr, 16) == 0);
	}
	CHECK(slice_is(prefix_name(BYTES("1.2.3.com")), "1.2.3.com"));
	CHECK(slice_is(prefix_name(BYTES("1.2.3.4.5")), "1.2.3.4.5"));
	CHECK(slice_is(prefix_name(BYTES("1.2.3")), "1.2.3"));
	CHECK(slice_is(prefix_name(BYTES("1.2.3.")), "1.2.3."));
	CHECK(prefix_name(BYTES("1.2.3.4")).len == 0);
}

static enum parse probe(struct slice bytes)
{
	struct prefix prefix;

	return dissect_prefix(bytes, &prefix);
}

int main(void)
{
	test_rows();
	test_others();
	test_addresses();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct specimen specimen = { "prefix", probe, rows[i].bytes, PARSE_SHORT, 0, 0 };

		property_check(&specimen);
	}
	return 0;
}
