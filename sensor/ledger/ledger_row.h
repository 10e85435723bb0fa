/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_ROW_H
#define SENSOR_LEDGER_LEDGER_ROW_H

#include "sensor/event/address_text.h"
#include "sensor/event/event_json.h"

/*
 * What is kept of an event: copied, since the event goes.
 *
 *   contact, lookup, placement, flow of a contact, sum of a network, stats   `line`, their JSON
 *   flow, where all are kept (-a)                                            `flow` as well
 *   site, when the sensor looked                                             `site`
 */
struct row_flow {
	char host[ADDRESS_TEXT_MAX], client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
	char host_name[256];
	char *names;
	const char *state, *app; /* literals */
	uint64_t flow_id, first_ns, last_ns;
	uint16_t client_port, port;
	uint8_t protocol;
};

struct row_site {
	const char *name, *domain, *entity, *organisation, *jurisdiction, *sector;
	uint64_t last_ns;
	struct event_site_run run;
	size_t len;
	char text[]; /* what those point to */
};

struct row {
	enum event_type type;
	uint8_t id[16];
	uint64_t time_ns;
	char *line; /* NULL: none; the row's own, as are the next two */
	size_t line_len;
	struct row_flow *flow;
	struct row_site *site;
};

/* Is anything of the event kept? `keeps_flows`: of every `flow` who, with whom and the names. */
bool row_is_kept(const struct event *, bool keeps_flows);
/* Of one that is. False: memory is out, and `row` holds nothing. */
bool row_fill(struct row *, const struct event *, struct event_json *, bool keeps_flows);
void row_free(struct row *);
/* Bytes that it holds. */
size_t row_size(const struct row *);

#endif
