/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dtls.h"

#include "dissect/reader_cut.h"
#include "dissect/tls_hello_body.h"

enum {
	CHANGE_CIPHER_SPEC = 20,
	HANDSHAKE = 22,
	CONNECTION_ID = 25,    /* RFC 9146 */
	UNIFIED_HEADER = 0x20, /* RFC 9147, section 4: 001….. */
	UNIFIED_MASK = 0xe0,
	OPENSSL_OLD = 0x0100, /* what OpenSSL 0.9.8 said for 1.0 */
};

struct record {
	uint8_t type;
	uint16_t version, epoch;
};

static bool is_plausible(const struct record *record)
{
	bool is_known_type = record->type >= CHANGE_CIPHER_SPEC && record->type <= CONNECTION_ID;

	return is_known_type && (record->version >> 8 == 0xfe || record->version == OPENSSL_OLD);
}

static void keep(struct dtls_fragments *out, const struct dtls_fragment *fragment)
{
	if (out->count == DTLS_FRAGMENTS_MAX)
		out->has_more = true;
	else
		out->fragment[out->count++] = *fragment;
}

/* RFC 6347, section 4.2.2 */
static enum parse parse_fragment(struct reader *record, struct dtls_fragments *out)
{
	struct dtls_fragment fragment = { .type = read_u8(record) };

	fragment.length = read_u24(record);
	fragment.number = read_u16(record);
	fragment.offset = read_u24(record);

	uint32_t len = read_u24(record);

	if (record->state == PARSE_OK && (uint64_t)fragment.offset + len > fragment.length)
		return PARSE_BROKEN;
	if (record->state != PARSE_OK)
		return record->state;
	fragment.bytes = read_cut(record, len).rest;
	if (fragment.bytes.len > 0 || len == 0)
		keep(out, &fragment);
	return record->state;
}

static enum parse parse_handshake(struct reader record, struct dtls_fragments *out)
{
	enum parse parsed = PARSE_OK;

	while (reader_more(&record) && parsed == PARSE_OK)
		parsed = parse_fragment(&record, out);
	return parsed;
}

/* RFC 6347, section 4.1 */
static enum parse parse_record(struct reader *datagram, struct dtls_fragments *out)
{
	struct record record = { .type = read_u8(datagram) };

	record.version = read_u16(datagram);
	record.epoch = read_u16(datagram);
	read_uint(datagram, 6); /* sequence number */
	if (datagram->state != PARSE_OK)
		return datagram->state;
	if (!is_plausible(&record))
		return PARSE_FOREIGN;

	struct reader body = read_cut_block(datagram, 2);
	enum parse parsed = PARSE_OK;

	if (record.type == HANDSHAKE && record.epoch == 0)
		parsed = parse_handshake(body, out);
	return parsed != PARSE_OK ? parsed : datagram->state;
}

static bool is_encrypted(const struct reader *datagram)
{
	return (datagram->rest.ptr[0] & UNIFIED_MASK) == UNIFIED_HEADER;
}

enum parse dissect_dtls_fragments(struct slice datagram, struct dtls_fragments *out)
{
	struct reader r = reader_whole(datagram);

	out->count = 0;
	out->has_more = false;

	enum parse parsed = parse_record(&r, out);

	while (parsed == PARSE_OK && reader_more(&r) && !is_encrypted(&r)) {
		parsed = parse_record(&r, out);
		if (parsed == PARSE_FOREIGN)
			parsed = PARSE_BROKEN;
	}
	return parsed;
}

enum parse dissect_dtls_hello(struct slice body, uint32_t length, struct tls_hello *out)
{
	struct reader r = reader_stream(body);
	enum parse parsed = tls_hello_body(read_cut(&r, length), true, out);

	return parsed != PARSE_OK ? parsed : r.state;
}
