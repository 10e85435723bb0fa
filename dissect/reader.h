/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_READER_H
#define DISSECT_READER_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/*
 * A cursor that cannot leave its bytes. The first read that does not fit fails the reader; every
 * later read yields zero, so a parser reads straight down and looks at the state once, at the end.
 */
struct reader {
	struct slice rest;
	enum parse state;
	enum parse at_end; /* what running out means here: PARSE_SHORT or PARSE_BROKEN */
};

/* Bytes of a stream: the rest may still arrive. */
static inline struct reader reader_stream(struct slice s)
{
	return (struct reader){ .rest = s, .at_end = PARSE_SHORT };
}

/* Bytes that are all there will ever be. */
static inline struct reader reader_whole(struct slice s)
{
	return (struct reader){ .rest = s, .at_end = PARSE_BROKEN };
}

static inline void reader_fail(struct reader *r, enum parse why)
{
	if (r->state == PARSE_OK)
		r->state = why;
	r->rest.len = 0;
}

static inline bool reader_more(const struct reader *r)
{
	return r->rest.len > 0;
}

static inline struct slice read_bytes(struct reader *r, size_t n)
{
	if (n > r->rest.len) {
		reader_fail(r, r->at_end);
		return (struct slice){ 0 };
	}
	struct slice taken = { r->rest.ptr, n };

	r->rest = slice_skip(r->rest, n);
	return taken;
}

/* An unsigned integer of `width` bytes (8 at most) in network order. */
static inline uint64_t read_uint(struct reader *r, size_t width)
{
	struct slice s = read_bytes(r, width);
	uint64_t value = 0;

	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | s.ptr[i];
	return value;
}

static inline uint8_t read_u8(struct reader *r)
{
	return (uint8_t)read_uint(r, 1);
}

static inline uint16_t read_u16(struct reader *r)
{
	return (uint16_t)read_uint(r, 2);
}

static inline uint32_t read_u24(struct reader *r)
{
	return (uint32_t)read_uint(r, 3);
}

static inline uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_uint(r, 4);
}

/* A block behind a length of `width` bytes. A failed reader gives birth to a failed block. */
static inline struct reader read_block(struct reader *r, size_t width)
{
	struct reader block = reader_whole(read_bytes(r, (size_t)read_uint(r, width)));

	block.state = r->state;
	return block;
}

#endif
