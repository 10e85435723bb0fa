/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/quic_specimens.h"

static enum parse probe_packets(struct slice datagram)
{
	struct quic_packet packet;
	enum parse parsed = dissect_quic(&datagram, &packet);

	(void)dissect_quic_likely(datagram);
	while (parsed == PARSE_OK && datagram.len > 0)
		parsed = dissect_quic(&datagram, &packet);
	return parsed;
}

static enum parse probe_frames(struct slice plaintext)
{
	struct quic_frames out;

	return dissect_quic_frames(plaintext, &out);
}

static const struct specimen specimens[] = {
	{ "client Initial", probe_packets, BYTES(rfc9001_client), PARSE_BROKEN, 1, 0 },
	{ "server Initial", probe_packets, BYTES(rfc9369_server), PARSE_BROKEN, 1, 0 },
	{ "Retry", probe_packets, BYTES(rfc9001_retry), PARSE_BROKEN, 1, 31 },
	{ "coalesced", probe_packets, BYTES(coalesced), PARSE_BROKEN, 1, 57 },
	{ "CRYPTO frame", probe_frames, BYTES(rfc_client_frames), PARSE_BROKEN, 1, 0 },
};

static const struct {
	const char *name;
	struct slice datagram;
	enum parse expected[3];
	enum quic_kind kind[3];
	int packets;
	bool is_possible, is_likely;
} datagrams[] = {
	{ "v1 client", BYTES(rfc9001_client), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "v1 server", BYTES(rfc9001_server), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "v1 retry", BYTES(rfc9001_retry), { PARSE_OK }, { QUIC_RETRY }, 1, true, false },
	{ "v2 client", BYTES(rfc9369_client), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "v2 server", BYTES(rfc9369_server), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "v2 retry", BYTES(rfc9369_retry), { PARSE_OK }, { QUIC_RETRY }, 1, true, false },
	{ "coalesced",
	  BYTES(coalesced),
	  { PARSE_OK, PARSE_OK, PARSE_OK },
	  { QUIC_ZERO_RTT, QUIC_INITIAL, QUIC_SHORT },
	  3,
	  true,
	  true },
	{ "greased", BYTES(greased), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "negotiation",
	  BYTES(negotiation),
	  { PARSE_OK },
	  { QUIC_VERSION_NEGOTIATION },
	  1,
	  true,
	  false },
	{ "long id, unknown version",
	  BYTES(long_id_unknown),
	  { PARSE_OK },
	  { QUIC_OTHER },
	  1,
	  false,
	  false },
	{ "long id, v1", BYTES(long_id_v1), { PARSE_BROKEN }, { QUIC_INITIAL }, 1, true, false },
	{ "Q043", BYTES(google_q043), { PARSE_OK }, { QUIC_GOOGLE }, 1, true, true },
	{ "Q025", BYTES(google_q025), { PARSE_OK }, { QUIC_GOOGLE }, 1, true, true },
	{ "Q046", BYTES(google_q046), { PARSE_OK }, { QUIC_GOOGLE }, 1, true, true },
	{ "Q050", BYTES(google_q050), { PARSE_OK }, { QUIC_INITIAL }, 1, true, true },
	{ "cut", { rfc9001_client, 400 }, { PARSE_BROKEN }, { QUIC_INITIAL }, 1, true, true },
	{ "cut in the header",
	  { rfc9001_client, 30 },
	  { PARSE_BROKEN },
	  { QUIC_INITIAL },
	  1,
	  true,
	  false },
	{ "empty", { rfc9001_client, 0 }, { PARSE_FOREIGN }, { QUIC_SHORT }, 1, false, false },
	{ "short header",
	  { rfc_client_frames, 40 },
	  { PARSE_OK },
	  { QUIC_SHORT },
	  1,
	  false,
	  false },
};

static void test_datagrams(void)
{
	for (size_t i = 0; i < COUNT_OF(datagrams); i++) {
		struct slice rest = datagrams[i].datagram;

		CHECK(dissect_quic_possible(rest) == datagrams[i].is_possible);
		CHECK(dissect_quic_likely(rest) == datagrams[i].is_likely);
		for (int p = 0; p < datagrams[i].packets; p++) {
			struct quic_packet packet;
			enum parse got = dissect_quic(&rest, &packet);

			if (got != datagrams[i].expected[p])
				fprintf(stderr, "%s: %d\n", datagrams[i].name, (int)got);
			CHECK(got == datagrams[i].expected[p]);
			CHECK(packet.kind == datagrams[i].kind[p]);
		}
		CHECK(datagrams[i].expected[0] != PARSE_OK || rest.len == 0);
	}
}

