/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json.h"

#include <cJSON.h>

/* struct json is cJSON's node; nobody else looks inside. */
static const cJSON *node(const struct json *value)
{
	return (const cJSON *)value;
}

static const struct json *value(const cJSON *node)
{
	return (const struct json *)node;
}

struct json *json_open(struct text bytes, struct text *rest)
{
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(bytes.ptr, bytes.len, &end, 0);

	if (root == NULL)
		return NULL;
	struct text after = text_skip(bytes, (size_t)(end - bytes.ptr));

	while (after.len > 0 && strchr(" \t\r\n", after.ptr[0]) != NULL && after.ptr[0] != '\0')
		after = text_skip(after, 1);
	if (rest != NULL)
		*rest = after;
	if (rest == NULL && after.len > 0) {
		cJSON_Delete(root);
		return NULL;
	}
	return (struct json *)root;
}

void json_close(struct json *root)
{
	cJSON_Delete((cJSON *)root);
}

const struct json *json_get(const struct json *object, const char *key)
{
	return value(cJSON_GetObjectItemCaseSensitive(node(object), key));
}

const struct json *json_first(const struct json *parent)
{
	return parent != NULL ? value(node(parent)->child) : NULL;
}

const struct json *json_next(const struct json *item)
{
	return value(node(item)->next);
}

bool json_is_array(const struct json *item)
{
	return cJSON_IsArray(node(item));
}

bool json_is_object(const struct json *item)
{
	return cJSON_IsObject(node(item));
}

bool json_is_string(const struct json *item)
{
	return cJSON_IsString(node(item));
}

bool json_is_number(const struct json *item)
{
	return cJSON_IsNumber(node(item));
}

bool json_is_bool(const struct json *item)
{
	return cJSON_IsBool(node(item));
}

double json_decimal(const struct json *item)
{
	return cJSON_IsNumber(node(item)) ? node(item)->valuedouble : 0;
}

bool json_is_true(const struct json *item)
{
	return cJSON_IsTrue(node(item));
}

bool json_number(const struct json *item, uint64_t *out)
{
	double number = cJSON_IsNumber(node(item)) ? node(item)->valuedouble : -1;

	if (!(number >= 0 && number <= 9007199254740992.0))
		return false;
	*out = (uint64_t)number;
	return (double)*out == number;
}

struct text json_key(const struct json *item)
{
	return text_of(item != NULL && node(item)->string != NULL ? node(item)->string : "");
}

struct text json_string(const struct json *item)
{
	return text_of(cJSON_IsString(node(item)) ? node(item)->valuestring : "");
}

static const struct json_format *const formats[] = {
	&json_disconnect, &json_disconnect_entities,
	&json_duckduckgo, &json_misp,
	&json_stix,       &json_adguard,
	&json_services,   &json_xray,
	&json_asn,
};

#define FORMATS (sizeof formats / sizeof *formats)

const char *json_format_name(size_t index)
{
	return index < FORMATS ? formats[index]->name : NULL;
}

const struct json_format *json_format_find(const char *name, const struct json *root)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (name != NULL ? strcmp(formats[i]->name, name) == 0 : formats[i]->claims(root))
			return formats[i];
	return NULL;
}

void json_element(struct feed_reader *reader)
{
	reader->line++;
	reader->counts->lines++;
}

void json_name(struct feed_reader *reader, struct text name, const struct row *row)
{
	json_element(reader);
	if (text_starts(name, "."))
		name = text_skip(name, 1);
	reader_name_or_network(reader, name, row);
}
