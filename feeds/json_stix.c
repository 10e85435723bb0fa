/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json.h"
#include "feeds/rfc3339.h"

/*
 * STIX 2.1: {"type": "bundle", "objects": [{"type": "indicator", "pattern_type": "stix",
 * "pattern": "[domain-name:value = 'x' OR ipv4-addr:value IN ('y', 'z')]"}]}. Only comparisons with
 * a value, joined by OR: AND, FOLLOWEDBY, LIKE, MATCHES and WITHIN say more than that a name or an
 * address was seen. OASIS STIX 2.1, section 9.
 */
#define VALUE_SIZE 1024

static bool claims(const struct json *root)
{
	return text_is(json_string(json_get(root, "type")), "bundle");
}

static struct text skip_blanks(struct text t)
{
	while (t.len > 0 && strchr(" \t\r\n", t.ptr[0]) != NULL)
		t = text_skip(t, 1);
	return t;
}

static bool take(struct text *rest, const char *word)
{
	*rest = skip_blanks(*rest);
	if (!text_starts(*rest, word))
		return false;
	*rest = text_skip(*rest, strlen(word));
	return true;
}

/* A pattern on the way through, and where its values go; NULL: nowhere yet. */
struct walk {
	struct text rest;
	struct feed_reader *reader;
};

/* 'text', in which \' and \\ stand for what they hide. */
static bool take_value(struct walk *walk)
{
	const struct row row = { .match = RULE_EXACT };
	char value[VALUE_SIZE];
	size_t len = 0;

	if (!take(&walk->rest, "'"))
		return false;
	for (; walk->rest.len > 0 && walk->rest.ptr[0] != '\'';
	     walk->rest = text_skip(walk->rest, 1)) {
		if (walk->rest.ptr[0] == '\\')
			walk->rest = text_skip(walk->rest, 1);
		if (walk->rest.len == 0 || len == sizeof value)
			return false;
		value[len++] = walk->rest.ptr[0];
	}
	if (walk->reader != NULL)
		reader_name_or_network(walk->reader, (struct text){ value, len }, &row);
	return take(&walk->rest, "'");
}

static bool take_values(struct walk *walk)
{
	if (!take(&walk->rest, "("))
		return false;
	do {
		if (!take_value(walk))
			return false;
	} while (take(&walk->rest, ","));
	return take(&walk->rest, ")");
}

static bool take_comparison(struct walk *walk)
{
	static const char *const paths[] = {
		"domain-name:value",
		"ipv4-addr:value",
		"ipv6-addr:value",
		"network-traffic:dst_ref.value",
	};
	size_t path = 0;

	while (path < sizeof paths / sizeof *paths && !take(&walk->rest, paths[path]))
		path++;
	if (path == sizeof paths / sizeof *paths)
		return false;
	if (take(&walk->rest, "IN"))
		return take_values(walk);
	return (take(&walk->rest, "ISSUBSET") || take(&walk->rest, "=")) && take_value(walk);
}

/* False when it is more than we take. */
static bool walk_pattern(struct feed_reader *reader, struct text pattern)
{
	struct walk walk = { pattern, reader };

	do {
		if (!take(&walk.rest, "["))
			return false;
		do {
			if (!take_comparison(&walk))
				return false;
		} while (take(&walk.rest, "OR"));
		if (!take(&walk.rest, "]"))
			return false;
	} while (take(&walk.rest, "OR"));
	return skip_blanks(walk.rest).len == 0;
}

/* A bound that is absent holds; one that cannot be read does not. */
static bool holds(const struct json *indicator, const char *key, int64_t time, bool is_end)
{
	struct text text = json_string(json_get(indicator, key));
	int64_t bound;

	if (json_get(indicator, key) == NULL || time == 0)
		return true;
	return rfc3339_parse(text, &bound) && (is_end ? time < bound : time >= bound);
}

/* Withdrawn is withdrawn at any time. STIX 2.1, sections 3.2 and 4.7. */
static bool is_valid(const struct feed_reader *reader, const struct json *indicator)
{
	int64_t time = reader->options->time;

	return !json_is_true(json_get(indicator, "revoked")) &&
	       holds(indicator, "valid_from", time, false) &&
	       holds(indicator, "valid_until", time, true);
}

static void read(struct feed_reader *reader, const struct json *root)
{
	const struct json *item = json_first(json_get(root, "objects"));

	for (; item != NULL; item = json_next(item)) {
		if (!text_is(json_string(json_get(item, "type")), "indicator"))
			continue;
		struct text pattern = json_string(json_get(item, "pattern"));

		json_element(reader);
		if (!is_valid(reader, item))
			reader_refuse(reader, FEED_NOT_VALID);
		else if (text_is(json_string(json_get(item, "pattern_type")), "stix") &&
		         walk_pattern(NULL, pattern))
			walk_pattern(reader, pattern);
		else
			reader_refuse(reader, FEED_PATTERN);
	}
}

const struct json_format json_stix = { "stix", claims, read };
