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
	PREFIX_STARTTLS_FTP,        /* AUTH TLS, RFC 4217 */
	PREFIX_STARTTLS_XMPP,       /* RFC 6120, section 5 */
	PREFIX_STARTTLS_LDAP,       /* RFC 4511, section 4.14 */
	PREFIX_STARTTLS_POSTGRESQL, /* SSLRequest, GSSENCRequest before it */
	PREFIX_STARTTLS_MYSQL,      /* SSL request packet */
	PREFIX_STARTTLS_RDP,        /* X.224 connection request that offers TLS */
};

/* What a client says before the protocol that we look for begins. */
struct prefix {
	enum prefix_kind kind;
	size_t len;        /* bytes of the client's side up to the inner protocol */
	struct slice name; /* the host of CONNECT or SOCKS, or a balancer's authority (PROXY 2),
	                    * where it is a name and no address; without its port */
	bool has_client;   /* PROXY: the client's own address, as in struct packet */
	uint8_t client[16];
	uint16_t client_port;
};

/*
 * Reads what stands before the inner protocol on the client's side of a stream, from its first
 * byte on. PARSE_OK: `len` bytes can be skipped, and another prefix may follow (PROXY, then
 * CONNECT). PARSE_SHORT: a prefix has begun. PARSE_FOREIGN: these bytes begin no prefix.
 * PARSE_BROKEN: one that breaks its own rules. After these three `kind` is PREFIX_NONE.
 */
enum parse dissect_prefix(struct slice stream, struct prefix *out);

#endif
