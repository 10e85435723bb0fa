/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_FACT_H
#define SENSOR_REPORT_FACT_H

#include "feeds/json.h"
#include "sensor/event/event.h"

/* The verdict of a policy; the words stand in sensor/config/README.md. */
enum verdict { VERDICT_NONE, VERDICT_BANNED, VERDICT_ALLOWED, VERDICT_WATCH };

/*
 * What the page wants of an event in the native shape (sensor/event/README.md). The texts live as
 * long as the line's tree; what the event does not say is empty or 0.
 */
struct fact {
	enum event_type type;
	bool has_outcome, has_flow_id, is_interim;
	enum outcome outcome;
	enum confidence confidence;
	enum severity severity;
	enum verdict verdict;
	uint64_t id; /* the first half of event_id; 0: none */
	uint64_t time_ns, flow_id, represents;
	struct text sensor, file, server;
	uint64_t packet;
	struct text host, host_name, mac, client_id, network, organisation, jurisdiction;
	struct text entity, product, category, tracker;
	struct text rule, reference;
	struct text country, as_org;
	uint64_t asn;
	bool is_cdn, is_anycast;
	struct text site, domain, status, site_organisation, site_jurisdiction, sector;
	uint64_t visits, pixel_visits;
	uint64_t since_ns, confirmed_ns, removed_ns, last_seen_ns;
	uint64_t bytes_out, bytes_in;  /* of a flow */
	struct text ban;               /* of a network's sum */
	const struct json *visibility; /* of stats; NULL: none */
};

/* Who the host is, whatever address it has (sensor/verdict/README.md, "Whose"). */
struct text fact_identity(const struct fact *);

/* VERDICT_NONE: it is none of the words. */
enum verdict fact_verdict(struct text word);

enum fact_answer {
	FACT_OK,
	FACT_NO_JSON, /* or not an object */
	FACT_NO_EVENT /* without a type that we know */
};

/* `line` is the tree of a line, or NULL. */
enum fact_answer fact_read(const struct json *line, struct fact *);

#endif
