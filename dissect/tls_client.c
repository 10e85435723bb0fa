/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"

#include "dissect/reader.h"
#include "dissect/tls_hello_body.h"
#include "dissect/tls_records.h"

enum {
	HANDSHAKE_HEADER = 4,
	HELLO_MAX = 0x20200, /* all lists at their longest */
	SSL2_LONG = 0x80,
	SSL2_CIPHER_LEN = 3,
	SSL2_CHALLENGE_MIN = 16,
	SSL2_CHALLENGE_MAX = 32,
};

static bool is_ssl2(struct slice stream)
{
	static const uint8_t after_length[] = { TLS_CLIENT_HELLO, 3 };

	if (stream.len == 0 || !(stream.ptr[0] & SSL2_LONG))
		return false;
	for (size_t i = 0; i < sizeof after_length && i + 2 < stream.len; i++)
		if (stream.ptr[2 + i] != after_length[i])
			return false;
	return stream.len < 5 || stream.ptr[4] <= 4;
}

/* RFC 5246, appendix E.2. The lengths must fill the record, or it is something else. */
static enum parse parse_ssl2(struct slice stream, struct tls_hello *out, size_t *consumed)
{
	struct reader r = reader_stream(stream);
	size_t len = read_u16(&r) & 0x7fff;

	read_u8(&r); /* type */
	out->legacy_version = read_u16(&r);
	out->version = out->legacy_version;

	size_t ciphers = read_u16(&r);
	size_t session_id = read_u16(&r);
	size_t challenge = read_u16(&r);

	if (r.state != PARSE_OK)
		return r.state;
	if (9 + ciphers + session_id + challenge != len || ciphers == 0 ||
	    ciphers % SSL2_CIPHER_LEN != 0 || challenge < SSL2_CHALLENGE_MIN ||
	    challenge > SSL2_CHALLENGE_MAX)
		return PARSE_FOREIGN;
	read_bytes(&r, ciphers);
	out->session_id = read_bytes(&r, session_id);
	read_bytes(&r, challenge);
	*consumed = stream.len - r.rest.len;
	return r.state;
}

/* A byte that no ClientHello has in this place, as early as it comes. */
static bool is_foreign(struct slice handshake)
{
	return (handshake.len > 0 && handshake.ptr[0] != TLS_CLIENT_HELLO) ||
	       (handshake.len > HANDSHAKE_HEADER && handshake.ptr[HANDSHAKE_HEADER] != 3);
}

static size_t message_len(struct slice handshake)
{
	struct reader r = reader_stream(slice_skip(handshake, 1));

	return HANDSHAKE_HEADER + read_u24(&r);
}

static enum parse parse_records(struct tls_records *records, struct tls_hello *out)
{
	if (!tls_records_gather(records, HANDSHAKE_HEADER))
		return is_foreign(records->bytes) ? PARSE_FOREIGN : records->state;

	size_t need = message_len(records->bytes);

	if (is_foreign(records->bytes) || need > HELLO_MAX)
		return PARSE_FOREIGN;

	bool is_whole = tls_records_gather(records, need);

	if (is_foreign(records->bytes))
		return PARSE_FOREIGN;

	enum parse parsed = dissect_tls_hello(slice_head(records->bytes, need), out);

	return is_whole ? parsed : records->state;
}

enum parse dissect_tls_client(struct slice stream, struct scratch *join, struct tls_hello *out,
                              size_t *consumed)
{
	struct tls_records records = tls_records_open(stream, join);
	size_t used = 0;

	*out = (struct tls_hello){ 0 };
	enum parse parsed =
	        is_ssl2(stream) ? parse_ssl2(stream, out, &used) : parse_records(&records, out);

	if (consumed != NULL)
		*consumed = used > 0 ? used : stream.len - records.stream.len;
	return parsed;
}
