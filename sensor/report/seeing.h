/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_SEEING_H
#define SENSOR_REPORT_SEEING_H

#include "sensor/report/fact.h"

/*
 * How much was seen, of all sensors and runs. The counters of a run only grow; where one is less
 * than before, a new run has begun, and what the one before it saw is added to the rest.
 */
enum { SEEING_SENSORS = 64, SEEING_COUNTS = 14 };

struct seeing {
	struct {
		uint32_t sensor; /* a word */
		uint64_t counts[SEEING_COUNTS];
	} runs[SEEING_SENSORS];
	size_t count;
	uint64_t before[SEEING_COUNTS]; /* of runs that are over */
	bool is_known;
};

/* The counters' names, as in an event and on the page. */
const char *seeing_name(size_t index);
void seeing_take(struct seeing *, uint32_t sensor, const struct json *visibility);
/* All runs so far are over. */
void seeing_end_runs(struct seeing *);

#endif
