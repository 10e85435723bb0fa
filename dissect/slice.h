/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_SLICE_H
#define DISSECT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. Never freed, never written through. */
struct slice {
	const uint8_t *ptr;
	size_t len;
};

/* Bytes to write into: memory that the caller lends, and how much of it is in use. */
struct scratch {
	uint8_t *ptr;
	size_t room;
	size_t used;
};

static inline struct slice slice_skip(struct slice s, size_t n)
{
	return n == 0 ? s : (struct slice){ s.ptr + n, s.len - n };
}

static inline struct slice slice_head(struct slice s, size_t n)
{
	return (struct slice){ s.ptr, n < s.len ? n : s.len };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

#endif
