/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/retro/copy.h"

enum { DEPTH_MAX = 8 };

static bool is_plain(struct text key)
{
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] <= ' ' || key.ptr[i] > '~')
			return false;
	return key.len > 0;
}

static void copy_number(struct cJSON *parent, const char *key, const struct json *value)
{
	double number = json_decimal(value);
	uint64_t count;

	if (json_number(value, &count))
		json_put_count(parent, key, count);
	else if (number >= -9007199254740992.0 && number < 0 && (double)(int64_t)number == number)
		json_put_signed(parent, key, (int64_t)number);
	else
		json_put_decimal(parent, key, number);
}

static void copy(struct cJSON *parent, const char *key, const struct json *value, unsigned depth)
{
	if (json_is_string(value)) {
		struct text text = json_string(value);

		json_put_wire(parent, key, (struct slice){ (const uint8_t *)text.ptr, text.len },
		              WIRE_NAME);
	} else if (json_is_bool(value)) {
		json_put_bool(parent, key, json_is_true(value));
	} else if (json_is_object(value) || json_is_array(value)) {
		bool is_array = json_is_array(value);
		struct cJSON *inside = is_array ? json_array() : json_object();
		const struct json *item = depth < DEPTH_MAX ? json_first(value) : NULL;

		for (; item != NULL; item = json_next(item))
			if (is_array || is_plain(json_key(item)))
				copy(inside, is_array ? NULL : json_key(item).ptr, item, depth + 1);
		json_put(parent, key, inside);
	} else if (json_is_number(value)) {
		copy_number(parent, key, value);
	}
}

void json_copy(struct cJSON *parent, const char *key, const struct json *value)
{
	if (value != NULL)
		copy(parent, key, value, 0);
}
