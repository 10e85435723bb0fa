/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"

#include "dissect/http_head.h"

enum { METHOD_MAX = 32, VERSION_LEN = 8, STATUS_LEN = 3 };

/* Token characters (RFC 9110, section 5.6.2) but lower case, which no registered method has. */
static bool is_method(uint8_t c, size_t at)
{
	if (c >= 'A' && c <= 'Z')
		return true;
	return at > 0 && ((c >= '0' && c <= '9') || memchr("!#$%&'*+-.^_`|~", c, 15) != NULL);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* RFC 9112, section 2.2: an empty line before the request is passed over. */
static void skip_empty_lines(struct reader *r)
{
	while (reader_more(r) && (r->rest.ptr[0] == '\r' || r->rest.ptr[0] == '\n'))
		read_u8(r);
}

/* Looks at the method, so that what is no request is told from one before its first line ends. */
static struct slice read_method(struct reader *r)
{
	size_t len = 0;

	while (len < r->rest.len && len <= METHOD_MAX && is_method(r->rest.ptr[len], len))
		len++;
	if (len > METHOD_MAX || (len < r->rest.len && (len == 0 || !is_space(r->rest.ptr[len]))))
		reader_fail(r, PARSE_FOREIGN);
	else if (len == r->rest.len)
		reader_fail(r, r->at_end);
	return read_bytes(r, r->state == PARSE_OK ? len : 0);
}

/* "HTTP/1." and a digit */
static bool is_version(struct slice s)
{
	return s.len == VERSION_LEN && memcmp(s.ptr, "HTTP/1.", VERSION_LEN - 1) == 0 &&
	       s.ptr[VERSION_LEN - 1] >= '0' && s.ptr[VERSION_LEN - 1] <= '9';
}

/* "/path", asked for by a method of browsers: of words and lines only HTTP begins so. */
static bool is_plain_path(struct slice method, struct slice line)
{
	while (line.len > 0 && is_space(line.ptr[0]))
		line = slice_skip(line, 1);
	return line.len > 0 && line.ptr[0] == '/' &&
	       (http_is_word(method, "get") || http_is_word(method, "post") ||
	        http_is_word(method, "head"));
}

/*
 * RFC 9112, section 3: what stands between the method and the version, spaces that a client left
 * in it included. No version is HTTP/0.9, or another protocol of words and lines; but some clients
 * forget it and send a head all the same, which servers answer.
 */
static struct slice read_target(struct reader *r, struct slice method, bool *has_version)
{
	struct slice line = http_line(r);
	size_t version_at = line.len;

	while (version_at > 0 && !is_space(line.ptr[version_at - 1]))
		version_at--;
	*has_version = is_version(slice_skip(line, version_at));
	if (r->state == PARSE_OK && !*has_version && !is_plain_path(method, line))
		reader_fail(r, PARSE_FOREIGN);
	if (r->state != PARSE_OK)
		return (struct slice){ 0 };
	line.len = *has_version ? version_at : line.len;
	while (line.len > 0 && is_space(line.ptr[line.len - 1]))
		line.len--;
	while (line.len > 0 && is_space(line.ptr[0]))
		line = slice_skip(line, 1);
	return line;
}

/* Bytes up to the first of `ends`. */
static struct slice head_until(struct slice s, const char *ends, size_t end_count)
{
	size_t len = 0;

	while (len < s.len && memchr(ends, s.ptr[len], end_count) == NULL)
		len++;
	return slice_head(s, len);
}

/* Of "http://user:password@host:port/path" the host and port (RFC 3986, section 3.2); else empty.
 */
static struct slice target_authority(struct slice target)
{
	struct slice scheme = head_until(target, ":/?#", 4);
	struct slice rest = slice_skip(target, scheme.len);

	if (scheme.len == 0 || rest.len < 3 || memcmp(rest.ptr, "://", 3) != 0)
		return (struct slice){ 0 };
	struct slice authority = head_until(slice_skip(rest, 3), "/?#", 3);
	size_t host_at = authority.len;

	while (host_at > 0 && authority.ptr[host_at - 1] != '@')
		host_at--;
	return slice_skip(authority, host_at);
}

static struct slice request_host(const struct http_request *request, struct slice host_field)
{
	bool is_path = request->target.len > 0 && request->target.ptr[0] == '/';
	struct slice host = request->is_connect && !is_path ? request->target
	                                                    : target_authority(request->target);

	return host.len > 0 ? host : host_field;
}

enum parse dissect_http_request(struct slice stream, struct http_request *out)
{
	struct reader r = reader_stream(stream);
	struct http_fields fields = { 0 };
	bool has_version;

	*out = (struct http_request){ 0 };
	skip_empty_lines(&r);
	out->method = read_method(&r);
	out->target = read_target(&r, out->method, &has_version);
	if (r.state != PARSE_OK)
		return r.state;
	out->is_connect = http_is_word(out->method, "connect");
	http_fields_read(&r, &fields);

	if (r.state == PARSE_OK && !has_version && fields.value[HTTP_HOST].len == 0)
		return PARSE_FOREIGN;
	out->host = request_host(out, fields.value[HTTP_HOST]);
	out->referer = fields.value[HTTP_REFERER];
	out->user_agent = fields.value[HTTP_USER_AGENT];
	out->forwarded_for = fields.value[HTTP_FORWARDED_FOR];
	out->content_type = fields.value[HTTP_CONTENT_TYPE];
	out->upgrade = fields.value[HTTP_UPGRADE];
	if (r.state != PARSE_OK)
		return r.state;

	struct http_body body = http_body_of(&fields);
	bool has_no_body = fields.value[HTTP_CONTENT_LENGTH].ptr == NULL &&
	                   fields.value[HTTP_TRANSFER_ENCODING].ptr == NULL;

	out->is_chunked = body.is_chunked;
	out->has_body_length = !out->is_connect && (body.has_length || has_no_body);
	out->body_len = out->has_body_length ? body.len : 0;
	out->head_len = stream.len - r.rest.len;
	return PARSE_OK;
}

/* RFC 9112, section 4. FOREIGN as soon as a byte differs. */
static uint16_t read_status(struct reader *r)
{
	static const char start[] = "HTTP/1.";
	struct slice head = slice_head(r->rest, sizeof start - 1);

	if (head.len > 0 && memcmp(head.ptr, start, head.len) != 0)
		reader_fail(r, PARSE_FOREIGN);

	struct slice line = http_line(r);
	uint16_t status = 0;

	if (r->state != PARSE_OK)
		return 0;
	for (size_t i = 0; i < STATUS_LEN; i++) {
		size_t at = VERSION_LEN + 1 + i;

		if (at >= line.len || line.ptr[at] < '0' || line.ptr[at] > '9')
			reader_fail(r, PARSE_FOREIGN);
		else
			status = (uint16_t)(status * 10 + (line.ptr[at] - '0'));
	}
	return status;
}

/* RFC 9112, section 6.3, rule 1 (but for answers to HEAD, whose question is not here). */
static bool has_no_body(uint16_t status)
{
	return status < 200 || status == 204 || status == 304;
}

enum parse dissect_http_response(struct slice stream, struct http_response *out)
{
	struct reader r = reader_stream(stream);
	struct http_fields fields = { 0 };

	*out = (struct http_response){ 0 };
	out->status = read_status(&r);
	if (r.state != PARSE_OK)
		return r.state;
	http_fields_read(&r, &fields);

	out->location = fields.value[HTTP_LOCATION];
	out->content_type = fields.value[HTTP_CONTENT_TYPE];
	out->server = fields.value[HTTP_SERVER];
	if (r.state != PARSE_OK)
		return r.state;

	struct http_body body = http_body_of(&fields);
	bool is_empty = has_no_body(out->status);

	out->is_chunked = body.is_chunked && !is_empty;
	out->has_body_length = body.has_length || is_empty;
	out->body_len = is_empty ? 0 : body.len;
	out->head_len = stream.len - r.rest.len;
	return PARSE_OK;
}
