/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_TOTALS_H
#define SENSOR_TOTALS_H

#include <stdatomic.h>

#include "sensor/event/event.h"
#include "sensor/flow/inspect.h"
#include "sensor/intake.h"
#include "sensor/worker.h"

/* What intake and all workers have counted, summed up. Nothing but uint64_t. */
struct totals {
	struct intake_counters intake;
	struct worker_counters workers;
	struct inspect_counters inspect;
	struct worker_state_counters {
		uint64_t flows_open, evictions, memory;
	} state;
};

void totals_add(struct totals *to, const struct totals *from);
/* Adds what that worker has counted so far. */
void worker_add_totals(const struct worker *, struct totals *);
void totals_visibility(const struct totals *, const struct capture_counters *,
                       struct event_visibility *out);

/* A `stats` event in the making: each worker fills its part at the same step, the last one tells.
 */
struct stats_gathering {
	atomic_size_t left;
	struct capture_counters capture;
	struct intake_counters intake;
	size_t part_count;
	struct totals parts[];
};

#endif
