/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PIPELINE_H
#define SENSOR_PIPELINE_H

#include "sensor/knowledge.h"
#include "sensor/output.h"
#include "sensor/summary.h"

/*
 * The way of the packets, from the capture to the written lines:
 *
 *   capture ─► intake ─┬► worker 0 ─┬► output ─► write
 *                      ├► worker 1 ─┤
 *                      └► worker 2 ─┘
 *
 * The caller's thread reads and decodes, each worker has a thread, and so has the output. With one
 * worker all is done by the caller's thread, one batch after the other.
 */
struct pipeline;

enum { WORKERS_MAX = 64 };

struct pipeline_options {
	struct capture *capture;
	size_t workers; /* 1 to WORKERS_MAX */
	size_t memory;  /* bytes, of all workers together: flows and what is open about them */
	bool keep_duplicates; /* copies that a span port makes count as packets */
	uint64_t stats_ns;    /* a stats event every so much packet time; 0: only at the end */
	struct worker_options worker; /* limits, index, seed, lane: unset */
	/* Is there new knowledge? Then what it replaces is `old`. NULL: nobody asks. */
	bool (*fresh)(void *context, struct knowledge *fresh, struct knowledge *old);
	/* Is shown each batch as it came, also empty ones. NULL: nobody looks. */
	void (*look)(void *context, const struct frame_batch *);
	/*
	 * Live, once a second, of a thread of its own: does every thread go on? False: one hangs,
	 * and a watchdog from outside should not be fed. NULL: nobody asks.
	 */
	void (*beat)(void *context, bool is_well);
	FILE *(*part)(void *context); /* a file of its own for each worker's evidence; NULL: none */
	output_write *write;          /* of one thread at a time */
	/* A pipe pauses, and all that it said so far is written; of the same thread. NULL: none. */
	output_idle *idle;
	void *context;
};

struct pipeline *pipeline_new(const struct pipeline_options *); /* NULL: out of memory */
void pipeline_free(struct pipeline *);
/* What is known of sites; to be filled before the first packet. */
struct site_book *pipeline_book(struct pipeline *);

/*
 * Takes packets from the capture to the workers until there are no more or the capture is stopped;
 * keeps the clock, which is packet time. A `stats` event is the last one. Once.
 */
void pipeline_run(struct pipeline *, struct progress *);

/* After the run: what all have counted. `tally` is added to, and the caller's to free. */
size_t pipeline_evidence(const struct pipeline *, struct evidence_part *parts[WORKERS_MAX]);
void pipeline_count(const struct pipeline *, struct totals *totals, struct tally *tally);

#endif
