/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_JSON_H
#define SENSOR_EVENT_EVENT_JSON_H

#include "sensor/event/event.h"

/*
 * Makes JSON of events; owns the memory that cJSON builds in, reset after each event. One thread
 * at a time; every worker has its own. The first one of a process is made before there are other
 * threads (sensor/event/json.h says why). NULL only when memory is out.
 */
struct event_json;
struct event_json *event_json_new(void);
void event_json_free(struct event_json *);

/* -F: the names under which an event's fields are written. README.md has the mapping. */
enum event_shape { EVENT_NATIVE, EVENT_ECS, EVENT_OCSF };

/* "native", "ecs", "ocsf"; false: no such shape. */
bool event_shape(const char *word, enum event_shape *out);

/*
 * One event as one line of JSON in a shape, without the newline. The line lives until
 * the next call. Never invalid JSON: bytes that are not UTF-8 are written \DDD
 * (sensor/event/wire_text.h). Never more than WIRE_TEXT_MAX bytes of one value. NULL with len 0
 * only when memory is out.
 */
struct slice event_json_line(struct event_json *, enum event_shape, const struct event *);
struct slice event_json_native(struct event_json *, const struct event *);

#endif
