/* SPDX-License-Identifier: Apache-2.0 */
#define ZLIB_CONST /* next_in points to const */
#include "sensor/capture/inflate.h"

#include <errno.h>
#include <lzma.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum {
	RING_SIZE = 1 << 20,
	INPUT_SIZE = 1 << 17,
	XZ_MEMORY = 256 << 20, /* what a dictionary may take: xz -9 wants 65 MB */
};

/* A decompressor at work. `is_between`: at the end of a member, where the file may end. */
struct codec {
	bool is_between;
	const char *fault;
	z_stream gzip;
	ZSTD_DStream *zstd;
	lzma_stream xz;
};

/* One step: takes from `in`, fills `out` (both are moved on). False: `fault` says why. */
struct codec_kind {
	uint8_t magic[6];
	uint8_t magic_len;
	bool (*begin)(struct codec *);
	bool (*step)(struct codec *, struct slice *in, struct scratch *out, bool is_last);
	void (*end)(struct codec *);
};

/*
 *   thread ── inflates ──► ring[tail…head] ── copied ──► inflater_read()
 *
 * `head` and `tail` only grow; their difference is what the ring holds.
 */
struct inflater {
	const struct codec_kind *kind;
	struct codec codec;
	struct raw *raw;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_changed;
	uint64_t head, tail;
	bool is_done, is_stopping;
	ssize_t result; /* once done: RAW_END, RAW_FAILED or RAW_STOPPED */
	const char *fault;
	uint8_t ring[RING_SIZE];
	uint8_t input[INPUT_SIZE];
};

static bool gzip_begin(struct codec *c)
{
	return inflateInit2(&c->gzip, 15 + 16) == Z_OK;
}

/* Behind a member stands the next one, or padding with zeros. */
static bool gzip_next_member(struct codec *c, struct slice *in)
{
	while (in->len > 0 && in->ptr[0] == 0)
		*in = slice_skip(*in, 1);
	if (in->len == 0)
		return true;
	if (in->ptr[0] != 0x1f) {
		c->fault = "there is more behind the compressed data";
		return false;
	}
	c->is_between = false;
	return inflateReset(&c->gzip) == Z_OK;
}

static bool gzip_step(struct codec *c, struct slice *in, struct scratch *out, bool is_last)
{
	(void)is_last;
	if (c->is_between && (!gzip_next_member(c, in) || in->len == 0))
		return c->fault == NULL;
	c->gzip.next_in = in->ptr;
	c->gzip.avail_in = (unsigned)in->len;
	c->gzip.next_out = out->ptr + out->used;
	c->gzip.avail_out = (unsigned)(out->room - out->used);
	int answer = inflate(&c->gzip, Z_NO_FLUSH);

	*in = slice_skip(*in, in->len - c->gzip.avail_in);
	out->used = out->room - c->gzip.avail_out;
	c->is_between = answer == Z_STREAM_END;
	if (answer == Z_OK || answer == Z_STREAM_END || answer == Z_BUF_ERROR)
		return true;
	c->fault = "the compressed data is corrupt";
	return false;
}

static void gzip_end(struct codec *c)
{
	inflateEnd(&c->gzip);
}

static bool zstd_begin(struct codec *c)
{
	c->zstd = ZSTD_createDStream();
	return c->zstd != NULL;
}

static bool zstd_step(struct codec *c, struct slice *in, struct scratch *out, bool is_last)
{
	ZSTD_inBuffer source = { in->ptr, in->len, 0 };
	ZSTD_outBuffer target = { out->ptr, out->room, out->used };

	(void)is_last;
	if (c->is_between && in->len == 0)
		return true;
	size_t answer = ZSTD_decompressStream(c->zstd, &target, &source);

	*in = slice_skip(*in, source.pos);
	out->used = target.pos;
	c->is_between = answer == 0;
	if (!ZSTD_isError(answer))
		return true;
	c->fault = "the compressed data is corrupt, or wants a window of over 128 MB";
	return false;
}

static void zstd_end(struct codec *c)
{
	ZSTD_freeDStream(c->zstd);
}

static bool xz_begin(struct codec *c)
{
	c->xz = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&c->xz, XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK;
}

static bool xz_step(struct codec *c, struct slice *in, struct scratch *out, bool is_last)
{
	if (c->is_between)
		return true;
	c->xz.next_in = in->ptr;
	c->xz.avail_in = in->len;
	c->xz.next_out = out->ptr + out->used;
	c->xz.avail_out = out->room - out->used;
	lzma_ret answer = lzma_code(&c->xz, is_last ? LZMA_FINISH : LZMA_RUN);

	*in = slice_skip(*in, in->len - c->xz.avail_in);
	out->used = out->room - c->xz.avail_out;
	c->is_between = answer == LZMA_STREAM_END;
	if (answer == LZMA_OK || answer == LZMA_STREAM_END || answer == LZMA_BUF_ERROR)
		return true;
	c->fault = answer == LZMA_MEMLIMIT_ERROR ? "it takes more than 256 MB to inflate it"
	                                         : "the compressed data is corrupt";
	return false;
}

static void xz_end(struct codec *c)
{
	lzma_end(&c->xz);
}

static const struct codec_kind kinds[] = {
	{ { 0x1f, 0x8b }, 2, gzip_begin, gzip_step, gzip_end },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_begin, zstd_step, zstd_end },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, xz_begin, xz_step, xz_end },
};

