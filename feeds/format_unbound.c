/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/* unbound.conf(5): `local-zone: "name." TYPE` is the name and all below it. */

static enum format_claim claims(struct text line)
{
	return text_starts(line, "local-zone:") || text_starts(line, "local-data:") ? FORMAT_SURE
	                                                                            : FORMAT_NO;
}

static const struct {
	const char *type;
	enum rule_verdict verdict;
} types[] = {
	{ "always_null", RULE_REPORT },     { "always_nxdomain", RULE_REPORT },
	{ "always_nodata", RULE_REPORT },   { "always_refuse", RULE_REPORT },
	{ "always_deny", RULE_REPORT },     { "static", RULE_REPORT },
	{ "refuse", RULE_REPORT },          { "deny", RULE_REPORT },
	{ "redirect", RULE_REPORT },        { "inform_deny", RULE_REPORT },
	{ "inform_redirect", RULE_REPORT }, { "block_a", RULE_REPORT },
	{ "block_aaaa", RULE_REPORT },      { "transparent", RULE_EXCEPT },
	{ "typetransparent", RULE_EXCEPT }, { "always_transparent", RULE_EXCEPT },
	{ "nodefault", RULE_EXCEPT },
};

static struct text unquoted(struct text word)
{
	if (word.len >= 2 && (word.ptr[0] == '"' || word.ptr[0] == '\'') &&
	    word.ptr[word.len - 1] == word.ptr[0])
		return (struct text){ word.ptr + 1, word.len - 2 };
	return word;
}

static void read_zone(struct feed_reader *reader, struct text rest)
{
	struct text name = unquoted(text_word(&rest)), type = unquoted(text_word(&rest));
	struct row row = { .match = RULE_SUFFIX };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_is_nocase(type, types[i].type)) {
			row.verdict = types[i].verdict;
			if (text_is(name, "."))
				reader_refuse(reader, FEED_EVERYTHING);
			else
				reader_name(reader, name, &row);
			return;
		}
	reader_refuse(reader, FEED_SYNTAX);
}

/* Data that sends a name nowhere blocks it: `"name. A 0.0.0.0"`. Other data is a real record. */
static void read_data(struct feed_reader *reader, struct text rest)
{
	static const char *const nowhere[] = { "0.0.0.0", "127.0.0.1", "::", "::1" };
	const struct row row = { .match = RULE_EXACT };
	struct text data = unquoted(text_trim(rest));
	struct text name = text_word(&data), word = { 0 };

	for (struct text next = text_word(&data); next.len > 0; next = text_word(&data))
		word = next;
	for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
		if (text_is(word, nowhere[i])) {
			reader_name(reader, name, &row);
			return;
		}
	reader_refuse(reader, FEED_KIND);
}

static void read_line(struct feed_reader *reader, struct text line)
{
	line.len = text_find(line, '#');
	line = text_trim(line);
	struct text rest = line;
	struct text key = text_until(&rest, ':');

	if (line.len == 0 || text_is(line, "server:"))
		return;
	if (text_is(key, "local-zone"))
		read_zone(reader, rest);
	else if (text_is(key, "local-data"))
		read_data(reader, rest);
	else
		reader_refuse(reader, FEED_SYNTAX);
}

const struct format format_unbound = { .name = "unbound",
	                               .claims = claims,
	                               .read_line = read_line };
