/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORKER_H
#define SENSOR_WORKER_H

#include "sensor/capture/capture.h"
#include "sensor/config/config.h"
#include "sensor/event/event_json.h"
#include "sensor/evidence/evidence.h"
#include "sensor/order.h"
#include "sensor/pseudonym.h"
#include "sensor/verdict/geo.h"
#include "sensor/verdict/tally.h"
#include "sensor/worker_limits.h"

struct feed_set;
struct totals;
struct work;

/*
 * All that is done with packets, for the hosts of one worker: flows, their names, what DNS told
 * whom, the verdict, the events. A host's packets all go to one worker (owner.h), so nothing here
 * is locked.
 *
 *   packet ─► flow table ─► inspect ─► judge ─► event ─► line
 *               └ hosts      └ DNS ─► resolutions, lookups
 */

struct commons;
struct lane;

/* An event, for those who keep it; called by several workers at once. */
typedef void keep_event(void *context, const struct event *);
enum { CATEGORY_WORDS = 14 };

/* What file or interface a packet came from. */
typedef const char *name_source(void *context, uint32_t source);

struct worker_options {
	size_t index; /* of this worker among the workers */
	uint64_t seed;
	const struct feed_set *feeds;
	const struct config *config; /* NULL: none */
	const struct geo *geo;
	FILE *evidence_part; /* where packets of contacts are kept, the worker's own; NULL: nowhere
	                      */
	struct evidence_file *evidence_file; /* where they go at MARK_SETTLE; NULL: nowhere */
	struct pseudonyms *pseudonyms;       /* NULL: hosts are told as they are */
	const char *sensor;                  /* name of this sensor; NULL: not set */
	struct worker_limits limits;
	uint64_t suppress_seconds; /* one contact for host and tracker in that time; 0: all */
	bool all_flows;
	bool is_live;
	enum event_shape shape;
	bool has_page;           /* it wants native lines, too */
	struct lane *lane;       /* where finished lines go */
	keep_event *keep;        /* NULL: nobody */
	struct commons *commons; /* what workers learn of sites together; NULL: this one alone */
	name_source *source;
	void *context;
	/* What others add to a live `stats` event (the sinks' lag); returns how many. NULL: no. */
	size_t (*more)(void *context, struct event_counter *out, size_t room);
	/* Is told the totals where a gathering is for it; of one thread at a time. */
	void (*tell)(void *context, const struct totals *, const struct capture_counters *);
	void *watch; /* context of both */
};

/* Summed over a worker's life; nothing but uint64_t. */
struct worker_counters {
	uint64_t packets, flows_ended; /* those that a flow was found or made for */
	uint64_t imbalances;           /* see balance.h */
	uint64_t flows, flows_named, flows_one_sided, hellos_one_sided, evictions;
	uint64_t contacts, contacts_by_confidence[4], lookups, lookups_blocked, placements;
	uint64_t contacts_by_category[CATEGORY_WORDS]; /* category_word() */
	uint64_t contacts_refused;                     /* no memory, or too many on one flow */
	uint64_t events;
};

/* The categories of the built-in feed, and "other" as the last one. */
const char *category_word(size_t index);
size_t category_index(const char *category);

struct worker;
struct worker *worker_new(const struct worker_options *); /* NULL: out of memory */
void worker_free(struct worker *);

/* Does what list `index` of the batch says, and tells the lane that it is done. */
void worker_do(struct worker *, const struct work *, size_t index);

/* What the worker has kept of the packets of contacts; NULL: nobody asked. */
struct evidence_part *worker_evidence(const struct worker *);
const struct tally *worker_tally(const struct worker *);

#endif
