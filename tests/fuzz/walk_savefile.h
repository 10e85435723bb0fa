/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_WALK_SAVEFILE_H
#define TESTS_FUZZ_WALK_SAVEFILE_H

#include "sensor/capture/savefile.h"
#include "tests/check.h"

/* Reads every packet of one of the two formats, and every byte of each, so that ASan sees it. */
static inline int walk_savefile(struct slice bytes, bool is_pcapng)
{
	static const uint8_t pcapng_magic[] = { 0x0a, 0x0d, 0x0d, 0x0a };
	struct savefile file = { 0 };
	struct slice rest = bytes;
	struct frame frame;
	uint64_t sum = 0;
	enum parse answer;

	if ((bytes.len >= 4 && memcmp(bytes.ptr, pcapng_magic, 4) == 0) != is_pcapng)
		return 0;
	do {
		size_t before = rest.len;

		answer = savefile_next(&file, &rest, &frame);
		if (answer == PARSE_OK) {
			CHECK(rest.len < before && frame.wire_len >= frame.bytes.len);
			for (size_t i = 0; i < frame.bytes.len; i++)
				sum += frame.bytes.ptr[i];
		}
		if (answer == PARSE_SHORT)
			CHECK(file.need > rest.len);
		if (answer != PARSE_OK) {
			char text[160];

			savefile_explain(&file.fault, text, sizeof text);
		}
	} while (answer == PARSE_OK || (answer == PARSE_BROKEN && !file.is_lost));
	savefile_free(&file);
	return sum == UINT64_MAX; /* never, but the compiler cannot know */
}

#endif
