/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

#include <string.h>

#include "dissect/slice.h"

/* Bytes of an array, and those of a string without its end. */
#define BYTES(array) ((struct slice){ (array), sizeof(array) })

static inline struct slice text(const char *s)
{
	return (struct slice){ (const uint8_t *)s, strlen(s) };
}

static inline bool is_text(struct slice s, const char *expected)
{
	return slice_equal(s, text(expected));
}

#endif
