/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_JOURNAL_H
#define SENSOR_SINK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines on disk between the sensor and a sink that may be slow, down or refusing: a folder of
 * append-only segments, and one cursor.
 *
 *   00000000000000000000.journal   record record record          segment: named by the number of
 *   00000000000000004711.journal   record record rec             its first record
 *                                         ^      ^ torn by a kill: cut off at the next open
 *   cursor                                └ what is delivered ends here
 *
 *   record = length (4 bytes), CRC-32 of number and line (4), line; little endian
 *
 * A line is on its way to the disk (in the kernel's hands) when journal_append() returns: it
 * survives kill -9 at any moment. What power failures survive, `fsync_s` says. The cursor is
 * written after a delivery, so that a line may be delivered twice, never not at all.
 *
 * One thread appends, another one reads. The folder is locked: one process at a time.
 */
struct journal;

struct journal_options {
	uint64_t max_bytes; /* beyond it the oldest segment is given up, and its lines counted */
	uint64_t max_age_s; /* the same for segments last written so long ago; 0: kept */
	unsigned fsync_s;   /* at most so much time between fsyncs; 0: with every line */
};

/* NULL with a reason (or errno); EWOULDBLOCK: another process has it. The folder is made. */
struct journal *journal_open(const char *folder, const struct journal_options *,
                             const char **reason);
void journal_close(struct journal *);

/* False: the disk does not take it; the line is counted as given up. Never waits for the reader. */
bool journal_append(struct journal *, const char *line, size_t len);

struct journal_record {
	const char *line;
	size_t len;
	uint64_t number;
};

/*
 * The next records after the cursor, at most `room` and about `bytes` in all; they live until the
 * next call. The cursor stays until journal_advance().
 */
size_t journal_read(struct journal *, struct journal_record *out, size_t room, size_t bytes);
/* The first `count` records of the last journal_read() are done with. */
void journal_advance(struct journal *, size_t count);
/* Waits until there is something to read, for `ms` at most; syncs meanwhile. */
bool journal_wait(struct journal *, unsigned ms);
/* Ends a wait. */
void journal_wake(struct journal *);

struct journal_status {
	uint64_t appended, delivered; /* by this process; `delivered` may be ahead */
	uint64_t waiting;             /* lines behind the cursor */
	uint64_t given_up;            /* lines that bounds, a full disk or damage took */
};

void journal_status(struct journal *, struct journal_status *out);

#endif
