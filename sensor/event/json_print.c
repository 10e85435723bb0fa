/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/json_print.h"

#include <cjson/cJSON.h>
#include <string.h>

struct page {
	char *at, *end;
	bool is_full;
};

static void put(struct page *p, const char *bytes, size_t len)
{
	if (len > (size_t)(p->end - p->at)) {
		p->is_full = true;
		return;
	}
	memcpy(p->at, bytes, len);
	p->at += len;
}

static void put_char(struct page *p, char c)
{
	put(p, &c, 1);
}

/* RFC 8259, section 7: what must not stand in a string as it is; the NUL ends ours. */
static bool is_special(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

static void put_escape(struct page *p, unsigned char c)
{
	static const char digits[] = "0123456789abcdef", plain[] = "\"\\\b\f\n\r\t",
	                  letters[] = "\"\\bfnrt";
	const char *found = strchr(plain, c);

	put_char(p, '\\');
	if (found != NULL) {
		put_char(p, letters[found - plain]);
		return;
	}
	put(p, "u00", 3);
	put_char(p, digits[c >> 4]);
	put_char(p, digits[c & 15]);
}

static void put_string(struct page *p, const char *text)
{
	put_char(p, '"');
	while (text != NULL && *text != '\0') {
		size_t len = 0;

		while (!is_special((unsigned char)text[len]))
			len++;
		put(p, text, len);
		text += len;
		if (*text != '\0')
			put_escape(p, (unsigned char)*text++);
	}
	put_char(p, '"');
}

/* The kind stands in the lowest byte; above it whose memory it is. */
static int kind_of(const cJSON *item)
{
	return item->type & 0xff;
}

static void put_word(struct page *p, const char *word)
{
	put(p, word, strlen(word));
}

static void put_leaf(struct page *p, const cJSON *item)
{
	switch (kind_of(item)) {
	case cJSON_String:
		put_string(p, item->valuestring);
		break;
	case cJSON_Raw:
		put_word(p, item->valuestring);
		break;
	case cJSON_True:
		put_word(p, "true");
		break;
	case cJSON_False:
		put_word(p, "false");
		break;
	default:
		put_word(p, "null");
	}
}

/* As deep as an event is nested, which its maker decides. */
static void put_item(struct page *p, const cJSON *item)
{
	bool is_object = kind_of(item) == cJSON_Object;

	if (!is_object && kind_of(item) != cJSON_Array) {
		put_leaf(p, item);
		return;
	}
	put_char(p, is_object ? '{' : '[');
	for (const cJSON *child = item->child; child != NULL; child = child->next) {
		if (is_object) {
			put_string(p, child->string);
			put_char(p, ':');
		}
		put_item(p, child);
		if (child->next != NULL)
			put_char(p, ',');
	}
	put_char(p, is_object ? '}' : ']');
}

bool json_print(const cJSON *root, char *text, size_t room, size_t *len)
{
	struct page p = { .at = text, .end = text + room };

	put_item(&p, root);
	*len = (size_t)(p.at - text);
	return !p.is_full;
}
