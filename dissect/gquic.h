/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_GQUIC_H
#define DISSECT_GQUIC_H

#include "dissect/quic.h"

/*
 * Google's QUIC before it spoke TLS: Q024 to Q049, whose first packets are in the clear, and Q050,
 * which seals them like an Initial and carries the same hello in CRYPTO frames.
 */

/*
 * The pieces of the handshake stream (number 1) in a packet of kind QUIC_GOOGLE, as CRYPTO frames
 * are given. PARSE_FOREIGN: not in the clear, or no hand-shake. PARSE_BROKEN: what was whole before
 * the fault is there. PARSE_SHORT is never given.
 */
enum parse dissect_gquic_frames(const struct quic_packet *, struct quic_frames *out);

/* What a client's hello (CHLO) says. Slices point into the bytes given. */
struct gquic_hello {
	struct slice sni;
	struct slice user_agent; /* UAID: the browser and system */
	struct slice version;    /* VER: what the client wanted to speak, as text */
};

/*
 * Do these bytes begin a client's hello? The stream holds several messages, each of which begins a
 * frame: the first hello at 0, a fuller one after the server's rejection behind it. Whoever missed
 * the first may count the offsets from a piece that says yes.
 */
bool gquic_begins_hello(struct slice bytes);

/*
 * Reads the handshake stream from where a hello begins. PARSE_SHORT: more is to come; what was
 * whole is there. PARSE_FOREIGN: another message, such as a server's rejection (REJ).
 */
enum parse dissect_gquic_hello(struct slice stream, struct gquic_hello *out);

#endif
