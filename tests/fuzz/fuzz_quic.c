/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { data, size };
	struct quic_packet packet;
	struct quic_frames frames;

	(void)dissect_quic_possible(rest);
	(void)dissect_quic_likely(rest);
	(void)dissect_quic_frames(rest, &frames);
	while (dissect_quic(&rest, &packet) == PARSE_OK) {
	}
	return 0;
}
