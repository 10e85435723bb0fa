/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/packer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { OUT_SIZE = 64 * 1024, GZIP_WINDOW = 15 + 16 /* zlib.h: 16 more means gzip */ };

struct packer {
	enum packing packing;
	int fd;
	z_stream gzip;
	ZSTD_CCtx *zstd;
	unsigned char out[OUT_SIZE];
};

static const struct {
	const char *word, *suffix;
} packings[] = {
	[PACK_NOT] = { "none", "" },
	[PACK_GZIP] = { "gzip", ".gz" },
	[PACK_ZSTD] = { "zstd", ".zst" },
};

bool packing_of(const char *word, enum packing *out)
{
	for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
		if (strcmp(packings[i].word, word) == 0) {
			*out = (enum packing)i;
			return true;
		}
	return false;
}

const char *packing_suffix(enum packing packing)
{
	return packings[packing].suffix;
}

struct packer *packer_new(enum packing packing, int fd)
{
	struct packer *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->packing = packing;
	p->fd = fd;
	if (packing == PACK_ZSTD)
		p->zstd = ZSTD_createCCtx();
	bool ok = packing == PACK_ZSTD   ? p->zstd != NULL
	          : packing == PACK_GZIP ? deflateInit2(&p->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
	                                                GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK
	                                 : true;

	if (ok)
		return p;
	free(p);
	return NULL;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EAGAIN)
			(void)poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			at += done;
			len -= (size_t)done;
		}
	}
	return true;
}

static bool pack_gzip(struct packer *p, const void *bytes, size_t len, int flush)
{
	union {
		const void *in;
		unsigned char *out;
	} input = { .in = bytes }; /* zlib's next_in has no const here */

	p->gzip.next_in = input.out;
	p->gzip.avail_in = (uInt)len;
	do {
		p->gzip.next_out = p->out;
		p->gzip.avail_out = OUT_SIZE;
		(void)deflate(&p->gzip, flush);
		if (!write_all(p->fd, p->out, OUT_SIZE - p->gzip.avail_out))
			return false;
	} while (p->gzip.avail_out == 0);
	return true;
}

static bool pack_zstd(struct packer *p, const void *bytes, size_t len, ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = { bytes, len, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { p->out, OUT_SIZE, 0 };

		left = ZSTD_compressStream2(p->zstd, &out, &in, end);
		if (ZSTD_isError(left)) {
			errno = ENOMEM;
			return false;
		}
		if (!write_all(p->fd, p->out, out.pos))
			return false;
	} while (left > 0);
	return true;
}

bool packer_write(struct packer *p, const void *bytes, size_t len)
{
	if (p->packing == PACK_GZIP)
		return pack_gzip(p, bytes, len, Z_SYNC_FLUSH);
	if (p->packing == PACK_ZSTD)
		return pack_zstd(p, bytes, len, ZSTD_e_flush);
	return write_all(p->fd, bytes, len);
}

bool packer_finish(struct packer *p)
{
	bool ok = true;

	if (p == NULL)
		return true;
	if (p->packing == PACK_GZIP) {
		ok = pack_gzip(p, "", 0, Z_FINISH);
		deflateEnd(&p->gzip);
	} else if (p->packing == PACK_ZSTD) {
		ok = pack_zstd(p, NULL, 0, ZSTD_e_end);
		ZSTD_freeCCtx(p->zstd);
	}
	int why = errno;

	free(p);
	errno = why;
	return ok;
}
