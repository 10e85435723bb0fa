/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_DTLS_H
#define DISSECT_DTLS_H

#include "dissect/tls.h"

enum { DTLS_FRAGMENTS_MAX = 16 };
enum dtls_message { DTLS_CLIENT_HELLO = 1, DTLS_SERVER_HELLO = 2, DTLS_HELLO_VERIFY = 3 };

/*
 * A piece of a handshake message (RFC 6347, section 4.2.2). Messages of one side are told apart by
 * their number; a hello is sent again, with another number, after the server asked for its cookie.
 *
 *   message  0 ├──────────────────────────────┤ length
 *                     offset ├─bytes─┤
 */
struct dtls_fragment {
	uint8_t type; /* enum dtls_message, among others */
	uint16_t number;
	uint32_t length, offset;
	struct slice bytes;
};

struct dtls_fragments {
	struct dtls_fragment fragment[DTLS_FRAGMENTS_MAX];
	uint8_t count;
	bool has_more; /* there were more than room */
};

/*
 * The handshake fragments in the clear (epoch 0) of a datagram of DTLS 1.0 to 1.3, which may hold
 * several records and these several fragments. The caller puts the fragments of a message together
 * and gives the whole to dissect_dtls_hello. PARSE_FOREIGN: the first record is none of DTLS.
 * PARSE_BROKEN: a later one is not, or the datagram is cut off; what came before is there, and of a
 * fragment what there is of it. PARSE_SHORT is never given.
 */
enum parse dissect_dtls_fragments(struct slice datagram, struct dtls_fragments *out);

/*
 * Reads a ClientHello from behind its handshake header; `length` is the whole message's. Where
 * `body` is less: PARSE_SHORT with what was whole.
 */
enum parse dissect_dtls_hello(struct slice body, uint32_t length, struct tls_hello *out);

#endif
