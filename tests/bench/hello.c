/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/hello.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/frame.h"

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *put_noise(uint8_t *at, struct noise *n, size_t len)
{
	noise_fill(n, at, len);
	return at + len;
}

static uint8_t *extension_name(uint8_t *at, struct noise *n, const char *name)
{
	size_t len = strlen(name);

	(void)n;
	put16(at, (uint32_t)len + 3);
	at[2] = 0;
	put16(at + 3, (uint32_t)len);
	return put_bytes(at + 5, name, len);
}

static uint8_t *extension_shares(uint8_t *at, struct noise *n, const char *name)
{
	(void)name;
	put16(at, 4 + 1 + 4 + 1216 + 4 + 32);
	put32(at + 2, 0x2a2a0001);
	at[6] = 0;
	put32(at + 7, 0x11ec0000 | 1216);
	at = put_noise(at + 11, n, 1216);
	put32(at, 0x001d0000 | 32);
	return put_noise(at + 4, n, 32);
}

static uint8_t *extension_ech(uint8_t *at, struct noise *n, const char *name)
{
	static const uint8_t head[] = { 0, 0, 1, 0, 1 };

	(void)name;
	at = put_bytes(at, head, sizeof head);
	*at++ = (uint8_t)noise_next(n);
	put16(at, 32);
	at = put_noise(at + 2, n, 32);
	put16(at, 144);
	return put_noise(at + 2, n, 144);
}

static uint8_t *extension_parameters(uint8_t *at, struct noise *n, const char *name)
{
	static const uint8_t fixed[] = { 1,    4, 0x80, 0,    0x75, 0x30, 3, 2,  0x45,
		                         0xc0, 4, 4,    0x80, 0xf0, 0,    0, 15, 0 };

	(void)n;
	(void)name;
	return put_bytes(at, fixed, sizeof fixed);
}

#define FIXED(name, ...)                                                                           \
	static uint8_t *extension_##name(uint8_t *at, struct noise *n, const char *host)           \
	{                                                                                          \
		static const uint8_t bytes[] = { __VA_ARGS__ };                                    \
                                                                                                   \
		(void)n;                                                                           \
		(void)host;                                                                        \
		return put_bytes(at, bytes, sizeof bytes);                                         \
	}
