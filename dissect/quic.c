/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/quic.h"

#include "dissect/quic_varint.h"
#include "dissect/quic_version.h"

enum {
	LONG_HEADER = 0x80,
	INVARIANT_MIN = 7, /* first byte, version, two empty ids */
	CLIENT_DCID_MIN = 8,
	SAMPLE_END = 4 + 16, /* RFC 9001, section 5.4.2 */
	RETRY_TAG_LEN = 16,
	GOOGLE_Q049 = 0x51303439, /* from here on each id has a length of its own */
	/* the public header of Q043 and before */
	PUBLIC_VERSION = 0x01,
	PUBLIC_RESET = 0x02,
	PUBLIC_CID = 0x08,
	PUBLIC_CID_LEN = 8,
	PUBLIC_MIN = 1 + PUBLIC_CID_LEN + 4,
};

static uint32_t version_at(struct slice s, size_t at)
{
	struct reader r = reader_whole(slice_skip(s, at));

	return read_u32(&r);
}

/* The header that Google had before the invariants: flags, id, version. */
static bool has_public_header(struct slice datagram)
{
	const uint8_t wanted = PUBLIC_VERSION | PUBLIC_CID;

	if (datagram.len < PUBLIC_MIN || datagram.ptr[0] & LONG_HEADER)
		return false;
	if ((datagram.ptr[0] & (wanted | PUBLIC_RESET)) != wanted)
		return false;
	return quic_version_find(version_at(datagram, 1 + PUBLIC_CID_LEN)).framing ==
	       QUIC_FRAMING_GOOGLE;
}

static void take_all(struct slice *datagram, struct quic_packet *out)
{
	out->bytes = *datagram;
	*datagram = slice_skip(*datagram, datagram->len);
}

static enum parse parse_public_header(struct slice *datagram, struct quic_packet *out)
{
	out->kind = QUIC_GOOGLE;
	out->version = version_at(*datagram, 1 + PUBLIC_CID_LEN);
	out->dcid = (struct slice){ datagram->ptr + 1, PUBLIC_CID_LEN };
	take_all(datagram, out);
	return PARSE_OK;
}

/* Q044 to Q048: the lengths of both ids share a byte, and 3 means less where it is not 0. */
static void read_google_ids(struct reader *header, struct quic_packet *out)
{
	uint8_t lengths = read_u8(header);

	out->dcid = read_bytes(header, lengths >> 4 ? (size_t)(lengths >> 4) + 3 : 0);
	out->scid = read_bytes(header, lengths & 0xf ? (size_t)(lengths & 0xf) + 3 : 0);
}

static void read_ids(struct reader *header, struct quic_packet *out)
{
	out->dcid = read_block(header, 1).rest;
	out->scid = read_block(header, 1).rest;
}

static enum parse parse_google(struct reader *header, struct slice *datagram,
                               struct quic_packet *out)
{
	out->kind = QUIC_GOOGLE;
	if (out->version < GOOGLE_Q049)
		read_google_ids(header, out);
	else
		read_ids(header, out);
	if (header->state == PARSE_OK)
		take_all(datagram, out);
	return header->state;
}

static const enum quic_kind kinds_v1[] = { QUIC_INITIAL, QUIC_ZERO_RTT, QUIC_HANDSHAKE,
	                                   QUIC_RETRY };
/* RFC 9369, section 3.2 */
static const enum quic_kind kinds_v2[] = { QUIC_RETRY, QUIC_INITIAL, QUIC_ZERO_RTT,
	                                   QUIC_HANDSHAKE };

/* RFC 9000, section 17.2.5 */
static enum parse parse_retry(struct reader *header, struct slice *datagram,
                              struct quic_packet *out)
{
	if (header->rest.len < RETRY_TAG_LEN)
		return PARSE_BROKEN;
	out->token = slice_head(header->rest, header->rest.len - RETRY_TAG_LEN);
	take_all(datagram, out);
	return PARSE_OK;
}

