/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_METRICS_H
#define SENSOR_METRICS_H

#include "sensor/event/event.h"

/*
 * A page of numbers for Prometheus: http://ADDR:PORT/metrics in OpenMetrics 1.0 text, and /healthz,
 * which says 200 while the sensor works and 503 when it has not for a minute. It is served by a
 * thread of its own from the last numbers that metrics_set() left; the sensor never waits for a
 * reader. metrics.c is the one file that knows libmicrohttpd; without it metrics_open() says so.
 */
struct metrics;

/* "ADDR:PORT" or "PORT", which means 127.0.0.1. NULL, said on standard error: it cannot. */
struct metrics *metrics_open(const char *where);
void metrics_close(struct metrics *);
/* The port that is listened on: for port 0 the system chose one. */
unsigned metrics_port(const struct metrics *);

/* A number of one of several things, told apart by a label. */
struct metric {
	char name[64];   /* "capture.packets" becomes dancecard_capture_packets */
	const char *key; /* label's name, a literal; NULL: none */
	char label[256]; /* label's value */
	uint64_t value;
	bool is_gauge; /* goes up and down */
};

enum { METRICS_MAX = 256 };

/* Those with one name must stand together. NULL is allowed: nobody asked for metrics. */
void metrics_set(struct metrics *, const struct metric *list, size_t count);

#endif
