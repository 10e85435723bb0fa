/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_BOOK_H
#define SENSOR_SITE_SITE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/slice.h"

/*
 * What is learned of names over all hosts: which are pages and which are third parties, how often
 * a site's visits call a tracker, and after how long.
 *
 *   watch (one a worker) ─► observations ─► site_book_learn(), at ticks ─► read by every watch
 *
 * Between two calls of site_book_learn() a book does not change, so any number of threads may read
 * it. The batch is put into an order that follows from the packets alone, so what is learned does
 * not depend on how hosts are spread over workers.
 */
enum {
	SITE_NAME_MAX = 253,
	SITE_ENTITIES_MAX = 3, /* trackers' owners told apart for each site */
	SITE_LAGS = 8,
};

/* SITE_TAKEN_BACK: a visit's hit, learned before, was another page's: later calls on the flow say
 * so. */

enum site_role_kind {
	SITE_SAW_HEAD,
	SITE_SAW_FOLLOWER,
	SITE_SAW_ORDER,     /* a name came; `odds` */
	SITE_SAW_BEGINNING, /* a visit began */
	SITE_SAW_CANDIDATE, /* of a call: those of one call stand side by side */
	SITE_SAW_VISIT,     /* and it is over */
	SITE_TAKEN_BACK
};

/* A page that may have made a call. */
struct site_candidate {
	const char *entity; /* lives as long as the feed */
	uint32_t call;      /* of those of one packet: which */
	uint64_t visit;     /* which: a visit opens one flow to a tracker */
	uint32_t request;   /* site_sizes.h; 0: not seen */
	bool acknowledges;
	int excess;       /* its size without the page's name */
	float likelihood; /* without what the book knows of the site's calls */
	float nobody;     /* that of no page that was seen */
	float lag_s;
	uint32_t tracker;         /* its name, as a number; 0: not to be learned of */
	bool was_udp, is_udp;     /* the page, the call */
	bool is_new, is_credited; /* the second: `belief` is all there is to know */
	float belief;
};

/* A tracker's owner that a visit called, or that somebody else called meanwhile. */
struct site_hit {
	const char *entity; /* lives as long as the feed */
	float belief;       /* that this visit called it; 0: only a bystander */
	float lag_s;
	bool was_new; /* the call opened a flow */
};

struct site_observation {
	uint64_t time_ns, order; /* of the packet that began it, and its number: the order */
	uint8_t host[16];
	enum site_role_kind kind;
	struct slice name; /* lives until site_book_learn() returns */
	uint64_t head;     /* SITE_SAW_FOLLOWER: hash of the head's name */
	bool is_udp;       /* SITE_SAW_BEGINNING */
	float odds;        /* SITE_SAW_ORDER: log of how much likelier, if it is embedded */
	struct site_candidate candidate;
	uint8_t hit_count;
	struct site_hit hits[SITE_ENTITIES_MAX];
};

/* What runs before this one saw of a site and an owner of trackers. */
struct site_base {
	uint32_t visits, hits, after;
	float doubt;
	uint64_t seen_first_ns, seen_last_ns;
	uint64_t first_ns, last_ns, gone_ns; /* hits */
	uint8_t status;
};

/* What they learned of a name. */
struct site_learned {
	uint32_t heads, followed, distinct, begun;
	float embedded;
};

/* A site and an owner of trackers. */
struct site_count {
	uint32_t hits;            /* visits that called it, more likely than not */
	uint32_t hits_from;       /* visits from the first hit to the last, both counted */
	uint32_t after;           /* visits since the last hit */
	float belief;             /* sum of probabilities: the visits that called it, as expected */
	float calls;              /* the same of calls, as soon as they are made; site_calls.h */
	float doubt;              /* log of the probability that every hit was chance */
	float lags[2][SITE_LAGS]; /* of calls on open flows, on new ones */
	uint64_t first_ns, last_ns; /* first and last hit */
	uint64_t gone_ns;           /* first visit after the last hit */
	struct site_base *base;     /* owned; NULL: nothing is known */
	uint8_t told;               /* enum site_status told last */
	uint64_t told_last_ns;      /* the site's last visit by then */
};

