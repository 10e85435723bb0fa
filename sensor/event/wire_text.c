/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/wire_text.h"

/* What may follow a first byte: RFC 3629, section 4. Overlong forms, surrogates and what lies
 * beyond U+10FFFF are kept out by the range of the second byte. */
static const struct {
	uint8_t first_low, first_high, second_low, second_high, len;
} sequences[] = {
	{ 0x01, 0x7f, 0, 0, 1 },       /* NUL would end the string */
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, /* */
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, /* */
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, /* */
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, /* */
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, /* */
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, /* */
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, /* */
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 }, /* */
};

static size_t sequence_of(uint8_t first)
{
	size_t i = 0;

	while (i < sizeof sequences / sizeof *sequences &&
	       (first < sequences[i].first_low || first > sequences[i].first_high))
		i++;
	return i;
}

size_t utf8_char(struct slice s)
{
	if (s.len == 0)
		return 0;
	size_t i = sequence_of(s.ptr[0]);

	if (i == sizeof sequences / sizeof *sequences || sequences[i].len > s.len)
		return 0;
	size_t len = sequences[i].len;

	if (len > 1 && (s.ptr[1] < sequences[i].second_low || s.ptr[1] > sequences[i].second_high))
		return 0;
	for (size_t at = 2; at < len; at++)
		if ((s.ptr[at] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Cut to WIRE_TEXT_MAX, but not within a character. */
static struct slice bounded(struct slice s)
{
	if (s.len <= WIRE_TEXT_MAX)
		return s;
	for (size_t back = 1; back < 4; back++) {
		struct slice last = slice_skip(s, WIRE_TEXT_MAX - back);

		if (utf8_char(last) > back)
			return slice_head(s, WIRE_TEXT_MAX - back);
	}
	return slice_head(s, WIRE_TEXT_MAX);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool looks_escaped(struct slice s)
{
	return s.len >= 4 && s.ptr[0] == '\\' && is_digit(s.ptr[1]) && is_digit(s.ptr[2]) &&
	       is_digit(s.ptr[3]);
}

/* Most text is this: it needs no second look. */
static size_t simple_len(struct slice s)
{
	size_t len = 0;

	while (len < s.len && s.ptr[len] - 1U < 0x7f && s.ptr[len] != '\\')
		len++;
	return len;
}

/* Bytes at the head of `s` that are written as they are; 0: the first one is escaped. */
static size_t plain_len(struct slice s, enum wire_form form)
{
	size_t simple = simple_len(s);

	if (simple > 0)
		return simple;
	if (form == WIRE_BYTES && looks_escaped(s))
		return 0;
	return utf8_char(s);
}

size_t wire_text_len(struct slice bytes, enum wire_form form)
{
	size_t len = 0;

	for (struct slice s = bounded(bytes); s.len > 0;) {
		size_t plain = plain_len(s, form);

		len += plain > 0 ? plain : 4;
		s = slice_skip(s, plain > 0 ? plain : 1);
	}
	return len;
}

void wire_text(struct slice bytes, enum wire_form form, char *out)
{
	for (struct slice s = bounded(bytes); s.len > 0;) {
		size_t plain = plain_len(s, form);

		if (plain > 0) {
			memcpy(out, s.ptr, plain);
			out += plain;
			s = slice_skip(s, plain);
			continue;
		}
		*out++ = '\\';
		*out++ = (char)('0' + s.ptr[0] / 100);
		*out++ = (char)('0' + s.ptr[0] / 10 % 10);
		*out++ = (char)('0' + s.ptr[0] % 10);
		s = slice_skip(s, 1);
	}
}
