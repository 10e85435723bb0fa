/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_QUIC_KEYS_H
#define DISSECT_QUIC_KEYS_H

#include "dissect/quic.h"

enum quic_side { QUIC_CLIENT, QUIC_SERVER };

/* libcrypto's contexts, made once for each thread by the caller and lent to every call. */
struct quic_crypto_context;
struct quic_crypto_context *quic_crypto_context_new(void); /* NULL: out of memory */
void quic_crypto_context_free(struct quic_crypto_context *);

/* Initial keys of one side: 16 bytes AES key, 12 bytes IV, 16 bytes header protection. */
struct quic_keys {
	uint8_t key[16], iv[12], header[16];
};

/*
 * Derives the Initial keys of `side` from the connection id that the client first sent to
 * (RFC 9001, section 5.2; after a Retry from the one that the Retry gave). False: no salt is known
 * for `version` (then quic_candidate_versions names those to try), or the id is no client's.
 */
bool quic_keys_derive(struct quic_crypto_context *, uint32_t version, struct slice dcid,
                      enum quic_side side, struct quic_keys *out);

/*
 * The keys for the id that `packet` goes to, if it may be sealed with them. Most of what is not is
 * told at a third of the cost of deriving and opening: by the reserved bits of its header (RFC
 * 9000, section 17.2), then by the type of its first frame. PARSE_OK: it may, and quic_keys_open()
 * settles it. PARSE_FOREIGN: it is not. PARSE_BROKEN: too short, or no salt is known.
 */
enum parse quic_keys_try(struct quic_crypto_context *, uint32_t version, enum quic_side side,
                         const struct quic_packet *packet, struct quic_keys *out);

/*
 * Takes the protection off an Initial (RFC 9001, section 5.4 and 5.3); what comes out is appended
 * to `plain` and `out` points there. PARSE_OK: the tag is right. PARSE_FOREIGN: the tag is wrong,
 * so these are other keys. PARSE_SHORT: the packet is cut off, so there is no tag to check; what is
 * there was opened and may be rubbish. PARSE_BROKEN: too short, no room, or no Initial.
 */
enum parse quic_keys_open(struct quic_crypto_context *, const struct quic_keys *,
                          const struct quic_packet *, struct scratch *plain, struct slice *out);

#endif
