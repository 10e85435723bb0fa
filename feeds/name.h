/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_NAME_H
#define FEEDS_NAME_H

#include <stddef.h>

#include "feeds/feed.h"
#include "feeds/text.h"

#define NAME_SIZE 256

/*
 * A host name as feeds write it, in the one form that rules have: lower case, punycode, no final
 * dot, two labels or more. FEED_REASONS when it is one; `out` then holds it, and its length is
 * in `len`.
 */
enum feed_reason name_normalise(struct text from, char out[NAME_SIZE], size_t *len);

/* In one file each, for each knows a library. */
bool idn_to_ascii(struct text from, char out[NAME_SIZE]); /* libidn2; false when it is none */
bool is_public_suffix(const char *name);                  /* libpsl */

#endif
