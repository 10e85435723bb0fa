/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and fields, as the heads of HTTP/1 requests and responses share them (RFC 9112, section 5).
 */
#include "dissect/http_head.h"

static const char *const field_names[HTTP_FIELDS] = {
	[HTTP_HOST] = "host",
	[HTTP_REFERER] = "referer",
	[HTTP_USER_AGENT] = "user-agent",
	[HTTP_FORWARDED_FOR] = "x-forwarded-for",
	[HTTP_CONTENT_TYPE] = "content-type",
	[HTTP_UPGRADE] = "upgrade",
	[HTTP_CONTENT_LENGTH] = "content-length",
	[HTTP_TRANSFER_ENCODING] = "transfer-encoding",
	[HTTP_LOCATION] = "location",
	[HTTP_SERVER] = "server",
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = slice_skip(s, 1);
	return s;
}

bool http_is_word(struct slice s, const char *lower)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (lower[i] == '\0' || (c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t)lower[i])
			return false;
	}
	return lower[s.len] == '\0';
}

struct slice http_line(struct reader *r)
{
	const uint8_t *end = reader_more(r) ? memchr(r->rest.ptr, '\n', r->rest.len) : NULL;

	if (end == NULL) {
		reader_fail(r, r->at_end);
		return (struct slice){ 0 };
	}
	struct slice line = read_bytes(r, (size_t)(end - r->rest.ptr) + 1);

	while (line.len > 0 && is_blank(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

static struct slice *find_field(struct http_fields *fields, struct slice name)
{
	for (size_t i = 0; i < HTTP_FIELDS; i++)
		if (http_is_word(name, field_names[i]))
			return fields->value[i].ptr == NULL ? &fields->value[i] : NULL;
	return NULL;
}

/* Where the value of `line` goes (NULL: nowhere), and the value. A line without a colon is none. */
static struct slice *begin_field(struct http_fields *fields, struct slice line, struct slice *value)
{
	const uint8_t *colon = memchr(line.ptr, ':', line.len);

	if (colon == NULL)
		return NULL;
	size_t name_len = (size_t)(colon - line.ptr);

	*value = slice_skip(line, name_len + 1);
	return find_field(fields, trim(slice_head(line, name_len)));
}

/* A line that begins with a blank goes on with the value before it: RFC 9112, section 5.2. */
void http_fields_read(struct reader *r, struct http_fields *out)
{
	struct slice *field = NULL;
	struct slice value = { 0 };

	while (r->state == PARSE_OK) {
		bool is_fold = reader_more(r) && (r->rest.ptr[0] == ' ' || r->rest.ptr[0] == '\t');
		struct slice line = http_line(r);

		if (r->state != PARSE_OK || (line.len == 0 && !is_fold))
			return;
		if (!is_fold)
			field = begin_field(out, line, &value);
		else
			value.len = (size_t)(line.ptr + line.len - value.ptr);
		if (field != NULL)
			*field = trim(value);
	}
}

/* One number, perhaps repeated behind commas as proxies join fields. False: no number at all. */
static bool read_length(struct slice s, uint64_t *len)
{
	size_t i = 0;

	*len = 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) {
		if (*len > UINT64_MAX / 10 - 1)
			return false;
		*len = *len * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	return i > 0 && (i == s.len || s.ptr[i] == ',');
}

/* The last coding that was put on is the one that tells the end. */
static bool is_chunked(struct slice codings)
{
	static const char chunked[] = "chunked";
	size_t len = sizeof chunked - 1;

	return codings.len >= len && http_is_word(slice_skip(codings, codings.len - len), chunked);
}

struct http_body http_body_of(const struct http_fields *fields)
{
	struct slice codings = fields->value[HTTP_TRANSFER_ENCODING];
	struct http_body body = { .is_chunked = is_chunked(codings) };

	if (codings.ptr == NULL)
		body.has_length = read_length(fields->value[HTTP_CONTENT_LENGTH], &body.len);
	return body;
}
