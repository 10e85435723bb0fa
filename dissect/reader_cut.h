/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_READER_CUT_H
#define DISSECT_READER_CUT_H

#include "dissect/reader.h"

/*
 * The next `len` bytes as a block that may be cut off:
 *
 *   parent │ 00 05 │ a b c ▏          five were promised, three are here
 *                  └ block ┘
 *
 * The block holds what is there of it, and running out in it means what it means in the parent;
 * the parent has failed, for its bytes did not suffice. So a parser reads what was whole before the
 * cut, and the parent's state says at the end that there was one.
 */
static inline struct reader read_cut(struct reader *r, size_t len)
{
	struct reader block = {
		.rest = slice_head(r->rest, len),
		.state = r->state,
		.at_end = len > r->rest.len ? r->at_end : PARSE_BROKEN,
	};

	read_bytes(r, len);
	return block;
}

/* The same for a block behind a length of `width` bytes. */
static inline struct reader read_cut_block(struct reader *r, size_t width)
{
	return read_cut(r, (size_t)read_uint(r, width));
}

#endif
