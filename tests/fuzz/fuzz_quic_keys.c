/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With the id of the seeds, so that they open; what libFuzzer makes of them mostly does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t dcid[] = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 };
	static struct quic_crypto_context *c;
	uint8_t memory[2048];
	struct slice rest = { data, size }, out;
	struct quic_packet packet;
	struct quic_keys keys;

	if (c == NULL)
		c = quic_crypto_context_new();
	for (enum parse got = PARSE_OK; got == PARSE_OK;) {
		struct scratch plain = { memory, sizeof memory, 0 };
		uint32_t versions[QUIC_CANDIDATES_MAX];

		got = dissect_quic(&rest, &packet);
		(void)quic_keys_try(c, packet.version, QUIC_CLIENT, &packet, &keys);
		for (size_t i = quic_candidate_versions(packet.version, versions); i > 0; i--)
			if (quic_keys_derive(c, versions[i - 1],
			                     (struct slice){ dcid, sizeof dcid }, QUIC_CLIENT,
			                     &keys))
				(void)quic_keys_open(c, &keys, &packet, &plain, &out);
	}
	return 0;
}
