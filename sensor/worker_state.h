/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORKER_STATE_H
#define SENSOR_WORKER_STATE_H

#include "sensor/digest.h"
#include "sensor/event/event_json.h"
#include "sensor/flow/ech_known.h"
#include "sensor/flow/flow_table.h"
#include "sensor/flow/hosts.h"
#include "sensor/flow/inspect.h"
#include "sensor/flow/resolutions.h"
#include "sensor/totals.h"
#include "sensor/worker.h"

/* The inside of a worker: shared by worker.c and the verdict/ files that it calls, by nobody else.
 */

struct evidence {
	enum evidence_kind kind;
	struct name *name; /* held; NULL: `text` */
	const char *text;  /* a rule of the feed */
	uint64_t number;
	uint32_t source;
};

enum {
	CONTACT_EVIDENCE_MAX = 8,
	CONTACTS_MAX = 256, /* of one flow: a proxy's client may name any number */
	LOOKUPS_MAX = 8192,
	LOOKUP_BUCKETS = 4096, /* a power of two */
};

/* A flow and a tracker name: told once, when it is known what came of it. */
struct contact {
	struct contact *next;          /* of the same flow */
	struct contact *older, *newer; /* of those that wait for their outcome */
	struct flow *flow;
	struct feed_entry entry;
	struct name *name; /* held; NULL: the entry's rule is the name */
	enum confidence confidence;
	uint64_t time_ns, number;       /* of the packet that settled it */
	uint64_t since_ns;              /* packet time then */
	uint64_t born_step, born_first; /* where in the order */
	uint32_t source;
	uint32_t server_packets; /* seen by then */
	bool is_waiting;
	uint8_t evidence_count;
	struct evidence evidence[CONTACT_EVIDENCE_MAX];
};

struct lookup; /* a DNS question for a tracker that has no answer yet */

struct worker {
	struct worker_options use;
	struct worker_counters counters;
	struct budget budget;
	struct name_table *names;
	struct flow_table *flows;
	struct inspector *inspector;
	struct classify *classify;
	struct resolutions *resolutions;
	struct hosts *hosts;
	struct ech_known *ech;
	struct digest *digest;
	struct event_json *json;
	struct contact *oldest_waiting, *newest_waiting;
	struct lookup *oldest_lookup, *newest_lookup;
	struct lookup *lookup_buckets[LOOKUP_BUCKETS];
	size_t lookup_count;
	struct tally tally;
	uint64_t now_ns;
	struct order_key key;         /* of what is told now */
	struct event event;           /* the one that is being made */
	struct dns_message own_names; /* one at a time */
};

/* judge.c: what a flow's names, addresses and labels say. Called whenever there is something new.
 */
void judge_flow(struct worker *, struct flow *, const struct frame *last);
/* Could its DNS or its address make it a contact? */
bool judge_suspects(struct worker *, const struct flow *);
/* A packet came for a flow with contacts that wait. */
void judge_outcome(struct worker *, struct flow *);
/* Tells the contacts whose wait is over by `now_ns`. */
void judge_expire(struct worker *, uint64_t now_ns);
/* The flow ends: whatever waits is told. */
void judge_end(struct worker *, struct flow *);
void contacts_free(struct worker *, struct flow *);
enum outcome flow_outcome(const struct flow *, bool is_final);

/* lookup.c: DNS messages that name trackers. */
void lookup_seen(struct worker *, const struct sight *, const struct dns_message *,
                 const char *transport);
void lookup_expire(struct worker *, uint64_t now_ns);
void lookup_finish(struct worker *, enum order_phase);

/* own_names.c: a host of ours says in mDNS or LLMNR what it is called. */
void hear_own_name(struct worker *, const struct packet *, bool is_mdns);

/* emit.c: events made and handed on. */
void emit_contact(struct worker *, const struct contact *, enum outcome);
void emit_flow(struct worker *, struct flow *, const char *reason);
void emit_event(struct worker *, struct event *);
/* stats.c: a `stats` event of what all workers have counted. */
void emit_stats(struct worker *, const struct totals *, const struct capture_counters *);
/* Empties `worker->event` and fills in what every event of `flow` has. */
struct event *begin_event(struct worker *, enum event_type, const struct flow *, uint64_t time_ns);
/* The id of the event: its type, five-tuple, first packet's time, and what it is about. */
void set_event_id(struct worker *, struct event *, uint64_t first_ns, struct slice about,
                  uint32_t detail);
/* The file's name where a packet came from another one than the event's; NULL: the same. */
const char *other_file(struct worker *, const struct event *, uint32_t source);
void fill_local(struct worker *, const uint8_t address[16], struct event_local *out);
/* Which side of the flow is ours. */
unsigned local_side(const struct flow *);
void fill_tracker(const struct feed_entry *, const struct name *, struct event_tracker *out);

#endif
