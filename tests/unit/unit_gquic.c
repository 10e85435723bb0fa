/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/gquic.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/quic_specimens.h"

static enum parse frames_of(struct slice datagram, struct quic_frames *out)
{
	struct quic_packet packet;

	(void)dissect_quic(&datagram, &packet);
	return dissect_gquic_frames(&packet, out);
}

static enum parse probe_frames(struct slice datagram)
{
	struct quic_frames out;

	return frames_of(datagram, &out);
}

static enum parse probe_hello(struct slice stream)
{
	struct gquic_hello out;

	return dissect_gquic_hello(stream, &out);
}

static const struct {
	const char *name;
	struct slice datagram;
	uint32_t offset;
} packets[] = {
	{ "Q043", BYTES(google_q043), 0 },
	{ "Q025", BYTES(google_q025), 0 },
	{ "Q046", BYTES(google_q046), 1024 },
};

/* The public header and the hash are the first 26 bytes of Q043. */
static const struct specimen specimens[] = {
	{ "Q043", probe_frames, BYTES(google_q043), PARSE_BROKEN, 27, 0 },
	{ "Q025", probe_frames, BYTES(google_q025), PARSE_BROKEN, 28, 0 },
	{ "CHLO", probe_hello, { google_q043 + 30, sizeof google_q043 - 30 }, PARSE_SHORT, 0, 0 },
};

static void check_hello(struct slice stream)
{
	struct gquic_hello out;

	CHECK(gquic_begins_hello(stream));
	CHECK(dissect_gquic_hello(stream, &out) == PARSE_OK);
	CHECK(is_text(out.sni, "analytics.example") && is_text(out.version, "Q043"));
	CHECK(is_text(out.user_agent, "beta Chrome/70"));
}

static void test_packets(void)
{
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		struct quic_frames f;

		if (frames_of(packets[i].datagram, &f) != PARSE_OK)
			fprintf(stderr, "%s\n", packets[i].name);
		CHECK(frames_of(packets[i].datagram, &f) == PARSE_OK);
		CHECK(f.count == 1 && f.crypto[0].offset == packets[i].offset);
		check_hello(f.crypto[0].bytes);
	}
}

static void test_foreign(void)
{
	struct quic_frames f;
	struct gquic_hello out;

	CHECK(frames_of(BYTES(rfc9001_client), &f) == PARSE_FOREIGN && f.count == 0);
	CHECK(dissect_gquic_hello(text("REJ\0 and more"), &out) == PARSE_FOREIGN);
	CHECK(dissect_gquic_hello(text(""), &out) == PARSE_SHORT);
	CHECK(!gquic_begins_hello(text("CHL")));
}

/* The name is there once it is whole, whatever is missing behind it. */
static void test_cut(void)
{
	struct slice whole = { google_q043 + 30, sizeof google_q043 - 30 };
	struct gquic_hello out;

	CHECK(dissect_gquic_hello(slice_head(whole, whole.len - 10), &out) == PARSE_SHORT);
	CHECK(is_text(out.sni, "analytics.example"));
}

int main(void)
{
	test_packets();
	test_foreign();
	test_cut();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}
