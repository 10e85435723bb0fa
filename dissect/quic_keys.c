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
	STATE_WORDS = SECRET_LEN / 4,
	LAST_DATA = HASH_BLOCK - 9, /* what fits into a block with its padding (FIPS 180-4, 5.1.1) */
	SALT_LEN = 20,
	TAG_LEN = 16,
	SAMPLE_AT = 4,
	AES_BLOCK = 16, /* and the length of the sample */
	NUMBER_LEN_MAX = 4,
	LABEL_MAX = 32,
	RESERVED_BITS = 0x0c, /* RFC 9000, section 17.2: zero, under the mask */
};

/*
 * An HMAC (RFC 2104) with its key taken in: SHA-256 after the first block of its inner and of its
 * outer half. What is hashed here is short, so each half is one block more.
 */
struct hmac {
	uint32_t inner[STATE_WORDS], outer[STATE_WORDS];
};

struct quic_crypto_context {
	EVP_CIPHER *block, *aead;
	EVP_CIPHER_CTX *block_context, *aead_context;
	struct hmac salts[QUIC_SALTS];
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

static void put32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

/* The state after one block more. */
static void take_block(uint32_t state[STATE_WORDS], const uint8_t block[HASH_BLOCK])
{
	SHA256_CTX hash;

	memcpy(hash.h, state, sizeof hash.h);
	SHA256_Transform(&hash, block);
	memcpy(state, hash.h, sizeof hash.h);
}

/* `state` has had one block: the hash of that and of `data`, at most LAST_DATA. */
static void finish_hash(const uint32_t state[STATE_WORDS], struct slice data, uint8_t *out)
{
	uint8_t block[HASH_BLOCK] = { 0 };
	uint32_t last[STATE_WORDS];

	memcpy(last, state, sizeof last);
	memcpy(block, data.ptr, data.len);
	block[data.len] = 0x80;
	put32(block + HASH_BLOCK - 4, (uint32_t)(HASH_BLOCK + data.len) * 8);
	take_block(last, block);
	for (size_t i = 0; i < STATE_WORDS; i++)
		put32(out + 4 * i, last[i]);
}

static void take_key(uint32_t state[STATE_WORDS], uint8_t pad, struct slice key)
{
	uint8_t block[HASH_BLOCK];
	SHA256_CTX begin;

	memset(block, pad, sizeof block);
	for (size_t i = 0; i < key.len; i++)
		block[i] ^= key.ptr[i];
	SHA256_Init(&begin);
	memcpy(state, begin.h, sizeof begin.h);
	take_block(state, block);
}

/* `key`: at most a block. */
static struct hmac hmac_keyed(const uint8_t *key, size_t len)
{
	struct hmac h;

	take_key(h.inner, 0x36, (struct slice){ key, len });
	take_key(h.outer, 0x5c, (struct slice){ key, len });
	return h;
}

static void hmac(const struct hmac *h, struct slice data, uint8_t out[SECRET_LEN])
{
	uint8_t inner[SECRET_LEN];

	finish_hash(h->inner, data, inner);
	finish_hash(h->outer, (struct slice){ inner, SECRET_LEN }, out);
}

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

	for (size_t i = 0; c != NULL && i < QUIC_SALTS; i++)
		c->salts[i] = hmac_keyed(salts[i], SALT_LEN);
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

/*
 * HKDF-Expand-Label (RFC 8446, section 7.1) for no more than one block of the hash, keyed with a
 * secret:
 *
 *   │ length: 2 │ 1 │ "tls13 " label │ 0 │ block number: 1 │
 */
static void expand(const struct hmac *secret, const char *label, uint8_t *out, size_t len)
{
	uint8_t info[LABEL_MAX] = { 0, (uint8_t)len, 0, 't', 'l', 's', '1', '3', ' ' };
	uint8_t block[SECRET_LEN];
	size_t used = 9;

	for (; *label != '\0'; label++)
		info[used++] = (uint8_t)*label;
	info[2] = (uint8_t)(used - 3);
	info[used++] = 0;
	info[used++] = 1;
	hmac(secret, (struct slice){ info, used }, block);
	memcpy(out, block, len);
}

/* The secret of one side, of which its keys are made. */
struct side_secret {
	struct hmac hmac;
	const struct labels *labels;
};

static bool begin_side(const struct quic_crypto_context *c, uint32_t version, struct slice dcid,
                       enum quic_side side, struct side_secret *out)
{
	struct quic_version known = quic_version_find(version);
	uint8_t secret[SECRET_LEN];

