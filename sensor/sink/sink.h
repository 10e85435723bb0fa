/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_SINK_H
#define SENSOR_SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Somewhere finished lines go. One line is one JSON object, without the newline. Sinks know
 * nothing of events; events know nothing of sinks. One thread at a time.
 */
struct sink;

/*
 * Opens a target of -o:
 *
 *   -                standard output
 *   PATH             a regular file, or one that is not there yet, is written as PATH.partial and
 *   file://PATH      renamed to PATH at the close, whole (sensor/sink/file.c says what that means
 *                    to those who read it); a pipe, device or socket is written in place
 *   file://PATH?rotate=100M   README.md has rotation and compression
 *   syslog[+udp|+tcp|+tls]://HOST[:PORT], http[s]://..., kafka://BROKERS/TOPIC
 *                    by way of a journal on disk and a thread (sensor/sink/remote.c)
 *   OTHER://...      refused, and the known ones are named
 *
 * NULL, with target and reason on standard error, when it cannot be opened. Standard output and
 * pipes may be closed by their reader at any time: SIGPIPE must be ignored by the program.
 */
struct sink *sink_open(const char *target);
/* Is that a kind of target that there is? Opens nothing, says nothing. */
bool sink_is_known(const char *target);

/*
 * Takes one line; it is written in blocks of 64 KiB, or at the flush (on a terminal at once).
 * False once writing has failed: said once on standard error; later lines are counted, not kept.
 */
bool sink_write(struct sink *, const char *line, size_t len);
bool sink_flush(struct sink *);

struct sink_status {
	bool is_remote;                                          /* false: all others are 0 */
	uint64_t waiting, delivered, refused, given_up, retries; /* events; deliveries */
};

/* Never waits long; from any thread. */
void sink_status(const struct sink *, struct sink_status *out);
/* What -o said, without secrets; lives as long as the sink. */
const char *sink_target(const struct sink *);
/* SIGHUP: files that logrotate took away are begun anew. From the thread that writes. */
void sink_reopen(struct sink *);

/*
 * Flushes, closes and frees. False when anything written before did not arrive; how many lines
 * were lost is then said on standard error. NULL is allowed, and true.
 */
bool sink_close(struct sink *);

#endif
