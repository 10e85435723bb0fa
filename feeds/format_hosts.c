/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/* hosts(5): an address, then names, each of which is that one name only; `#` begins a comment. */

static bool is_address(struct text word)
{
	struct address first, last;
	char text[64];
	size_t zone = text_find(word, '%'); /* fe80::1%lo0 */

	return text_find(word, '/') == word.len &&
	       network_parse(word.ptr, zone, &first, &last, text);
}

static enum format_claim claims(struct text line)
{
	struct text address = text_word(&line);

	return line.len > 0 && is_address(address) && text_word(&line).len > 0 ? FORMAT_LIKELY
	                                                                       : FORMAT_NO;
}

/* What stands in every hosts file for the host itself. */
static bool is_own_name(struct text name)
{
	return text_is_nocase(name, "localhost") || text_is_nocase(name, "local") ||
	       text_is_nocase(name, "broadcasthost") || text_starts(name, "ip6-") ||
	       text_is(name, "0.0.0.0");
}

static void read_line(struct feed_reader *reader, struct text line)
{
	const struct row row = { .match = RULE_EXACT };

	line.len = text_find(line, '#');
	struct text address = text_word(&line);

	if (address.len == 0)
		return;
	struct text name = text_word(&line);

	if (!is_address(address) || name.len == 0) {
		reader_refuse(reader, FEED_SYNTAX);
		return;
	}
	for (; name.len > 0; name = text_word(&line))
		if (is_own_name(name))
			reader_refuse(reader, FEED_LOCAL);
		else
			reader_name(reader, name, &row);
}

const struct format format_hosts = { .name = "hosts", .claims = claims, .read_line = read_line };
