/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_QUIC_VARINT_H
#define DISSECT_QUIC_VARINT_H

#include "dissect/reader.h"

/* RFC 9000, section 16: the first two bits say how wide the integer is. */
static inline uint64_t read_varint(struct reader *r)
{
	if (!reader_more(r))
		return read_uint(r, 1);

	static const uint64_t masks[] = { 0x3f, 0x3fff, 0x3fffffff, 0x3fffffffffffffff };
	unsigned exponent = r->rest.ptr[0] >> 6;

	return read_uint(r, (size_t)1 << exponent) & masks[exponent];
}

/* Bytes behind such an integer. */
static inline struct slice read_varint_bytes(struct reader *r)
{
	uint64_t len = read_varint(r);

	if (len > r->rest.len) {
		reader_fail(r, r->at_end);
		return (struct slice){ 0 };
	}
	return read_bytes(r, (size_t)len);
}

#endif
