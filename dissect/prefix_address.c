/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as text, to tell them from names. */
#include "dissect/prefix_rows.h"

enum { GROUPS = 8, NO_GAP = GROUPS + 1 };

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four decimal numbers, to `at`. */
static bool read_dotted(struct slice text, uint8_t *at)
{
	unsigned value = 0;
	size_t digits = 0, parts = 0;

	for (size_t i = 0; i <= text.len; i++) {
		bool is_end = i == text.len || text.ptr[i] == '.';

		if (is_end && (digits == 0 || parts == 4))
			return false;
		if (is_end) {
			at[parts++] = (uint8_t)value;
			value = 0;
			digits = 0;
			continue;
		}
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || ++digits > 3)
			return false;
		value = value * 10 + (unsigned)(text.ptr[i] - '0');
		if (value > 255)
			return false;
	}
	return parts == 4;
}

bool prefix_ipv4_text(struct slice text, uint8_t address[16])
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	return read_dotted(text, address + 12);
}

/* One group of one to four digits at the head of `text`; how many digits. */
static size_t read_group(struct slice text, uint16_t *group)
{
	size_t digits = 0;

	*group = 0;
	while (digits < text.len && digits < 4 && hex_value(text.ptr[digits]) >= 0)
		*group = (uint16_t)(*group << 4 | hex_value(text.ptr[digits++]));
	return digits;
}

/* An IPv6 address while it is read: `gap` is where "::" stands among the groups. */
struct groups {
	uint8_t *address;
	size_t count, gap;
};

/* A group, or an IPv4 address in place of the last two. */
static bool put_group(struct slice *text, struct groups *g)
{
	uint8_t *at = g->address + 2 * g->count;
	uint16_t group;

	if (g->count + 2 <= GROUPS && read_dotted(*text, at)) {
		*text = slice_skip(*text, text->len);
		g->count += 2;
		return true;
	}
	size_t digits = read_group(*text, &group);

	if (digits == 0 || g->count == GROUPS)
		return false;
	at[0] = (uint8_t)(group >> 8);
	at[1] = (uint8_t)group;
	*text = slice_skip(*text, digits);
	g->count++;
	return true;
}

/* A group with the colon behind it, or the second colon of "::". */
static bool read_piece(struct slice *text, struct groups *g)
{
	if (text->ptr[0] == ':') {
		bool is_first = g->gap == NO_GAP;

		g->gap = g->count;
		*text = slice_skip(*text, 1);
		return is_first;
	}
	if (!put_group(text, g))
		return false;
	if (text->len == 0)
		return true;
	bool goes_on = text->ptr[0] == ':' && text->len > 1;

	*text = slice_skip(*text, 1);
	return goes_on;
}

/* Moves the groups behind the gap to the end. */
static bool close_gap(const struct groups *g)
{
	size_t behind = 2 * (g->count - g->gap);

	if (g->count >= GROUPS)
		return false;
	memmove(g->address + 16 - behind, g->address + 2 * g->gap, behind);
	memset(g->address + 2 * g->gap, 0, 2 * (GROUPS - g->count));
	return true;
}

bool prefix_ipv6_text(struct slice text, uint8_t address[16])
{
	struct groups g = { address, 0, NO_GAP };

	if (text.len > 0 && text.ptr[0] == ':') {
		text = slice_skip(text, 1);
		if (text.len == 0 || text.ptr[0] != ':')
			return false;
	}
	while (text.len > 0)
		if (!read_piece(&text, &g))
			return false;
	return g.gap == NO_GAP ? g.count == GROUPS : close_gap(&g);
}

struct slice prefix_name(struct slice host)
{
	uint8_t address[16];
	bool is_address = (host.len > 0 && host.ptr[0] == '[') || prefix_ipv4_text(host, address) ||
	                  prefix_ipv6_text(host, address);

	if (is_address)
		return (struct slice){ 0 };
	return host;
}
