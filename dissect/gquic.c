/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/gquic.h"

#include "dissect/quic_varint.h"
#include "dissect/reader_cut.h"

enum {
	LONG_HEADER = 0x80,
	HASH_LEN = 12, /* stands where the tag would be */
	CRYPTO_STREAM = 1,
	Q034 = 0x51303334, /* from here on no private flags */
	Q039 = 0x51303339, /* from here on big-endian */
	Q046 = 0x51303436,
	Q048 = 0x51303438, /* from here on the hello is in CRYPTO frames */
	Q049 = 0x51303439, /* from here on a token and a length stand before the number */
	INITIAL_TYPE = 0,
	CRYPTO_FRAME = 8,
	TAGS_MAX = 128,
};

#define TAG(a, b, c, d)                                                                            \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static uint64_t read_little(struct reader *r, size_t width)
{
	struct slice s = read_bytes(r, width);
	uint64_t value = 0;

	for (size_t i = s.len; i > 0; i--)
		value = value << 8 | s.ptr[i - 1];
	return value;
}

/* How integers of this packet are written, and what its frames need of its header. */
struct dialect {
	uint32_t version;
	size_t number_len;
};

static uint64_t read_number(struct reader *r, const struct dialect *d, size_t width)
{
	return d->version < Q039 ? read_little(r, width) : read_uint(r, width);
}

/* Q043 and before: flags, id, version, number, hash. */
static void skip_public_header(struct reader *r, struct dialect *d)
{
	static const uint8_t number_lens[] = { 1, 2, 4, 6 };
	uint8_t flags = read_u8(r);

	read_bytes(r, 8 + 4); /* id, version */
	d->number_len = number_lens[flags >> 4 & 3];
	read_bytes(r, d->number_len + HASH_LEN);
	if (d->version < Q034)
		read_u8(r); /* private flags */
}

/* Q044 to Q049: as in the invariants of that time. */
static void skip_long_header(struct reader *r, const struct quic_packet *packet, struct dialect *d)
{
	uint8_t flags = read_u8(r);

	read_bytes(r, 4 + 1 + packet->dcid.len + packet->scid.len);
	if (d->version >= Q049) {
		read_u8(r); /* the second id's length */
		if ((flags >> 4 & 3) == INITIAL_TYPE)
			read_varint_bytes(r); /* token */
		read_varint(r);
	}
	d->number_len = d->version < Q046 ? 4 : (flags & 3u) + 1;
	read_bytes(r, d->number_len + HASH_LEN);
}

static void keep(struct quic_frames *out, uint64_t offset, struct slice bytes)
{
	if (bytes.len == 0 || offset > 1 << 24)
		return;
	if (out->count == QUIC_FRAMES_MAX)
		out->has_more = true;
	else
		out->crypto[out->count++] = (struct quic_crypto){ (uint32_t)offset, bytes };
}

/* 1fdooossb: fin, data length present, width of offset, width of stream number */
static void take_stream(struct reader *r, const struct dialect *d, uint8_t type,
                        struct quic_frames *out)
{
	size_t offset_width = type >> 2 & 7;
	uint64_t stream = read_number(r, d, (type & 3u) + 1);
	uint64_t offset = read_number(r, d, offset_width > 0 ? offset_width + 1 : 0);
	size_t len = type & 0x20 ? (size_t)read_number(r, d, 2) : r->rest.len;
	struct slice bytes = read_cut(r, len).rest;

	if (stream == CRYPTO_STREAM)
		keep(out, offset, bytes);
}

/* As RFC 9000, section 19.6 */
static void take_crypto(struct reader *r, struct quic_frames *out)
{
	uint64_t offset = read_varint(r), len = read_varint(r);
	struct slice bytes = read_cut(r, len < r->rest.len ? (size_t)len : r->rest.len + 1).rest;

	keep(out, offset, bytes);
}

/* 01nullmm: blocks follow, width of the largest number, width of a block */
static void skip_ack(struct reader *r, uint8_t type)
{
	static const uint8_t widths[] = { 1, 2, 4, 6 };
	size_t block_width = widths[type & 3];

	read_bytes(r, (size_t)widths[type >> 2 & 3] + 2); /* largest, delay */

	uint8_t blocks = type & 0x20 ? read_u8(r) : 0;

	read_bytes(r, block_width + blocks * (1 + block_width));

	uint8_t stamps = read_u8(r);

	if (stamps > 0)
		read_bytes(r, 1 + 4 + (stamps - 1u) * 3);
}

