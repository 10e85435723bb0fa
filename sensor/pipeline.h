/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PIPELINE_H
#define SENSOR_PIPELINE_H

#include "sensor/summary.h"
#include "sensor/watch.h"

struct pipeline_options {
	struct capture *capture;
	struct worker *worker;
	struct progress *progress;
	struct watch *watch; /* told once a second */
	uint64_t stats_ns;   /* a stats event every so much packet time; 0: only at the end */
};

/*
 * Takes packets from the capture to the worker until there are no more or the capture is stopped;
 * keeps the clock, which is packet time. A `stats` event is the last one.
 */
void pipeline_run(const struct pipeline_options *);

#endif
