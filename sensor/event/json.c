/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/json.h"

#include "sensor/digest.h"
#include "sensor/event/address_text.h"
#include "sensor/event/json_arena.h"
#include "sensor/event/json_print.h"
#include "sensor/event/time_text.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

enum { LINE_SIZE = 16 * 1024, LINE_KEPT = 256 * 1024, NUMBER_MAX = 24 };

struct json_line {
	struct json_arena arena;
	cJSON *root;
	char *line;
	size_t line_size, line_len;
};

/* The arena of the line that this thread is at. cJSON's hooks have no argument to bring it in. */
static _Thread_local struct json_arena *current;

static void *take(size_t size)
{
	return current != NULL ? json_arena_take(current, size) : malloc(size);
}

static void give_back(void *memory)
{
	if (current == NULL)
		free(memory);
}

static void set_hooks(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = take, .free_fn = give_back });
}

struct json_line *json_line_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct json_line *j = calloc(1, sizeof *j);

	if (j == NULL || pthread_once(&once, set_hooks) == 0)
		return j;
	free(j);
	return NULL;
}

void json_line_free(struct json_line *j)
{
	if (j == NULL)
		return;
	json_arena_free(&j->arena);
	free(j->line);
	free(j);
}

struct cJSON *json_line_begin(struct json_line *j)
{
	json_arena_reset(&j->arena);
	current = &j->arena;
	j->root = cJSON_CreateObject();
	return j->root;
}

static bool resize_line(struct json_line *j, size_t size)
{
	free(j->line);
	j->line = malloc(size);
	j->line_size = j->line != NULL ? size : 0;
	return j->line != NULL;
}

/* Grown until the line fits; values are bounded, so it ends long before. */
static bool print_line(struct json_line *j)
{
	if ((j->line_size == 0 || j->line_size > LINE_KEPT) && !resize_line(j, LINE_SIZE))
		return false;
	while (!json_print(j->root, j->line, j->line_size - 1, &j->line_len))
		if (j->line_size > INT_MAX / 2 || !resize_line(j, 2 * j->line_size))
			return false;
	j->line[j->line_len] = '\0';
	return true;
}

struct slice json_line_end(struct json_line *j)
{
	bool ok = !j->arena.failed && print_line(j);

	current = NULL;
	if (!ok)
		return (struct slice){ 0 };
	return (struct slice){ (const uint8_t *)j->line, j->line_len };
}

struct cJSON *json_object(void)
{
	return cJSON_CreateObject();
}

struct cJSON *json_array(void)
{
	return cJSON_CreateArray();
}

static void put_item(cJSON *parent, const char *key, cJSON *item)
{
	if (key != NULL)
		(void)cJSON_AddItemToObjectCS(parent, key, item);
	else
		(void)cJSON_AddItemToArray(parent, item);
}

void json_put(struct cJSON *parent, const char *key, struct cJSON *child)
{
	if (child != NULL && child->child != NULL)
		put_item(parent, key, child);
}