	if (known.salt == QUIC_SALT_NONE || dcid.len > LAST_DATA)
		return false;
	hmac(&c->salts[known.salt], dcid, secret);
	out->hmac = hmac_keyed(secret, SECRET_LEN);
	expand(&out->hmac, side_labels[side], secret, SECRET_LEN);
	out->hmac = hmac_keyed(secret, SECRET_LEN);
	out->labels = known.framing == QUIC_FRAMING_V2 ? &labels_v2 : &labels_v1;
	return true;
}

static void derive_header(const struct side_secret *s, struct quic_keys *out)
{
	expand(&s->hmac, s->labels->header, out->header, sizeof out->header);
}

static void derive_payload(const struct side_secret *s, struct quic_keys *out)
{
	expand(&s->hmac, s->labels->key, out->key, sizeof out->key);
	expand(&s->hmac, s->labels->iv, out->iv, sizeof out->iv);
}

bool quic_keys_derive(struct quic_crypto_context *c, uint32_t version, struct slice dcid,
                      enum quic_side side, struct quic_keys *out)
{
	struct side_secret secret;

	if (!begin_side(c, version, dcid, side, &secret))
		return false;
	derive_header(&secret, out);
	derive_payload(&secret, out);
	return true;
}

static bool encrypt_block(struct quic_crypto_context *c, const uint8_t key[16],
                          const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK])
{
	int len;

	return EVP_EncryptInit_ex2(c->block_context, NULL, key, NULL, NULL) &&
	       EVP_EncryptUpdate(c->block_context, out, &len, in, AES_BLOCK);
}

/* What the mask hid: the first byte and the packet number. */
struct header {
	uint8_t first;
	uint8_t number[NUMBER_LEN_MAX];
	size_t number_len;
};

/* RFC 9001, section 5.4.3 */
static bool unmask(struct quic_crypto_context *c, const struct quic_keys *keys,
                   const struct quic_packet *packet, struct header *out)
{
	const uint8_t *number = packet->bytes.ptr + packet->number_at;
	uint8_t mask[AES_BLOCK];

	if (!encrypt_block(c, keys->header, number + SAMPLE_AT, mask))
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

static bool has_sample(const struct quic_packet *packet)
{
	return packet->number_at > 0 && packet->bytes.len <= INT_MAX &&
	       packet->bytes.len >= packet->number_at + SAMPLE_AT + AES_BLOCK;
}

/*
 * The type of the first frame: one block of AES instead of the whole packet. GCM's first block of
 * key stream is the one of the nonce and the number 2 (NIST SP 800-38D, section 7.1).
 */
static bool begins_with_frame(struct quic_crypto_context *c, const struct quic_keys *keys,
                              const struct quic_packet *packet, const struct header *header)
{
	const uint8_t *sealed = packet->bytes.ptr + packet->number_at + header->number_len;
	uint8_t counter[AES_BLOCK] = { [AES_BLOCK - 1] = 2 }, stream[AES_BLOCK];

	make_nonce(keys, header, counter);
	return encrypt_block(c, keys->key, counter, stream) &&
	       quic_frame_may_be(sealed[0] ^ stream[0]);
}

enum parse quic_keys_try(struct quic_crypto_context *c, uint32_t version, enum quic_side side,
                         const struct quic_packet *packet, struct quic_keys *out)
{
	struct side_secret secret;
	struct header header;

	if (!has_sample(packet) || !begin_side(c, version, packet->dcid, side, &secret))
		return PARSE_BROKEN;
	derive_header(&secret, out);
	if (!unmask(c, out, packet, &header))
		return PARSE_BROKEN;
	if ((header.first & RESERVED_BITS) != 0)
		return PARSE_FOREIGN;
	derive_payload(&secret, out);
	return begins_with_frame(c, out, packet, &header) ? PARSE_OK : PARSE_FOREIGN;
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
	if (!has_sample(packet) || !unmask(c, keys, packet, &header))
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