static void test_fields(void)
{
	struct slice rest = BYTES(coalesced);
	struct quic_packet packet;

	CHECK(dissect_quic(&rest, &packet) == PARSE_OK && packet.bytes.len == 57);
	CHECK(dissect_quic(&rest, &packet) == PARSE_OK);
	CHECK(packet.version == 1 && packet.dcid.len == 8 && packet.scid.len == 8);
	CHECK(is_text(packet.token, "tok") && packet.number_at == 7 + 8 + 8 + 4 + 2);
	rest = BYTES(negotiation);
	CHECK(dissect_quic(&rest, &packet) == PARSE_OK && packet.token.len == 8);
	rest = BYTES(rfc9001_retry);
	CHECK(dissect_quic(&rest, &packet) == PARSE_OK && is_text(packet.token, "token"));
	rest = BYTES(long_id_unknown);
	CHECK(dissect_quic(&rest, &packet) == PARSE_OK && packet.dcid.len == 24);
	rest = (struct slice){ rfc9001_client, 400 };
	CHECK(dissect_quic(&rest, &packet) == PARSE_BROKEN && packet.is_cut);
	CHECK(packet.bytes.len == 400 && packet.number_at == 18);
}

static void test_frames(void)
{
	struct quic_frames out;

	CHECK(dissect_quic_frames(BYTES(shuffled_frames), &out) == PARSE_OK);
	CHECK(out.count == 3 && !out.has_more && !out.is_closing);
	CHECK(out.crypto[0].offset == 60 && out.crypto[0].bytes.len == 30);
	CHECK(out.crypto[1].offset == 0 && out.crypto[1].bytes.len == 60);
	CHECK(out.crypto[2].offset == 90);
	CHECK(dissect_quic_frames((struct slice){ shuffled_frames, 20 }, &out) == PARSE_BROKEN);
	CHECK(out.count == 1 && out.crypto[0].bytes.len == 16);
}

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	enum parse expected;
	uint8_t count;
	bool is_closing;
} frames[] = {
	{ "nothing", "", 0, PARSE_OK, 0, false },
	{ "close", "\x1c\x40\x64\x06\x02no\x06\x00\x01x", 11, PARSE_OK, 1, true },
	{ "close by the application", "\x1d\x01\x01n", 4, PARSE_OK, 0, true },
	{ "ACK with ECN and ranges",
	  "\x03\x09\x00\x02\x00\x00\x01\x00\x01\x01\x02\x03\x06\x00\x01x", 16, PARSE_OK, 1, false },
	{ "ACK whose ranges are missing", "\x02\x09\x00\xbf\xff\xff\xff\x00", 8, PARSE_BROKEN, 0,
	  false },
	{ "NEW_TOKEN", "\x07\x03tok\x06\x00\x01x", 9, PARSE_OK, 1, false },
	{ "Google's CRYPTO", "\x08\x02\x01x", 4, PARSE_OK, 1, false },
	{ "a frame of 1-RTT", "\x06\x00\x01x\x10\x01", 6, PARSE_BROKEN, 1, false },
	{ "an offset past all", "\x06\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 11, PARSE_BROKEN, 0,
	  false },
	{ "a type wider than needed", "\x40\x06\x00\x01x", 5, PARSE_OK, 1, false },
};

static void test_frame_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct slice bytes = { (const uint8_t *)frames[i].bytes, frames[i].len };
		struct quic_frames out;
		enum parse got = dissect_quic_frames(bytes, &out);

		if (got != frames[i].expected)
			fprintf(stderr, "%s: %d\n", frames[i].name, (int)got);
		CHECK(got == frames[i].expected && out.count == frames[i].count);
		CHECK(out.is_closing == frames[i].is_closing);
	}
}

static void test_many_frames(void)
{
	uint8_t bytes[4 * (QUIC_FRAMES_MAX + 1)];
	struct quic_frames out;

	for (size_t i = 0; i < sizeof bytes; i += 4)
		memcpy(bytes + i, (uint8_t[]){ 6, (uint8_t)(i / 4 % 64), 1, 'x' }, 4);
	CHECK(dissect_quic_frames((struct slice){ bytes, sizeof bytes - 4 }, &out) == PARSE_OK);
	CHECK(out.count == QUIC_FRAMES_MAX && !out.has_more);
	CHECK(dissect_quic_frames(BYTES(bytes), &out) == PARSE_OK);
	CHECK(out.count == QUIC_FRAMES_MAX && out.has_more);
}

static void test_candidates(void)
{
	uint32_t versions[QUIC_CANDIDATES_MAX];

	CHECK(quic_candidate_versions(0x6b3343cf, versions) == 1 && versions[0] == 0x6b3343cf);
	CHECK(quic_candidate_versions(0x1a2a3a4a, versions) > 1 && versions[0] == 1);
}

int main(void)
{
	test_datagrams();
	test_fields();
	test_frames();
	test_frame_rows();
	test_many_frames();
	test_candidates();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}
