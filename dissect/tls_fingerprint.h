/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_TLS_FINGERPRINT_H
#define DISSECT_TLS_FINGERPRINT_H

#include "dissect/tls.h"

/* Longer lists are in no client that is meant to connect; they get no fingerprint. */
enum { FINGERPRINT_LIST_MAX = 512 };

/* Enough room for either fingerprint of any hello that gets one. */
enum { FINGERPRINT_TEXT_MAX = 16 + 4 * 6 * FINGERPRINT_LIST_MAX };

/*
 * JA4 of a TLS client, as FoxIO describes it (BSD 3-clause; not one of the other JA4+ methods),
 * before hashing:
 *
 *   t13d1516h2_002f,0035,…_0005,000a,…_0403,0804,…
 *   └ head ──┘ └ ciphers ┘ └ extensions ─────────┘
 *
 * The fingerprint is the head, "_", and the first 12 hex digits of the SHA-256 of `ciphers` and of
 * `extensions`, each with "_" between; twelve zeros where the list is empty. `text` is JA4_r.
 */
struct ja4_raw {
	struct slice text, head, ciphers, extensions;
};

/*
 * Appends the raw JA4 of a hello that was PARSE_OK to `to`; `transport` is 't' (TCP), 'q' (QUIC) or
 * 'd' (DTLS). False: no room, a list too long, or an odd one; `to` is as it was.
 */
bool dissect_ja4_raw(const struct tls_hello *, char transport, struct scratch *to,
                     struct ja4_raw *out);

/* The same for the string whose MD5 is JA3. */
bool dissect_ja3_raw(const struct tls_hello *, struct scratch *to, struct slice *out);

#endif
