/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/gquic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { data, size };
	struct quic_packet packet;
	struct quic_frames frames;
	struct gquic_hello hello;

	(void)dissect_gquic_hello(rest, &hello);
	(void)dissect_quic(&rest, &packet);
	(void)dissect_gquic_frames(&packet, &frames);
	for (uint8_t i = 0; i < frames.count; i++)
		(void)dissect_gquic_hello(frames.crypto[i].bytes, &hello);
	return 0;
}
