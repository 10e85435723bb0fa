/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of dissect that calls a library: SHA-256, AES and GCM are libcrypto's. */
#include "dissect/quic_keys.h"

#include <limits.h>

/*
 * The digest that lives on the stack: EVP's asks for memory each time that it begins, and keys are
 * made for every Initial that comes.
 */
#define OPENSSL_API_COMPAT 10101
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "dissect/quic_version.h"

enum {
	SECRET_LEN = 32,
	HASH_BLOCK = 64,
	SALT_LEN = 20,
	TAG_LEN = 16,
	SAMPLE_AT = 4,
	SAMPLE_LEN = 16,
	NUMBER_LEN_MAX = 4,
	LABEL_MAX = 32,
};

struct quic_crypto_context {
	EVP_CIPHER *block, *aead;
	EVP_CIPHER_CTX *block_context, *aead_context;
};

/* Zeros behind a shorter key; none of ours is longer. */
struct hmac_key {
	uint8_t bytes[HASH_BLOCK];
};

static const uint8_t salts[QUIC_SALTS][SALT_LEN] = {
	[QUIC_SALT_DRAFT_22] = { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
	                         0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a },
	[QUIC_SALT_DRAFT_23] = { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
	                         0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 },
	[QUIC_SALT_DRAFT_29] = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
	                         0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
	[QUIC_SALT_V1] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	                   0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
	[QUIC_SALT_V2_DRAFT] = { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
	                         0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 },
	[QUIC_SALT_V2] = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
	                   0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
	[QUIC_SALT_Q050] = { 0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
	                     0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45 },
	[QUIC_SALT_T050] = { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
	                     0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 },
	[QUIC_SALT_T051] = { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
	                     0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d },
};

/* RFC 9001, section 5.1; RFC 9369, section 3.3.2 */
static const struct labels {
	const char *key, *iv, *header;
} labels_v1 = { "quic key", "quic iv", "quic hp" },
  labels_v2 = { "quicv2 key", "quicv2 iv", "quicv2 hp" };

static const char *const side_labels[] = {
	[QUIC_CLIENT] = "client in",
	[QUIC_SERVER] = "server in",
};

/* The ciphers are bound to their contexts here, so that later only keys change. */
static bool make_ciphers(struct quic_crypto_context *c)
{
	c->block = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	c->aead = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	c->block_context = EVP_CIPHER_CTX_new();
	c->aead_context = EVP_CIPHER_CTX_new();
	return c->block != NULL && c->aead != NULL && c->block_context != NULL &&
	       c->aead_context != NULL &&
	       EVP_EncryptInit_ex2(c->block_context, c->block, NULL, NULL, NULL) &&
	       EVP_DecryptInit_ex2(c->aead_context, c->aead, NULL, NULL, NULL);
}

struct quic_crypto_context *quic_crypto_context_new(void)
{
	struct quic_crypto_context *c = OPENSSL_zalloc(sizeof *c);

	if (c != NULL && make_ciphers(c))
		return c;
	quic_crypto_context_free(c);
	return NULL;
}

void quic_crypto_context_free(struct quic_crypto_context *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->aead_context);
	EVP_CIPHER_CTX_free(c->block_context);
	EVP_CIPHER_free(c->aead);
	EVP_CIPHER_free(c->block);
	OPENSSL_free(c);
}

/* H(key ^ pad, data): half of an HMAC. */
static bool half_hmac(const struct hmac_key *key, uint8_t pad, struct slice data,
                      uint8_t out[SECRET_LEN])
{
	uint8_t block[HASH_BLOCK];
	SHA256_CTX hash;

	for (size_t i = 0; i < HASH_BLOCK; i++)
		block[i] = key->bytes[i] ^ pad;
	return SHA256_Init(&hash) && SHA256_Update(&hash, block, HASH_BLOCK) &&
	       SHA256_Update(&hash, data.ptr, data.len) && SHA256_Final(out, &hash);
}

/* RFC 2104 */
static bool hmac(const struct hmac_key *key, struct slice data, uint8_t out[SECRET_LEN])
{
	uint8_t inner[SECRET_LEN];

	return half_hmac(key, 0x36, data, inner) &&
	       half_hmac(key, 0x5c, (struct slice){ inner, SECRET_LEN }, out);
}

static struct hmac_key hmac_key(const uint8_t *bytes, size_t len)
{
	struct hmac_key key = { 0 };

	memcpy(key.bytes, bytes, len);
	return key;
}

/*
 * HKDF-Expand-Label (RFC 8446, section 7.1) for no more than one block of the hash, keyed with a
 * secret:
 *
 *   │ length: 2 │ 1 │ "tls13 " label │ 0 │ block number: 1 │
 */
static bool expand(const struct hmac_key *secret, const char *label, uint8_t *out, size_t len)
{
	uint8_t info[LABEL_MAX] = { 0, (uint8_t)len, 0, 't', 'l', 's', '1', '3', ' ' };
	uint8_t block[SECRET_LEN];
	size_t used = 9;

	for (; *label != '\0'; label++)
		info[used++] = (uint8_t)*label;
	info[2] = (uint8_t)(used - 3);
	info[used++] = 0;
	info[used++] = 1;
	if (!hmac(secret, (struct slice){ info, used }, block))
		return false;
	memcpy(out, block, len);
	return true;
}

