/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_QUIC_H
#define DISSECT_QUIC_H

#include "dissect/parse.h"
#include "dissect/slice.h"

enum { QUIC_CID_MAX = 20, QUIC_FRAMES_MAX = 64 };

enum quic_kind {
	QUIC_INITIAL,
	QUIC_ZERO_RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY,
	QUIC_VERSION_NEGOTIATION,
	QUIC_SHORT, /* 1-RTT: nothing in the clear */
	QUIC_GOOGLE, /* Q043 and earlier framing: the hello is in the clear, see dissect_gquic */
};

/*
 * One packet of a datagram (RFC 9000, section 17; RFC 9369 for v2; drafts; Q046, Q050, T05x use the
 * invariant header too). Slices point into the datagram. `bytes` is the whole packet, header
 * included, `number_at` where in it the protected packet number begins.
 */
struct quic_packet {
	enum quic_kind kind;
	uint32_t version;
	struct slice dcid, scid, token;
	struct slice bytes;
	size_t number_at;
};

/* Takes the next packet off a datagram that may hold several (coalesced). */
enum parse dissect_quic(struct slice *datagram, struct quic_packet *out);

/* One CRYPTO frame's bytes, at their offset in the handshake stream of their direction. */
struct quic_crypto {
	uint32_t offset;
	struct slice bytes;
};

struct quic_frames {
	struct quic_crypto crypto[QUIC_FRAMES_MAX];
	uint8_t count;
	bool has_more; /* there were more CRYPTO frames than room */
	bool is_closing;
};

/* The frames of a decrypted Initial (RFC 9000, section 12.4), shuffled and padded as they come. */
enum parse dissect_quic_frames(struct slice plaintext, struct quic_frames *out);

#endif
