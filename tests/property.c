/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property.h"

#include "tests/check.h"

static enum parse probe_copy(const struct specimen *s, size_t len, size_t at, uint8_t mask)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	CHECK(copy != NULL);
	if (len > 0)
		memcpy(copy, s->bytes.ptr, len);
	if (at < len)
		copy[at] ^= mask;
	enum parse answer = s->probe((struct slice){ copy, len });

	free(copy);
	return answer;
}

static void check_cuts(const struct specimen *s)
{
	size_t end = s->cut_to > 0 ? s->cut_to : s->bytes.len;

	for (size_t len = 0; len < s->bytes.len; len++) {
		enum parse answer = probe_copy(s, len, SIZE_MAX, 0);

		if (len < s->cut_from || len >= end || answer == s->when_cut)
			continue;
		fprintf(stderr, "%s cut at %zu says %d, not %d\n", s->name, len, (int)answer,
		        (int)s->when_cut);
		exit(1);
	}
}

void property_check(const struct specimen *s)
{
	enum parse whole = probe_copy(s, s->bytes.len, SIZE_MAX, 0);

	if (whole != PARSE_OK) {
		fprintf(stderr, "%s whole says %d\n", s->name, (int)whole);
		exit(1);
	}
	check_cuts(s);
	for (size_t at = 0; at < s->bytes.len; at++)
		for (unsigned mask = 1; mask < 256; mask++)
			(void)probe_copy(s, s->bytes.len, at, (uint8_t)mask);
}
