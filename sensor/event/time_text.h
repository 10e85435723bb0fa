/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_TIME_TEXT_H
#define SENSOR_EVENT_TIME_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { TIME_TEXT_MAX = 32, DATE_TEXT_MAX = 11 };

/* A day of the Gregorian calendar and a time of it, in UTC. */
struct civil_time {
	unsigned year, month, day; /* from 1 */
	unsigned hour, minute, second;
};

/* Whatever TZ says, and without leap seconds, as POSIX counts. Good up to the year 9999. */
struct civil_time civil_time(uint64_t seconds);

/* "2026-11-23T13:25:08.531207+0000": EVE's form; what is below a microsecond is cut off. */
size_t time_text(uint64_t time_ns, char out[TIME_TEXT_MAX]);
/* "2026-11-23"; a time after the year 9999 is "9999-12-31". */
size_t date_text(uint64_t seconds, char out[DATE_TEXT_MAX]);

#endif
