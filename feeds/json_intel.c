/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json.h"

/* The lists that come from those who share what they found on networks. */

/*
 * MISP warning lists: {"name": …, "type": "hostname", "version": 1, "list": […]}. A `hostname` is
 * itself and all below it, a `string` itself, a `cidr` a network; the rest are patterns.
 */
static bool claims_misp(const struct json *root)
{
	return json_is_array(json_get(root, "list")) && json_string(json_get(root, "type")).len > 0;
}

static void read_misp(struct feed_reader *reader, const struct json *root)
{
	struct text type = json_string(json_get(root, "type"));
	const struct row row = {
		.product = json_string(json_get(root, "name")),
		.match = text_is(type, "string") ? RULE_EXACT : RULE_SUFFIX,
	};
	bool is_pattern =
	        !text_is(type, "hostname") && !text_is(type, "string") && !text_is(type, "cidr");
	const struct json *item = json_first(json_get(root, "list"));

	for (; item != NULL; item = json_next(item))
		if (is_pattern) {
			json_element(reader);
			reader_refuse(reader, FEED_PATTERN);
		} else {
			json_name(reader, json_string(item), &row);
		}
}

/* ipverse: {"asn": 396986, "description": …, "subnets": {"ipv4": […], "ipv6": […]}}. */
static bool claims_asn(const struct json *root)
{
	return json_is_object(json_get(root, "subnets"));
}

static void read_asn(struct feed_reader *reader, const struct json *root)
{
	const struct row row = { .entity = json_string(json_get(root, "description")) };
	const struct json *family = json_first(json_get(root, "subnets"));

	for (; family != NULL; family = json_next(family))
		for (const struct json *item = json_first(family); item != NULL;
		     item = json_next(item)) {
			json_element(reader);
			reader_network(reader, json_string(item), &row);
		}
}

/*
 * STIX 2.1: {"type": "bundle", "objects": [{"type": "indicator", "pattern_type": "stix",
 * "pattern": "[domain-name:value = 'x' OR ipv4-addr:value = 'y']"}]}. Only such comparisons,
 * joined by OR: anything else would be more than one name or address.
 */
static bool claims_stix(const struct json *root)
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

/* One comparison: its value goes to `value`. False when it is not one of those we take. */
static bool take_comparison(struct text *rest, struct text *value)
{
	static const char *const paths[] = { "domain-name:value", "ipv4-addr:value",
		                             "ipv6-addr:value" };
	size_t path = 0;

	while (path < sizeof paths / sizeof *paths && !take(rest, paths[path]))
		path++;
	if (path == sizeof paths / sizeof *paths || !take(rest, "=") || !take(rest, "'"))
		return false;
	*value = text_until(rest, '\'');
	return text_find(*value, '\\') == value->len;
}

/* Walks a pattern; with `reader`, takes its values. False when it is more than we take. */
static bool walk_pattern(struct feed_reader *reader, struct text rest)
{
	const struct row row = { .match = RULE_EXACT };
	struct text value;

	do {
		if (!take(&rest, "["))
			return false;
		do {
			if (!take_comparison(&rest, &value))
				return false;
			if (reader != NULL)
				reader_name_or_network(reader, value, &row);
		} while (take(&rest, "OR"));
		if (!take(&rest, "]"))
			return false;
	} while (take(&rest, "OR"));
	return skip_blanks(rest).len == 0;
}

static void read_stix(struct feed_reader *reader, const struct json *root)
{
	const struct json *item = json_first(json_get(root, "objects"));

	for (; item != NULL; item = json_next(item)) {
		if (!text_is(json_string(json_get(item, "type")), "indicator"))
			continue;
		struct text pattern = json_string(json_get(item, "pattern"));

		json_element(reader);
		if (text_is(json_string(json_get(item, "pattern_type")), "stix") &&
		    walk_pattern(NULL, pattern))
			walk_pattern(reader, pattern);
		else
			reader_refuse(reader, FEED_PATTERN);
	}
}

const struct json_format json_misp = { "misp", claims_misp, read_misp };
const struct json_format json_asn = { "asn", claims_asn, read_asn };
const struct json_format json_stix = { "stix", claims_stix, read_stix };