/* A copy in the arena, with a NUL. */
static char *copy(struct slice text)
{
	char *memory = cJSON_malloc(text.len + 1);

	if (memory == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(memory, text.ptr, text.len);
	memory[text.len] = '\0';
	return memory;
}

static void put_copy(cJSON *parent, const char *key, const char *text, size_t len)
{
	put_item(parent, key,
	         cJSON_CreateStringReference(copy((struct slice){ (const uint8_t *)text, len })));
}

void json_put_wire(struct cJSON *parent, const char *key, struct slice bytes, enum wire_form form)
{
	if (bytes.len == 0)
		return;
	size_t len = wire_text_len(bytes, form);
	char *text = cJSON_malloc(len + 1);

	if (text == NULL)
		return;
	wire_text(bytes, form, text);
	text[len] = '\0';
	put_item(parent, key, cJSON_CreateStringReference(text));
}

void json_put_string(struct cJSON *parent, const char *key, const char *string)
{
	if (string != NULL)
		json_put_wire(parent, key,
		              (struct slice){ (const uint8_t *)string, strlen(string) },
		              WIRE_BYTES);
}

void json_put_word(struct cJSON *parent, const char *key, const char *literal)
{
	if (literal != NULL && literal[0] != '\0')
		put_item(parent, key, cJSON_CreateStringReference(literal));
}

/* A number as text: cJSON has only doubles. The node is a string that is printed without quotes. */
static void put_number(cJSON *parent, const char *key, const char *text, size_t len)
{
	cJSON *item =
	        cJSON_CreateStringReference(copy((struct slice){ (const uint8_t *)text, len }));

	if (item == NULL)
		return;
	item->type = cJSON_Raw | cJSON_IsReference;
	put_item(parent, key, item);
}

/* Writes backwards, so that it ends at `end`. */
static char *digits_before(char *end, uint64_t number)
{
	do {
		*--end = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return end;
}

void json_put_count(struct cJSON *parent, const char *key, uint64_t count)
{
	char text[NUMBER_MAX];
	const char *begin = digits_before(text + sizeof text, count);

	put_number(parent, key, begin, (size_t)(text + sizeof text - begin));
}

void json_put_some(struct cJSON *parent, const char *key, uint64_t count)
{
	if (count > 0)
		json_put_count(parent, key, count);
}

void json_put_signed(struct cJSON *parent, const char *key, int64_t number)
{
	char text[NUMBER_MAX];
	uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char *begin = digits_before(text + sizeof text, size);

	if (number < 0)
		*--begin = '-';
	put_number(parent, key, begin, (size_t)(text + sizeof text - begin));
}

void json_put_decimal(struct cJSON *parent, const char *key, double number)
{
	char text[NUMBER_MAX];
	double size = number < 0 ? -number : number;

	if (!(size < 1e12)) /* NaN too */
		return;
	uint64_t parts = (uint64_t)(size * 10000 + 0.5);
	uint64_t fraction = parts % 10000;
	char *end = text + sizeof text, *begin = end;

	for (unsigned place = 0; place < 4; place++, fraction /= 10)
		*--begin = (char)('0' + fraction % 10);
	*--begin = '.';
	begin = digits_before(begin, parts / 10000);
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	if (number < 0 && parts > 0)
		*--begin = '-';
	put_number(parent, key, begin, (size_t)(end - begin));
}

void json_put_bool(struct cJSON *parent, const char *key, bool value)
{
	put_item(parent, key, cJSON_CreateBool(value));
}

void json_put_time(struct cJSON *parent, const char *key, uint64_t time_ns)
{
	char text[TIME_TEXT_MAX];

	if (time_ns > 0)
		put_copy(parent, key, text, time_text(time_ns, text));
}

void json_put_time_utc(struct cJSON *parent, const char *key, uint64_t time_ns)
{
	static const char offset[] = "+0000";
	char text[TIME_TEXT_MAX];

	if (time_ns == 0)
		return;
	size_t len = time_text(time_ns, text) - (sizeof offset - 1);

	text[len++] = 'Z';
	put_copy(parent, key, text, len);
}

void json_put_address(struct cJSON *parent, const char *key, const uint8_t address[16])
{
	char text[ADDRESS_TEXT_MAX];

	put_copy(parent, key, text, address_text(address, text));
}

void json_put_mac(struct cJSON *parent, const char *key, const uint8_t mac[6])
{
	char text[MAC_TEXT_MAX];

	put_copy(parent, key, text, mac_text(mac, text));
}

void json_put_hex(struct cJSON *parent, const char *key, struct slice bytes)
{
	char text[2 * SHA256_LEN + 1];

	bytes = slice_head(bytes, SHA256_LEN);
	hex_text(bytes, text);
	put_copy(parent, key, text, 2 * bytes.len);
}

static cJSON *find_child(cJSON *parent, struct slice name)
{
	for (cJSON *child = parent != NULL ? parent->child : NULL; child != NULL;
	     child = child->next)
		if (strlen(child->string) == name.len &&
		    memcmp(child->string, name.ptr, name.len) == 0)
			return child;
	return NULL;
}

struct cJSON *json_nested(struct cJSON *parent, struct slice name)
{
	cJSON *child = find_child(parent, name);

	if (child != NULL)
		return cJSON_IsObject(child) ? child : NULL;
	const char *key = copy(name);

	child = cJSON_CreateObject();
	if (key == NULL || child == NULL)
		return NULL;
	put_item(parent, key, child);
	return child;
}

void json_put_named_count(struct cJSON *parent, struct slice name, uint64_t count)
{
	const char *key = copy(name);

	if (key != NULL && find_child(parent, name) == NULL)
		json_put_count(parent, key, count);
}
