/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WATCH_H
#define SENSOR_WATCH_H

#include "sensor/metrics.h"
#include "sensor/totals.h"

/* What is seen of the sensor from outside while it works: the numbers of `stats`, and of the sinks.
 */
struct sink;

struct watch {
	struct metrics *metrics; /* NULL: nobody asked; then nothing is told */
	struct sink *const *sinks;
	size_t sink_count;
	struct metric *list; /* METRICS_MAX; NULL as `metrics` */
	bool is_live;
};

/* Leaves the numbers for the page of metrics. worker_options.tell */
void watch_tell(void *watch, const struct totals *, const struct capture_counters *);
/* The sinks behind networks as counters of `stats`: "sinks.0.waiting" and so on. */
size_t watch_sinks(void *watch, struct event_counter *out, size_t room);

#endif
