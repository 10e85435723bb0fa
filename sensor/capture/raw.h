/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_RAW_H
#define SENSOR_CAPTURE_RAW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The one way to end a capture: from a signal handler or another thread. */
struct stop {
	int fd; /* an eventfd: readable from the stop on, so every poll() ends */
	atomic_bool is_set;
	/* What the reading thread does before it waits for a pipe; NULL: nothing. */
	void (*before_wait)(void *context);
	void *context;
};

enum { RAW_PEEK_MAX = 8 };
enum { RAW_END = 0, RAW_FAILED = -1, RAW_STOPPED = -2 };

/* A file or a pipe as it is, read from front to back. */
struct raw {
	int fd;
	const struct stop *stop;
	_Atomic uint64_t taken; /* bytes read; any thread may look */
	uint8_t peeked[RAW_PEEK_MAX];
	size_t peeked_len;
};

/* The first bytes (fewer at the end), which raw_read() gives again; or RAW_FAILED, RAW_STOPPED. */
ssize_t raw_peek(struct raw *);
/* raw_read() would not wait. */
bool raw_is_ready(const struct raw *);
/* Bytes that are there, waiting for the first. Or RAW_END, RAW_FAILED (errno), RAW_STOPPED. */
ssize_t raw_read(struct raw *, uint8_t *to, size_t room);

#endif
