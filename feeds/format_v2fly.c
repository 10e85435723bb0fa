/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/*
 * v2fly's domain lists: a name is itself and all below it, `full:` the name only; `@attribute` and
 * `&affiliation` behind it do not change whose it is; `#` begins a comment.
 */
static const struct {
	const char *prefix;
	enum feed_reason reason; /* FEED_REASONS: it is a name */
	enum rule_match match;
} kinds[] = {
	{ "domain:", FEED_REASONS, RULE_SUFFIX },  { "full:", FEED_REASONS, RULE_EXACT },
	{ "keyword:", FEED_PATTERN, RULE_SUFFIX }, { "regexp:", FEED_PATTERN, RULE_SUFFIX },
	{ "include:", FEED_INCLUDE, RULE_SUFFIX }, { "", FEED_REASONS, RULE_SUFFIX },
};

#define PREFIXED (sizeof kinds / sizeof *kinds - 1)

static bool is_attribute(struct text word)
{
	return text_starts(word, "@") || text_starts(word, "&");
}

static enum format_claim claims(struct text line)
{
	line.len = text_find(line, '#');
	struct text entry = text_word(&line), attribute = text_word(&line);

	for (size_t i = 0; i < PREFIXED; i++)
		if (text_starts(entry, kinds[i].prefix))
			return FORMAT_SURE;
	return text_find(entry, '.') < entry.len && is_attribute(attribute) ? FORMAT_SURE
	                                                                    : FORMAT_NO;
}

static void read_line(struct feed_reader *reader, struct text line)
{
	struct row row = { 0 };
	size_t kind = 0;

	line.len = text_find(line, '#');
	struct text entry = text_word(&line);

	if (entry.len == 0)
		return;
	for (struct text word = text_word(&line); word.len > 0; word = text_word(&line))
		if (!is_attribute(word)) {
			reader_refuse(reader, FEED_SYNTAX);
			return;
		}
	while (!text_starts(entry, kinds[kind].prefix))
		kind++;
	row.match = kinds[kind].match;
	if (kinds[kind].reason != FEED_REASONS)
		reader_refuse(reader, kinds[kind].reason);
	else
		reader_name(reader, text_skip(entry, strlen(kinds[kind].prefix)), &row);
}

const struct format format_v2fly = { .name = "v2fly", .claims = claims, .read_line = read_line };
