/* SPDX-License-Identifier: Apache-2.0 */
/* What --feed says of a file beside its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/feed_source.h"
#include "tests/check.h"

struct row {
	const char *text, *path, *tag, *category, *format; /* NULL: not said */
	bool is_exact;
};

static const struct row rows[] = {
	{ "list.txt", "list.txt", NULL, NULL, NULL, false },
	{ "a b/list.txt?tag=ads", "a b/list.txt", "ads", NULL, NULL, false },
	{ "l?category=ad_tracker&tag=A.b-1", "l", "A.b-1", "ad_tracker", NULL, false },
	{ "l?match=exact&format=hosts", "l", NULL, NULL, "hosts", true },
	{ "l?match=exact&match=suffix", "l", NULL, NULL, NULL, false },
	/* Part of the name. */
	{ "what?.txt", "what?.txt", NULL, NULL, NULL, false },
	{ "what?", "what?", NULL, NULL, NULL, false },
	{ "what?x=1?tag=y", "what?x=1", "y", NULL, NULL, false },
	{ "?=", "?=", NULL, NULL, NULL, false },
	{ "", "", NULL, NULL, NULL, false },
};

static const char *const refused[] = {
	"l?tga=x",      "l?tag=",           "l?tag=a b",  "l?tag=a&",    "l?tag=a&category",
	"l?category=A", "l?category=a-b",   "l?match=",   "l?match=all", "l?tag=a&&category=b",
	"l?tag=a=b",    "l?category=a\x1b", "l?tag=\xc3",
};

static bool is_same(const char *one, const char *other)
{
	return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct feed_options how = { .time = 7 };
		struct feed_source source;
		const char *reason;

		CHECK(feed_source_read(rows[i].text, &source, &how, &reason) && reason == NULL);
		CHECK(strcmp(source.path, rows[i].path) == 0);
		CHECK(is_same(how.tag, rows[i].tag) && is_same(how.category, rows[i].category));
		CHECK(is_same(how.format, rows[i].format));
		CHECK(how.plain_is_exact == rows[i].is_exact && how.time == 7);
		CHECK(feed_source_path(rows[i].text, &source));
		CHECK(strcmp(source.path, rows[i].path) == 0);
	}
}

static void test_refused(void)
{
	char tag[128];
	char *path = malloc(FEED_SOURCE_MAX + 1);
	struct feed_options how = { 0 };
	struct feed_source source;
	const char *reason;

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		reason = NULL;
		CHECK(!feed_source_read(refused[i], &source, &how, &reason) && reason != NULL);
	}
	(void)snprintf(tag, sizeof tag, "l?tag=%065d", 0);
	CHECK(!feed_source_read(tag, &source, &how, &reason) && reason != NULL);
	CHECK(path != NULL);
	memset(path, 'a', FEED_SOURCE_MAX);
	path[FEED_SOURCE_MAX] = '\0';
	CHECK(!feed_source_read(path, &source, &how, &reason) && reason != NULL);
	path[FEED_SOURCE_MAX - 1] = '\0';
	CHECK(feed_source_read(path, &source, &how, &reason));
	free(path);
}

int main(void)
{
	test_rows();
	test_refused();
	return 0;
}
