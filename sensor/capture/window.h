/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_WINDOW_H
#define SENSOR_CAPTURE_WINDOW_H

#include "dissect/slice.h"
#include "sensor/capture/chunk.h"
#include "sensor/capture/stream.h"

/*
 * The part of an input that can be read just now, moved along it. Of a mapped file:
 *
 *   file   ├──────────────┬───────────────────┬───────────────┤
 *          0        chunk_offset     rest     └ end of the chunk
 *
 * Of a stream the chunk is a block of the heap; a record that the block cuts is copied to the
 * front of the next block. What was given out stays where it is while its chunk is held.
 */
struct window {
	struct slice rest;     /* not read yet */
	struct chunk *chunk;   /* what `rest` points into; NULL before the first refill */
	int fd;                /* of a mapped file; else -1 */
	struct stream *stream; /* else NULL */
	uint64_t chunk_offset;
	const uint8_t *touched; /* the pages before this are in */
	const char *fault;
};

enum window_state { WINDOW_MORE, WINDOW_END, WINDOW_FAILED, WINDOW_STOPPED };

void window_open_file(struct window *, int fd);            /* takes `fd` over */
void window_open_stream(struct window *, struct stream *); /* and the stream */
void window_close(struct window *);

/*
 * Moves on until `rest` has `need` bytes or more. WINDOW_END: the input has no more than `rest` now
 * holds; a file that has grown since is read on. WINDOW_FAILED: `fault` says why.
 */
enum window_state window_refill(struct window *, size_t need);

/* How many bytes of its chunk the file still has: less than chunk->size when it shrank or failed.
 */
size_t window_sound(const struct window *);

/* Bytes of the input read so far (of a compressed one: compressed). */
uint64_t window_taken(const struct window *);

enum {
	CACHE_LINE = 64,
	PREFETCH_AHEAD = 4096,
	TOUCH_STEP =
	        64 << 10, /* what Linux maps around a page that is touched, and aligned as that */
	TOUCH_AHEAD = 2 * TOUCH_STEP
};

/*
 * Touches pages ahead, so that what is asked for below is mapped. One touch brings sixteen pages;
 * MADV_POPULATE_READ looks at each of them, and took half as long again (2 GB in the page cache).
 */
static inline void window_touch(struct window *w)
{
	const uint8_t *end = w->rest.ptr + w->rest.len;

	while (w->touched < w->rest.ptr + TOUCH_AHEAD && w->touched < end) {
		(void)*(const volatile uint8_t *)w->touched;
		w->touched += TOUCH_STEP - ((uintptr_t)w->touched & (TOUCH_STEP - 1));
	}
}

/*
 * Called with the length of every packet that was taken. Where the next record begins stands in
 * this one, so a walk that touches heads alone waits for the memory at each step; asking for the
 * lines ahead in order makes it three times as fast (measured: tests/bench/bench_capture.c).
 */
static inline void window_prefetch(struct window *w, size_t len)
{
	if (w->fd < 0)
		return;
	if (w->touched < w->rest.ptr + TOUCH_STEP)
		window_touch(w);
	uintptr_t ahead = (uintptr_t)w->rest.ptr + PREFETCH_AHEAD;

	for (size_t i = 0; i <= len; i += CACHE_LINE)
		__builtin_prefetch((const void *)(ahead + i));
}

#endif
