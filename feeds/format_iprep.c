/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/* Suricata's IP reputation: `address|prefix,category (0-59),score (0-127)`; `#` is a comment. */

#define CATEGORY_MAX 59
#define SCORE_MAX    127

static bool is_number(struct text digits, unsigned most)
{
	unsigned value = 0;

	digits = text_trim(digits);
	if (digits.len == 0 || digits.len > 5)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return false;
		value = value * 10 + (unsigned)(digits.ptr[i] - '0');
	}
	return value <= most;
}

static enum format_claim claims(struct text line)
{
	struct text prefix = text_trim(text_until(&line, ','));
	struct text category = text_until(&line, ',');
	struct address first, last;
	char text[64];

	return network_parse(prefix.ptr, prefix.len, &first, &last, text) &&
	                       is_number(category, CATEGORY_MAX) && line.len > 0
	               ? FORMAT_LIKELY
	               : FORMAT_NO;
}

static void read_line(struct feed_reader *reader, struct text line)
{
	const struct row row = { 0 };

	line.len = text_find(line, '#');
	line = text_trim(line);
	if (line.len == 0 || text_starts(line, "ip,"))
		return;
	struct text prefix = text_trim(text_until(&line, ','));
	struct text category = text_until(&line, ',');

	if (!is_number(category, CATEGORY_MAX) || !is_number(line, SCORE_MAX))
		reader_refuse(reader, FEED_SCORE);
	else
		reader_network(reader, prefix, &row);
}

static void read_iprep(struct feed_reader *reader)
{
	struct text line;

	while (reader_line(reader, &line))
		read_line(reader, line);
}

const struct format format_iprep = { .name = "iprep", .claims = claims, .read = read_iprep };
