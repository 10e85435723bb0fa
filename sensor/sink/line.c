/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text behind(struct text in, const char *key)
{
	const char *found = in.len > 0 ? memmem(in.ptr, in.len, key, strlen(key)) : NULL;

	if (found == NULL)
		return (struct text){ 0 };
	found += strlen(key);
	return (struct text){ found, in.len - (size_t)(found - in.ptr) };
}

/* Ends at the first quote: the values that we look for have no escapes. */
static struct text string_at(struct text in)
{
	const char *end =
	        in.len > 1 && in.ptr[0] == '"' ? memchr(in.ptr + 1, '"', in.len - 1) : NULL;

	return end != NULL ? (struct text){ in.ptr + 1, (size_t)(end - in.ptr - 1) }
	                   : (struct text){ 0 };
}

struct text find_string(struct text in, const char *key)
{
	return string_at(behind(in, key));
}

/* The string at the first of the ways that leads to one: each a row of keys, one in the other. */
static struct text find_first(const char *line, size_t len, const char *const (*ways)[2],
                              size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text at = { line, len };

		if (ways[i][0] != NULL)
			at = behind(at, ways[i][0]);
		struct text found = find_string(at, ways[i][1]);

		if (found.len > 0)
			return found;
	}
	return (struct text){ 0 };
}

#define FIND(ways) find_first(line, len, ways, sizeof ways / sizeof *(ways))

struct text line_id(const char *line, size_t len)
{
	static const char *const ways[][2] = {
		{ NULL, "\"event_id\":" },
		{ "\"event\":{", "\"id\":" },
		{ "\"metadata\":{", "\"uid\":" },
	};

	return FIND(ways);
}

struct text line_host(const char *line, size_t len)
{
	static const char *const ways[][2] = { { "\"local\":{", "\"ip\":" } };

	return FIND(ways);
}

struct text line_type(const char *line, size_t len)
{
	static const char *const ways[][2] = { { NULL, "\"event_type\":" },
		                               { NULL, "\"event_code\":" } };

	return FIND(ways);
}

struct text line_severity(const char *line, size_t len)
{
	static const char *const ways[][2] = { { "\"dancecard\":{", "\"severity\":" },
		                               { NULL, "\"severity\":" } };

	return FIND(ways);
}

/* Days since 1970-01-01 of a day of the Gregorian calendar; years begin in March. */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "2026-11-23T13:25:08.531207": UTC, as events are. */
static uint64_t parse_time(struct text text)
{
	char memory[27];
	unsigned y, mo, d, h, mi, s, us;

	if (text.len < sizeof memory - 1)
		return 0;
	memcpy(memory, text.ptr, sizeof memory - 1);
	memory[sizeof memory - 1] = '\0';
	if (sscanf(memory, "%4u-%2u-%2uT%2u:%2u:%2u.%6u", &y, &mo, &d, &h, &mi, &s, &us) != 7 ||
	    y < 1970)
		return 0;
	return (days_of(y, mo, d) * 86400 + h * 3600ull + mi * 60ull + s) * 1000000 + us;
}

uint64_t line_time_us(const char *line, size_t len)
{
	static const char *const ways[][2] = { { NULL, "\"timestamp\":" },
		                               { NULL, "\"@timestamp\":" } };
	uint64_t time = parse_time(FIND(ways));
	struct text number = behind((struct text){ line, len }, "\"time\":"); /* OCSF */
	char digits[16];

	if (time > 0 || number.len < sizeof digits)
		return time;
	memcpy(digits, number.ptr, sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	return strtoull(digits, NULL, 10) * 1000;
}
