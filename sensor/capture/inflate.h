/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_INFLATE_H
#define SENSOR_CAPTURE_INFLATE_H

#include "dissect/slice.h"
#include "sensor/capture/raw.h"

/*
 * gzip, zstd and xz, told by their first bytes and inflated by a thread of their own through a
 * ring of fixed size: a bomb is a long stream, and no more. Members may follow each other.
 */
struct inflater;

bool inflate_knows(struct slice head);

/*
 * Starts a thread that reads `raw`, which is the inflater's until inflater_stop(). NULL: no memory
 * or no thread.
 */
struct inflater *inflater_start(struct slice head, struct raw *raw);
void inflater_stop(struct inflater *); /* NULL is nothing */

/* As raw_read(). What was whole before a fault comes first. */
/* inflater_read() would not wait. */
bool inflater_is_ready(struct inflater *);
ssize_t inflater_read(struct inflater *, uint8_t *to, size_t room);
/* After RAW_FAILED: why. */
const char *inflater_fault(const struct inflater *);

#endif
