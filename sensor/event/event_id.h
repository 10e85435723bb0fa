/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_ID_H
#define SENSOR_EVENT_EVENT_ID_H

#include "sensor/digest.h"
#include "sensor/event/event.h"

/*
 * What an event's id is made of, DESIGN.md: its type, the five-tuple, the time of the flow's first
 * packet (microseconds: what every capture format keeps), and what it is about. Never of sensor,
 * file, packet number or the order of things. Of the event only type and five-tuple are read.
 * Left as it is when the machine has no SHA-256.
 */
void event_id_set(struct digest *, struct event *, uint64_t first_ns, struct slice about,
                  uint32_t detail);

/* 51 bits, as EVE's: every consumer of JSON can hold it. 0 when the machine has no SHA-256. */
uint64_t event_flow_id(struct digest *, const struct event *, uint64_t first_ns);

#endif
