/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_LISTING_H
#define SENSOR_REPORT_LISTING_H

#include "sensor/report/fact.h"
#include "sensor/report/words.h"

/*
 * The list of contacts: a row for each `contact`, each lookup that was blocked, and the first
 * lookups that were not (there are many, and the contact says the same). A flow's later events
 * find its rows by the flow's number.
 */
enum { LISTING_MAX = 200000, LISTING_LOOKUPS_MAX = 20000, LISTING_NO_ROW = UINT32_MAX };

struct listing_row {
	uint64_t time_ns, packet, bytes_out, bytes_in, flow_id, weight;
	uint32_t host, identity, network, organisation, jurisdiction, tracker, product, category,
	        site, entity;
	uint32_t country, as_org, server, file;
	uint32_t event;    /* its number in the packed events */
	uint32_t previous; /* row of the same flow */
	uint8_t is_lookup, outcome, confidence, verdict, severity;
};

struct listing {
	struct listing_row *rows;
	uint32_t *slots; /* by flow: number of its newest row + 1 */
	size_t count, room, size, lookups;
	uint64_t lost, lookups_lost;
	uint64_t seed; /* of the hash: a file of events says what ids it likes */
};

void listing_free(struct listing *);
/* A new row, zeroed, of that flow; NULL: there is no room for one of that kind. */
struct listing_row *listing_add(struct listing *, const struct fact *);
/* The newest row of the flow, and then by `previous`; NULL: none. */
struct listing_row *listing_find(struct listing *, uint64_t flow_id);
struct listing_row *listing_before(struct listing *, const struct listing_row *);
/*
 * By time, and where that is the same by what they say: never by which came first, unless nothing
 * tells them apart. Afterwards rows are not found by flow any more.
 */
void listing_sort(struct listing *, const struct words *);

#endif
