/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/prefix.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As the caller does: one prefix after the other. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice stream = { data, size };
	struct prefix prefix;

	while (dissect_prefix(stream, &prefix) == PARSE_OK) {
		CHECK(!(prefix.len == 0 || prefix.len > stream.len));
		stream = slice_skip(stream, prefix.len);
	}
	return 0;
}
