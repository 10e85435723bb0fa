/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_CLASSIFY_H
#define SENSOR_FLOW_CLASSIFY_H

#include "sensor/event/event.h"
#include "sensor/flow/budget.h"
#include "sensor/flow/flow.h"
#include "sensor/flow/name.h"

/*
 * nDPI's opinion: a protocol label beside the names that are ours. The only place that knows
 * nDPI; one for each thread. It is asked as little as its answer needs: what our own dissectors
 * have settled is labelled from the name alone, and what they could not settle by its packets.
 */
struct classify;

struct label {
	uint16_t master, app; /* nDPI's numbers; 0: unknown */
	uint64_t risks;
};

enum { CLASSIFY_PACKETS_MAX = 12 };

/* NULL: nDPI could not be started. */
struct classify *classify_new(struct budget *);
void classify_free(struct classify *);

/* What nDPI remembers of an open flow; NULL to begin with. */
struct classify_flow;

/*
 * Shows it a packet from its IP header on. True once it has made up its mind; `label` is then
 * filled. The state must be given back by classify_end() in any case.
 */
bool classify_packet(struct classify *, struct classify_flow **, struct slice network,
                     uint64_t time_ns, struct label *label);
/* No more packets: its best guess, and the state given back. */
void classify_end(struct classify *, struct classify_flow **, struct label *label);

/*
 * The label that a protocol and a name have by themselves; `host` may be NULL, and keeps what
 * nDPI said of it.
 */
void classify_by_name(struct classify *, enum flow_app app, struct name *host, struct label *label);

/*
 * What neither packets nor names said, by port, protocol and whose address it is, as nDPI's own
 * reader ends. For telling, not for judging: it is a guess.
 */
void classify_guess(struct classify *, const struct flow *, struct label *label);

/* Is that label ByteDance's in nDPI's eyes? */
bool classify_is_bytedance(const struct label *);

/* The words for an event; `out` points into `text` and into nDPI's own tables. False: unknown. */
bool classify_describe(struct classify *, const struct label *, char *text, size_t room,
                       struct event_ndpi *out);

const char *classify_version(void);

#endif
