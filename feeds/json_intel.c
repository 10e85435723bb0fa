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

const struct json_format json_misp = { "misp", claims_misp, read_misp };
const struct json_format json_asn = { "asn", claims_asn, read_asn };
