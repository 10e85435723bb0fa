/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_HELLO_H
#define BENCH_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/noise.h"

/* What a browser of today says first: over TCP in a TLS record, over QUIC in two protected
 * Initials. */

enum { HELLO_MAX = 2600, QUIC_DATAGRAM = 1250, QUIC_CID = 8 };

/* A ClientHello, handshake header included: about 1,900 bytes with an X25519MLKEM768 share,
 * extensions in a random order. */
size_t hello_client(struct noise *, const char *name, bool is_quic, uint8_t out[HELLO_MAX]);
size_t hello_server(struct noise *, uint8_t *out); /* a ServerHello of TLS 1.3; 122 bytes at most */

/* Writes Initials of QUIC version 1. One for a thread; NULL: out of memory. */
struct initials;
struct initials *initials_new(void);
void initials_free(struct initials *);

/* The ids of the connection whose Initials come next; keys are derived here. False: libcrypto
 * failed. */
bool initials_begin(struct initials *, const uint8_t dcid[QUIC_CID],
                    const uint8_t server_cid[QUIC_CID]);

/*
 * One Initial of QUIC_DATAGRAM bytes with `len` bytes of the handshake from `offset` on; `scatter`:
 * in several CRYPTO frames in a random order with PING between them, as Chrome does. The server's
 * begins with an ACK.
 */
bool initials_write(struct initials *, struct noise *, int side, uint32_t number,
                    const uint8_t *handshake, size_t offset, size_t len, bool scatter,
                    uint8_t out[QUIC_DATAGRAM]);

#endif