bool quic_keys_derive(struct quic_crypto_context *c, uint32_t version, struct slice dcid,
                      enum quic_side side, struct quic_keys *out)
{
	struct quic_version known = quic_version_find(version);
	const struct labels *labels = known.framing == QUIC_FRAMING_V2 ? &labels_v2 : &labels_v1;
	uint8_t secret[SECRET_LEN];

	(void)c;
	if (known.salt == QUIC_SALT_NONE)
		return false;
	struct hmac_key key = hmac_key(salts[known.salt], SALT_LEN);

	if (!hmac(&key, dcid, secret))
		return false;
	key = hmac_key(secret, SECRET_LEN);
	if (!expand(&key, side_labels[side], secret, SECRET_LEN))
		return false;
	key = hmac_key(secret, SECRET_LEN);
	return expand(&key, labels->key, out->key, sizeof out->key) &&
	       expand(&key, labels->iv, out->iv, sizeof out->iv) &&
	       expand(&key, labels->header, out->header, sizeof out->header);
}

/* RFC 9001, section 5.4.3 */
static bool make_mask(struct quic_crypto_context *c, const struct quic_keys *keys,
                      const uint8_t *sample, uint8_t mask[SAMPLE_LEN])
{
	int len;

	return EVP_EncryptInit_ex2(c->block_context, NULL, keys->header, NULL, NULL) &&
	       EVP_EncryptUpdate(c->block_context, mask, &len, sample, SAMPLE_LEN);
}

/* What the mask hid: the first byte and the packet number. */
struct header {
	uint8_t first;
	uint8_t number[NUMBER_LEN_MAX];
	size_t number_len;
};

static bool unmask(struct quic_crypto_context *c, const struct quic_keys *keys,
                   const struct quic_packet *packet, struct header *out)
{
	const uint8_t *number = packet->bytes.ptr + packet->number_at;
	uint8_t mask[SAMPLE_LEN];

	if (!make_mask(c, keys, number + SAMPLE_AT, mask))
		return false;
	out->first = packet->bytes.ptr[0] ^ (mask[0] & 0x0f);
	out->number_len = (out->first & 3u) + 1;
	for (size_t i = 0; i < out->number_len; i++)
		out->number[i] = number[i] ^ mask[1 + i];
	return true;
}

/* RFC 9001, section 5.3: the number, right-aligned, over the IV. */
static void make_nonce(const struct quic_keys *keys, const struct header *header, uint8_t nonce[12])
{
	memcpy(nonce, keys->iv, sizeof keys->iv);
	for (size_t i = 0; i < header->number_len; i++)
		nonce[sizeof keys->iv - header->number_len + i] ^= header->number[i];
}

/* The header as it was before the mask is what the tag is over, too. */
static bool feed_header(struct quic_crypto_context *c, const struct quic_packet *packet,
                        const struct header *header)
{
	int len;

	return EVP_DecryptUpdate(c->aead_context, NULL, &len, &header->first, 1) &&
	       EVP_DecryptUpdate(c->aead_context, NULL, &len, packet->bytes.ptr + 1,
	                         (int)packet->number_at - 1) &&
	       EVP_DecryptUpdate(c->aead_context, NULL, &len, header->number,
	                         (int)header->number_len);
}

static bool is_tag_right(struct quic_crypto_context *c, const uint8_t tag[TAG_LEN])
{
	uint8_t copy[TAG_LEN], nothing[TAG_LEN];
	int len;

	memcpy(copy, tag, TAG_LEN);
	return EVP_CIPHER_CTX_ctrl(c->aead_context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, copy) &&
	       EVP_DecryptFinal_ex(c->aead_context, nothing, &len);
}

static bool start_aead(struct quic_crypto_context *c, const struct quic_keys *keys,
                       const struct header *header)
{
	uint8_t nonce[sizeof keys->iv];

	make_nonce(keys, header, nonce);
	return EVP_DecryptInit_ex2(c->aead_context, NULL, keys->key, nonce, NULL);
}

enum parse quic_keys_open(struct quic_crypto_context *c, const struct quic_keys *keys,
                          const struct quic_packet *packet, struct scratch *plain,
                          struct slice *out)
{
	struct slice sealed = slice_skip(packet->bytes, packet->number_at);
	size_t tag_len = packet->is_cut ? 0 : TAG_LEN;
	struct header header;
	int len = 0;

	*out = (struct slice){ 0 };
	if (packet->number_at == 0 || packet->bytes.len > INT_MAX ||
	    sealed.len < SAMPLE_AT + SAMPLE_LEN || !unmask(c, keys, packet, &header))
		return PARSE_BROKEN;
	sealed = slice_skip(sealed, header.number_len);
	sealed.len -= tag_len;
	if (sealed.len > plain->room - plain->used || !start_aead(c, keys, &header) ||
	    !feed_header(c, packet, &header) ||
	    !EVP_DecryptUpdate(c->aead_context, plain->ptr + plain->used, &len, sealed.ptr,
	                       (int)sealed.len))
		return PARSE_BROKEN;
	if (!packet->is_cut && !is_tag_right(c, sealed.ptr + sealed.len))
		return PARSE_FOREIGN;
	*out = (struct slice){ plain->ptr + plain->used, sealed.len };
	plain->used += sealed.len;
	return packet->is_cut ? PARSE_SHORT : PARSE_OK;
}
