/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_SCHEDULE_H
#define SENSOR_CAPTURE_SCHEDULE_H

#include "sensor/capture/input.h"

/*
 * Which input is next. Those whose time has not come are closed and wait in the order of their
 * first packets; those that overlap are open in a heap, the earliest packet on top.
 *
 *   waiting  [ 10:00 │ 11:00 │ 12:00 … ]      heap  09:41:07.2 (b.pcap)
 *               └ opened when the heap's                ├ 09:41:07.9 (a.pcap)
 *                 top is as late                        └ 09:52:00.0 (c.pcap)
 */
struct schedule {
	struct input **waiting;
	size_t waiting_at, waiting_count;
	struct input **heap; /* each has a head */
	size_t heap_count;
	const struct stop *stop;
};

/* `waiting` gets the inputs in the order of their time; they stay the caller's. False: no memory.
 */
bool schedule_begin(struct schedule *, struct input *inputs, size_t count, const struct stop *stop);
void schedule_end(struct schedule *);

/*
 * The input with the earliest packet, which is in its head; NULL when there is none left. Until it
 * is given back its packets may be used while schedule_is_first() says so.
 */
struct input *schedule_take(struct schedule *);
bool schedule_is_first(const struct schedule *, const struct input *);
/* No other input is left: whatever comes next is of the one that was taken. */
bool schedule_is_empty(const struct schedule *);
void schedule_return(struct schedule *, struct input *); /* with a head */

#endif
