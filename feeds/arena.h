/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ARENA_H
#define FEEDS_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one block of bytes that everything in a set of feeds lives in. It moves while it grows, so
 * what is in it is named by offset; once it grows no more, pointers into it hold. Offset 0 is the
 * empty string, and never anything else.
 */
struct arena {
	char *bytes;
	uint32_t len;
	uint32_t size;
};

#define ARENA_FULL UINT32_MAX /* instead of an offset: memory is out, or 4 GiB are */

/* False when memory is out. */
bool arena_open(struct arena *);
void arena_close(struct arena *);

/* Room for `len` bytes at the end; its offset, or ARENA_FULL. */
uint32_t arena_take(struct arena *, size_t len);

/* Gives back what it took in advance. Nothing moves that is pointed to afterwards. */
void arena_trim(struct arena *);

/*
 * Room for what stays and is read in no order: it begins a cache line, and what fills pages of 2 MB
 * is on such where the system gives some. Bytes as of malloc(); free() takes it back.
 */
void *lasting_block(size_t size);

/* Moves it, for the last time, into such a block. False when memory is out. */
bool arena_settle(struct arena *);

/* Equal strings kept once: a table of the offsets of those there are. Only the builder has one. */
struct interner {
	uint32_t *slots; /* open addressing; 0: free */
	size_t count;
	size_t size; /* a power of two, or 0 */
	uint64_t seed;
};

void interner_close(struct interner *);

/*
 * The offset of those bytes (with a NUL behind them) in the arena: a new copy or the one that is
 * there. The empty string is 0. ARENA_FULL when memory is out.
 */
uint32_t intern(struct interner *, struct arena *, const void *bytes, size_t len);

#endif
