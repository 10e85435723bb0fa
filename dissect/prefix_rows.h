/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_PREFIX_ROWS_H
#define DISSECT_PREFIX_ROWS_H

#include "dissect/prefix.h"
#include "dissect/reader.h"

/*
 * What each kind of prefix has: takes its bytes off `r`, a reader of the stream, and fails it with
 * PARSE_FOREIGN as soon as a byte says that this is another kind. Running out is PARSE_SHORT.
 * Fills `out` but for `kind` and `len`.
 */
void prefix_http_connect(struct reader *r, struct prefix *out);
void prefix_socks4(struct reader *r, struct prefix *out);
void prefix_socks5(struct reader *r, struct prefix *out);
void prefix_proxy_1(struct reader *r, struct prefix *out);
void prefix_proxy_2(struct reader *r, struct prefix *out);
void prefix_smtp(struct reader *r, struct prefix *out);
void prefix_imap(struct reader *r, struct prefix *out);
void prefix_pop3(struct reader *r, struct prefix *out);
void prefix_ftp(struct reader *r, struct prefix *out);
void prefix_xmpp(struct reader *r, struct prefix *out);
void prefix_ldap(struct reader *r, struct prefix *out);
void prefix_postgresql(struct reader *r, struct prefix *out);
void prefix_mysql(struct reader *r, struct prefix *out);
void prefix_rdp(struct reader *r, struct prefix *out);

/* Takes these bytes off `r`, or fails it: foreign at the first that differs. */
void prefix_expect(struct reader *r, const char *bytes, size_t len);

/* A dotted IPv4 address (::ffff:a.b.c.d then) or an IPv6 address in text (RFC 4291, section 2.2).
 */
bool prefix_ipv4_text(struct slice text, uint8_t address[16]);
bool prefix_ipv6_text(struct slice text, uint8_t address[16]);

/* `host` where it is a name; empty where it is an address. */
struct slice prefix_name(struct slice host);

#endif
