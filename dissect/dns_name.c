/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns_name.h"

enum {
	LABEL_MAX = 63,
	NAME_MAX = 254,  /* octets on the wire without the root: RFC 1035, section 2.3.4 */
	POINTER = 0xc0,  /* two top bits set: RFC 1035, section 4.1.4 */
	JUMPS_MAX = 127, /* a name has no more labels, so more pointers than that are an attack */
	FORWARDS_MAX = 1,
	ESCAPED = 4, /* characters of \DDD */
	PLAIN_FIRST = 0x20,
	PLAIN_COUNT = 0x60,
};

/* What stands in a name for an octet from 0x20 on; 0: its \DDD. */
static const char plain[PLAIN_COUNT] = {
	0,   '!', '"', '#', '$', '%', '&', '\'', '(', ')', '*', '+', ',', '-', 0,   '/',
	'0', '1', '2', '3', '4', '5', '6', '7',  '8', '9', ':', ';', '<', '=', '>', '?',
	'@', 'a', 'b', 'c', 'd', 'e', 'f', 'g',  'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w',  'x', 'y', 'z', '[', 0,   ']', '^', '_',
	'`', 'a', 'b', 'c', 'd', 'e', 'f', 'g',  'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w',  'x', 'y', 'z', '{', '|', '}', '~', 0,
};

/* A name while it is spelled into the message's text. */
struct spelling {
	char *text;
	size_t len, room;
	size_t octets;
	bool is_full;
};

static size_t spell_octet(char *text, uint8_t octet)
{
	char c = octet >= PLAIN_FIRST && octet < PLAIN_FIRST + PLAIN_COUNT
	                 ? plain[octet - PLAIN_FIRST]
	                 : 0;

	if (c != 0) {
		text[0] = c;
		return 1;
	}
	text[0] = '\\';
	text[1] = (char)('0' + octet / 100);
	text[2] = (char)('0' + octet / 10 % 10);
	text[3] = (char)('0' + octet % 10);
	return ESCAPED;
}

/* Makes sure of `len` characters more, and puts the dot before all labels but the first. */
static bool spell_next(struct spelling *s, size_t len)
{
	if (s->is_full || len + 1 > s->room - s->len) {
		s->is_full = true;
		return false;
	}
	if (s->len > 0)
		s->text[s->len++] = '.';
	return true;
}

static void spell_label(struct spelling *s, struct slice label)
{
	s->octets += 1 + label.len;
	if (!spell_next(s, label.len * ESCAPED))
		return;

	char *text = s->text + s->len;

	for (size_t i = 0; i < label.len; i++)
		text += spell_octet(text, label.ptr[i]);
	s->len = (size_t)(text - s->text);
}

static void spell_known(struct spelling *s, const struct dns_name_known *known)
{
	s->octets += known->octets;
	if (known->octets == 0 || !spell_next(s, known->name.len))
		return;
	memcpy(s->text + s->len, known->name.ptr, known->name.len);
	s->len += known->name.len;
}

/* Appends labels until the root (false) or until a pointer, whose target it gives (true). */
static bool read_labels(struct reader *r, struct spelling *s, size_t *target)
{
	for (uint8_t length = read_u8(r); length > 0; length = read_u8(r)) {
		if (length >= POINTER) {
			*target = (size_t)(length - POINTER) << 8 | read_u8(r);
			return r->state == PARSE_OK;
		}
		struct slice label = read_bytes(r, length);

		if (length > LABEL_MAX || s->octets + 1 + length > NAME_MAX) {
			reader_fail(r, PARSE_BROKEN);
			return false;
		}
		spell_label(s, label);
	}
	return false;
}

static const struct dns_name_known *find_known(const struct dns_names *names, size_t at)
{
	for (size_t i = 0; i < names->known_count; i++)
		if (names->known[i].at == at)
			return &names->known[i];
	return NULL;
}

static void remember(struct dns_names *names, size_t at, size_t octets, struct slice name)
{
	if (names->known_count < DNS_NAMES_KNOWN_MAX)
		names->known[names->known_count++] = (struct dns_name_known){ at, octets, name };
}

/*
 * Follows pointers to the name's end, or to a name that is known. Each must lead before the labels
 * that it ends, so the walk ends; the count keeps a long chain from being walked for each record.
 * One that leads forwards is allowed for a name: RFC 1035 says "a prior occurrence", but public
 * resolvers follow it and answer, so who asks like that hides a name from whoever does not.
 */
static const struct dns_name_known *follow(struct dns_names *names, struct reader *r,
                                           struct spelling *s, size_t start, size_t target)
{
	bool jump = true;
	int forwards = 0;

	for (int jumps = 0; jump && r->state == PARSE_OK; jumps++) {
		const struct dns_name_known *known = find_known(names, target);

		forwards += target >= start;
		if (forwards > FORWARDS_MAX || jumps == JUMPS_MAX || target >= names->message.len) {
			reader_fail(r, PARSE_BROKEN);
			return NULL;
		}
		if (known != NULL)
			return known;
		start = target;

		struct reader earlier = reader_whole(slice_skip(names->message, start));

		jump = read_labels(&earlier, s, &target);
		if (earlier.state != PARSE_OK)
			reader_fail(r, earlier.state);
	}
	return NULL;
}

bool dns_name_read(struct dns_names *names, struct reader *r, struct slice *name)
{
	struct dns_message *out = names->out;
	struct spelling s = { .text = out->text + out->text_len,
		              .room = DNS_TEXT_MAX - out->text_len };
	size_t start = reader_more(r) ? (size_t)(r->rest.ptr - names->message.ptr) : 0;
	size_t target = 0;
	const struct dns_name_known *known = NULL;

	*name = (struct slice){ (const uint8_t *)s.text, 0 };
	if (read_labels(r, &s, &target))
		known = follow(names, r, &s, start, target);
	if (r->state == PARSE_OK && known != NULL && s.octets == 0) {
		*name = known->name;
		return true;
	}
	if (known != NULL)
		spell_known(&s, known);
	if (s.octets > NAME_MAX)
		reader_fail(r, PARSE_BROKEN);
	if (r->state != PARSE_OK || s.is_full)
		return false;
	name->len = s.len;
	out->text_len += s.len;
	remember(names, start, s.octets, *name);
	return true;
}

void dns_name_skip(struct reader *r)
{
	size_t octets = 0;

	for (uint8_t length = read_u8(r); length > 0; length = read_u8(r)) {
		if (length >= POINTER) {
			read_u8(r);
			return;
		}
		octets += (size_t)length + 1;
		read_bytes(r, length);
		if (length > LABEL_MAX || octets > NAME_MAX)
			reader_fail(r, PARSE_BROKEN);
	}
}
