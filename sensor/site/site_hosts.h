/* SPDX-License-Identifier: Apache-2.0 */

#ifndef SENSOR_SITE_SITE_HOSTS_H
#define SENSOR_SITE_SITE_HOSTS_H

#include "sensor/keyed_hash.h"
#include "sensor/site/site_watch.h"

/*
 * Inside of a watch: the hosts that were busy in the last seconds, the visits of each, and what was
 * observed since the last tick. Only sensor/site includes this.
 *
 *   buckets ─► host ─► host        oldest ◄─► … ◄─► newest   by their last sign of life
 *                └ visits, in order of beginning
 */

/* A tracker's name that a visit called. */
struct called {
	uint32_t tracker; /* its name's hash */
	const char *entity;
	uint64_t time_ns;
	double belief;
};

enum { CALLED_MAX = 4 };

struct visit {
	struct name *name; /* held */
	uint64_t begin_ns, last_ns, order;
	uint64_t
	        part_ns; /* when a host of its own domain was asked for a part of it; 0: not seen */
	bool is_new;     /* it began with a new flow */
	bool is_udp;     /* over QUIC */
	bool is_follower; /* it began in another name's burst */
	uint8_t support;  /* names that came after it, as what a page embeds does */
	uint8_t called_count;
	struct called called[CALLED_MAX]; /* by flows that the calls opened */
	uint8_t hit_count;
	struct site_hit hits[SITE_ENTITIES_MAX];
};

struct site_host {
	uint8_t address[16];
	uint32_t next;         /* in the bucket; or of the free ones */
	uint32_t older, newer; /* by time of the last sign of life */
	uint64_t heard_ns;     /* the last sign of life */
	uint64_t since_ns;     /* the first */
	uint64_t last_ns;      /* the last name */
	uint64_t head_ns;      /* when the last clean burst began, and with which name */
	struct name *head;     /* held; NULL: none */
	uint64_t due_ns;       /* no visit is over before */
	uint8_t visit_count, visit_room;
	uint8_t gone;         /* before `visits`: room of those that are over */
	struct visit *visits; /* in order of beginning */
};

_Static_assert(sizeof(struct site_host) + 2 * sizeof(uint32_t) <= SITE_HOST_COST, "a host's cost");
_Static_assert(2 * sizeof(struct site_observation) + sizeof(struct name *) <= SITE_OBSERVATION_COST,
               "an observation's cost");

struct site_watch {
	const struct site_book *book;
	struct name_table *names;
	struct hash_secret secret;
	struct site_host *hosts; /* 1 and up */
	size_t used, room, capacity, busy;
	uint32_t *buckets;
	size_t bucket_count;
	uint32_t free, oldest, newest;
	struct site_observation *batch;
	struct name **batch_names; /* held for the batch */
	size_t batch_count, batch_room;
	size_t visit_bytes, visit_limit, batch_limit;
};

/* The host's state; older visits are over. NULL: out of memory. */
struct site_host *site_host_of(struct site_watch *, const uint8_t address[16], uint64_t now_ns);
/* The latest visit of the page; NULL: none that is not over. */
struct visit *site_visit_of(struct site_host *, const struct name *);
/* NULL: out of memory. Other visits of the host may move. */
struct visit *site_visit_add(struct site_watch *, struct site_host *, struct name *,
                             uint64_t now_ns, uint64_t order, bool is_udp);
/*
 * Something to learn of a name, to be filled in. NULL: no memory, or too much since the last tick;
 * then it is left out.
 */
struct site_observation *site_observe(struct site_watch *, const struct site_host *, struct name *,
                                      enum site_role_kind);

#endif
