/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"

#include "dissect/hpack.h"

/* RFC 9113, sections 4.1 and 6 */
enum { FRAME_HEADERS = 1, FRAME_CONTINUATION = 9 };
enum { END_HEADERS = 0x04, PADDED = 0x08, PRIORITY = 0x20 };

struct frame {
	uint8_t type, flags;
	uint32_t stream;
	struct slice payload;
};

/* What is needed from one frame to the next. */
struct connection {
	struct hpack_table table;
	struct scratch *text;
	struct h2c_requests *out;
	bool is_block_open; /* HEADERS came without END_HEADERS */
	uint32_t stream;    /* of the open block */
	size_t block_at;    /* where in `text` it begins */
};

static enum parse check_preface(struct reader *r)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	size_t len = sizeof preface - 1;
	struct slice head = slice_head(r->rest, len);

	if (head.len > 0 && memcmp(head.ptr, preface, head.len) != 0)
		return PARSE_FOREIGN;
	read_bytes(r, len);
	return r->state;
}

static struct frame read_frame(struct reader *r)
{
	struct frame frame = { 0 };
	size_t len = read_u24(r);

	frame.type = read_u8(r);
	frame.flags = read_u8(r);
	frame.stream = read_u32(r) & 0x7fffffff;
	frame.payload = read_bytes(r, len);
	return frame;
}

/* RFC 9113, section 6.2: the fragment between the priority and the padding. */
static enum parse read_fragment(const struct frame *frame, struct slice *fragment)
{
	struct reader r = reader_whole(frame->payload);
	size_t padding = frame->flags & PADDED ? read_u8(&r) : 0;

	if (frame->flags & PRIORITY)
		read_bytes(&r, 5);
	if (padding > r.rest.len)
		return PARSE_BROKEN;
	*fragment = slice_head(r.rest, r.rest.len - padding);
	return r.state;
}

static bool is_named(const struct hpack_field *field, const char *name, size_t len)
{
	return field->name.text.len == len && memcmp(field->name.text.ptr, name, len) == 0;
}

/* A block without a method is a trailer; it is read for what it does to the table. */
static enum parse read_block_fields(struct connection *c, struct slice bytes)
{
	struct reader block = reader_whole(bytes);
	struct slice authority = { 0 }, path = { 0 }, host = { 0 };
	bool is_request = false;

	for (struct hpack_field field; hpack_next(&c->table, &block, &field);) {
		if (is_named(&field, ":method", 7))
			is_request = true;
		else if (is_named(&field, ":authority", 10))
			authority = field.value.text;
		else if (is_named(&field, ":path", 5))
			path = field.value.text;
		else if (is_named(&field, "host", 4))
			host = field.value.text;
	}
	if (block.state == PARSE_OK && is_request && c->out->count < H2C_REQUESTS_MAX) {
		c->out->authority[c->out->count] = authority.len > 0 ? authority : host;
		c->out->path[c->out->count++] = path;
	}
	return block.state;
}

static enum parse append_fragment(struct connection *c, struct slice fragment)
{
	struct scratch *text = c->text;

	if (fragment.len > text->room - text->used)
		return PARSE_BROKEN;
	if (fragment.len > 0)
		memcpy(text->ptr + text->used, fragment.ptr, fragment.len);
	text->used += fragment.len;
	return PARSE_OK;
}

/* Nothing may stand between HEADERS and its CONTINUATIONs, so the fragments meet in `text`. */
static enum parse read_headers(struct connection *c, const struct frame *frame)
{
	struct slice fragment = { 0 };
	enum parse answer = read_fragment(frame, &fragment);

	if (answer != PARSE_OK)
		return answer;
	if (frame->flags & END_HEADERS)
		return read_block_fields(c, fragment);
	c->is_block_open = true;
	c->stream = frame->stream;
	c->block_at = c->text->used;
	return append_fragment(c, fragment);
}

static enum parse read_continuation(struct connection *c, const struct frame *frame)
{
	enum parse answer = append_fragment(c, frame->payload);

	if (answer != PARSE_OK || !(frame->flags & END_HEADERS))
		return answer;
	c->is_block_open = false;
	return read_block_fields(
	        c, (struct slice){ c->text->ptr + c->block_at, c->text->used - c->block_at });
}

static enum parse handle_frame(struct connection *c, const struct frame *frame)
{
	bool is_continuation = frame->type == FRAME_CONTINUATION;

	if (is_continuation != c->is_block_open || (is_continuation && frame->stream != c->stream))
		return PARSE_BROKEN;
	if (is_continuation)
		return read_continuation(c, frame);
	return frame->type == FRAME_HEADERS ? read_headers(c, frame) : PARSE_OK;
}

enum parse dissect_h2c(struct slice stream, struct scratch *text, struct h2c_requests *out)
{
	struct reader r = reader_stream(stream);
	struct connection c;

	out->count = 0;
	text->used = 0;
	hpack_start(&c.table, text);
	c.text = text;
	c.out = out;
	c.is_block_open = false;

	enum parse answer = check_preface(&r);

	while (answer == PARSE_OK && reader_more(&r) && out->count < H2C_REQUESTS_MAX) {
		struct frame frame = read_frame(&r);

		answer = r.state == PARSE_OK ? handle_frame(&c, &frame) : r.state;
	}
	if (answer == PARSE_OK && (out->count == 0 || c.is_block_open))
		return PARSE_SHORT;
	return answer;
}
