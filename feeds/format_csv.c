/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/csv.h"
#include "feeds/format.h"

/*
 * Columns named by a header, between commas, semicolons or tabs: ours (feeds/README.md), AdGuard's
 * and whoever's has a column `domain` or `prefix`. `#` before the header and between rows is a
 * comment. Our own files of rules on names (`zone`, `label`, `brand`) come this way too.
 */
struct columns {
	char separator;
	size_t domain, prefix, match, category, product, entity;
	size_t zone, between, label, position, variants, brand, forms;
};

static void find_columns(struct text line, struct columns *out)
{
	struct csv_line header;

	out->separator = csv_separator(line);
	if (!csv_split(line, out->separator, &header))
		header.count = 0;
	out->domain = csv_column(&header, "domain");
	out->prefix = csv_column(&header, "prefix");
	out->match = csv_column(&header, "match");
	out->category = csv_column(&header, "category");
	out->product = csv_column(&header, "product");
	if (out->product == CSV_CELLS)
		out->product = csv_column(&header, "tracker_id"); /* AdGuard's */
	out->entity = csv_column(&header, "entity");
	out->zone = csv_column(&header, "zone");
	out->between = csv_column(&header, "between");
	out->label = csv_column(&header, "label");
	out->position = csv_column(&header, "position");
	out->variants = csv_column(&header, "variants");
	out->brand = csv_column(&header, "brand");
	out->forms = csv_column(&header, "forms");
}

static bool are_columns(const struct columns *columns)
{
	return columns->domain < CSV_CELLS || columns->prefix < CSV_CELLS;
}

static enum format_claim claims(struct text line)
{
	struct columns columns;

	if (text_find(line, ',') == line.len && text_find(line, ';') == line.len &&
	    text_find(line, '\t') == line.len)
		return FORMAT_NO;
	find_columns(line, &columns);
	return are_columns(&columns) ? FORMAT_SURE : FORMAT_NO;
}

static const struct {
	const char *word;
	enum rule_match match;
	enum rule_verdict verdict;
	bool is_network;
} words[] = {
	{ "", RULE_SUFFIX, RULE_REPORT, false },     { "suffix", RULE_SUFFIX, RULE_REPORT, false },
	{ "exact", RULE_EXACT, RULE_REPORT, false }, { "below", RULE_BELOW, RULE_REPORT, false },
	{ "cidr", RULE_SUFFIX, RULE_REPORT, true },  { "except", RULE_SUFFIX, RULE_EXCEPT, false },
};

#define WORDS (sizeof words / sizeof *words)

static void read_name(struct feed_reader *reader, const struct csv_line *line,
                      const struct columns *columns, struct row row)
{
	struct text name = csv_cell(line, columns->domain);
	struct text match = csv_cell(line, columns->match);
	size_t word = 0;

	while (word < WORDS && !text_is_nocase(match, words[word].word))
		word++;
	if (word == WORDS) {
		reader_refuse(reader, FEED_MATCH_WORD);
		return;
	}
	row.match = words[word].match;
	row.verdict = words[word].verdict;
	if (text_starts(name, "*.")) {
		row.match = RULE_BELOW;
		name = text_skip(name, 2);
	} else if (text_starts(name, ".")) {
		name = text_skip(name, 1);
	}
	if (words[word].is_network)
		reader_network(reader, name, &row);
	else if (match.len == 0)
		reader_name_or_network(reader, name, &row);
	else
		reader_name(reader, name, &row);
}

static void read_row(struct feed_reader *reader, const struct csv_line *line,
                     const struct columns *columns)
{
	struct row row = {
		.entity = csv_cell(line, columns->entity),
		.product = csv_cell(line, columns->product),
		.category = csv_cell(line, columns->category),
	};
	struct text between = csv_cell(line, columns->between);

	if (reader->is_ours && columns->zone < CSV_CELLS)
		reader_zone(reader, csv_cell(line, columns->zone), text_is(between, "1") ? 1 : 0);
	else if (reader->is_ours && columns->label < CSV_CELLS)
		reader_label(reader, csv_cell(line, columns->label),
		             text_is(csv_cell(line, columns->position), "first"),
		             text_is(csv_cell(line, columns->variants), "yes"), &row);
	else if (reader->is_ours && columns->brand < CSV_CELLS)
		reader_brand(reader, csv_cell(line, columns->brand), csv_cell(line, columns->forms),
		             &row);
	else if (columns->prefix < CSV_CELLS)
		reader_network(reader, csv_cell(line, columns->prefix), &row);
	else
		read_name(reader, line, columns, row);
}

static void read_csv(struct feed_reader *reader)
{
	struct columns columns;
	struct csv_line cells;
	struct text line;
	bool has_header = false;

	while (reader_line(reader, &line)) {
		line = text_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (!has_header) {
			find_columns(line, &columns);
			has_header = true;
		} else if (csv_split(line, columns.separator, &cells)) {
			read_row(reader, &cells, &columns);
		} else {
			reader_refuse(reader, FEED_SYNTAX);
		}
	}
}

const struct format format_csv = { .name = "csv", .claims = claims, .read = read_csv };
