/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORKER_H
#define SENSOR_WORKER_H

#include "sensor/capture/capture.h"
#include "sensor/event/event_json.h"
#include "sensor/verdict/geo.h"
#include "sensor/verdict/tally.h"

struct feed_set;

/*
 * All that is done with packets, for the hosts of one worker: flows, their names, what DNS told
 * whom, the verdict, the events. A host's packets all go to one worker, so nothing here is locked.
 *
 *   packet ─► fragments ─► flow table ─► inspect ─► judge ─► event ─► line
 *                              └ hosts      └ DNS ─► resolutions, lookups
 */

/* A finished event: one line of JSON, which lives until the call returns. */
typedef void emit_line(void *context, struct slice line);
/* What file or interface a packet came from. */
typedef const char *name_source(void *context, uint32_t source);

struct worker_options {
	const struct feed_set *feeds;
	const struct geo *geo;
	const char *sensor; /* name of this sensor; NULL: not set */
	size_t flow_limit;
	size_t host_limit, resolution_limit; /* entries; 0: 131,072 and 262,144 */
	size_t memory_limit;                 /* bytes for open questions, names and notes */
	bool all_flows;
	bool keep_duplicates; /* copies that a span port makes count as packets */
	bool is_live;
	enum event_shape shape;
	emit_line *emit;
	name_source *source;
	void *context;
	/* What others add to a live `stats` event (the sinks' lag); returns how many. NULL:
	 * nothing. */
	size_t (*more)(void *context, struct event_counter *out, size_t room);
	void *more_context;
};

/*
 * Summed over a worker's life. Each packet becomes one of not_ip, malformed, duplicates,
 * fragments_held, tcp, udp, icmp, other.
 */
struct worker_counters {
	uint64_t packets, bytes;
	uint64_t not_ip, malformed, bad_ip_checksum, fragments, fragments_held, truncated,
	        duplicates;
	uint64_t tcp, udp, icmp, other;
	uint64_t flows, flows_named, flows_one_sided, evictions;
	uint64_t contacts, contacts_by_confidence[4], lookups, lookups_blocked;
	uint64_t contacts_refused; /* no memory, or too many on one flow */
	uint64_t events;
	uint64_t ech_real, ech_grease, ech_unknown;
};

struct worker;
struct worker *worker_new(const struct worker_options *); /* NULL: out of memory */
void worker_free(struct worker *);

/* One packet; `now_ns` is packet time that never goes back. */
void worker_packet(struct worker *, const struct frame *, uint64_t now_ns);
/* Packet time passed: ends what is over. Once for each second of it. */
void worker_tick(struct worker *, uint64_t now_ns);
/* No more packets: everything that is open is told. */
void worker_finish(struct worker *);

const struct worker_counters *worker_count(const struct worker *);
const struct tally *worker_tally(const struct worker *);
/* A `stats` event from the worker's counters and the capture's. */
void worker_stats(struct worker *, const struct capture_counters *, uint64_t now_ns);
/* The counters of a `stats` event, for metrics; returns how many of at most `room`. */
size_t worker_numbers(const struct worker *, const struct capture_counters *,
                      struct event_counter *out, size_t room);
void worker_visibility(const struct worker *, const struct capture_counters *,
                       struct event_visibility *out);

#endif
