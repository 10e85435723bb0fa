/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json.h"

/* The lists that browsers and their add-ons carry: who is behind a tracker's domain. */

static void read_domains(struct feed_reader *reader, const struct json *list, const struct row *row)
{
	for (const struct json *name = json_first(list); name != NULL; name = json_next(name))
		json_name(reader, json_string(name), row);
}

/*
 * Disconnect, services.json: {"categories": {CATEGORY: [{ENTITY: {URL: [domain…], "dnt":
 * "eff"}}]}}. A value that is a string is a property, no list of domains.
 */
static bool claims_disconnect(const struct json *root)
{
	return json_is_object(json_get(root, "categories")) &&
	       json_is_array(json_first(json_get(root, "categories")));
}

static void read_disconnect_entity(struct feed_reader *reader, const struct json *entity,
                                   struct text category)
{
	const struct row row = { .entity = json_key(entity), .category = category };

	for (const struct json *url = json_first(entity); url != NULL; url = json_next(url))
		if (json_is_array(url))
			read_domains(reader, url, &row);
}

static void read_disconnect(struct feed_reader *reader, const struct json *root)
{
	const struct json *category = json_first(json_get(root, "categories"));

	for (; category != NULL; category = json_next(category))
		for (const struct json *item = json_first(category); item != NULL;
		     item = json_next(item))
			read_disconnect_entity(reader, json_first(item), json_key(category));
}

/* Disconnect, entities.json: {"entities": {ENTITY: {"properties": […], "resources": […]}}}. */
static bool claims_entities(const struct json *root)
{
	const struct json *first = json_first(json_get(root, "entities"));

	return json_is_array(json_get(first, "properties")) &&
	       json_is_array(json_get(first, "resources"));
}

static void read_entities(struct feed_reader *reader, const struct json *root)
{
	const struct json *entity = json_first(json_get(root, "entities"));

	for (; entity != NULL; entity = json_next(entity)) {
		const struct row row = { .entity = json_key(entity) };

		read_domains(reader, json_get(entity, "properties"), &row);
		read_domains(reader, json_get(entity, "resources"), &row);
	}
}

/*
 * DuckDuckGo, tds.json: {"trackers": {DOMAIN: {"owner": {…}, "default": "block"|"ignore",
 * "rules": [{"rule": REGEX}]}}, "cnames": {from: to}}. With "ignore" only some paths are trackers.
 */
static bool claims_duckduckgo(const struct json *root)
{
	return json_is_object(json_get(json_first(json_get(root, "trackers")), "owner"));
}

static void read_tracker(struct feed_reader *reader, const struct json *tracker)
{
	const struct json *owner = json_get(tracker, "owner");
	struct row row = { .entity = json_string(json_get(owner, "displayName")) };

	if (row.entity.len == 0)
		row.entity = json_string(json_get(owner, "name"));
	if (text_is(json_string(json_get(tracker, "default")), "block")) {
		json_name(reader, json_key(tracker), &row);
		return;
	}
	json_element(reader);
	reader_refuse(reader, FEED_PATH);
}

static void read_duckduckgo(struct feed_reader *reader, const struct json *root)
{
	const struct row alias = { .match = RULE_EXACT };
	const struct json *item = json_first(json_get(root, "trackers"));

	for (; item != NULL; item = json_next(item))
		read_tracker(reader, item);
	for (item = json_first(json_get(root, "cnames")); item != NULL; item = json_next(item))
		json_name(reader, json_key(item), &alias);
}

/* AdGuard's companies: {"trackerDomains": {domain: tracker}, "trackers": {tracker: {"name": …}}}.
 */
static bool claims_adguard(const struct json *root)
{
	return json_is_object(json_get(root, "trackerDomains"));
}

static void read_adguard(struct feed_reader *reader, const struct json *root)
{
	const struct json *domain = json_first(json_get(root, "trackerDomains"));

	for (; domain != NULL; domain = json_next(domain)) {
		const struct row row = { .product = json_string(domain) };

		json_name(reader, json_key(domain), &row);
	}
}

/* AdGuard's services: [{"service_id": …, "service_name": …, "domains": […]}]. */
static bool claims_services(const struct json *root)
{
	return json_is_array(root) && json_is_array(json_get(json_first(root), "domains"));
}

static void read_services(struct feed_reader *reader, const struct json *root)
{
	for (const struct json *item = json_first(root); item != NULL; item = json_next(item)) {
		const struct row row = { .product = json_string(json_get(item, "service_name")) };

		read_domains(reader, json_get(item, "domains"), &row);
	}
}

/* X-Ray: [{"owner_name": …, "doms": […]}]. */
static bool claims_xray(const struct json *root)
{
	return json_is_array(root) && json_is_array(json_get(json_first(root), "doms"));
}

static void read_xray(struct feed_reader *reader, const struct json *root)
{
	for (const struct json *item = json_first(root); item != NULL; item = json_next(item)) {
		const struct row row = { .entity = json_string(json_get(item, "owner_name")) };

		read_domains(reader, json_get(item, "doms"), &row);
	}
}

const struct json_format json_disconnect = { "disconnect", claims_disconnect, read_disconnect };
const struct json_format json_disconnect_entities = { "disconnect-entities", claims_entities,
	                                              read_entities };
const struct json_format json_duckduckgo = { "duckduckgo", claims_duckduckgo, read_duckduckgo };
const struct json_format json_adguard = { "adguard", claims_adguard, read_adguard };
const struct json_format json_services = { "adguard-services", claims_services, read_services };
const struct json_format json_xray = { "xray", claims_xray, read_xray };
