/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_JSON_H
#define SENSOR_EVENT_EVENT_JSON_H

#include "sensor/event/event.h"

/* Makes JSON of events; owns the memory that cJSON builds in, reset after each event. One thread. */
struct event_json;
struct event_json *event_json_new(void);
void event_json_free(struct event_json *);

/*
 * One event as one line of JSON in the native shape, without the newline. The line lives until
 * the next call. Never invalid JSON: bytes that are not UTF-8 are written \DDD. NULL with len 0
 * only when memory is out.
 */
struct slice event_json_native(struct event_json *, const struct event *);

#endif
