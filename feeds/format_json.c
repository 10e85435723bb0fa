/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json.h"

/* Values on lines of their own, as Suricata's JSON datasets have them: {"domain": ".x"}. */
static void read_lines(struct feed_reader *reader)
{
	static const char *const keys[] = { "domain", "host", "hostname", "ip" };
	struct text line;

	while (reader_line(reader, &line)) {
		struct json *item = text_trim(line).len > 0 ? json_open(line, NULL) : NULL;
		struct text name = { "", 0 };

		if (text_trim(line).len == 0)
			continue;
		for (size_t i = 0; i < sizeof keys / sizeof *keys && name.len == 0; i++)
			name = json_string(json_get(item, keys[i]));
		struct row row = { .match = RULE_EXACT };

		if (text_starts(name, ".")) {
			row.match = RULE_SUFFIX;
			name = text_skip(name, 1);
		}
		if (name.len == 0)
			reader_refuse(reader, FEED_SYNTAX);
		else
			reader_name_or_network(reader, name, &row);
		json_close(item);
	}
}

static enum format_claim claims(struct text line)
{
	(void)line;
	return FORMAT_NO; /* told by the whole: see format_find */
}

/* Two values, one behind the other, are lines; a list we know is one value. */
static void read_json(struct feed_reader *reader)
{
	struct text rest = { 0 };
	struct json *root = json_open(reader->rest, &rest);
	const char *forced = reader->options->format;
	const struct json_format *format = NULL;

	if (root != NULL && rest.len == 0)
		format = json_format_find(
		        forced != NULL && strcmp(forced, "json") != 0 ? forced : NULL, root);
	if (format != NULL) {
		reader->counts->format = format->name;
		format->read(reader, root);
	} else {
		read_lines(reader);
	}
	json_close(root);
}

const struct format format_json = { .name = "json", .claims = claims, .read = read_json };
