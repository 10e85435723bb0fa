/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic.h"

#include "dissect/quic_varint.h"

enum {
	FRAME_PADDING = 0x00,
	FRAME_PING = 0x01,
	FRAME_ACK = 0x02,
	FRAME_ACK_ECN = 0x03,
	FRAME_CRYPTO = 0x06,
	FRAME_NEW_TOKEN = 0x07,
	FRAME_GOOGLE_CRYPTO = 0x08, /* of Q050 and T05x; elsewhere STREAM, which no Initial holds */
	FRAME_CLOSE = 0x1c,
	FRAME_CLOSE_BY_APPLICATION = 0x1d,
	CRYPTO_END_MAX = 1 << 24, /* no handshake is longer; keeps offsets in 32 bits */
};

/* Runs of a kilobyte are usual, so eight at a time. */
static void skip_padding(struct reader *r)
{
	uint64_t word = 0;
	size_t len = 0;

	while (r->rest.len - len >= sizeof word) {
		memcpy(&word, r->rest.ptr + len, sizeof word);
		if (word != 0)
			break;
		len += sizeof word;
	}
	while (len < r->rest.len && r->rest.ptr[len] == FRAME_PADDING)
		len++;
	read_bytes(r, len);
}

/* RFC 9000, section 19.3 */
static void skip_ack(struct reader *r, bool has_ecn)
{
	read_varint(r); /* largest */
	read_varint(r); /* delay */

	uint64_t ranges = read_varint(r);

	read_varint(r); /* first range */
	while (ranges-- > 0 && r->state == PARSE_OK) {
		read_varint(r); /* gap */
		read_varint(r); /* length */
	}
	for (int i = 0; has_ecn && i < 3; i++)
		read_varint(r);
}

static void keep(struct quic_frames *out, uint32_t offset, struct slice bytes)
{
	if (bytes.len == 0)
		return;
	if (out->count == QUIC_FRAMES_MAX)
		out->has_more = true;
	else
		out->crypto[out->count++] = (struct quic_crypto){ offset, bytes };
}

/* RFC 9000, section 19.6 */
static void take_crypto(struct reader *r, struct quic_frames *out)
{
	uint64_t offset = read_varint(r);
	uint64_t len = read_varint(r);

	if (offset > CRYPTO_END_MAX || len > CRYPTO_END_MAX) {
		reader_fail(r, PARSE_BROKEN);
		return;
	}
	keep(out, (uint32_t)offset, slice_head(r->rest, (size_t)len));
	read_bytes(r, (size_t)len);
}

/* RFC 9000, section 19.19 */
static void skip_close(struct reader *r, bool has_frame_type)
{
	read_varint(r); /* error */
	if (has_frame_type)
		read_varint(r);
	read_varint_bytes(r); /* reason */
}

static void take_frame(struct reader *r, struct quic_frames *out)
{
	uint64_t type = read_varint(r);

	switch (type) {
	case FRAME_PADDING:
		skip_padding(r);
		break;
	case FRAME_PING:
		break;
	case FRAME_ACK:
	case FRAME_ACK_ECN:
		skip_ack(r, type == FRAME_ACK_ECN);
		break;
	case FRAME_CRYPTO:
	case FRAME_GOOGLE_CRYPTO:
		take_crypto(r, out);
		break;
	case FRAME_NEW_TOKEN: /* not in an Initial, but harmless */
		read_varint_bytes(r);
		break;
	case FRAME_CLOSE:
	case FRAME_CLOSE_BY_APPLICATION:
		out->is_closing = true;
		skip_close(r, type == FRAME_CLOSE);
		break;
	default:
		reader_fail(r, PARSE_BROKEN);
	}
}

bool quic_frame_may_be(uint8_t first)
{
	const uint32_t types = 1U << FRAME_PADDING | 1U << FRAME_PING | 1U << FRAME_ACK |
	                       1U << FRAME_ACK_ECN | 1U << FRAME_CRYPTO | 1U << FRAME_NEW_TOKEN |
	                       1U << FRAME_GOOGLE_CRYPTO | 1U << FRAME_CLOSE |
	                       1U << FRAME_CLOSE_BY_APPLICATION;

	return first < 32 && (types >> first & 1) != 0;
}

enum parse dissect_quic_frames(struct slice plaintext, struct quic_frames *out)
{
	struct reader r = reader_whole(plaintext);

	out->count = 0;
	out->has_more = false;
	out->is_closing = false;
	while (reader_more(&r))
		take_frame(&r, out);
	return r.state;
}
