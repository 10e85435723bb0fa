/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_DIGEST_H
#define SENSOR_DIGEST_H

#include "dissect/slice.h"

enum { MD5_LEN = 16, SHA1_LEN = 20, SHA256_LEN = 32 };

/* Hashes, their contexts fetched once: a hash of some bytes costs less than a microsecond. One
 * thread at a time. */
struct digest;

/* NULL when memory is out or libcrypto has no SHA-256. */
struct digest *digest_new(void);
void digest_free(struct digest *);

/* False, with zeros in `out`, where the machine's policy has switched the algorithm off (FIPS:
 * MD5). */
bool digest_md5(struct digest *, struct slice bytes, uint8_t out[MD5_LEN]);
bool digest_sha1(struct digest *, struct slice bytes, uint8_t out[SHA1_LEN]);
bool digest_sha256(struct digest *, struct slice bytes, uint8_t out[SHA256_LEN]);

/* SHA-256 of what comes piece by piece. */
struct digest_stream;
struct digest_stream *digest_stream_new(void); /* NULL: as digest_new() */
void digest_stream_add(struct digest_stream *, struct slice bytes);
/* The hash of all that was added; frees the stream. False when anything failed on the way. */
bool digest_stream_finish(struct digest_stream *, uint8_t out[SHA256_LEN]);

/* 2 * bytes.len lower-case digits and a NUL. */
void hex_text(struct slice bytes, char *out);

#endif
