/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/* Suricata's IP reputation: `address|prefix,category (0-59),score (0-127)`; `#` is a comment. */

#define CATEGORY_MAX 59
#define SCORE_MAX    127

static enum format_claim claims(struct text line)
{
	struct text prefix = text_trim(text_until(&line, ','));
	struct text category = text_until(&line, ',');
	struct address first, last;
	char text[64];

	return network_parse(prefix.ptr, prefix.len, &first, &last, text) &&
	                       text_is_number(text_trim(category), CATEGORY_MAX) && line.len > 0
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

	if (!text_is_number(text_trim(category), CATEGORY_MAX) ||
	    !text_is_number(text_trim(line), SCORE_MAX))
		reader_refuse(reader, FEED_SCORE);
	else
		reader_network(reader, prefix, &row);
}

const struct format format_iprep = { .name = "iprep", .claims = claims, .read_line = read_line };
