/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_TLS_H
#define DISSECT_TLS_H

#include "dissect/parse.h"
#include "dissect/slice.h"

enum { TLS_ALPNS_MAX = 8, TLS_NAMES_MAX = 128 };
enum { TLS_1_0 = 0x0301, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304, DTLS_1_2 = 0xfefd };

/*
 * What a ClientHello says in the clear. Every slice points into the bytes given.
 * After PARSE_SHORT, and after PARSE_BROKEN, what was whole before the cut is there: a name that
 * was read is a name.
 */
struct tls_hello {
	uint16_t legacy_version;
	uint16_t version; /* highest one offered, GREASE apart */
	struct slice session_id;
	struct slice ciphers;    /* list as on the wire: 2 bytes each, with GREASE */
	struct slice extensions; /* list as on the wire, for fingerprints */
	struct slice sni;
	struct slice alpn[TLS_ALPNS_MAX];
	uint8_t alpn_count;
	struct slice groups;            /* supported groups, as on the wire */
	struct slice key_share_groups;  /* the key_share list as on the wire */
	struct slice signature_schemes; /* as on the wire */
	bool has_post_quantum_share;    /* a hybrid or ML-KEM key share is offered */
	bool has_ech;                   /* offered, perhaps GREASE: see dissect/ech.h */
	bool ech_is_inner;
	uint8_t ech_config_id;
	uint16_t ech_kdf, ech_aead;
	bool has_quic_parameters;
};

/*
 * Reads one handshake message, as TLS records or QUIC CRYPTO frames carry it, from its type byte
 * on. A fault inside one extension does not hide the next ones; PARSE_BROKEN is said at the end.
 */
enum parse dissect_tls_hello(struct slice handshake, struct tls_hello *out);

/*
 * Reads the ClientHello at the head of a TLS stream (the client's side, from its first byte on).
 * Where the hello comes in several records they are joined in `join`, whose memory the caller
 * lends and keeps for as long as it uses `out`; a hello that does not fit there is PARSE_BROKEN
 * with what was whole. PARSE_FOREIGN as soon as a byte says that this is no TLS. `consumed` (may
 * be NULL) gets how many bytes of the stream were used: whole records.
 * Each call starts anew: `join->used` is what this call put there, 0 for a hello in one record.
 * Also reads an SSL 2 hello that offers TLS (RFC 5246, appendix E.2): no extensions in it, and its
 * cipher list, three bytes each, is left out.
 */
enum parse dissect_tls_client(struct slice stream, struct scratch *join, struct tls_hello *out,
                              size_t *consumed);

/* What the server says in the clear. Certificate names only up to TLS 1.2. */
struct tls_server {
	uint16_t version; /* chosen */
	uint16_t cipher;
	struct slice alpn;
	struct slice names[TLS_NAMES_MAX]; /* dNSName of the subject's alternatives, or its CN */
	uint8_t name_count;                /* at its most, there may be more on the wire */
	bool has_certificate;
	bool is_hello_retry;
	bool has_alert; /* in the clear; a fatal one ends the hand-shake */
	uint8_t alert;  /* RFC 8446, section 6: 40 handshake_failure, 112 unrecognized_name */
};

/*
 * The same for the server's side. PARSE_OK once there is nothing more to learn: a hello of TLS 1.3,
 * a retry request, the leaf certificate (the rest of the chain is not waited for), a message that
 * no certificate can follow, a fatal alert (with `version` 0 where no hello came before).
 */
enum parse dissect_tls_server(struct slice stream, struct scratch *join, struct tls_server *out);

#endif
