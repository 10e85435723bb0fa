/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_SUPPRESS_H
#define SENSOR_VERDICT_SUPPRESS_H

#include "sensor/event/event.h"

/*
 * An app opens hundreds of flows: one contact stands for those of the same host and tracker name
 * that follow within a time, and the next one that is told says how many there were.
 *
 * A fixed table of sets; where one is full, the entry that was told longest ago gives way, and its
 * count is lost. Nothing in it depends on anything but the events.
 */
struct suppress;
struct suppress *suppress_new(uint64_t seconds); /* NULL: out of memory */
void suppress_free(struct suppress *);

/*
 * Is the contact of `host` to be told? All that is told of a host comes through one worker: it is
 * the address that it was met with (flow/kin_table.h), not its MAC, which other workers' addresses
 * may have. If so, `represents` is how many it stands for: itself, and those that
 * were not told since the last one; 0 when it is the only one.
 */
bool suppress_tells(struct suppress *, const uint8_t host[16], const struct event *,
                    uint64_t *represents);

#endif
