/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_PARTS_H
#define SENSOR_EVENT_EVENT_PARTS_H

#include "sensor/event/event.h"
#include "sensor/event/json.h"

/*
 * The parts of an event in the native shape. Each puts into the line's object what it finds in the
 * event, and nothing when there is nothing. Called between json_line_begin() and json_line_end().
 */
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

/* Is the value of this kind of evidence a DNS name in presentation form, or bytes? */
enum wire_form evidence_form(enum evidence_kind);

#endif
