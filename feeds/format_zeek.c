/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/*
 * Zeek's intelligence files: columns between tabs, named by a `#fields` line in any order; `-` is
 * "not set". A domain is that one name only.
 */
#define COLUMNS_MAX 32

enum column { INDICATOR, INDICATOR_TYPE, META_SOURCE, OTHER, COLUMNS };

static const char *const column_names[] = {
	[INDICATOR] = "indicator",
	[INDICATOR_TYPE] = "indicator_type",
	[META_SOURCE] = "meta.source",
};

static enum format_claim claims(struct text line)
{
	return text_starts(line, "#fields\t") ? FORMAT_SURE : FORMAT_NO;
}

static size_t read_fields(struct text line, enum column order[COLUMNS_MAX])
{
	size_t count = 0;

	text_until(&line, '\t');
	while (line.len > 0 && count < COLUMNS_MAX) {
		struct text field = text_until(&line, '\t');

		order[count] = OTHER;
		for (int i = INDICATOR; i < OTHER; i++)
			if (text_is(field, column_names[i]))
				order[count] = (enum column)i;
		count++;
	}
	return count;
}

static void read_indicator(struct feed_reader *reader, const struct text cells[COLUMNS])
{
	struct row row = { .match = RULE_EXACT };

	if (!text_is(cells[META_SOURCE], "-"))
		row.entity = cells[META_SOURCE];
	if (cells[INDICATOR].len == 0)
		reader_refuse(reader, FEED_SYNTAX);
	else if (text_is(cells[INDICATOR_TYPE], "Intel::DOMAIN"))
		reader_name(reader, cells[INDICATOR], &row);
	else if (text_is(cells[INDICATOR_TYPE], "Intel::ADDR") ||
	         text_is(cells[INDICATOR_TYPE], "Intel::SUBNET"))
		reader_network(reader, cells[INDICATOR], &row);
	else if (text_is(cells[INDICATOR_TYPE], "Intel::URL"))
		reader_refuse(reader, FEED_PATH);
	else
		reader_refuse(reader, FEED_KIND);
}

static void read_line(struct feed_reader *reader, struct text line, const enum column *order,
                      size_t columns)
{
	struct text cells[COLUMNS] = { 0 };

	for (size_t i = 0; i < columns && line.len > 0; i++)
		cells[order[i]] = text_until(&line, '\t');
	read_indicator(reader, cells);
}

static void read_zeek(struct feed_reader *reader)
{
	enum column order[COLUMNS_MAX];
	size_t columns = 0;
	struct text line;

	while (reader_line(reader, &line))
		if (text_starts(line, "#fields\t"))
			columns = read_fields(line, order);
		else if (line.len > 0 && line.ptr[0] != '#')
			read_line(reader, line, order, columns);
}

const struct format format_zeek = { .name = "zeek", .claims = claims, .read = read_zeek };
