/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"

#include "dissect/reader.h"
#include "dissect/tls_records.h"
#include "dissect/x509.h"

enum {
	HANDSHAKE_HEADER = 4,
	CERTIFICATE_HEADER = 6, /* the lengths of the list and of the leaf */
	RANDOM_LEN = 32,
	TLS_1_3_DRAFTS = 0x7f00,
};
enum { HELLO_REQUEST = 0, SERVER_HELLO = 2, CERTIFICATE = 11, SUPPLEMENTAL_DATA = 23 };

/* RFC 8446, section 4.1.3: a ServerHello with this random is a HelloRetryRequest. */
static const uint8_t retry_random[RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static enum parse parse_extension(uint16_t type, struct reader body, struct tls_server *out)
{
	if (type == 0x002b) { /* supported_versions */
		out->version = read_u16(&body);
	} else if (type == 0x0010) { /* ALPN: a list of one */
		struct reader list = read_block(&body, 2);

		out->alpn = read_block(&list, 1).rest;
		return list.state;
	}
	return body.state;
}

/* Drafts of TLS 1.3 before the 22nd had neither session id nor compression in it. */
static void skip_to_extensions(struct reader *hello, struct tls_server *out)
{
	bool is_old_draft = out->version > TLS_1_3_DRAFTS;

	if (!is_old_draft)
		read_block(hello, 1); /* session id */
	out->cipher = read_u16(hello);
	if (!is_old_draft)
		read_u8(hello); /* compression */
}

/* RFC 8446, section 4.1.3 */
static enum parse parse_hello(struct reader hello, struct tls_server *out)
{
	out->version = read_u16(&hello);

	struct slice random = read_bytes(&hello, RANDOM_LEN);

	out->is_hello_retry = slice_equal(random, (struct slice){ retry_random, RANDOM_LEN });
	skip_to_extensions(&hello, out);
	if (!reader_more(&hello))
		return hello.state;

	struct reader list = read_block(&hello, 2);

	while (reader_more(&list)) {
		uint16_t type = read_u16(&list);
		struct reader body = read_block(&list, 2);
		enum parse parsed = parse_extension(type, body, out);

		if (parsed != PARSE_OK)
			return parsed;
	}
	return list.state;
}

/* RFC 5246, section 7.4.2. The leaf is the first of the chain; the others are not waited for. */
static enum parse parse_certificate(struct tls_records *records, size_t at, struct tls_server *out)
{
	if (!tls_records_gather(records, at + CERTIFICATE_HEADER))
		return records->state;

	struct reader body = reader_stream(slice_skip(records->bytes, at));
	uint32_t list_len = read_u24(&body);
	uint32_t leaf_len = read_u24(&body);

	if (leaf_len == 0 || leaf_len + 3 > list_len)
		return PARSE_BROKEN;

	bool is_whole = tls_records_gather(records, at + CERTIFICATE_HEADER + leaf_len);
	struct slice leaf =
	        slice_head(slice_skip(records->bytes, at + CERTIFICATE_HEADER), leaf_len);
	enum parse parsed = dissect_x509_names(leaf, out->names, TLS_NAMES_MAX, &out->name_count);

	out->has_certificate = is_whole;
	if (!is_whole)
		return records->state;
	return parsed == PARSE_SHORT ? PARSE_BROKEN : parsed;
}

static bool is_last_word(const struct tls_server *server)
{
	return server->is_hello_retry || server->version >= TLS_1_3;
}

/* What a stream that ended, or broke off, leaves to say. */
static enum parse conclude(const struct tls_records *records, const struct tls_server *out)
{
	bool is_enough = records->has_ended && (out->version != 0 || records->has_alert);

	return is_enough ? PARSE_OK : records->state;
}

/* The messages that may come before the certificate; all others say that none comes. */
static bool may_precede_certificate(uint8_t type)
{
	return type == HELLO_REQUEST || type == SUPPLEMENTAL_DATA;
}

static enum parse parse_hello_message(struct tls_records *records, size_t at, size_t len,
                                      struct tls_server *out)
{
	if (!tls_records_gather(records, at + len))
		return conclude(records, out);
	return parse_hello(reader_whole(slice_head(slice_skip(records->bytes, at), len)), out);
}

static enum parse parse_messages(struct tls_records *records, struct tls_server *out)
{
	size_t at = 0;

	while (tls_records_gather(records, at + HANDSHAKE_HEADER)) {
		struct reader header = reader_stream(slice_skip(records->bytes, at));
		uint8_t type = read_u8(&header);
		size_t len = read_u24(&header);

		at += HANDSHAKE_HEADER;
		if (type == CERTIFICATE && out->version != 0)
			return parse_certificate(records, at, out);
		if (type == SERVER_HELLO) {
			enum parse parsed = parse_hello_message(records, at, len, out);

			if (parsed != PARSE_OK || is_last_word(out))
				return parsed;
		} else if (!may_precede_certificate(type)) {
			return out->version != 0 ? PARSE_OK : PARSE_FOREIGN;
		}
		at += len;
	}
	return conclude(records, out);
}

/* All but the names, which are two kilobytes and mostly not there. */
static void start(struct tls_server *out)
{
	out->version = 0;
	out->cipher = 0;
	out->alpn = (struct slice){ 0 };
	out->name_count = 0;
	out->has_certificate = false;
	out->is_hello_retry = false;
}

enum parse dissect_tls_server(struct slice stream, struct scratch *join, struct tls_server *out)
{
	struct tls_records records = tls_records_open(stream, join);

	start(out);
	records.stops_at_cipher_change = true;

	enum parse parsed = parse_messages(&records, out);

	out->has_alert = records.has_alert;
	out->alert = records.alert;
	return parsed;
}
