/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/fragments.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Eight bytes a step: time, datagram, offset (two), length (two), flags, protocol. */
static struct packet packet_of(const uint8_t step[8], const uint8_t *bytes)
{
	size_t len = (size_t)(step[4] << 8 | step[5]);

	return (struct packet){ .src = { [15] = 1 },
		                .dst = { [15] = 2 },
		                .ip_version = step[6] & 2 ? 6 : 4,
		                .protocol = step[7],
		                .is_fragment = true,
		                .more_fragments = step[6] & 1,
		                .fragment_id = step[1] & 0x0f,
		                .fragment_offset = (uint32_t)(step[2] << 8 | step[3]) & 0xfff8,
		                .payload = { bytes, len },
		                .payload_len = (uint32_t)len + (step[6] & 4 ? 1 : 0) };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[65536];
	struct fragments_options options = { 4, 65536, { 1, 2 } };
	struct fragments *f = fragments_new(&options);
	uint64_t now_ns = 0;

	if (f == NULL)
		return 0;
	for (size_t at = 0; at + 8 <= size; at += 8) {
		struct packet packet = packet_of(data + at, bytes);
		struct slice datagram;

		now_ns += data[at] * 200000000ull;
		if (fragments_add(f, now_ns, &packet, &datagram) &&
		    (datagram.len == 0 || datagram.len > 65535))
			abort();
	}
	fragments_free(f);
	return 0;
}
