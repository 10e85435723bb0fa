/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/*
 * dnsmasq(8): `address=/a/b/TARGET`, `server=/a/TARGET`, `local=/a/`, each for the names between
 * the slashes and all below them.
 */
static const char *const keys[] = { "address=/", "server=/", "local=/" };

static enum format_claim claims(struct text line)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (text_starts(line, keys[i]))
			return FORMAT_LIKELY;
	return FORMAT_NO;
}

static void read_name(struct feed_reader *reader, struct text name, struct row row)
{
	if (text_is(name, "#")) {
		reader_refuse(reader, FEED_EVERYTHING);
		return;
	}
	if (text_starts(name, "*.")) {
		row.match = RULE_BELOW;
		name = text_skip(name, 2);
	} else if (text_starts(name, ".")) {
		name = text_skip(name, 1);
	}
	if (text_starts(name, "*")) /* `*d` matches all that ends in d, labels or not */
		reader_refuse(reader, FEED_PATTERN);
	else
		reader_name(reader, name, &row);
}

/* A comment begins at a `#` behind a blank; `/#` is a word of the syntax. */
static struct text without_comment(struct text line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
			line.len = i;
	return text_trim(line);
}

/* What follows the last slash. */
static struct text target_of(struct text *names)
{
	size_t at = names->len;

	while (at > 0 && names->ptr[at - 1] != '/')
		at--;
	struct text target = text_skip(*names, at);

	names->len = at;
	return target;
}

static void read_line(struct feed_reader *reader, struct text line)
{
	struct row row = { .match = RULE_SUFFIX };

	line = without_comment(line);
	if (line.len == 0)
		return;
	bool is_server = text_starts(line, "server=/");
	struct text names = line;

	text_until(&names, '/');
	struct text target = target_of(&names);

	if (claims(line) == FORMAT_NO || names.len == 0) {
		reader_refuse(reader, FEED_SYNTAX);
		return;
	}
	if (is_server && text_is(target, "#")) /* ask the usual servers: an exception */
		row.verdict = RULE_EXCEPT;
	else if (is_server && target.len > 0) { /* ask that one: nothing is blocked */
		reader_refuse(reader, FEED_KIND);
		return;
	}
	while (names.len > 0)
		read_name(reader, text_until(&names, '/'), row);
}

const struct format format_dnsmasq = { .name = "dnsmasq",
	                               .claims = claims,
	                               .read_line = read_line };
