/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_TIMELINE_H
#define SENSOR_REPORT_TIMELINE_H

#include <stdint.h>

/*
 * Counts over time in at most TIMELINE_MAX pieces of equal length. How long the whole is, is not
 * known before: whenever it grows over that, the pieces become longer, each a whole number of the
 * former ones (seconds, minutes, hours, days, weeks).
 */
enum { TIMELINE_MAX = 400 };

struct timeline_piece {
	uint64_t established, stopped, pending, banned;
};

struct timeline {
	uint64_t seconds;                           /* of a piece; 0: nothing yet */
	uint64_t first, last;                       /* pieces since the epoch */
	struct timeline_piece pieces[TIMELINE_MAX]; /* from `first` on */
};

/* The piece of that time; it is the caller's to count in, until the next call. */
struct timeline_piece *timeline_at(struct timeline *, uint64_t time_ns);

#endif
