/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_WATCH_H
#define SENSOR_SITE_SITE_WATCH_H

#include "sensor/flow/name.h"
#include "sensor/site/site_book.h"

/*
 * Which page made this host call the tracker? For each host that was busy in the last seconds, the
 * visits that its flows show: a visit begins when a flow to a name that is no known third party
 * begins, or an open one wakes up. A call is weighed against all visits that are open then.
 *
 *   host ─► visit, visit, …      at most SITE_VISITS_MAX; gone some seconds after the last packet
 *
 * Each worker has its own watch, for its own hosts; the book is all workers'.
 */
enum { SITE_VISITS_MAX = 48, SITE_RIVALS_MAX = 3 };

struct site_watch;

/* At most `capacity` hosts at once; who was silent longest gives way. NULL: out of memory. */
struct site_watch *site_watch_new(size_t capacity, const struct site_book *, struct name_table *,
                                  uint64_t seed);
void site_watch_free(struct site_watch *);

/* Bytes of a host without its visits; what an observation takes here and once more in the book's
 * batch. */
enum { SITE_HOST_COST = 104, SITE_OBSERVATION_COST = 512 };

/*
 * At most so many bytes of visits: then who was silent longest gives way. And at most so many
 * observations between two ticks, of 65,536 that there may be anyway; what is more is left out.
 */
void site_watch_bound(struct site_watch *, size_t visit_bytes, size_t observations);

/* A host began a flow to a name (`is_new`), or woke up an open one. */
struct site_sight {
	const uint8_t *host; /* 16 bytes */
	uint64_t now_ns, order;
	struct name *name;
	bool is_new;
	bool is_udp; /* QUIC */
};
void site_watch_name(struct site_watch *, const struct site_sight *);

/*
 * Whose flow to a tracker it is. Browsers keep connections apart by the site of the page, so all
 * calls on one flow come of one site: each call is evidence. The names are held.
 */
enum { SITE_BINDING_MAX = 4, SITE_PLACED_MAX = 4 };

/* A call of the flow that was given to a page. */
struct site_placed {
	struct name *name; /* held */
	double belief;
	uint64_t begin_ns; /* of the visit */
};

struct site_binding {
	struct name *names[SITE_BINDING_MAX]; /* NULL behind the last */
	double belief[SITE_BINDING_MAX];
	struct site_placed placed[SITE_PLACED_MAX];
};
void site_binding_drop(struct site_binding *, struct name_table *);

/* A host called a tracker, on a new flow or on an open one. */
struct site_call {
	const uint8_t *host;
	uint64_t now_ns;
	uint64_t time_ns, order; /* of the call; not later than what the watch has seen */
	const char *entity;      /* whose tracker; lives as long as the feed */
	uint32_t number;         /* of those of one packet */
	bool is_new;
	bool may_wait;                /* what is not sure may be asked again */
	bool is_asked_again;          /* it was not sure */
	const struct name *tracker;   /* NULL: an address is all there is */
	struct site_binding *binding; /* of the flow; changed */
	uint16_t size;                /* of its request; 0: not seen */
	bool has_news; /* QUIC: the server was heard since the client spoke: what it heard is
	                  acknowledged */
	bool is_udp;
	struct slice referer; /* what HTTP said of the page: its URL; empty: nothing */
};

enum site_method { SITE_BY_TIMING, SITE_BY_REFERER };

/* A page that it may have been as well. */
struct site_rival {
	struct name *name; /* held */
	double confidence;
	int64_t lag_ms;
};

struct site_guess {
	struct name *name; /* held for the caller; NULL: no ground for any */
	double confidence;
	enum site_method method;
	bool has_lag;
	int64_t lag_ms;
	struct site_rival rivals[SITE_RIVALS_MAX]; /* the likeliest first */
	size_t rival_count;
};
void site_guess_drop(struct site_guess *, struct name_table *);
/*
 * To be asked some time after the call: what the page embeds besides speaks for it, too. False:
 * who may wait had better.
 */
bool site_watch_call(struct site_watch *, const struct site_call *, struct site_guess *out);

/* Time passes: visits that are over become observations. */
void site_watch_expire(struct site_watch *, uint64_t now_ns);
/* All visits are over. */
void site_watch_finish(struct site_watch *);

/*
 * The observations since the last site_watch_clear(), for site_book_learn(), which may reorder
 * them; those of several watches are to be put into one batch.
 */
struct site_observation *site_watch_observations(struct site_watch *, size_t *count);
void site_watch_clear(struct site_watch *);

size_t site_watch_hosts(const struct site_watch *);
size_t site_watch_bytes(const struct site_watch *);

#endif
