/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/feed_source.h"

#include <string.h>

static const char small[] = "abcdefghijklmnopqrstuvwxyz";
static const char name_letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
static const char word_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

enum { WORD_MAX = 64 };

static bool is_word(const char *text, const char *letters)
{
	size_t len = strspn(text, letters);

	return len > 0 && len <= WORD_MAX && text[len] == '\0';
}

static bool set(struct feed_options *how, const char *key, const char *value, const char **reason)
{
	*reason = NULL;
	if (strcmp(key, "tag") == 0) {
		how->tag = value;
		*reason =
		        is_word(value, name_letters) ? NULL : "a tag is of letters, digits, . _ -";
	} else if (strcmp(key, "category") == 0) {
		how->category = value;
		*reason = is_word(value, word_letters)
		                  ? NULL
		                  : "a category is of small letters, digits, _";
	} else if (strcmp(key, "format") == 0) {
		how->format = value;
	} else if (strcmp(key, "match") == 0) {
		how->plain_is_exact = strcmp(value, "exact") == 0;
		if (!how->plain_is_exact && strcmp(value, "suffix") != 0)
			*reason = "match is exact or suffix";
	} else {
		*reason = "behind the ? stand tag=, category=, format=, match=";
	}
	return *reason == NULL;
}

/* The last one that settings stand behind, or NULL. */
static char *settings_in(char *text)
{
	char *mark = strrchr(text, '?');
	size_t key = mark != NULL ? strspn(mark + 1, small) : 0;

	return key > 0 && mark[1 + key] == '=' ? mark : NULL;
}

bool feed_source_read(const char *text, struct feed_source *out, struct feed_options *how,
                      const char **reason)
{
	size_t len = strlen(text);

	*reason = "too long";
	if (len >= sizeof out->path)
		return false;
	memcpy(out->path, text, len + 1);
	char *next = settings_in(out->path);

	while (next != NULL) {
		char *key = next + 1, *value = strchr(key, '=');

		*next = '\0';
		next = strchr(key, '&');
		if (next != NULL)
			*next = '\0';
		if (value == NULL || (next != NULL && value > next))
			value = key + strlen(key); /* nothing is set */
		else
			*value++ = '\0';
		if (!set(how, key, value, reason))
			return false;
	}
	*reason = NULL;
	return true;
}

bool feed_source_path(const char *text, struct feed_source *out)
{
	struct feed_options how = { 0 };
	const char *reason;

	return feed_source_read(text, out, &how, &reason);
}
