/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_JSON_H
#define FEEDS_JSON_H

#include "feeds/format.h"

/*
 * JSON as the feeds' formats need it. feeds/json.c is the one file that knows the library (cJSON).
 * Everything accepts NULL and then says that there is nothing.
 */
struct json;

/* NULL when it is no JSON. `rest`: what follows the first value; NULL: nothing may. */
struct json *json_open(struct text bytes, struct text *rest);
void json_close(struct json *);

const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *array_or_object);
const struct json *json_next(const struct json *);
bool json_is_array(const struct json *);
bool json_is_object(const struct json *);
bool json_is_string(const struct json *);
bool json_is_number(const struct json *);
bool json_is_bool(const struct json *);
bool json_is_true(const struct json *);
/* Of any number; 0 of what is none. */
double json_decimal(const struct json *);
/* A whole number from 0 to 2^53, up to where JSON's numbers are exact; false when it is none. */
bool json_number(const struct json *, uint64_t *out);

struct text json_key(const struct json *);    /* empty in an array */
struct text json_string(const struct json *); /* empty when it is none */

/* A format that comes as JSON, known by what the outermost value holds. */
struct json_format {
	const char *name;
	bool (*claims)(const struct json *root);
	void (*read)(struct feed_reader *, const struct json *root);
};

extern const struct json_format json_disconnect, json_disconnect_entities, json_duckduckgo,
        json_misp, json_stix, json_adguard, json_services, json_xray, json_asn;

/* The format of that name or, with NULL, the one that claims the value; NULL when none does. */
const struct json_format *json_format_find(const char *name, const struct json *root);

/* Their names; NULL after the last. */
const char *json_format_name(size_t index);

/* An element that was looked at: its number stands where text has that of the line. */
void json_element(struct feed_reader *);

/* A name in a JSON list: "tiktok.com", or ".tiktok.com", which means the same. */
void json_name(struct feed_reader *, struct text name, const struct row *);

#endif
