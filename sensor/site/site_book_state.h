/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_BOOK_STATE_H
#define SENSOR_SITE_SITE_BOOK_STATE_H

#include "sensor/site/site_book.h"
#include "sensor/site/site_calls.h"
#include "sensor/site/site_habits.h"
#include "sensor/site/site_sizes.h"

/*
 * Inside of a book. Only sensor/site includes this.
 *
 *   buckets ─► site ─► site     by name; `sites` is one array, and a site's number stays the same
 *                               until room has to be made
 */
enum { ENTITY_MAX = 64 };

struct site_book {
	uint64_t seed[2];
	struct site *sites; /* 1 and up; 0: none */
	size_t count, room, capacity;
	uint32_t *buckets;
	size_t bucket_count;
	size_t name_bytes;
	char entities[SITE_ENTITIES_MAX][ENTITY_MAX];
	size_t entity_count;
	float lags[2][SITE_LAGS]; /* over all sites, on top of lag_prior */
	uint64_t visits, bystanders[SITE_ENTITIES_MAX];
	bool is_restored; /* and nobody knows yet whether it counts */
	uint64_t restored_ns;
	struct site_calls calls;
	struct site_sizes sizes;
	struct site_habits habits;
};

/* NULL: not there. What was restored is found also while nobody knows whether it counts. */
struct site *site_book_look(const struct site_book *, struct slice name);
/* Adds it where it is not there. NULL: no name, or no memory. Other sites may move. */
struct site *site_book_hold(struct site_book *, struct slice name);
/* Gives the owner of trackers a number, where there is room. */
void site_book_hold_entity(struct site_book *, const char *entity);
/* No site is known any more. */
void site_book_forget(struct site_book *);

/* In which class a call `lag_s` after the visit's beginning is counted. */
size_t site_lag_class(double lag_s);
/* What a host is called tells something: odds that it is embedded, before it is seen. */
float site_odds_of_name(const char *name);

#endif
