/* SPDX-License-Identifier: Apache-2.0 */
/* The other file in sensor/ that knows libcrypto: AES and HMAC, for pseudonyms alone. */
#include "sensor/pseudonym.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/event/address_text.h"
#include "sensor/log.h"

enum { BLOCK = 16, DIGITS = 2 * PSEUDONYM_KEY_LEN };

struct pseudonyms {
	EVP_CIPHER_CTX *aes;
	uint8_t pad[BLOCK];
	uint8_t hash_key[32];
	bool has_failed; /* libcrypto did: zeros are given from then on */
};

static void encrypt(struct pseudonyms *p, const uint8_t in[BLOCK], uint8_t out[BLOCK])
{
	int len = 0;

	if (EVP_EncryptUpdate(p->aes, out, &len, in, BLOCK) != 1 || len != BLOCK)
		p->has_failed = true;
}

static bool make_keys(struct pseudonyms *p, const uint8_t key[PSEUDONYM_KEY_LEN])
{
	static const uint8_t label[] = "dancecard MACs and names";
	unsigned len = 0;

	p->aes = EVP_CIPHER_CTX_new();
	if (p->aes == NULL || EVP_EncryptInit_ex(p->aes, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(p->aes, 0) != 1)
		return false;
	encrypt(p, key + BLOCK, p->pad);
	return HMAC(EVP_sha256(), key, PSEUDONYM_KEY_LEN, label, sizeof label - 1, p->hash_key,
	            &len) != NULL &&
	       !p->has_failed;
}

struct pseudonyms *pseudonyms_new(const uint8_t key[PSEUDONYM_KEY_LEN])
{
	struct pseudonyms *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	if (make_keys(p, key))
		return p;
	pseudonyms_free(p);
	return NULL;
}

void pseudonyms_free(struct pseudonyms *p)
{
	if (p == NULL)
		return;
	EVP_CIPHER_CTX_free(p->aes);
	OPENSSL_cleanse(p, sizeof *p);
	free(p);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_digits(const char *text, size_t len, uint8_t key[PSEUDONYM_KEY_LEN])
{
	while (len > DIGITS && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (size_t i = 0; len == DIGITS && i < PSEUDONYM_KEY_LEN; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return len == DIGITS;
}

struct pseudonyms *pseudonyms_load(const char *path)
{
	char text[DIGITS + 3];
	uint8_t key[PSEUDONYM_KEY_LEN];
	struct pseudonyms *p = NULL;
	FILE *in = fopen(path, "rb");

	if (in == NULL) {
		log_error("key file %s cannot be opened", path);
		return NULL;
	}
	size_t len = fread(text, 1, sizeof text, in);

	fclose(in);
	if (len == PSEUDONYM_KEY_LEN)
		memcpy(key, text, sizeof key);
	if (len == PSEUDONYM_KEY_LEN || read_digits(text, len, key))
		p = pseudonyms_new(key);
	else
		log_error(
		        "key file %s is neither 32 bytes nor 64 hexadecimal digits: make one with "
		        "head -c 32 /dev/urandom",
		        path);
	OPENSSL_cleanse(text, sizeof text);
	OPENSSL_cleanse(key, sizeof key);
	return p;
}

/* Bit i of the pseudonym's mask: the first bit of AES over the first i bits, filled up by the pad.
 */
static void mask_bits(struct pseudonyms *p, uint8_t *address, unsigned bits)
{
	uint8_t in[BLOCK], out[BLOCK], mask[BLOCK] = { 0 };

	memcpy(in, p->pad, BLOCK);
	for (unsigned i = 0; i < bits; i++) {
		encrypt(p, in, out);
		mask[i / 8] = (uint8_t)(mask[i / 8] | (out[0] >> 7) << (7 - i % 8));
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		in[i / 8] = (uint8_t)((in[i / 8] & ~bit) | (address[i / 8] & bit));
	}
	for (unsigned i = 0; i < bits / 8; i++)
		address[i] = p->has_failed ? 0 : address[i] ^ mask[i];
}

void pseudonym_of_address(struct pseudonyms *p, const uint8_t address[16], uint8_t out[16])
{
	bool is_four = address_is_ipv4(address);

	memmove(out, address, 16);
	mask_bits(p, is_four ? out + 12 : out, is_four ? 32 : 128);
}

static void hash_of(struct pseudonyms *p, char kind, struct slice bytes, uint8_t out[32])
{
	uint8_t text[257];
	unsigned len = 0;
	size_t taken = bytes.len < sizeof text - 1 ? bytes.len : sizeof text - 1;

	text[0] = (uint8_t)kind;
	if (taken > 0)
		memcpy(text + 1, bytes.ptr, taken);
	if (p->has_failed || HMAC(EVP_sha256(), p->hash_key, sizeof p->hash_key, text, taken + 1,
	                          out, &len) == NULL) {
		p->has_failed = true;
		memset(out, 0, 32);
	}
}

void pseudonym_of_mac(struct pseudonyms *p, const uint8_t mac[6], uint8_t out[6])
{
	uint8_t hash[32];

	hash_of(p, 'm', (struct slice){ mac, 6 }, hash);
	memcpy(out, hash, 6);
	out[0] = (uint8_t)((out[0] & 0xfc) | 0x02);
}

void pseudonym_of_name(struct pseudonyms *p, struct slice name, char out[PSEUDONYM_NAME_LEN + 1])
{
	uint8_t hash[32], lower[256];
	size_t len = name.len < sizeof lower ? name.len : sizeof lower;

	for (size_t i = 0; i < len; i++)
		lower[i] =
		        name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] | 0x20 : name.ptr[i];
	hash_of(p, 'n', (struct slice){ lower, len }, hash);
	memcpy(out, "host-", 5);
	for (size_t i = 0; i < 8; i++)
		snprintf(out + 5 + 2 * i, 3, "%02x", hash[i]);
}
