/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_PARTS_H
#define SENSOR_REPORT_PARTS_H

#include "sensor/report/listing.h"
#include "sensor/report/packed.h"
#include "sensor/report/report.h"
#include "sensor/report/seeing.h"
#include "sensor/report/sums.h"
#include "sensor/report/timeline.h"
#include "sensor/report/words.h"
#include "sensor/retro/seen_set.h"

/* What report.c fills and page_data.c writes. The attributes of rows, by table: */
enum { HOST_ADDRESS, HOST_NAME, HOST_MAC, HOST_NETWORK }; /* the last ones */
enum { NETWORK_BAN };
enum { SITE_DOMAIN, SITE_STATUS, SITE_ORGANISATION, SITE_JURISDICTION, SITE_SECTOR };
enum { PLACE_KIND }; /* "cdn" or "anycast": its country means little */
enum { SITE_SINCE, SITE_CONFIRMED, SITE_REMOVED, SITE_LAST };

enum { BANS_MAX = 64, SOURCES_MAX = 64 };

struct report_tables {
	struct sum_table networks; /* name, organisation, jurisdiction */
	struct sum_table hosts;    /* identity */
	struct sum_table sites;    /* name, entity */
	struct sum_table products; /* product, category, entity */
	struct sum_table trackers; /* name */
	struct sum_table places;   /* country, operator, its number */
	struct sum_table rules;    /* rule, verdict, reference */
	struct sum_table matrix;   /* identity, product, category */
	struct sum_table streams;  /* network, site, product */
};

struct report {
	struct words words;
	struct report_tables tables;
	const struct config *config; /* for what lines do not say; NULL: none */
	struct timeline timeline;
	struct listing listing;
	struct packed packed;
	struct seeing seeing;
	struct seen_set known; /* ids of events in files */
	struct seen_set stays; /* hosts in networks, and hosts at addresses: pairs of words */
	struct seen_set addresses;
	struct counts total;
	uint64_t events, repeats, long_events;
	uint64_t first_ns, last_ns; /* of all events, also of those that say of no contact */
	struct {
		uint32_t rule, reference;
		uint64_t since_ns, until_ns;
	} bans[BANS_MAX];
	size_t ban_count;
	uint32_t sources[SOURCES_MAX];
	size_t source_count;
	bool is_settled;
};

/* What hangs on the rows' sites, which later events may have named. Once. */
void report_settle(struct report *);

#endif
