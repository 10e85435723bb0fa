/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LOG_H
#define SENSOR_LOG_H

#include <stdbool.h>

/*
 * What a person must know, on standard error: `dancecard: …` and a newline, as one write, so that
 * lines of several threads do not mix. Bytes that could steer a terminal (control characters, what
 * is no UTF-8) become \DDD (decimal). A message of over 4,000 bytes is cut.
 * Never called for a packet: what the wire brings is counted.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what is no error: silent after log_quiet(true) (-q). */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_quiet(bool quiet);

/*
 * Memory was short, and an event or a sum is missing for it: said the first time, and true ever
 * after, for the exit status.
 */
void log_scarce(void);
bool log_was_scarce(void);

#endif
