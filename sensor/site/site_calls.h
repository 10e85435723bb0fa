/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_CALLS_H
#define SENSOR_SITE_SITE_CALLS_H

#include "sensor/site/site_book.h"

/*
 * The latest calls and who may have made them. What is known of a site's other calls tells which
 * page made this one, and this one tells of the site: expectation and maximisation, a few rounds
 * whenever there are new calls. So a call that two pages may have made is explained by the one
 * whose other visits call, also when these came later.
 *
 *   call ─► site 7: 0.5   ─► after more calls ─► site 7: 0.9
 *           site 9: 0.4                          site 9: 0.05
 */
enum { CALLS_KEPT = 256, CALL_CANDIDATES = 24 };

/* What is looked at of a neighbour stands first. */
struct recent_call {
	uint64_t id;      /* site_call_id() */
	uint64_t host;    /* its hash: hosts share no visit */
	uint32_t request; /* site_sizes.h; 0: not seen */
	float nobody;
	uint8_t count, entity;
	bool is_new, acknowledges;
	uint32_t site[CALL_CANDIDATES]; /* numbers in the book */
	uint64_t visit[CALL_CANDIDATES];
	float share[CALL_CANDIDATES];      /* credited to the site now */
	float fit[CALL_CANDIDATES];        /* credited to the size: by time alone */
	float likelihood[CALL_CANDIDATES]; /* without the site's own rate and lag */
	float lag_s[CALL_CANDIDATES];
	int16_t base[CALL_CANDIDATES];   /* of its size, as it is credited */
	int16_t excess[CALL_CANDIDATES]; /* of its size, if it is the site's */
};

/* What of a call's candidates does not change while calls are shared out. */
struct call_basis {
	double by_time[CALL_CANDIDATES]; /* how well each fits by time alone */
	double page[CALL_CANDIDATES];    /* that it is a page that may have made the call */
};

struct site_calls {
	struct recent_call *calls; /* a ring */
	struct call_basis *basis;  /* theirs, in the same places */
	size_t next, count;
	bool has_news;
};

/* A call by the packet that made it, its number among those of one packet, and its host. */
uint64_t site_call_id(uint64_t time_ns, uint64_t order, uint32_t number, const uint8_t host[16]);
uint64_t site_call_host(const uint8_t host[16]);

void site_calls_add(struct site_calls *, const struct recent_call *);
/* Shares calls out anew, and credits the sites (`calls`, `lags`). */
void site_calls_settle(struct site_calls *, struct site_book *, struct site *sites);
/* NULL: it is not kept. Lives until the next change. */
const struct recent_call *site_calls_find(const struct site_calls *, uint64_t id);
/* What is credited stays as it is. */
void site_calls_clear(struct site_calls *);
void site_calls_free(struct site_calls *);

#endif
