/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_TOTALS_H
#define SENSOR_TOTALS_H

#include <stdatomic.h>

#include "sensor/event/event.h"
#include "sensor/flow/inspect.h"
#include "sensor/intake.h"
#include "sensor/verdict/sums.h"
#include "sensor/worker.h"

/* What intake and all workers have counted, summed up. Nothing but uint64_t. */
struct totals {
	struct intake_counters intake;
	struct worker_counters workers;
	struct inspect_counters inspect;
	struct worker_state_counters {
		uint64_t flows_open, evictions, memory;
		uint64_t evidence_lost; /* packets */
	} state;
};

void totals_add(struct totals *to, const struct totals *from);
/* Adds what that worker has counted so far. */
void worker_add_totals(const struct worker *, struct totals *);
/* The counters of a `stats` event; returns how many of at most `room`. */
size_t totals_numbers(const struct totals *, const struct capture_counters *, bool is_live,
                      struct event_counter *out, size_t room);
void totals_visibility(const struct totals *, const struct capture_counters *,
                       struct event_visibility *out);

/* A `stats` event in the making: each worker fills its part at the same step, the last one tells.
 */
struct stats_gathering {
	atomic_size_t left;
	bool is_for_watch; /* handed to worker_options.tell; no event is made */
	struct capture_counters capture;
	struct intake_counters intake;
	size_t part_count;
	struct stats_part {
		struct totals totals;
		struct sums sums; /* the gathering's own from then on */
	} parts[];
};

#endif
