/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/time_text.h"

enum { DAY = 86400, YEAR_DAYS = 365, FOUR_YEARS = 1461, CENTURY = 36524, FOUR_CENTURIES = 146097 };

static const uint64_t last_second = 253402300799; /* 9999-12-31 23:59:59 */

/*
 * Days are counted from 1 March of the year 0, so that the leap day is the last of its year, and
 * the odd one out of every longer period is its last as well.
 */
static void set_date(struct civil_time *out, uint64_t days_since_1970)
{
	uint64_t days = days_since_1970 + 719468;
	unsigned eras = (unsigned)(days / FOUR_CENTURIES), rest = (unsigned)(days % FOUR_CENTURIES);
	unsigned centuries = rest / CENTURY < 3 ? rest / CENTURY : 3;

	rest -= centuries * CENTURY;
	unsigned fours = rest / FOUR_YEARS;

	rest -= fours * FOUR_YEARS;
	unsigned years = rest / YEAR_DAYS < 3 ? rest / YEAR_DAYS : 3;

	rest -= years * YEAR_DAYS;
	unsigned month = (5 * rest + 2) / 153; /* from March: 31 30 31 30 31, and again */

	out->day = rest - (153 * month + 2) / 5 + 1;
	out->month = month < 10 ? month + 3 : month - 9;
	out->year = 400 * eras + 100 * centuries + 4 * fours + years + (out->month <= 2);
}

struct civil_time civil_time(uint64_t seconds)
{
	struct civil_time out;
	unsigned rest = (unsigned)(seconds % DAY);

	set_date(&out, seconds / DAY);
	out.hour = rest / 3600;
	out.minute = rest / 60 % 60;
	out.second = rest % 60;
	return out;
}

static char *put_digits(char *out, uint64_t value, unsigned width)
{
	for (unsigned i = width; i > 0; i--, value /= 10)
		out[i - 1] = (char)('0' + value % 10);
	return out + width;
}

static char *put_fields(char *out, const unsigned fields[3], unsigned first_width, char between)
{
	out = put_digits(out, fields[0], first_width);
	*out++ = between;
	out = put_digits(out, fields[1], 2);
	*out++ = between;
	return put_digits(out, fields[2], 2);
}

size_t date_text(uint64_t seconds, char out[DATE_TEXT_MAX])
{
	struct civil_time t = civil_time(seconds < last_second ? seconds : last_second);
	char *end = put_fields(out, (unsigned[]){ t.year, t.month, t.day }, 4, '-');

	*end = '\0';
	return (size_t)(end - out);
}

size_t time_text(uint64_t time_ns, char out[TIME_TEXT_MAX])
{
	struct civil_time t = civil_time(time_ns / 1000000000);
	char *end = put_fields(out, (unsigned[]){ t.year, t.month, t.day }, 4, '-');

	*end++ = 'T';
	end = put_fields(end, (unsigned[]){ t.hour, t.minute, t.second }, 2, ':');
	*end++ = '.';
	end = put_digits(end, time_ns % 1000000000 / 1000, 6);
	for (const char *zone = "+0000"; *zone != '\0'; zone++)
		*end++ = *zone;
	*end = '\0';
	return (size_t)(end - out);
}
