/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BYTES_H
#define TESTS_BYTES_H

#include "dissect/slice.h"

/* A string literal as bytes, without its NUL. */
#define BYTES(text) ((struct slice){ (const uint8_t *)(text), sizeof(text) - 1 })

static inline bool slice_is(struct slice s, const char *text)
{
	return s.len == strlen(text) && (s.len == 0 || memcmp(s.ptr, text, s.len) == 0);
}

#endif
