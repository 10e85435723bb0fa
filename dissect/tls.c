/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"

#include "dissect/reader_cut.h"
#include "dissect/tls_hello_body.h"

enum { HOST_NAME = 0, RANDOM_LEN = 32, ECH_OUTER = 0, ECH_INNER = 1 };

/* RFC 6066, section 3 */
static enum parse parse_server_name(struct reader body, struct tls_hello *out)
{
	struct reader list = read_cut_block(&body, 2);

	while (reader_more(&list)) {
		uint8_t kind = read_u8(&list);
		struct reader name = read_block(&list, 2);

		if (kind == HOST_NAME && out->sni.len == 0)
			out->sni = name.rest;
	}
	return list.state != PARSE_OK ? list.state : body.state;
}

/* RFC 7301, section 3.1 */
static enum parse parse_alpn(struct reader body, struct tls_hello *out)
{
	struct reader list = read_cut_block(&body, 2);

	while (reader_more(&list)) {
		struct slice name = read_block(&list, 1).rest;

		if (list.state == PARSE_OK && out->alpn_count < TLS_ALPNS_MAX)
			out->alpn[out->alpn_count++] = name;
	}
	return list.state != PARSE_OK ? list.state : body.state;
}

/* DTLS counts its versions downwards (RFC 9147, section 5.3: 1.3 is 0xfefc). */
static bool is_newer(uint16_t a, uint16_t b)
{
	bool is_dtls = a >> 8 == 0xfe && b >> 8 == 0xfe;

	return is_dtls ? a < b : a > b;
}

/* RFC 8446, section 4.2.1 */
static enum parse parse_supported_versions(struct reader body, struct tls_hello *out)
{
	struct reader list = read_block(&body, 1);
	uint16_t best = 0;

	while (reader_more(&list)) {
		uint16_t version = read_u16(&list);

		if (!tls_is_grease(version) && (best == 0 || is_newer(version, best)))
			best = version;
	}
	if (best != 0 && list.state == PARSE_OK)
		out->version = best;
	return list.state;
}

/* RFC 8446, section 4.2.7 */
static enum parse parse_groups(struct reader body, struct tls_hello *out)
{
	struct reader list = read_block(&body, 2);

	out->groups = list.rest;
	return list.state;
}

/* RFC 8446, section 4.2.3 */
static enum parse parse_signature_schemes(struct reader body, struct tls_hello *out)
{
	struct reader list = read_block(&body, 2);

	out->signature_schemes = list.rest;
	return list.state;
}

/* IANA's supported groups; the last two were trials of Chrome's that old builds still offer. */
static bool is_post_quantum(uint16_t group)
{
	switch (group) {
	case 0x0200: /* MLKEM512 */
	case 0x0201: /* MLKEM768 */
	case 0x0202: /* MLKEM1024 */
	case 0x11eb: /* SecP256r1MLKEM768 */
	case 0x11ec: /* X25519MLKEM768 */
	case 0x11ed: /* SecP384r1MLKEM1024 */
	case 0x6399: /* X25519Kyber768Draft00 */
	case 0x4138: /* CECPQ2 */
		return true;
	default:
		return false;
	}
}

/* RFC 8446, section 4.2.8. A share of over a kilobyte is where hellos are cut in two. */
static enum parse parse_key_share(struct reader body, struct tls_hello *out)
{
	struct reader list = read_cut_block(&body, 2);

	out->key_share_groups = list.rest;
	while (reader_more(&list)) {
		uint16_t group = read_u16(&list);

		read_block(&list, 2);
		out->has_post_quantum_share |= is_post_quantum(group);
	}
	return list.state != PARSE_OK ? list.state : body.state;
}

/* TLS Encrypted Client Hello (RFC 9849), section 5 */
static enum parse parse_ech(struct reader body, struct tls_hello *out)
{
	uint8_t type = read_u8(&body);

	out->has_ech = true;
	out->ech_is_inner = body.state == PARSE_OK && type == ECH_INNER;
	if (type != ECH_OUTER || body.state != PARSE_OK)
		return body.state;
	out->ech_kdf = read_u16(&body);
	out->ech_aead = read_u16(&body);
	out->ech_config_id = read_u8(&body);
	read_block(&body, 2); /* enc */
	read_block(&body, 2); /* payload */
	return body.state;
}

/* What came before ECH (draft-ietf-tls-esni-00 to -06): the name is hidden all the same. */
static enum parse parse_esni(struct reader body, struct tls_hello *out)
{
	out->has_ech = true;
	return body.state;
}

static enum parse parse_quic_parameters(struct reader body, struct tls_hello *out)
{
	out->has_quic_parameters = true;
	return body.state;
}

static const struct {
	uint16_t type;
	enum parse (*parse)(struct reader body, struct tls_hello *out);
} extensions[] = {
	{ 0x0000, parse_server_name },
	{ 0x000a, parse_groups },
	{ 0x000d, parse_signature_schemes },
	{ 0x0010, parse_alpn },
	{ 0x002b, parse_supported_versions },
	{ 0x0033, parse_key_share },
	{ 0x0039, parse_quic_parameters },
	{ 0xfe0d, parse_ech },
	{ 0xffa5, parse_quic_parameters }, /* drafts up to 32 */
	{ 0xffce, parse_esni },
};

static enum parse parse_extension(uint16_t type, struct reader body, struct tls_hello *out)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (extensions[i].type == type)
			return extensions[i].parse(body, out);
	return body.state;
}

static enum parse parse_extensions(struct reader list, struct tls_hello *out)
{
	enum parse fault = PARSE_OK;

	out->extensions = list.rest;
	while (reader_more(&list)) {
		uint16_t type = read_u16(&list);
		struct reader body = read_cut_block(&list, 2);
		enum parse parsed = parse_extension(type, body, out);

		if (fault == PARSE_OK)
			fault = parsed;
	}
	return list.state != PARSE_OK ? list.state : fault;
}

/* RFC 8446, section 4.1.2 */
enum parse tls_hello_body(struct reader body, bool has_cookie, struct tls_hello *out)
{
	*out = (struct tls_hello){ 0 };
	out->legacy_version = read_u16(&body);
	out->version = out->legacy_version;
	read_bytes(&body, RANDOM_LEN);
	out->session_id = read_block(&body, 1).rest;
	if (has_cookie)
		read_block(&body, 1);
	out->ciphers = read_block(&body, 2).rest;
	read_block(&body, 1); /* compression methods */
	if (!reader_more(&body))
		return body.state; /* a hello of old may end here */

	enum parse parsed = parse_extensions(read_cut_block(&body, 2), out);

	return body.state != PARSE_OK ? body.state : parsed;
}

enum parse dissect_tls_hello(struct slice handshake, struct tls_hello *out)
{
	struct reader r = reader_stream(handshake);
	uint8_t type = read_u8(&r);
	struct reader body = read_cut_block(&r, 3);

	if (handshake.len > 0 && type != TLS_CLIENT_HELLO)
		body.state = PARSE_FOREIGN;

	enum parse parsed = tls_hello_body(body, false, out);

	return parsed != PARSE_OK ? parsed : r.state;
}
