/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/*
 * Suricata's datasets of strings: a name in base64 on each line, and for `datarep` a comma and a
 * number up to 65535 behind each. The name alone is meant; one that begins with a dot is for
 * `match subdomain`. No comments, and no mixing of the two.
 */
#define DECODED_MAX 1024
#define SCORE_MAX   65535

static int value_of(char c)
{
	static const char alphabet[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

/* RFC 4648, section 4. */
static bool decode(struct text from, char out[DECODED_MAX], size_t *len)
{
	unsigned bits = 0;

	if (from.len == 0 || from.len % 4 != 0 || from.len / 4 * 3 > DECODED_MAX)
		return false;
	size_t padding = (size_t)text_ends(from, "=") + (size_t)text_ends(from, "==");

	*len = 0;
	for (size_t i = 0; i < from.len - padding; i++) {
		int value = value_of(from.ptr[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
		if (i % 4 > 0)
			out[(*len)++] = (char)(bits >> (6 - 2 * (i % 4)) & 255);
	}
	return true;
}

static enum format_claim claims(struct text line)
{
	char decoded[DECODED_MAX];
	size_t len;

	if (!decode(text_until(&line, ','), decoded, &len))
		return FORMAT_NO;
	for (size_t i = 0; i < len; i++)
		if ((decoded[i] < ' ' || decoded[i] > '~') && decoded[i] != '\n')
			return FORMAT_NO;
	return memchr(decoded, '.', len) != NULL ? FORMAT_LIKELY : FORMAT_NO;
}

static void read_entry(struct feed_reader *reader, struct text coded)
{
	char decoded[DECODED_MAX];
	struct row row = { .match = RULE_EXACT };
	struct text name = { decoded, 0 };

	if (!decode(coded, decoded, &name.len)) {
		reader_refuse(reader, FEED_BASE64);
		return;
	}
	if (text_ends(name, "\n")) /* `echo name | base64` */
		name.len--;
	if (text_starts(name, ".")) {
		row.match = RULE_SUFFIX;
		name = text_skip(name, 1);
	}
	reader_name(reader, name, &row);
}

static void read_suricata(struct feed_reader *reader)
{
	struct text line;
	bool is_first = true, is_scored = false;

	while (reader_line(reader, &line)) {
		line = text_trim(line);
		if (line.len == 0)
			continue;
		struct text score = line;
		struct text coded = text_until(&score, ',');
		bool has_score = coded.len < line.len;

		if (is_first)
			is_scored = has_score;
		is_first = false;
		if (has_score != is_scored)
			reader_refuse(reader, FEED_SYNTAX);
		else if (has_score && !text_is_number(score, SCORE_MAX))
			reader_refuse(reader, FEED_SCORE);
		else
			read_entry(reader, coded);
	}
}

const struct format format_suricata = { .name = "suricata",
	                                .claims = claims,
	                                .read = read_suricata };
