/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/name.h"

#define LABEL_MAX 63
#define NAME_MAX  253

/* What a character is in a host name. RFC 952 and 1123, and the underscore that is in use. */
enum kind { NO_NAME, LETTER, DIGIT, DOT, FOREIGN };

static enum kind kind_of(unsigned char c)
{
	if (c >= 0x80)
		return FOREIGN;
	if (c == '.')
		return DOT;
	if (c >= '0' && c <= '9')
		return DIGIT;
	unsigned char lower = (unsigned char)(c | 0x20);

	return (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' ? LETTER : NO_NAME;
}

static const char *const local_zones[] = { "localdomain", "localhost", "local", "home.arpa" };

/* "localhost.localdomain": every machine's own. */
static bool is_local(struct text name)
{
	for (size_t i = 0; i < sizeof local_zones / sizeof *local_zones; i++) {
		size_t len = strlen(local_zones[i]);

		if (text_ends(name, local_zones[i]) &&
		    (name.len == len || name.ptr[name.len - len - 1] == '.'))
			return true;
	}
	return false;
}

/* Labels of an ASCII name in lower case; FEED_REASONS when all is well. */
static enum feed_reason check_labels(struct text name)
{
	size_t labels = 0;
	bool is_number = true;

	for (struct text rest = name; labels == 0 || rest.ptr[-1] == '.'; labels++) {
		struct text label = text_until(&rest, '.');

		if (label.len == 0 || label.len > LABEL_MAX)
			return FEED_LABEL;
		is_number = true;
		for (size_t i = 0; i < label.len; i++)
			is_number &= kind_of((unsigned char)label.ptr[i]) == DIGIT;
	}
	if (is_number)
		return FEED_ADDRESS;
	return labels < 2 ? FEED_ONE_LABEL : is_local(name) ? FEED_LOCAL : FEED_REASONS;
}

/* Copies in lower case; the worst kind of character that was met. */
static enum kind copy_lower(struct text from, char *out)
{
	bool is_foreign = false;

	for (size_t i = 0; i < from.len; i++) {
		unsigned char c = (unsigned char)from.ptr[i];
		enum kind kind = kind_of(c);

		if (kind == NO_NAME)
			return NO_NAME;
		is_foreign |= kind == FOREIGN;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	out[from.len] = '\0';
	return is_foreign ? FOREIGN : LETTER;
}

enum feed_reason name_normalise(struct text from, char out[NAME_SIZE], size_t *len)
{
	char lower[4 * NAME_SIZE];

	if (from.len > 0 && from.ptr[from.len - 1] == '.')
		from.len--;
	if (from.len == 0)
		return FEED_LABEL;
	if (from.len >= sizeof lower)
		return FEED_LENGTH;
	switch (copy_lower(from, lower)) {
	case NO_NAME:
		return memchr(from.ptr, ':', from.len) != NULL ? FEED_ADDRESS : FEED_CHARACTER;
	case FOREIGN:
		if (!idn_to_ascii(from, out))
			return FEED_IDN;
		if (copy_lower(text_of(out), lower) != LETTER)
			return FEED_IDN;
		break;
	default:
		break;
	}
	*len = strlen(lower);
	if (*len > NAME_MAX)
		return FEED_LENGTH;
	memcpy(out, lower, *len + 1);
	return check_labels((struct text){ out, *len });
}
