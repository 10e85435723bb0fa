/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_STALL_H
#define SENSOR_STALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Does every thread go on? Each says when it begins a piece of work and when it is done, without a
 * lock or a look at the clock; a thread of our own looks each second who is still at the same
 * piece, says so, and says when it goes on. A slow reader of the events makes others wait for the
 * output: that is said as what it is, and is no fault of theirs.
 */
struct stall;

enum { STALL_LIMIT_MS = 5000 };

struct stall_options {
	size_t workers;
	unsigned limit_ms; /* for a piece of work; 0: STALL_LIMIT_MS */
	const char *(*source)(void *context, uint32_t source); /* of any thread */
	/*
	 * After each look. False: a thread hangs; a watchdog that restarts us (systemd's) should
	 * then not be fed. NULL: nobody asks.
	 */
	void (*beat)(void *context, bool is_well);
	void *context;
};

/* Who: 0 and up, a worker; or one of these, counted from the number of workers on. */
enum { STALL_READING, STALL_OUTPUT, STALL_OTHERS };

struct stall *stall_new(const struct stall_options *); /* NULL: no memory, or no thread */
void stall_free(struct stall *);

/* Packets of one batch; numbers 0: not at packets. NULL: nobody looks. */
void stall_enter(struct stall *, size_t who, uint32_t source, uint64_t first, uint64_t last);
void stall_leave(struct stall *, size_t who);
/*
 * From now on (or no more) that one begins something again and again, also where there is nothing
 * to do: if it does not, and nobody is at work, all wait for each other.
 */
void stall_expect(struct stall *, size_t who, bool must_come_by);

#endif
