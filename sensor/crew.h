/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CREW_H
#define SENSOR_CREW_H

#include "sensor/stall.h"
#include "sensor/work.h"
#include "sensor/worker.h"

/*
 * The workers' threads, and the batches that go through their hands. The batches lie in a ring:
 *
 *             ┌─────┬─────┬─────┬─────┬─────┬─────┐
 *     ring    │  7  │  8  │  9  │  4  │  5  │  6  │
 *             └─────┴─────┴─────┴─────┴─────┴─────┘
 *        being read ┘  │     │     │     │     └ settled: for the workers
 *                decoded     │  worker 0 └ worker 1
 *                 (waits for 7)
 *
 * Each batch is read (one after the other), decoded (any number at once), settled (one after the
 * other) and then done by every worker, by each in order. A worker that comes by reads the next, as
 * long as it is less than four ahead, so that no thread only dispatches and none waits for one that
 * does, and packets are still in the cache of who decodes them. A place is used again
 * when the last worker has left it. There are a few operations on one lock for a batch and worker,
 * and none for a packet.
 *
 * One worker has no thread: the caller does it all, batch after batch.
 */
struct crew;

struct crew_tasks {
	/* Fills the batch, which is empty. False: it is the last. Not twice at once. */
	bool (*read)(void *context, struct work *);
	void (*decode)(void *context, struct work *); /* by many threads at once */
	void (*settle)(void *context, struct work *); /* in order, not twice at once */
	void *context;
	bool may_wait; /* read() may, for who fills a pipe: nobody reads ahead of what is to be done
	                */
	/* Live the caller's thread does those three, so that somebody always listens. */
	bool is_callers;
};

/* Threads begin with the signals that the caller has blocked. NULL: no memory, or no thread. */
struct crew *crew_new(struct worker *const *workers, size_t count, const struct crew_tasks *);
/* Ends the threads, also where nothing was run. */
void crew_free(struct crew *);

/* Who watches that the workers go on; before they are run. NULL: nobody. */
void crew_watch(struct crew *, struct stall *);

/*
 * Reads a batch ahead for the workers, where one of them has to wait within its own (commons.h).
 * False: there is none to be read now.
 */
bool crew_help(void *crew);

/* Reads and does all batches to the last. Once. */
void crew_run(struct crew *);

#endif
