/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_CHUNK_H
#define SENSOR_CAPTURE_CHUNK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that frames point into, shared by count: a window of a mapped file, or a block of the
 * heap that a stream or an interface fills. The reader that fills it holds it, and so does every
 * batch with a frame in it; whoever drops it last, in whichever thread, gives it back.
 *
 *   input ──► window ──┐
 *                      ▼
 *   batch ─────────► chunk   bytes of the file ….frame.frame.frame…
 *   batch ───────────▲
 */
struct mapping_guard;

struct chunk {
	atomic_uint holders;
	uint8_t *bytes;
	size_t size;
	struct mapping_guard *guard; /* of a mapped file; NULL: heap */
};

/* Both come held once; NULL: no memory, or (mapped) errno says why. */
struct chunk *chunk_new(size_t size);
struct chunk *chunk_map(int fd, uint64_t offset, size_t size);

void chunk_hold(struct chunk *);
void chunk_drop(struct chunk *); /* NULL is nothing */

/* Nobody but the caller holds it, so its bytes may be written anew. */
bool chunk_is_mine(const struct chunk *);

/*
 * How many of its bytes are what they should be: fewer than `size` when a mapped file failed or
 * shrank, and zeros stand in for the rest.
 */
size_t chunk_sound(const struct chunk *);

#endif
