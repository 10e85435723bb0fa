/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_QUIC_H
#define DISSECT_QUIC_H

#include "dissect/parse.h"
#include "dissect/slice.h"

enum {
	QUIC_CID_MAX = 20,
	QUIC_FRAMES_MAX = 384 /* of one byte each in a datagram of 1,500 */,
	QUIC_CANDIDATES_MAX = 4
};

enum quic_kind {
	QUIC_INITIAL,
	QUIC_ZERO_RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY,
	QUIC_VERSION_NEGOTIATION,
	QUIC_SHORT,  /* 1-RTT, or padding behind the last packet: nothing in the clear */
	QUIC_GOOGLE, /* Q024 to Q049: the hello is in the clear, see dissect/gquic.h */
	QUIC_OTHER,  /* an unknown version: only what RFC 8999 says of all of them is known */
};

/*
 * One packet of a datagram (RFC 9000, section 17; RFC 9369 for v2; drafts; Q046, Q050, T05x use the
 * invariant header too). Slices point into the datagram. `bytes` is the whole packet, header
 * included, `number_at` where in it the protected packet number begins.
 *
 *   │hdr│version│dcid│scid│token│length│number│ sealed frames │ next packet …
 *   └ bytes ────────────────────────────└ number_at ──────────┘
 */
struct quic_packet {
	enum quic_kind kind;
	uint32_t version;
	struct slice dcid, scid;
	struct slice token; /* of an Initial or Retry; of a Version Negotiation the versions, 4
	                       bytes each */
	struct slice bytes;
	size_t number_at; /* of Initial, 0-RTT and Handshake, else 0 */
	bool is_cut;      /* an Initial whose end is missing; quic_keys_open opens what is there */
};

/*
 * Takes the next packet off a datagram that may hold several (coalesced). PARSE_BROKEN: it is cut
 * off or breaks its rules (an id over 20 bytes in a version that forbids it, say); where `is_cut`
 * is set the packet is there all the same. PARSE_FOREIGN: no QUIC, or no bytes are left.
 * PARSE_SHORT is never given. The fixed bit is not looked at (RFC 9287). A version that nobody
 * knows is read like v1 if it is a greased one (0x?a?a?a?a) or one of a known family.
 */
enum parse dissect_quic(struct slice *datagram, struct quic_packet *out);

/*
 * False: this datagram certainly begins neither with a QUIC long header of a version that we could
 * open nor with a Google hello. Some compares, no crypto; for every datagram of every port.
 */
bool dissect_quic_possible(struct slice datagram);

/*
 * Could the datagram, on whatever port, begin with a client's or server's Initial (or 0-RTT, or a
 * Google hello)? Strict: version known, ids plausible, lengths that fit. What says yes is worth a
 * quic_keys_open, which settles it.
 */
bool dissect_quic_likely(struct slice datagram);

/*
 * The versions whose keys an Initial of `version` may be sealed with, the likeliest first: a known
 * version itself; of a greased or unknown one v1 and the others that are still met. Returns how
 * many.
 */
size_t quic_candidate_versions(uint32_t version, uint32_t out[QUIC_CANDIDATES_MAX]);

/* One CRYPTO frame's bytes, at their offset in the handshake stream of their direction. */
struct quic_crypto {
	uint32_t offset;
	struct slice bytes;
};

struct quic_frames {
	struct quic_crypto crypto[QUIC_FRAMES_MAX];
	uint16_t count;
	bool has_more; /* there were more CRYPTO frames than room */
	bool is_closing;
};

/* May the byte begin a frame of an Initial? Types are written shortest (RFC 9000, section 12.4). */
bool quic_frame_may_be(uint8_t first);

/*
 * The frames of a decrypted Initial (RFC 9000, section 12.4), shuffled and padded as they come.
 * PARSE_BROKEN: a frame that no Initial may hold, or one that is cut off; those before it are
 * there, and of a CRYPTO frame that is cut what there is of it. PARSE_SHORT is never given.
 */
enum parse dissect_quic_frames(struct slice plaintext, struct quic_frames *out);

#endif
