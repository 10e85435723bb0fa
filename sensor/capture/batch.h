/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_BATCH_H
#define SENSOR_CAPTURE_BATCH_H

#include "sensor/capture/input.h"

/*
 * What keeps a batch's frames alive: it holds every chunk that they point into, so a window moves
 * on, and a file is closed, while batches are still in flight.
 */

/* False: no memory. */
bool batch_prepare(struct frame_batch *);
void batch_empty(struct frame_batch *);

/* Before a frame of `input` in `chunk` is added. False: it holds as many chunks as it can. */
bool batch_hold(struct frame_batch *, struct chunk *chunk, struct input *input);

/* The batch's own chunk of `size` bytes, emptied; the same again when nobody else holds it. */
struct chunk *batch_arena(struct frame_batch *, size_t size);

/*
 * Zeros that stood in for a file that shrank were read as packets. So before a batch is given out,
 * each file in it is asked how long it is now; packets beyond are taken out, of `counters` too.
 */
void batch_verify(struct frame_batch *, struct capture_counters *counters);

#endif
