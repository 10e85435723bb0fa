/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_TLS_HELLO_BODY_H
#define DISSECT_TLS_HELLO_BODY_H

#include "dissect/reader.h"
#include "dissect/tls.h"

enum { TLS_CLIENT_HELLO = 1 };

/*
 * What TLS and DTLS have in common: the ClientHello behind its handshake header. DTLS has a cookie
 * (RFC 6347, section 4.2.1). `out` is zeroed here.
 */
enum parse tls_hello_body(struct reader body, bool has_cookie, struct tls_hello *out);

/* RFC 8701: 0x0a0a, 0x1a1a, … 0xfafa, which mean nothing. */
static inline bool tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
