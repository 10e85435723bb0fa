/* SPDX-License-Identifier: Apache-2.0 */
/* The one file in sensor/ that knows libcrypto. */
#include "sensor/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum algorithm { MD5, SHA1, SHA256, ALGORITHMS };

static const struct {
	const char *name;
	size_t len;
} algorithms[ALGORITHMS] = {
	[MD5] = { "MD5", MD5_LEN },
	[SHA1] = { "SHA1", SHA1_LEN },
	[SHA256] = { "SHA256", SHA256_LEN },
};

struct digest {
	EVP_MD *md[ALGORITHMS]; /* NULL: switched off by policy */
	EVP_MD_CTX *context;
};

struct digest *digest_new(void)
{
	struct digest *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	for (size_t i = 0; i < ALGORITHMS; i++)
		d->md[i] = EVP_MD_fetch(NULL, algorithms[i].name, NULL);
	d->context = EVP_MD_CTX_new();
	if (d->md[SHA256] != NULL && d->context != NULL)
		return d;
	digest_free(d);
	return NULL;
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	for (size_t i = 0; i < ALGORITHMS; i++)
		EVP_MD_free(d->md[i]);
	free(d);
}

static bool hash(struct digest *d, enum algorithm which, struct slice bytes, uint8_t *out)
{
	if (d->md[which] != NULL && EVP_DigestInit_ex2(d->context, d->md[which], NULL) == 1 &&
	    EVP_DigestUpdate(d->context, bytes.ptr, bytes.len) == 1 &&
	    EVP_DigestFinal_ex(d->context, out, NULL) == 1)
		return true;
	memset(out, 0, algorithms[which].len);
	return false;
}

bool digest_md5(struct digest *d, struct slice bytes, uint8_t out[MD5_LEN])
{
	return hash(d, MD5, bytes, out);
}

bool digest_sha1(struct digest *d, struct slice bytes, uint8_t out[SHA1_LEN])
{
	return hash(d, SHA1, bytes, out);
}

bool digest_sha256(struct digest *d, struct slice bytes, uint8_t out[SHA256_LEN])
{
	return hash(d, SHA256, bytes, out);
}

struct digest_stream {
	EVP_MD_CTX *context;
	bool failed;
};

struct digest_stream *digest_stream_new(void)
{
	struct digest_stream *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->context = EVP_MD_CTX_new();
	if (s->context != NULL && EVP_DigestInit_ex2(s->context, EVP_sha256(), NULL) == 1)
		return s;
	EVP_MD_CTX_free(s->context);
	free(s);
	return NULL;
}

void digest_stream_add(struct digest_stream *s, struct slice bytes)
{
	if (EVP_DigestUpdate(s->context, bytes.ptr, bytes.len) != 1)
		s->failed = true;
}

bool digest_stream_finish(struct digest_stream *s, uint8_t out[SHA256_LEN])
{
	bool ok = EVP_DigestFinal_ex(s->context, out, NULL) == 1 && !s->failed;

	EVP_MD_CTX_free(s->context);
	free(s);
	return ok;
}

void hex_text(struct slice bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		*out++ = digits[bytes.ptr[i] >> 4];
		*out++ = digits[bytes.ptr[i] & 15];
	}
	*out = '\0';
}
