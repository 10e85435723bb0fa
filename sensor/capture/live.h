/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_LIVE_H
#define SENSOR_CAPTURE_LIVE_H

#include "sensor/capture/chunk.h"
#include "sensor/capture/filter.h"
#include "sensor/capture/raw.h"

/*
 * Interfaces by libpcap: its ring is read without waiting, in turns, and every packet is copied
 * out of it at once. An interface that goes down or away is said, and tried each second until it
 * is back.
 */
struct live;

/* NULL: not one could be opened. What could not is said, and counted in `failures`. */
struct live *live_open(const struct capture_options *, struct filter *, const struct stop *,
                       unsigned *failures);
void live_close(struct live *);

/*
 * Adds frames whose bytes lie in `arena` (LIVE_ARENA bytes, the caller's), after waiting 100 ms
 * at most. CAPTURE_DONE: it was stopped, and the rings are empty.
 */
enum { LIVE_ARENA = 1 << 20 };
enum capture_state live_read(struct live *, struct chunk *arena, struct frame_batch *batch);

const char *live_name(const struct live *, uint32_t source);
void live_count(struct live *, struct capture_counters *out);

#endif
