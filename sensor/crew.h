/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CREW_H
#define SENSOR_CREW_H

#include "sensor/stall.h"
#include "sensor/work.h"
#include "sensor/worker.h"

/*
 * The workers' threads, and the batches on their way to them. The batches lie in a ring; every
 * worker goes through all of them in order, and a batch is used again when the last has left it.
 *
 *             ┌─────┬─────┬─────┬─────┬─────┬─────┐
 *     ring    │  5  │  6  │  1  │  2  │  3  │  4  │
 *             └─────┴─────┴─────┴─────┴─────┴─────┘
 *   being filled ┘     worker 1 ┘     └ worker 0
 *
 * One worker has no thread: what is given to it is done at once, by the caller.
 */
struct crew;

/* Threads begin with the signals that the caller has blocked. NULL: no memory, or no thread. */
struct crew *crew_new(struct worker *const *workers, size_t count);
/* Ends the threads, also where nothing was given yet. */
void crew_free(struct crew *);

/* Who watches that the workers go on; before anything is given. NULL: nobody. */
void crew_watch(struct crew *, struct stall *);

/* The batch to be filled next, emptied; waits until its place is free. */
struct work *crew_next(struct crew *);
/* Hands that batch over. */
void crew_give(struct crew *);
/* Waits until the workers have done all that was given, after `is_last`. */
void crew_wait(struct crew *);

#endif