static const struct codec_kind *kind_of(struct slice head)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (head.len >= kinds[i].magic_len &&
		    memcmp(head.ptr, kinds[i].magic, kinds[i].magic_len) == 0)
			return &kinds[i];
	return NULL;
}

bool inflate_knows(struct slice head)
{
	return kind_of(head) != NULL;
}

/* Room in one piece at the ring's head, waited for. None: the reader has gone. */
static struct scratch claim(struct inflater *inf)
{
	struct scratch room = { 0 };

	pthread_mutex_lock(&inf->lock);
	while (!inf->is_stopping && inf->head - inf->tail == RING_SIZE)
		pthread_cond_wait(&inf->has_changed, &inf->lock);
	if (!inf->is_stopping) {
		size_t at = inf->head % RING_SIZE;
		size_t vacant = RING_SIZE - (size_t)(inf->head - inf->tail);

		room.ptr = inf->ring + at;
		room.room = vacant < RING_SIZE - at ? vacant : RING_SIZE - at;
	}
	pthread_mutex_unlock(&inf->lock);
	return room;
}

static void commit(struct inflater *inf, size_t len)
{
	pthread_mutex_lock(&inf->lock);
	inf->head += len;
	pthread_cond_signal(&inf->has_changed);
	pthread_mutex_unlock(&inf->lock);
}

/* Inflates until the end or a fault; what it returns is the last answer to the reader. */
static ssize_t inflate_all(struct inflater *inf)
{
	struct slice in = { inf->input, 0 };
	bool is_last = false;

	for (;;) {
		if (in.len == 0 && !is_last) {
			ssize_t got = raw_read(inf->raw, inf->input, sizeof inf->input);

			if (got < 0) {
				inf->fault = got == RAW_FAILED ? strerror(errno) : NULL;
				return got;
			}
			in = (struct slice){ inf->input, (size_t)got };
			is_last = got == 0;
		}
		struct scratch out = claim(inf);
		size_t before = in.len;

		if (out.room == 0)
			return RAW_STOPPED;
		bool is_sound = inf->kind->step(&inf->codec, &in, &out, is_last);

		commit(inf, out.used);
		if (!is_sound) {
			inf->fault = inf->codec.fault;
			return RAW_FAILED;
		}
		if (!is_last || out.used > 0 || in.len != before)
			continue;
		if (inf->codec.is_between)
			return RAW_END;
		inf->fault = "the compressed data is cut off";
		return RAW_FAILED;
	}
}

static void *run(void *argument)
{
	struct inflater *inf = argument;
	ssize_t result = inflate_all(inf);

	pthread_mutex_lock(&inf->lock);
	inf->result = result;
	inf->is_done = true;
	pthread_cond_signal(&inf->has_changed);
	pthread_mutex_unlock(&inf->lock);
	return NULL;
}

/* Signals belong to the threads of the program, not to this one. */
static bool start_thread(struct inflater *inf)
{
	sigset_t all, before;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&inf->thread, NULL, run, inf) == 0;

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct inflater *inflater_start(struct slice head, struct raw *raw)
{
	struct inflater *inf = malloc(sizeof *inf);

	if (inf == NULL)
		return NULL;
	memset(inf, 0, offsetof(struct inflater, ring));
	inf->kind = kind_of(head);
	inf->raw = raw;
	if (!inf->kind->begin(&inf->codec)) {
		free(inf);
		return NULL;
	}
	pthread_mutex_init(&inf->lock, NULL);
	pthread_cond_init(&inf->has_changed, NULL);
	if (start_thread(inf))
		return inf;
	inf->kind->end(&inf->codec);
	pthread_cond_destroy(&inf->has_changed);
	pthread_mutex_destroy(&inf->lock);
	free(inf);
	return NULL;
}

bool inflater_is_ready(struct inflater *inf)
{
	pthread_mutex_lock(&inf->lock);
	bool is_ready = inf->head != inf->tail || inf->is_done;

	pthread_mutex_unlock(&inf->lock);
	return is_ready;
}

ssize_t inflater_read(struct inflater *inf, uint8_t *to, size_t room)
{
	ssize_t result;

	pthread_mutex_lock(&inf->lock);
	while (inf->head == inf->tail && !inf->is_done)
		pthread_cond_wait(&inf->has_changed, &inf->lock);
	size_t at = inf->tail % RING_SIZE;
	size_t len = (size_t)(inf->head - inf->tail);

	result = len > 0 ? 0 : inf->result;
	pthread_mutex_unlock(&inf->lock);
	if (len == 0)
		return result;
	if (len > RING_SIZE - at)
		len = RING_SIZE - at;
	if (len > room)
		len = room;
	memcpy(to, inf->ring + at, len); /* the thread writes only outside of tail…head */
	pthread_mutex_lock(&inf->lock);
	inf->tail += len;
	pthread_cond_signal(&inf->has_changed);
	pthread_mutex_unlock(&inf->lock);
	return (ssize_t)len;
}

const char *inflater_fault(const struct inflater *inf)
{
	return inf->fault;
}

/* Only a pipe that is silent could keep the thread: the capture's stop ends that wait. */
void inflater_stop(struct inflater *inf)
{
	if (inf == NULL)
		return;
	pthread_mutex_lock(&inf->lock);
	inf->is_stopping = true;
	pthread_cond_signal(&inf->has_changed);
	pthread_mutex_unlock(&inf->lock);
	pthread_join(inf->thread, NULL);
	inf->kind->end(&inf->codec);
	pthread_cond_destroy(&inf->has_changed);
	pthread_mutex_destroy(&inf->lock);
	free(inf);
}