FIXED(alpn, 0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1')
FIXED(alpn_h3, 0, 3, 2, 'h', '3')
FIXED(groups, 0, 10, 0x2a, 0x2a, 0x11, 0xec, 0, 0x1d, 0, 0x17, 0, 0x18)
FIXED(formats, 1, 0)
FIXED(signatures, 0, 16, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1)
FIXED(versions, 4, 3, 4, 3, 3)
FIXED(psk_modes, 1, 1)
FIXED(status, 1, 0, 0, 0, 0)
FIXED(renegotiation, 0)
FIXED(compression, 2, 0, 2)

static uint8_t *extension_empty(uint8_t *at, struct noise *n, const char *host)
{
	(void)n;
	(void)host;
	return at;
}

static uint8_t *extension_ticket(uint8_t *at, struct noise *n, const char *host)
{
	(void)host;
	return put_noise(at, n, 200);
}

enum { OVER_TCP = 1, OVER_QUIC = 2, OVER_BOTH = 3 };
static const struct {
	uint16_t type;
	uint8_t over;
	uint8_t *(*put)(uint8_t *at, struct noise *, const char *name);
} extensions[] = {
	{ 0x0000, OVER_BOTH, extension_name },         { 0x0005, OVER_BOTH, extension_status },
	{ 0x000a, OVER_BOTH, extension_groups },       { 0x000b, OVER_TCP, extension_formats },
	{ 0x000d, OVER_BOTH, extension_signatures },   { 0x0010, OVER_TCP, extension_alpn },
	{ 0x0010, OVER_QUIC, extension_alpn_h3 },      { 0x0012, OVER_BOTH, extension_empty },
	{ 0x0017, OVER_TCP, extension_empty },         { 0x001b, OVER_BOTH, extension_compression },
	{ 0x0023, OVER_TCP, extension_ticket },        { 0x002b, OVER_BOTH, extension_versions },
	{ 0x002d, OVER_BOTH, extension_psk_modes },    { 0x0033, OVER_BOTH, extension_shares },
	{ 0x0039, OVER_QUIC, extension_parameters },   { 0xfe0d, OVER_BOTH, extension_ech },
	{ 0xff01, OVER_TCP, extension_renegotiation },
};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

static void shuffle(struct noise *n, uint8_t *order, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		order[i] = (uint8_t)i;
	for (uint32_t i = count; i > 1; i--) {
		uint32_t j = noise_below(n, i);
		uint8_t other = order[j];

		order[j] = order[i - 1];
		order[i - 1] = other;
	}
}

static uint8_t *put_extensions(uint8_t *at, struct noise *n, const char *name, uint8_t over)
{
	uint8_t order[EXTENSIONS];

	shuffle(n, order, EXTENSIONS);
	for (size_t i = 0; i < EXTENSIONS; i++) {
		if (!(extensions[order[i]].over & over))
			continue;

		uint8_t *end = extensions[order[i]].put(at + 4, n, name);

		put16(at, extensions[order[i]].type);
		put16(at + 2, (uint32_t)(end - at - 4));
		at = end;
	}
	return at;
}

size_t hello_client(struct noise *n, const char *name, bool is_quic, uint8_t out[HELLO_MAX])
{
	static const uint8_t ciphers[] = { 0,    32,   0x5a, 0x5a, 0x13, 1,    0x13, 2,    0x13,
		                           3,    0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30,
		                           0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x13, 0xc0, 0x14, 0,
		                           0x9c, 0,    0x9d, 0,    0x2f, 0,    0x35, 1,    0 };
	uint8_t *at = out + 4;

	put16(at, 0x0303);
	at = put_noise(at + 2, n, 32);
	*at++ = is_quic ? 0 : 32;
	at = put_noise(at, n, is_quic ? 0 : 32);
	at = put_bytes(at, ciphers, sizeof ciphers);

	uint8_t *end = put_extensions(at + 2, n, name, is_quic ? OVER_QUIC : OVER_TCP);

	put16(at, (uint32_t)(end - at - 2));
	put32(out, 0x01000000 | (uint32_t)(end - out - 4));
	return (size_t)(end - out);
}

size_t hello_server(struct noise *n, uint8_t *out)
{
	static const uint8_t tail[] = { 0x13, 1, 0,  0, 46, 0, 43, 0, 2, 3,
		                        4,    0, 51, 0, 36, 0, 29, 0, 32 };
	uint8_t *at = out + 4;

	put16(at, 0x0303);
	at = put_noise(at + 2, n, 32);
	*at++ = 32;
	at = put_noise(at, n, 32);
	at = put_noise(put_bytes(at, tail, sizeof tail), n, 32);
	put32(out, 0x02000000 | (uint32_t)(at - out - 4));
	return (size_t)(at - out);
}

struct initials {
	EVP_CIPHER_CTX *seal, *mask;
	uint8_t key[2][16], iv[2][12], header[2][16];
	uint8_t cid[2][QUIC_CID]; /* what the Initials of each side are sent to */
};

struct initials *initials_new(void)
{
	struct initials *q = calloc(1, sizeof *q);

	if (q == NULL)
		return NULL;
	q->seal = EVP_CIPHER_CTX_new();
	q->mask = EVP_CIPHER_CTX_new();
	if (q->seal != NULL && q->mask != NULL &&
	    EVP_EncryptInit_ex(q->seal, EVP_aes_128_gcm(), NULL, NULL, NULL) == 1 &&
	    EVP_EncryptInit_ex(q->mask, EVP_aes_128_ecb(), NULL, NULL, NULL) == 1)
		return q;
	initials_free(q);
	return NULL;
}

void initials_free(struct initials *q)
{
	EVP_CIPHER_CTX_free(q->seal);
	EVP_CIPHER_CTX_free(q->mask);
	free(q);
}

/* RFC 8446, section 7.1, for outputs of one block */
static bool expand(const uint8_t secret[32], const char *label, uint8_t *out, uint8_t len)
{
	uint8_t info[64], block[32], label_len = (uint8_t)strlen(label);
	uint8_t *at = info;

	put16(at, len);
	at[2] = (uint8_t)(6 + label_len);
	at = put_bytes(put_bytes(at + 3, "tls13 ", 6), label, label_len);
	*at++ = 0;
	*at++ = 1;
	if (HMAC(EVP_sha256(), secret, 32, info, (size_t)(at - info), block, NULL) == NULL)
		return false;
	memcpy(out, block, len);
	return true;
}

/* RFC 9001, section 5.2 */
bool initials_begin(struct initials *q, const uint8_t dcid[QUIC_CID],
                    const uint8_t server_cid[QUIC_CID])
{
	static const uint8_t salt[] = {
		0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
		0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a
	};
	static const char *const labels[] = { "client in", "server in" };
	uint8_t initial[32], secret[32];

	memcpy(q->cid[0], dcid, QUIC_CID);
	memcpy(q->cid[1], server_cid, QUIC_CID);
	if (HMAC(EVP_sha256(), salt, sizeof salt, dcid, QUIC_CID, initial, NULL) == NULL)
		return false;
	for (int side = 0; side < 2; side++)
		if (!expand(initial, labels[side], secret, 32) ||
		    !expand(secret, "quic key", q->key[side], 16) ||
		    !expand(secret, "quic iv", q->iv[side], 12) ||
		    !expand(secret, "quic hp", q->header[side], 16))
			return false;
	return true;
}

static uint8_t *put_crypto(uint8_t *at, const uint8_t *handshake, size_t offset, size_t len)
{
	at[0] = 6;
	put16(at + 1, 0x4000 | (uint32_t)offset);
	put16(at + 3, 0x4000 | (uint32_t)len);
	return put_bytes(at + 5, handshake + offset, len);
}

static uint8_t *put_scattered(uint8_t *at, struct noise *n, const uint8_t *handshake, size_t offset,
                              size_t len)
{
	uint8_t order[8];
	uint32_t count = 3 + noise_below(n, 6);
	size_t step = len / count;

	shuffle(n, order, count);
	for (uint32_t i = 0; i < count; i++) {
		size_t from = order[i] * step;

		at = put_crypto(at, handshake, offset + from,
		                order[i] + 1u == count ? len - from : step);
		*at++ = (uint8_t)noise_below(n, 2); /* PING or PADDING */
	}
	return at;
}

static size_t put_header(uint8_t *out, const struct initials *q, int side, uint32_t number)
{
	static const uint8_t client_head[] = { 0xc1, 0, 0, 0, 1, QUIC_CID };
	static const uint8_t server_head[] = { 0xc1, 0, 0, 0, 1, 0, QUIC_CID };
	uint8_t *at = out;

	/* The client's own id is empty, as Chrome's is. */
	if (side == 0) {
		at = put_bytes(put_bytes(at, client_head, sizeof client_head), q->cid[0], QUIC_CID);
		*at++ = 0;
	} else {
		at = put_bytes(put_bytes(at, server_head, sizeof server_head), q->cid[1], QUIC_CID);
	}
	*at++ = 0; /* no token */
	put16(at, 0x4000 | (uint32_t)(QUIC_DATAGRAM - (at + 2 - out)));
	put16(at + 2, number);
	return (size_t)(at + 4 - out);
}

/* RFC 9001, sections 5.3 and 5.4; the packet number has two bytes, the last of the header. */
static bool protect(struct initials *q, int side, uint32_t number, uint8_t *packet, size_t head_len)
{
	uint8_t nonce[12], mask[16];
	uint8_t *plain = packet + head_len;
	int len, plain_len = (int)(QUIC_DATAGRAM - head_len - 16);

	memcpy(nonce, q->iv[side], sizeof nonce);
	nonce[10] ^= (uint8_t)(number >> 8);
	nonce[11] ^= (uint8_t)number;
	if (EVP_EncryptInit_ex(q->seal, NULL, NULL, q->key[side], nonce) != 1 ||
	    EVP_EncryptUpdate(q->seal, NULL, &len, packet, (int)head_len) != 1 ||
	    EVP_EncryptUpdate(q->seal, plain, &len, plain, plain_len) != 1 ||
	    EVP_EncryptFinal_ex(q->seal, plain + plain_len, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(q->seal, EVP_CTRL_AEAD_GET_TAG, 16, plain + plain_len) != 1 ||
	    EVP_EncryptInit_ex(q->mask, NULL, NULL, q->header[side], NULL) != 1 ||
	    EVP_EncryptUpdate(q->mask, mask, &len, plain + 2, 16) != 1)
		return false;
	packet[0] ^= mask[0] & 0x0f;
	packet[head_len - 2] ^= mask[1];
	packet[head_len - 1] ^= mask[2];
	return true;
}

bool initials_write(struct initials *q, struct noise *n, int side, uint32_t number,
                    const uint8_t *handshake, size_t offset, size_t len, bool scatter,
                    uint8_t out[QUIC_DATAGRAM])
{
	static const uint8_t ack[] = { 2, 1, 10, 0, 1 };
	size_t head_len = put_header(out, q, side, number);
	uint8_t *at = out + head_len, *end = out + QUIC_DATAGRAM - 16;

	if (side == 1)
		at = put_bytes(at, ack, sizeof ack);
	at = scatter ? put_scattered(at, n, handshake, offset, len)
	             : put_crypto(at, handshake, offset, len);
	memset(at, 0, (size_t)(end - at));
	return protect(q, side, number, out, head_len);
}
