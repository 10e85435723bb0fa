/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_PARTS_H
#define SENSOR_EVENT_EVENT_PARTS_H

#include "sensor/event/community_id.h"
#include "sensor/event/event.h"
#include "sensor/event/json.h"

/*
 * The parts of an event in the native shape. Each puts into the line's object what it finds in the
 * event, and nothing when there is nothing. Called between json_line_begin() and json_line_end().
 */
void put_tunnel(struct cJSON *line, const struct event *);
void put_local(struct cJSON *line, const struct event *);
void put_tracker(struct cJSON *line, const struct event *);
void put_judgement(struct cJSON *line, const struct event *);
void put_evidence(struct cJSON *line, const struct event *);
void put_policy(struct cJSON *line, const struct event *);
void put_geo(struct cJSON *line, const struct event *);
void put_site(struct cJSON *line, const struct event *);

void put_ndpi(struct cJSON *line, const struct event *);
void put_hello(struct cJSON *line, const struct event *);
void put_http(struct cJSON *line, const struct event *);
void put_flow(struct cJSON *line, const struct event *);
void put_tcp(struct cJSON *line, const struct event *);
void put_names(struct cJSON *line, const struct event *);

void put_dns(struct cJSON *line, const struct event *);

void put_summary(struct cJSON *line, const struct event *);
void put_stats(struct cJSON *line, const struct event *);

enum { RECORD_WORD_MAX = 12 };

/* The name of a DNS record type or response code; those without one are written into `memory`. */
const char *record_type_word(uint16_t type, char memory[RECORD_WORD_MAX]);
const char *response_code_word(uint8_t rcode, char memory[RECORD_WORD_MAX]);
/*
 * The address of an A or AAAA record, SVCB and HTTPS as text, else the name that it points to, else
 * nothing.
 */
void put_record_data(struct cJSON *parent, const char *key, const struct event_dns_answer *);
bool has_record_data(const struct event_dns_answer *);
/* How many answers are there to read. */
size_t record_count(const struct event_dns *);

/* Which side of the event's flow is ours? False also where nobody knows. */
bool is_local_destination(const struct event *);

/* The other shapes: event_ecs.c, event_ocsf.c. Each fills the whole line. */
void put_ecs(struct cJSON *line, const struct event *);
void put_ocsf(struct cJSON *line, const struct event *);

/* Is the value of this kind of evidence a DNS name in presentation form, or bytes? */
enum wire_form evidence_form(enum evidence_kind);

/* IANA's keyword of the protocol, in lower case, under `key`; nothing for one that is no transport.
 */
void put_transport(struct cJSON *parent, const char *key, const struct event *);

/* The name of the far side that somebody asked for, under `key`; nothing where nobody did. */
void put_far_name(struct cJSON *end, const char *key, const struct event *);

#endif
