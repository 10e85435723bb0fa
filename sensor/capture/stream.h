/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_STREAM_H
#define SENSOR_CAPTURE_STREAM_H

#include "sensor/capture/raw.h"

/* A capture that is read from front to back: a pipe, or what is inflated from a file or a pipe. */
struct stream;

/* Takes `fd` over. Nothing is read yet. NULL: no memory, and `fd` is still the caller's. */
struct stream *stream_open(int fd, const struct stop *stop);
void stream_close(struct stream *); /* NULL is nothing */

/* As raw_read(); after RAW_FAILED stream_fault() says why. */
ssize_t stream_read(struct stream *, uint8_t *to, size_t room);
const char *stream_fault(const struct stream *);

/* Bytes of the file itself that were read so far, compressed as they are. */
uint64_t stream_taken(const struct stream *);

#endif
