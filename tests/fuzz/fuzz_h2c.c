/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With little room too, so that every string that does not fit is met. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[8192];
	static const size_t rooms[] = { sizeof memory, 64, 0 };
	struct h2c_requests requests;

	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		struct scratch text = { memory, rooms[i], 0 };

		(void)dissect_h2c((struct slice){ data, size }, &text, &requests);
		CHECK(!(text.used > text.room || requests.count > H2C_REQUESTS_MAX));
	}
	return 0;
}
