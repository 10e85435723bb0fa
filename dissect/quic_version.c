/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic_version.h"

#include <stddef.h>

#include "dissect/quic.h"

/*
 * Ranges, both ends included; the first that fits counts. Numbers and their salts: RFC 9001,
 * RFC 9369, draft-ietf-quic-tls-22 to -34, draft-ietf-quic-v2-01, and the sources of quiche
 * (Google) and mvfst (Meta), whose versions are drafts under other numbers.
 */
static const struct {
	uint32_t first, last;
	struct quic_version version;
} ranges[] = {
	{ 0x00000001, 0x00000001, { QUIC_FRAMING_V1, QUIC_SALT_V1 } },
	{ 0x6b3343cf, 0x6b3343cf, { QUIC_FRAMING_V2, QUIC_SALT_V2 } },
	{ 0x709a50c4, 0x709a50c4, { QUIC_FRAMING_V2, QUIC_SALT_V2_DRAFT } },
	{ 0xff000016, 0xff000016, { QUIC_FRAMING_V1, QUIC_SALT_DRAFT_22 } },
	{ 0xff000017, 0xff00001c, { QUIC_FRAMING_V1, QUIC_SALT_DRAFT_23 } },
	{ 0xff00001d, 0xff000020, { QUIC_FRAMING_V1, QUIC_SALT_DRAFT_29 } },
	{ 0xff000021, 0xff000022, { QUIC_FRAMING_V1, QUIC_SALT_V1 } },
	{ 0xfaceb001, 0xfaceb001, { QUIC_FRAMING_V1, QUIC_SALT_DRAFT_22 } },
	{ 0xfaceb003, 0xfaceb004, { QUIC_FRAMING_V1, QUIC_SALT_V1 } },
	{ 0xfaceb000, 0xfaceb013, { QUIC_FRAMING_V1, QUIC_SALT_DRAFT_23 } },
	{ 0xfaceb014, 0xfaceb0ff, { QUIC_FRAMING_V1, QUIC_SALT_NONE } },
	{ 0xfacefeed, 0xfacefeed, { QUIC_FRAMING_V1, QUIC_SALT_V1 } },
	{ 0x51303530, 0x51303530, { QUIC_FRAMING_V1, QUIC_SALT_Q050 } },
	{ 0x54303530, 0x54303530, { QUIC_FRAMING_V1, QUIC_SALT_T050 } },
	{ 0x54303531, 0x54303531, { QUIC_FRAMING_V1, QUIC_SALT_T051 } },
	{ 0x51303234, 0x51303239, { QUIC_FRAMING_GOOGLE, QUIC_SALT_NONE } }, /* Q024 … */
	{ 0x51303330, 0x51303339, { QUIC_FRAMING_GOOGLE, QUIC_SALT_NONE } },
	{ 0x51303430, 0x51303439, { QUIC_FRAMING_GOOGLE, QUIC_SALT_NONE } }, /* … Q049 */
	{ 0x50435130, 0x50435131, { QUIC_FRAMING_V1, QUIC_SALT_NONE } },     /* picoquic's own */
};

/* RFC 9000, section 15 */
static bool is_greased(uint32_t version)
{
	return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

struct quic_version quic_version_find(uint32_t version)
{
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (version >= ranges[i].first && version <= ranges[i].last)
			return ranges[i].version;
	return (struct quic_version){
		.framing = is_greased(version) ? QUIC_FRAMING_V1 : QUIC_FRAMING_UNKNOWN,
		.salt = QUIC_SALT_NONE,
	};
}

size_t quic_candidate_versions(uint32_t version, uint32_t out[QUIC_CANDIDATES_MAX])
{
	static const uint32_t likeliest[QUIC_CANDIDATES_MAX] = { 0x00000001, 0xff00001d, 0xff00001c,
		                                                 0x6b3343cf };

	if (quic_version_find(version).salt != QUIC_SALT_NONE) {
		out[0] = version;
		return 1;
	}
	for (size_t i = 0; i < QUIC_CANDIDATES_MAX; i++)
		out[i] = likeliest[i];
	return QUIC_CANDIDATES_MAX;
}
