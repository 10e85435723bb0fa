/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_SINK_H
#define SENSOR_SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Somewhere finished lines go. One line is one JSON object, without the newline. Sinks know
 * nothing of events; events know nothing of sinks.
 */
struct sink;

/*
 * Opens a target of -o: "-" is standard output, a path is a file (made new; written in place when
 * it is no regular file). NULL, with target and reason on standard error, when that cannot be done.
 */
struct sink *sink_open(const char *target);

/* False once writing has failed: said once on standard error; later lines are counted, not kept. */
bool sink_write(struct sink *, const char *line, size_t len);
bool sink_flush(struct sink *);
/* Flushes and closes. False when anything written before did not arrive. */
bool sink_close(struct sink *);

#endif
