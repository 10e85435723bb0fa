/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_LINE_H
#define SENSOR_SINK_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What some ways of sending must know of a line, found in its text in whichever shape it has: sinks
 * know nothing of events. A quote inside of a JSON string is escaped, so that "key": is found only
 * where it is a key.
 */
struct text {
	const char *ptr;
	size_t len; /* 0: not found */
};

struct text line_id(const char *line, size_t len);   /* event_id; event.id; metadata.uid */
struct text line_host(const char *line, size_t len); /* address of the local host */
struct text line_type(const char *line, size_t len); /* "contact", ... */
/* 0: none. */
uint64_t line_time_us(const char *line, size_t len);
/* "high" and so on; the native shape's, or the one under dancecard. */
struct text line_severity(const char *line, size_t len);

/* The first JSON string that follows `key` (with quotes and colon) in the text. */
struct text find_string(struct text in, const char *key);

#endif
