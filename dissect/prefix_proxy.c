/* SPDX-License-Identifier: Apache-2.0 */
/* haproxy's PROXY protocol, versions 1 and 2: who the client behind a load balancer is. */
#include "dissect/prefix_rows.h"

enum { LINE_MAX = 107, WORDS_MAX = 6 };
enum { VERSION_2 = 0x20, COMMAND_LOCAL = 0, COMMAND_PROXY = 1, TLV_AUTHORITY = 0x02 };

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool read_port(struct slice text, uint16_t *port)
{
	uint32_t value = 0;

	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*port = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* Takes the line up to its CR LF off `r`. */
static struct slice read_line(struct reader *r)
{
	const uint8_t *end = reader_more(r) ? memchr(r->rest.ptr, '\n', r->rest.len) : NULL;
	size_t len = end != NULL ? (size_t)(end - r->rest.ptr) + 1 : r->rest.len;

	if (len > LINE_MAX)
		reader_fail(r, PARSE_FOREIGN);
	else if (end == NULL)
		reader_fail(r, r->at_end);

	struct slice line = read_bytes(r, r->state == PARSE_OK ? len : 0);

	if (line.len > 0 && (line.len < 2 || line.ptr[line.len - 2] != '\r'))
		reader_fail(r, PARSE_FOREIGN);
	return slice_head(line, line.len < 2 ? 0 : line.len - 2);
}

static size_t split_words(struct slice line, struct slice words[WORDS_MAX])
{
	size_t count = 0;

	while (line.len > 0 && count < WORDS_MAX) {
		const uint8_t *space = memchr(line.ptr, ' ', line.len);
		size_t len = space != NULL ? (size_t)(space - line.ptr) : line.len;

		words[count++] = slice_head(line, len);
		line = slice_skip(line, space != NULL ? len + 1 : len);
	}
	return count;
}

/* "PROXY TCP4 source destination port port", or UNKNOWN and anything: sections 2.1 */
void prefix_proxy_1(struct reader *r, struct prefix *out)
{
	struct slice words[WORDS_MAX];

	prefix_expect(r, "PROXY ", 6);

	size_t count = split_words(read_line(r), words);

	if (r->state != PARSE_OK ||
	    (count > 0 && words[0].len == 7 && memcmp(words[0].ptr, "UNKNOWN", 7) == 0))
		return;
	bool is_sound = count == WORDS_MAX - 1 && words[0].len == 4 &&
	                memcmp(words[0].ptr, "TCP", 3) == 0 &&
	                read_port(words[3], &out->client_port);

	if (is_sound && words[0].ptr[3] == '4')
		out->has_client = prefix_ipv4_text(words[1], out->client);
	else if (is_sound && words[0].ptr[3] == '6')
		out->has_client = prefix_ipv6_text(words[1], out->client);
	if (!out->has_client)
		reader_fail(r, PARSE_BROKEN);
}

/* Section 2.2: both addresses, then both ports. Of UNIX sockets nothing is of use. */
static void read_addresses(struct reader *body, uint8_t family, struct prefix *out)
{
	static const size_t address_len[] = { 0, 4, 16 };

	if (family == 3) {
		read_bytes(body, (size_t)2 * 108);
		return;
	}
	if (family == 0 || family >= sizeof address_len / sizeof *address_len)
		return;
	size_t len = address_len[family];
	struct slice source = read_bytes(body, len);

	read_bytes(body, len);
	out->client_port = read_u16(body);
	read_u16(body);
	if (body->state != PARSE_OK)
		return;
	if (len == 4)
		memcpy(out->client, mapped, sizeof mapped);
	memcpy(out->client + 16 - len, source.ptr, len);
	out->has_client = true;
}

/* Section 2.2.2: the name that the client asked the balancer for, where it says so. */
static void read_tlvs(struct reader *body, struct prefix *out)
{
	while (reader_more(body)) {
		uint8_t type = read_u8(body);
		struct reader value = read_block(body, 2);

		if (type == TLV_AUTHORITY)
			out->name = prefix_name(value.rest);
	}
}

void prefix_proxy_2(struct reader *r, struct prefix *out)
{
	prefix_expect(r, "\r\n\r\n\0\r\nQUIT\n", 12);

	uint8_t version = read_u8(r);
	uint8_t family = read_u8(r) >> 4;
	struct slice bytes = read_bytes(r, read_u16(r));
	struct reader body = reader_whole(bytes);

	if (r->state != PARSE_OK)
		return;
	if (version == (VERSION_2 | COMMAND_PROXY)) {
		read_addresses(&body, family, out);
		read_tlvs(&body, out);
	} else if (version != (VERSION_2 | COMMAND_LOCAL)) {
		reader_fail(r, PARSE_BROKEN);
	}
	if (body.state != PARSE_OK)
		reader_fail(r, body.state);
}
