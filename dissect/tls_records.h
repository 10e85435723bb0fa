/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_TLS_RECORDS_H
#define DISSECT_TLS_RECORDS_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/*
 * The handshake bytes of one side of a TLS stream, put together from its records (RFC 8446,
 * section 5.1):
 *
 *   stream  │hdr│ hello, first │hdr│ CCS │hdr│ hello, last │…
 *   bytes        hello, first               hello, last
 *
 * While one record suffices `bytes` points into the stream; from the second on they are copied to
 * `join`. Change-cipher-spec and warning alerts in between are passed over, or end it.
 */
struct tls_records {
	struct slice stream; /* not taken yet */
	struct scratch *join;
	struct slice bytes;
	enum parse state; /* PARSE_OK while there is more to take */
	bool has_records;
	bool stops_at_cipher_change;
	bool has_ended; /* by a record that no more handshake in the clear can follow */
	bool has_alert;
	uint8_t alert;
};

struct tls_records tls_records_open(struct slice stream, struct scratch *join);

/* Takes records until there are `need` handshake bytes. False: there are not; `state` says why. */
bool tls_records_gather(struct tls_records *, size_t need);

#endif
