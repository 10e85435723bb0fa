/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/rfc3339.h"

/* `digits` of them off the front, then `behind`, unless that is NUL. */
static bool take_number(struct text *rest, size_t digits, char behind, int least, int most,
                        int *out)
{
	*out = 0;
	if (rest->len < digits + (behind != '\0'))
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
			return false;
		*out = *out * 10 + (rest->ptr[i] - '0');
	}
	if (behind != '\0' && rest->ptr[digits] != behind)
		return false;
	*rest = text_skip(*rest, digits + (behind != '\0'));
	return *out >= least && *out <= most;
}

static bool take_fraction(struct text *rest)
{
	size_t len = 1;

	if (!text_starts(*rest, "."))
		return true;
	while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
		len++;
	*rest = text_skip(*rest, len);
	return len > 1;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Of the Gregorian calendar; years from 1 on. */
static int64_t days_since_1970(int year, int month, int day)
{
	int64_t before = year - 1;
	int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;

	for (int m = 1; m < month; m++)
		days += days_in(year, m);
	return days + day - 1;
}

bool rfc3339_parse(struct text text, int64_t *seconds)
{
	int year, month, day, hour = 0, minute = 0, second = 0;

	if (!take_number(&text, 4, '-', 1, 9999, &year) ||
	    !take_number(&text, 2, '-', 1, 12, &month) ||
	    !take_number(&text, 2, '\0', 1, days_in(year, month), &day))
		return false;
	if (text.len > 0) {
		if (text.ptr[0] != 'T' && text.ptr[0] != 't')
			return false;
		text = text_skip(text, 1);
		if (!take_number(&text, 2, ':', 0, 23, &hour) ||
		    !take_number(&text, 2, ':', 0, 59, &minute) ||
		    !take_number(&text, 2, '\0', 0, 60, &second) || !take_fraction(&text) ||
		    !text_is_nocase(text, "z"))
			return false;
	}
	*seconds = days_since_1970(year, month, day) * 86400 + hour * INT64_C(3600) +
	           minute * INT64_C(60) + second;
	return true;
}
