/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_JSON_H
#define SENSOR_EVENT_JSON_H

#include "sensor/event/wire_text.h"

/*
 * One line of JSON in the making, whatever its shape. json.c is the one file in sensor/ that
 * knows cJSON.
 *
 * cJSON takes memory through hooks that belong to the whole process. Ours give, to a thread that is
 * between json_line_begin() and json_line_end(), memory of that line's arena (which is reset at the
 * next json_line_begin(), so that nothing is ever freed singly), and malloc's to everybody else.
 * Which of the two is a thread-local pointer, so any number of threads make JSON at once, and other
 * users of cJSON (the readers of feeds) notice nothing. The hooks are set by the first
 * json_line_new(): it must come before other threads use cJSON.
 */
struct json_line;
struct cJSON; /* an object or an array; lives until the next json_line_begin() */

struct json_line *json_line_new(void);
void json_line_free(struct json_line *);

/* The object that the line is. Nodes are made and put between these two calls, by the same thread.
 */
struct cJSON *json_line_begin(struct json_line *);
/* The line, without newline; it lives until the next json_line_end(). Empty when memory is out. */
struct slice json_line_end(struct json_line *);

/*
 * What is put into an object has a key, a literal; into an array, NULL. What is absent (NULL, an
 * empty text, an empty object or array) is not put at all.
 */
struct cJSON *json_object(void);
struct cJSON *json_array(void);
void json_put(struct cJSON *parent, const char *key, struct cJSON *child);

void json_put_wire(struct cJSON *parent, const char *key, struct slice bytes, enum wire_form form);
void json_put_string(struct cJSON *parent, const char *key, const char *string);
/* A word of ours, which lives for ever and is UTF-8. */
void json_put_word(struct cJSON *parent, const char *key, const char *literal);

/* Exactly as given, also past 2^53. */
void json_put_count(struct cJSON *parent, const char *key, uint64_t count);
void json_put_some(struct cJSON *parent, const char *key, uint64_t count); /* absent when 0 */
void json_put_signed(struct cJSON *parent, const char *key, int64_t number);
/* With at most four decimals, the same on every machine and in every locale; no NaN, no infinity.
 */
void json_put_decimal(struct cJSON *parent, const char *key, double number);
void json_put_bool(struct cJSON *parent, const char *key, bool value);

void json_put_time(struct cJSON *parent, const char *key, uint64_t time_ns); /* absent when 0 */
/* The same as RFC 3339 writes it, with a Z: ECS. */
void json_put_time_utc(struct cJSON *parent, const char *key, uint64_t time_ns);
void json_put_address(struct cJSON *parent, const char *key, const uint8_t address[16]);
void json_put_mac(struct cJSON *parent, const char *key, const uint8_t mac[6]);
void json_put_hex(struct cJSON *parent, const char *key, struct slice bytes);

/* The object of this name in `parent`, made when there is none. NULL: the name is something else.
 */
struct cJSON *json_nested(struct cJSON *parent, struct slice name);
/* As json_put_count(), with a key that is copied. */
void json_put_named_count(struct cJSON *parent, struct slice name, uint64_t count);

#endif