struct site {
	char *name;
	const char *domain; /* in `name` */
	uint32_t next;
	uint32_t heads, followed; /* bursts that it began, and those that another name had begun */
	uint64_t followed_heads[3];
	uint8_t distinct; /* of followed_heads */
	uint32_t begun;   /* visits, with those that are not over */
	float embedded;   /* log odds, by what came before it */
	bool has_news;
	bool speaks_quic; /* to somebody */
	uint32_t visits;
	uint64_t first_ns, last_ns;
	struct site_count count[SITE_ENTITIES_MAX];
};

struct site_book;
struct recent_call; /* site_calls.h */

/* Bytes of a site, with a name of a usual length. */
enum { SITE_COST = sizeof(struct site) + 64 };

/* `capacity` names at most; those without a tracker that were seen longest ago give way. */
struct site_book *site_book_new(size_t capacity, uint64_t seed); /* NULL: out of memory */
void site_book_free(struct site_book *);

/* Puts `batch` in order and learns from it. Needs the book for itself. */
void site_book_learn(struct site_book *, struct site_observation *batch, size_t count);

/* The number of an owner of trackers; SITE_ENTITIES_MAX: not learned of yet, or no room. */
size_t site_book_entity(const struct site_book *, const char *entity);
size_t site_book_entities(const struct site_book *);
const char *site_book_entity_name(const struct site_book *, size_t entity);
/* Share of visits into whose first seconds somebody else's call fell. */
double site_book_coincidence(const struct site_book *, size_t entity);

/* NULL: nothing is known of that name. Lives until the next site_book_learn(). */
const struct site *site_book_find(const struct site_book *, struct slice name);
/* It follows many different heads and begins few bursts: it is embedded. NULL: not known. */
bool site_is_third_party(const struct site *);
/* How likely a burst's name is a page, by what was seen of it. */
double site_page_prior(const struct site *);
/* The same of a name that the book does not have. */
double site_new_page_prior(struct slice name);
/* `amount` more calls of the entity are the site's, or less. */
void site_credit(struct site *, size_t entity, bool is_new, double lag_s, double amount);
/* A call that was learned of already; NULL: it was not, or it is long ago. */
const struct recent_call *site_book_call(const struct site_book *, uint64_t id);
/* How often a visit of the site calls the entity (`own` calls do not count), and how likely after
 * `lag_s` (a density). */
double site_call_rate(const struct site *, size_t entity, double own);
/* `own`: of this call; what it was credited does not count; or NULL.
 * How much likelier a request of that size makes it that the name is the page's; site_sizes.h. */
double site_size_ratio(const struct site_book *, uint32_t request, bool acknowledges, int excess,
                       const struct recent_call *own);
int site_size_base(const struct site_book *, uint32_t request, bool acknowledges, int excess);
/* How much likelier the transports of page and call make it that one browser chose both. */
double site_transport_ratio(const struct site_book *, const struct site *, bool was_udp,
                            uint32_t tracker, bool is_udp);
void site_credit_size(struct site_book *, uint32_t request, int base, double amount);
double site_lag_density(const struct site_book *, const struct site *, size_t entity, bool is_new,
                        double lag_s);

/*
 * Before the first packet: what a ledger kept. It counts from the first site_book_learn() on, if
 * what is seen there is later than `until_ns`, the end of the latest run; else it is dropped:
 * reading a capture again changes nothing.
 */
void site_book_restored(struct site_book *, uint64_t until_ns);
void site_book_restore(struct site_book *, struct slice name, const struct site_learned *);
void site_book_restore_calls(struct site_book *, struct slice name, const char *entity, float calls,
                             const float lags[2 * SITE_LAGS]);
void site_book_restore_base(struct site_book *, struct slice name, const char *entity,
                            const struct site_base *);
/* The site as all runs saw it: a copy, which borrows the names. True: there is a base in it. */
bool site_whole(const struct site *, size_t entity, struct site *out);

/* Every site, in order of name. */
typedef void site_visit(void *context, struct site *);
void site_book_each(struct site_book *, site_visit *, void *context);
size_t site_book_count(const struct site_book *);
size_t site_book_bytes(const struct site_book *);

#endif
