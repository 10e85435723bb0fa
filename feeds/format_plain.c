/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"
#include "feeds/name.h"

/*
 * A name, an address or a prefix on each line; `#` at the beginning or behind a blank begins a
 * comment. `*.x` and `.x` are x and all
 * below it: that is what the lists that write so (wildcard lists) mean.
 */
static struct text entry_in(struct text line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
			line.len = i;
	return text_trim(line);
}

static struct text without_star(struct text entry)
{
	if (text_starts(entry, "*."))
		return text_skip(entry, 2);
	return text_starts(entry, ".") ? text_skip(entry, 1) : entry;
}

static enum format_claim claims(struct text line)
{
	struct text entry = entry_in(line);
	struct address first, last;
	char name[NAME_SIZE];
	size_t len;

	if (network_parse(entry.ptr, entry.len, &first, &last, name))
		return FORMAT_LIKELY;
	enum feed_reason reason = name_normalise(without_star(entry), name, &len);

	return reason == FEED_REASONS || reason == FEED_IDN ? FORMAT_LIKELY : FORMAT_NO;
}

static void read_line(struct feed_reader *reader, struct text line)
{
	struct text entry = entry_in(line), bare = without_star(entry);
	bool is_exact = reader->options->plain_is_exact && bare.len == entry.len;
	struct row row = { .match = is_exact ? RULE_EXACT : RULE_SUFFIX };

	if (entry.len == 0)
		return;
	if (text_is(entry, "*"))
		reader_refuse(reader, FEED_EVERYTHING);
	else
		reader_name_or_network(reader, bare, &row);
}

const struct format format_plain = { .name = "plain", .claims = claims, .read_line = read_line };