/* Frames of a fixed length by their type; after some of them comes a reason. */
static const struct {
	uint8_t len;
	bool has_reason;
} plain_frames[] = {
	{ 0, false },  /* padding */
	{ 16, false }, /* reset stream */
	{ 4, true },   /* close */
	{ 8, true },   /* go away */
	{ 12, false }, /* window update */
	{ 4, false },  /* blocked */
	{ 0, false },  /* stop waiting: as wide as the packet number */
	{ 0, false },  /* ping */
};
enum { STOP_WAITING = 6, CONNECTION_CLOSE = 2 };

static void skip_plain(struct reader *r, const struct dialect *d, uint8_t type,
                       struct quic_frames *out)
{
	if (type >= sizeof plain_frames / sizeof *plain_frames) {
		reader_fail(r, PARSE_BROKEN);
		return;
	}
	read_bytes(r, type == STOP_WAITING ? d->number_len : plain_frames[type].len);
	if (plain_frames[type].has_reason)
		read_bytes(r, (size_t)read_number(r, d, 2));
	out->is_closing |= type == CONNECTION_CLOSE;
}

static void take_frame(struct reader *r, const struct dialect *d, struct quic_frames *out)
{
	uint8_t type = read_u8(r);

	if (type & 0x80)
		take_stream(r, d, type, out);
	else if (type & 0x40)
		skip_ack(r, type);
	else if (type == CRYPTO_FRAME && d->version >= Q048)
		take_crypto(r, out);
	else
		skip_plain(r, d, type, out);
}

enum parse dissect_gquic_frames(const struct quic_packet *packet, struct quic_frames *out)
{
	struct reader r = reader_whole(packet->bytes);
	struct dialect d = { .version = packet->version };

	out->count = 0;
	out->has_more = false;
	out->is_closing = false;
	if (packet->kind != QUIC_GOOGLE || packet->bytes.len == 0)
		return PARSE_FOREIGN;
	if (packet->bytes.ptr[0] & LONG_HEADER)
		skip_long_header(&r, packet, &d);
	else
		skip_public_header(&r, &d);
	while (reader_more(&r))
		take_frame(&r, &d, out);
	return r.state;
}

static void take_tag(uint32_t tag, struct slice value, struct gquic_hello *out)
{
	switch (tag) {
	case TAG('S', 'N', 'I', 0):
		out->sni = value;
		break;
	case TAG('U', 'A', 'I', 'D'):
		out->user_agent = value;
		break;
	case TAG('V', 'E', 'R', 0):
		out->version = value;
		break;
	default:
		break;
	}
}

/*
 * QUIC Crypto (Langley, Chang 2013), "Handshake message format":
 *
 *   │CHLO│count: 2│0: 2│ tag 1 │ end 1 │ tag 2 │ end 2 │ … │ value 1 │ value 2 │ …
 *                      └ ends are counted from the first value on
 */
static enum parse take_tags(struct reader *index, struct reader *values, struct gquic_hello *out)
{
	uint32_t start = 0;

	while (reader_more(index) && values->state == PARSE_OK) {
		uint32_t tag = (uint32_t)read_little(index, 4);
		uint32_t end = (uint32_t)read_little(index, 4);

		if (index->state != PARSE_OK)
			break;
		if (end < start)
			return PARSE_BROKEN;

		struct slice value = read_bytes(values, end - start);

		if (values->state == PARSE_OK)
			take_tag(tag, value, out);
		start = end;
	}
	return index->state != PARSE_OK ? index->state : values->state;
}

static const uint8_t hello_magic[] = { 'C', 'H', 'L', 'O' };

bool gquic_begins_hello(struct slice bytes)
{
	return slice_equal(slice_head(bytes, sizeof hello_magic),
	                   (struct slice){ hello_magic, sizeof hello_magic });
}

enum parse dissect_gquic_hello(struct slice stream, struct gquic_hello *out)
{
	struct slice magic = { hello_magic, sizeof hello_magic };
	struct reader r = reader_stream(stream);

	*out = (struct gquic_hello){ 0 };
	if (!slice_equal(slice_head(stream, magic.len), slice_head(magic, stream.len)))
		return PARSE_FOREIGN;
	read_bytes(&r, magic.len);

	size_t count = (size_t)read_little(&r, 2);

	read_bytes(&r, 2);
	if (count > TAGS_MAX)
		return PARSE_BROKEN;

	struct slice bytes = read_bytes(&r, count * 8);
	struct reader index = reader_whole(bytes);

	return r.state != PARSE_OK ? r.state : take_tags(&index, &r, out);
}
