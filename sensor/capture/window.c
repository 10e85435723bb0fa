/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/window.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	MAP_WINDOW = 32 << 20,
	STREAM_CHUNK = 1 << 20,
};

static const char shrank[] = "the file shrank or failed while it was read";

void window_open_file(struct window *w, int fd)
{
	*w = (struct window){ .fd = fd };
}

void window_open_stream(struct window *w, struct stream *stream)
{
	*w = (struct window){ .fd = -1, .stream = stream };
}

void window_close(struct window *w)
{
	chunk_drop(w->chunk);
	stream_close(w->stream);
	if (w->fd >= 0)
		close(w->fd);
	*w = (struct window){ .fd = -1 };
}

static enum window_state fail(struct window *w, const char *why)
{
	w->fault = why;
	return WINDOW_FAILED;
}

static uint64_t position(const struct window *w)
{
	return w->chunk == NULL ? 0 : w->chunk_offset + (size_t)(w->rest.ptr - w->chunk->bytes);
}

/*
 * The window that comes next, from the disk while this one is read. Where it is in memory already
 * the system would look at each of its pages to say so: one byte of it answers for all.
 */
static void ask_for(int fd, uint64_t from)
{
	uint8_t byte;
	struct iovec into = { &byte, sizeof byte };
	off_t last = (off_t)(from + MAP_WINDOW - 1);

	if (preadv2(fd, &into, 1, last, RWF_NOWAIT) < 0)
		posix_fadvise(fd, (off_t)from, MAP_WINDOW, POSIX_FADV_WILLNEED);
}

static enum window_state map_more(struct window *w, size_t need)
{
	uint64_t at = position(w);
	uint64_t from = at - at % (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat file;

	if (fstat(w->fd, &file) != 0)
		return fail(w, strerror(errno));
	uint64_t size = (uint64_t)file.st_size;

	if (size < at + w->rest.len || (w->chunk != NULL && chunk_sound(w->chunk) < w->chunk->size))
		return fail(w, shrank);
	if (size == at + w->rest.len)
		return WINDOW_END;
	uint64_t end = from + MAP_WINDOW > at + need ? from + MAP_WINDOW : at + need;

	if (end > size)
		end = size;
	struct chunk *chunk = chunk_map(w->fd, from, (size_t)(end - from));

	if (chunk == NULL)
		return fail(w, strerror(errno));
	ask_for(w->fd, end);
	chunk_drop(w->chunk);
	w->chunk = chunk;
	w->chunk_offset = from;
	w->touched = chunk->bytes;
	w->rest = (struct slice){ chunk->bytes + (at - from), (size_t)(end - at) };
	return w->rest.len >= need ? WINDOW_MORE : WINDOW_END;
}

/* Makes room for `need` bytes from the rest's first on; the rest moves to a new chunk if it must.
 */
static bool make_room(struct window *w, size_t need)
{
	if (w->chunk != NULL && w->rest.ptr + need <= w->chunk->bytes + w->chunk->size)
		return true;
	struct chunk *chunk = chunk_new(need > STREAM_CHUNK / 2 ? need * 2 : STREAM_CHUNK);

	if (chunk == NULL)
		return false;
	if (w->rest.len > 0)
		memcpy(chunk->bytes, w->rest.ptr, w->rest.len);
	chunk_drop(w->chunk);
	w->chunk = chunk;
	w->rest.ptr = chunk->bytes;
	return true;
}

static enum window_state read_more(struct window *w, size_t need)
{
	if (!make_room(w, need))
		return fail(w, strerror(ENOMEM));
	while (w->rest.len < need) {
		size_t used = (size_t)(w->rest.ptr - w->chunk->bytes) + w->rest.len;
		ssize_t got = stream_read(w->stream, w->chunk->bytes + used, w->chunk->size - used);

		if (got == RAW_STOPPED)
			return WINDOW_STOPPED;
		if (got == RAW_FAILED)
			return fail(w, stream_fault(w->stream));
		if (got == RAW_END)
			return WINDOW_END;
		w->rest.len += (size_t)got;
	}
	return WINDOW_MORE;
}

enum window_state window_refill(struct window *w, size_t need)
{
	return w->stream != NULL ? read_more(w, need) : map_more(w, need);
}

size_t window_sound(const struct window *w)
{
	struct stat file;

	if (w->fd < 0 || w->chunk == NULL)
		return SIZE_MAX;
	if (fstat(w->fd, &file) != 0)
		return 0;
	uint64_t size = (uint64_t)file.st_size;
	uint64_t left = size > w->chunk_offset ? size - w->chunk_offset : 0;
	size_t sound = chunk_sound(w->chunk);

	return left < sound ? (size_t)left : sound;
}

uint64_t window_taken(const struct window *w)
{
	return w->stream != NULL ? stream_taken(w->stream) : position(w);
}