/* RFC 9000, section 17.2.2: what follows the ids where there is a length. */
static enum parse parse_sealed(struct reader *header, struct slice *datagram,
                               struct quic_packet *out)
{
	if (out->kind == QUIC_INITIAL)
		out->token = read_varint_bytes(header);

	uint64_t len = read_varint(header);

	if (header->state != PARSE_OK)
		return header->state;
	out->number_at = datagram->len - header->rest.len;
	out->is_cut = len > header->rest.len && out->kind == QUIC_INITIAL;
	if (len > header->rest.len) {
		take_all(datagram, out);
		return PARSE_BROKEN;
	}
	out->bytes = slice_head(*datagram, out->number_at + (size_t)len);
	*datagram = slice_skip(*datagram, out->bytes.len);
	return PARSE_OK;
}

static enum parse parse_known(struct reader *header, struct slice *datagram,
                              enum quic_framing framing, struct quic_packet *out)
{
	uint8_t type = datagram->ptr[0] >> 4 & 3;

	out->kind = framing == QUIC_FRAMING_V2 ? kinds_v2[type] : kinds_v1[type];
	if (out->dcid.len > QUIC_CID_MAX || out->scid.len > QUIC_CID_MAX)
		return PARSE_BROKEN;
	if (out->kind == QUIC_RETRY)
		return parse_retry(header, datagram, out);
	return parse_sealed(header, datagram, out);
}

/* RFC 8999, section 5.1 */
static enum parse parse_long(struct slice *datagram, struct quic_packet *out)
{
	struct reader header = reader_whole(slice_skip(*datagram, 1));

	out->version = read_u32(&header);

	enum quic_framing framing = quic_version_find(out->version).framing;

	if (framing == QUIC_FRAMING_GOOGLE)
		return parse_google(&header, datagram, out);
	read_ids(&header, out);
	if (header.state != PARSE_OK)
		return header.state;
	if (framing != QUIC_FRAMING_UNKNOWN)
		return parse_known(&header, datagram, framing, out);
	out->kind = out->version == 0 ? QUIC_VERSION_NEGOTIATION : QUIC_OTHER;
	if (out->version == 0)
		out->token = header.rest;
	take_all(datagram, out);
	return PARSE_OK;
}

enum parse dissect_quic(struct slice *datagram, struct quic_packet *out)
{
	*out = (struct quic_packet){ .kind = QUIC_SHORT };
	if (datagram->len == 0)
		return PARSE_FOREIGN;
	if (datagram->ptr[0] & LONG_HEADER)
		return parse_long(datagram, out);
	if (has_public_header(*datagram))
		return parse_public_header(datagram, out);
	take_all(datagram, out);
	return PARSE_OK;
}

bool dissect_quic_possible(struct slice datagram)
{
	if (datagram.len < INVARIANT_MIN)
		return false;
	if (!(datagram.ptr[0] & LONG_HEADER))
		return has_public_header(datagram);

	uint32_t version = version_at(datagram, 1);

	return version == 0 || quic_version_find(version).framing != QUIC_FRAMING_UNKNOWN;
}

static bool is_openable(const struct quic_packet *packet)
{
	return packet->bytes.len >= packet->number_at + SAMPLE_END;
}

/*
 * RFC 9000, section 7.2: a client's first id has 8 bytes at least, so with less it is a server's
 * answer, which names itself.
 */
static bool has_plausible_ids(const struct quic_packet *packet)
{
	return packet->dcid.len >= CLIENT_DCID_MIN || packet->scid.len > 0;
}

bool dissect_quic_likely(struct slice datagram)
{
	struct quic_packet packet;

	if (!dissect_quic_possible(datagram))
		return false;

	enum parse parsed = dissect_quic(&datagram, &packet);

	if (parsed != PARSE_OK && !packet.is_cut)
		return false;
	switch (packet.kind) {
	case QUIC_INITIAL:
	case QUIC_ZERO_RTT:
		return is_openable(&packet) && has_plausible_ids(&packet);
	case QUIC_GOOGLE:
		return packet.dcid.len == PUBLIC_CID_LEN;
	default:
		return false;
	}
}
