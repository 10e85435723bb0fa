/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORKER_LIMITS_H
#define SENSOR_WORKER_LIMITS_H

#include <stddef.h>

/* What a worker may take. 0, but for the flows and the budget: as many as a large network needs. */
struct worker_limits {
	size_t flows;
	size_t budget; /* bytes for open questions, names, notes and contacts */
	size_t resolutions;
	size_t hosts;
	size_t ech;
	size_t sums;
	size_t visitors;     /* hosts whose page visits are watched */
	size_t visits;       /* bytes */
	size_t observations; /* of visits, between two ticks */
};

/*
 * `memory` bytes shared out, in 64ths. All that grows with what is on the wire is in here; a run
 * takes beside it what the program, its feeds and its outputs take, and 3 MB for each worker.
 *
 *   24 flows                          8 page visits: 2 hosts, 4 visits, 2 observations
 *   20 open questions, names, notes   4 what DNS told whom
 *    2 hosts: their MACs and names    2 known web sites (worker_limits_sites())
 *    2 sums of hosts                  1 ECH configurations
 *
 * The last 64th is the allocator's.
 */
struct worker_limits worker_limits_of(size_t memory);
/* How many web sites all workers together may know: `memory` is that of all. */
size_t worker_limits_sites(size_t memory);
/* Where nothing is said, the usual number. */
struct worker_limits worker_limits_filled(struct worker_limits);

#endif
