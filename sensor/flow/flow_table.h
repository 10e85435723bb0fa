/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_FLOW_TABLE_H
#define SENSOR_FLOW_FLOW_TABLE_H

#include "sensor/flow/flow.h"
#include "sensor/keyed_hash.h"

struct flow_table;

/* Bytes of a flow, with its share of the buckets, of which there are two for each flow. */
enum { FLOW_TABLE_COST = sizeof(struct flow) + 2 * sizeof(uint32_t), FLOW_TABLE_MAX = 1 << 30 };
_Static_assert(FLOW_TABLE_COST <= 192, "an answered flow is 192 bytes at most");

/* How long a flow may be idle, by what is known of it. */
enum flow_list {
	IDLE_NEW, /* unanswered */
	IDLE_UDP,
	IDLE_TCP,
	IDLE_CLOSED,
	IDLE_KINDS,
	IDLE_CONTACT = IDLE_KINDS, /* added: the same again, of flows with a contact */
	IDLE_LISTS = 2 * IDLE_KINDS
};

/* Told of every flow that ends, before its memory is used again. */
enum flow_end { FLOW_END_TIMEOUT, FLOW_END_EVICTED, FLOW_END_REUSED, FLOW_END_FORCED };
typedef void flow_ended(void *context, struct flow *, enum flow_end);

/*
 * Room for `capacity` flows, reserved here; a page is touched when it is first used. `seed` makes
 * the hash unpredictable and has no influence on any output. NULL: out of memory.
 */
struct flow_table *flow_table_new(size_t capacity, uint64_t seed, flow_ended *ended, void *context);
/* Does not tell of the flows that are left: flow_table_finish() does. */
void flow_table_free(struct flow_table *);

/*
 * The flow of `packet`, made if need be (`*is_new`) and not yet touched. When the table is full
 * one gives way, counted: closed ones first, then unanswered ones, then the rest, the longest idle
 * of each; those with a contact last. Never NULL.
 */
struct flow *flow_table_find(struct flow_table *, const struct packet *, bool *is_new);
/*
 * The same in steps, so that the memory of many packets is on its way at once: the hash, the
 * bucket asked for, what it points to asked for, the flow. All tables of one seed have one secret,
 * so the hash may be made by anyone, before it is known whose flow it is.
 */
struct hash_secret flow_table_secret(uint64_t seed);
uint32_t flow_table_hash(const struct hash_secret *, const struct packet *);
void flow_table_want_bucket(const struct flow_table *, uint32_t hash);
void flow_table_want_flow(const struct flow_table *, uint32_t hash);
struct flow *flow_table_find_hashed(struct flow_table *, const struct packet *, uint32_t hash,
                                    bool *is_new);
/* The flow of that five-tuple, or NULL. */
struct flow *flow_table_look(struct flow_table *, const struct packet *);

/* The flow was heard at `now_ns`: to the end of its idle list, which its state decides. */
void flow_table_touch(struct flow_table *, struct flow *, uint64_t now_ns);

/* Ends one flow now: its five-tuple begins anew. */
void flow_table_end(struct flow_table *, struct flow *, enum flow_end);

/*
 * Ends the longest idle flow with a contact, counted, for the memory that such a flow holds
 * elsewhere. False: there is none.
 */
bool flow_table_evict_contact(struct flow_table *);

/* Ends what has been idle too long by `now_ns`, in order of deadline, then of last_step. */
void flow_table_expire(struct flow_table *, uint64_t now_ns);
/* Ends all, in the order in which they were last heard: by time, then by last_step. */
void flow_table_finish(struct flow_table *);

size_t flow_table_count(const struct flow_table *);
/* When that flow would end, if it is not heard again. */
uint64_t flow_table_deadline(const struct flow *);
uint64_t flow_table_evictions(const struct flow_table *);

#endif
