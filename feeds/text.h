/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_TEXT_H
#define FEEDS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Characters that somebody else owns; no NUL behind them. */
struct text {
	const char *ptr;
	size_t len;
};

static inline struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline struct text text_trim(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[0]))
		t.ptr++, t.len--;
	while (t.len > 0 && is_blank(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

static inline bool text_is(struct text t, const char *string)
{
	return t.len == strlen(string) && memcmp(t.ptr, string, t.len) == 0;
}

static inline bool text_starts(struct text t, const char *prefix)
{
	size_t len = strlen(prefix);

	return t.len >= len && memcmp(t.ptr, prefix, len) == 0;
}

static inline bool text_ends(struct text t, const char *suffix)
{
	size_t len = strlen(suffix);

	return t.len >= len && memcmp(t.ptr + t.len - len, suffix, len) == 0;
}

static inline struct text text_skip(struct text t, size_t len)
{
	return (struct text){ t.ptr + len, t.len - len };
}

/* Where the character is, or the length when it is nowhere. */
static inline size_t text_find(struct text t, char c)
{
	const char *at = t.len > 0 ? memchr(t.ptr, c, t.len) : NULL;

	return at != NULL ? (size_t)(at - t.ptr) : t.len;
}

/* Cuts what stands before the first `c` off the front, and the `c` with it. */
static inline struct text text_until(struct text *rest, char c)
{
	size_t at = text_find(*rest, c);
	struct text head = { rest->ptr, at };

	*rest = text_skip(*rest, at < rest->len ? at + 1 : at);
	return head;
}

/* The next word between blanks; empty at the end. */
static inline struct text text_word(struct text *rest)
{
	size_t len = 0;

	*rest = text_trim(*rest);
	while (len < rest->len && !is_blank(rest->ptr[len]))
		len++;
	struct text word = { rest->ptr, len };

	*rest = text_skip(*rest, len);
	return word;
}

/* Digits only, and no more than `most` (below 100,000). */
static inline bool text_is_number(struct text t, unsigned most)
{
	unsigned value = 0;

	if (t.len == 0 || t.len > 5)
		return false;
	for (size_t i = 0; i < t.len; i++) {
		if (t.ptr[i] < '0' || t.ptr[i] > '9')
			return false;
		value = value * 10 + (unsigned)(t.ptr[i] - '0');
	}
	return value <= most;
}

/* ASCII only, both sides in any case. */
static inline bool text_is_nocase(struct text t, const char *string)
{
	if (t.len != strlen(string))
		return false;
	for (size_t i = 0; i < t.len; i++) {
		char a = t.ptr[i], b = string[i];

		a = (char)(a >= 'A' && a <= 'Z' ? a | 0x20 : a);
		b = (char)(b >= 'A' && b <= 'Z' ? b | 0x20 : b);
		if (a != b)
			return false;
	}
	return true;
}

#endif
