/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_PREFIX_H
#define DISSECT_PREFIX_H

#include "dissect/parse.h"
#include "dissect/slice.h"

enum prefix_kind {
	PREFIX_NONE,
	PREFIX_HTTP_CONNECT,
	PREFIX_SOCKS4,  /* and 4a */
	PREFIX_SOCKS5,  /* RFC 1928, RFC 1929 */
	PREFIX_PROXY_1, /* haproxy's PROXY protocol */
	PREFIX_PROXY_2,
	PREFIX_STARTTLS_SMTP, /* RFC 3207 */
	PREFIX_STARTTLS_IMAP, /* RFC 2595 */
	PREFIX_STARTTLS_POP3,
};

/* What a client says before the protocol that we look for begins. */
struct prefix {
	enum prefix_kind kind;
	size_t len;        /* bytes of the client's side up to the inner protocol */
	struct slice name; /* CONNECT or SOCKS target host, where it is a name */
	bool has_client;   /* PROXY: the client's own address, as in struct packet */
	uint8_t client[16];
	uint16_t client_port;
};

/*
 * Reads what stands before the inner protocol on the client's side of a stream, from its first
 * byte on. PARSE_OK: `len` bytes can be skipped, and another prefix may follow (PROXY, then
 * CONNECT). PARSE_SHORT: a prefix has begun. PARSE_FOREIGN: these bytes begin no prefix.
 */
enum parse dissect_prefix(struct slice stream, struct prefix *out);

#endif
