/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_HPACK_H
#define DISSECT_HPACK_H

#include "dissect/reader.h"

enum { HPACK_ENTRIES_MAX = 256, HPACK_SIZE_DEFAULT = 4096, HPACK_SIZE_MAX = 65536 };

/* `text` is empty where there was no room for it; `len` is the true length all the same. */
struct hpack_string {
	struct slice text;
	size_t len;
};

struct hpack_field {
	struct hpack_string name, value;
};

/*
 * The decoder of one direction of a connection (RFC 7541), in memory that the caller lends.
 * The dynamic table holds no bytes of its own: what it holds points into the header blocks or into
 * `strings`, so both must live as long as it does.
 *
 *   entries   ┌────┬────┬────┬────┬────┐
 *             │    │ 64 │ 63 │ 62 │    │   a ring: the newest has index 62, the oldest
 *             └────┴────┴────┴────┴────┘   goes first when `size` is over `size_max`
 *                   oldest     newest
 */
struct hpack_table {
	struct scratch *strings; /* where Huffman-coded strings are unpacked to */
	size_t size, size_max;   /* as RFC 7541, section 4.1 counts */
	size_t newest, count;
	struct hpack_field entries[HPACK_ENTRIES_MAX];
};

void hpack_start(struct hpack_table *table, struct scratch *strings);

/*
 * Takes the next field off a header block. False: the block is at its end, or broken (its state
 * says which); after a break the table is worth nothing.
 */
bool hpack_next(struct hpack_table *table, struct reader *block, struct hpack_field *field);

/* Unpacks a Huffman-coded string into `text`. PARSE_BROKEN: bad padding, or EOS in it. */
enum parse hpack_huffman(struct slice coded, struct scratch *text, struct hpack_string *out);

#endif
