/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sensor/options.h"

enum { NS_DIGITS = 9 };

/* Exactly `digits` decimal digits; the text moves on behind them. */
static bool take_number(const char **text, size_t digits, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return false;
		*out = *out * 10 + (uint64_t)(c - '0');
	}
	*text += digits;
	return true;
}

static bool take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

static bool is_leap(uint64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint64_t days_in(uint64_t year, uint64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (uint64_t)(month == 2 && is_leap(year));
}

/* Days since the epoch, by the calendar's 400-year rule. */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	uint64_t y = year - 1;
	uint64_t days = y * 365 + y / 4 - y / 100 + y / 400 + before[month - 1] + day - 1;

	return days + (is_leap(year) && month > 2) - 719162;
}

static bool take_fraction(const char **text, uint64_t *ns)
{
	uint64_t scale = 100000000;

	*ns = 0;
	if (!take_char(text, '.'))
		return true;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text, scale /= 10)
		*ns += (uint64_t)(**text - '0') * scale;
	return true;
}

static bool take_clock(const char **text, uint64_t *seconds, uint64_t *ns)
{
	uint64_t hour, minute, second = 0;

	if (!take_number(text, 2, &hour) || !take_char(text, ':') ||
	    !take_number(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	if (take_char(text, ':') && (!take_number(text, 2, &second) || second > 60))
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	return take_fraction(text, ns);
}

/* "", "Z", "+0100", "-05:00": seconds to take away for UTC. */
static bool take_zone(const char **text, int64_t *offset)
{
	uint64_t hours, minutes = 0;
	int64_t sign = **text == '-' ? -1 : 1;

	*offset = 0;
	if (**text == '\0' || take_char(text, 'Z'))
		return true;
	if (!take_char(text, '+') && !take_char(text, '-'))
		return false;
	if (!take_number(text, 2, &hours))
		return false;
	(void)take_char(text, ':');
	if (**text != '\0' && !take_number(text, 2, &minutes))
		return false;
	*offset = sign * (int64_t)(hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

static bool read_date(const char *text, uint64_t *out)
{
	uint64_t year, month, day, seconds = 0, ns = 0;
	int64_t offset = 0;

	if (!take_number(&text, 4, &year) || !take_char(&text, '-') ||
	    !take_number(&text, 2, &month) || !take_char(&text, '-') ||
	    !take_number(&text, 2, &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	if ((take_char(&text, 'T') || take_char(&text, ' ')) &&
	    (!take_clock(&text, &seconds, &ns) || !take_zone(&text, &offset)))
		return false;
	int64_t at = (int64_t)(days_of(year, month, day) * 86400 + seconds) - offset;

	*out = (uint64_t)at * 1000000000U + ns;
	return *text == '\0' && at >= 0 && year < 2500;
}

static bool read_epoch(const char *text, uint64_t *out)
{
	uint64_t seconds = 0, ns = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > NS_DIGITS + 1 || !take_number(&text, digits, &seconds))
		return false;
	if (!take_fraction(&text, &ns))
		return false;
	*out = seconds * 1000000000U + ns;
	return *text == '\0';
}

bool options_time(const char *text, uint64_t *ns)
{
	return read_date(text, ns) || read_epoch(text, ns);
}
