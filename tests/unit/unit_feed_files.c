/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds as files: includes, what a refused file leaves, when files changed; the same feed in six
 * syntaxes; a large list with errors all over. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/builder.h"
#include "tests/check.h"

static char folder[] = "/tmp/dancecard-files-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[2][4200];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
	return path[turn];
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static bool has(const struct feed_set *set, const char *name)
{
	struct feed_entry entry;

	return feed_find_name(set, name, strlen(name), FEED_NAME, &entry);
}

static struct feed_set *load(const char *name, struct feed_counts *counts)
{
	struct feed_builder *builder = feed_builder_new();

	CHECK(builder != NULL);
	feed_builder_add_file(builder, path_of(name), NULL, counts);
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(set != NULL);
	return set;
}

static void check_includes(void)
{
	struct feed_counts counts;

	write_file("top", "include:one\na.example\ninclude:two @ads\ninclude:three @-cn # why\n");
	write_file("one", "full:one.example\ninclude:top\ninclude:one\n");
	write_file("two", "two.example @ads\nno.two.example\nelse.example @other\n");
	write_file("three", "three.example\ncn.example @cn\ninclude:two\n");
	struct feed_set *set = load("top", &counts);

	/* Loops are refused, and so counted: `top` in `one`, `one` in itself. */
	CHECK(counts.refused == 2 && counts.refused_for[FEED_INCLUDE] == 2);
	CHECK(has(set, "a.example") && has(set, "one.example") && !has(set, "x.one.example"));
	CHECK(has(set, "two.example") && has(set, "three.example") && !has(set, "cn.example"));
	CHECK(has(set, "else.example")); /* by way of `three`, which asks for other things */
	feed_set_free(set);
	/* Only names of files beside it. */
	write_file(".hidden", "hidden.example\n");
	write_file("top", "include:.hidden\ninclude:../x\ninclude:/etc/hosts\ninclude:none\n"
	                  "include:\ninclude:one/../two\na.example\n");
	set = load("top", &counts);
	CHECK(counts.taken == 1 && counts.refused_for[FEED_INCLUDE] == 6);
	feed_set_free(set);
	/* A chain that is too long, and a bush that is too wide. */
	for (int i = 0; i < 12; i++) {
		char name[32], text[64];

		snprintf(name, sizeof name, "chain%d", i);
		snprintf(text, sizeof text, "n%d.example\ninclude:chain%d\n", i, i + 1);
		write_file(name, text);
	}
	set = load("chain0", &counts);
	CHECK(has(set, "n8.example") && !has(set, "n9.example") && counts.refused == 1);
	feed_set_free(set);
	write_file("leaf", "leaf.example\n");
	FILE *file = fopen(path_of("bush"), "w");

	CHECK(file != NULL);
	for (int i = 0; i < 1000; i++)
		fputs("include:leaf\n", file);
	fclose(file);
	set = load("bush", &counts);
	CHECK(counts.taken == 256 && counts.refused == 1000 - 256 && feed_set_names(set) == 1);
	feed_set_free(set);
	/* Bytes that are no file have no folder beside them. */
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { 0 };

	CHECK(!feed_builder_add_text(builder, path_of("top"), text_of("include:leaf\n"), &options,
	                             &counts));
	feed_builder_free(builder);
}

/* A file without a usable line leaves no rule, and takes no feed's number. */
static void check_refused(void)
{
	struct feed_builder *builder = feed_builder_new();
	struct feed_counts counts;

	write_file("bad", "||x.example^$popup\n@@||y.example^$script\n||z.example/path\n");
	write_file("good", "||a.example^\n");
	for (int i = 0; i < 100; i++)
		CHECK(!feed_builder_add_file(builder, path_of("bad"), NULL, &counts));
	CHECK(counts.refused == 3 && counts.taken == 0);
	CHECK(feed_builder_add_file(builder, path_of("good"), NULL, &counts));
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(feed_set_names(set) == 1 && feed_set_networks(set) == 0);
	CHECK(has(set, "a.example") && !has(set, "x.example") && !has(set, "z.example"));
	feed_set_free(set);
}

static void check_stamp(void)
{
	struct feed_counts counts;

	write_file("top", "include:leaf\n");
	write_file("leaf", "leaf.example\n");
	struct feed_set *set = load("top", &counts);
	uint64_t loaded = feed_set_stamp(set);

	CHECK(loaded != 0 && feed_set_stamp_now(set) == loaded);
	write_file("leaf", "leaf.example\nmore.example\n"); /* an included one, and longer */
	CHECK(feed_set_stamp_now(set) != loaded);
	uint64_t changed = feed_set_stamp_now(set);

	CHECK(feed_set_stamp_now(set) == changed && feed_set_stamp(set) == loaded);
	unlink(path_of("leaf"));
	CHECK(feed_set_stamp_now(set) != changed);
	feed_set_free(set);
	struct feed_builder *builder = feed_builder_new();

	CHECK(feed_builder_add_builtin(builder));
	set = feed_builder_finish(builder);
	CHECK(feed_set_stamp(set) == 0 && feed_set_stamp_now(set) == 0);
	feed_set_free(set);
}

#define SAME 300 /* names */

/* One feed: name and all below it in four syntaxes; the same with every name listed in two. */
static const struct {
	const char *format, *line;
	bool is_exact;
} syntaxes[] = {
	{ "adblock", "||%s^\n", false },
	{ "dnsmasq", "local=/%s/\n", false },
	{ "unbound", "local-zone: \"%s.\" always_null\n", false },
	{ "plain", "*.%s\n", false },
	{ "plain", "%s\n", true },
	{ "hosts", "0.0.0.0 %s\n", true },
};

static void name_same(int i, char *out, size_t size)
{
	snprintf(out, size, "%s%d.n%d.example", i % 3 == 0 ? "www." : "", i, i % 7);
}

static void check_syntax(size_t index)
{
	char name[64], asked[80];
	FILE *file = fopen(path_of("same"), "w");

	CHECK(file != NULL);
	for (int i = 0; i < SAME; i++) {
		name_same(i, name, sizeof name);
		fputs(syntaxes[index].format[0] == 'a' && i == 0 ? "[Adblock Plus]\n" : "", file);
		for (const char *at = syntaxes[index].line; *at != '\0'; at++)
			if (at[0] == '%' && at[1] == 's') {
				fputs(name, file);
				at++;
			} else {
				fputc(*at, file);
			}
	}
	fclose(file);
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { .plain_is_exact = syntaxes[index].is_exact };
	struct feed_counts counts;

	CHECK(feed_builder_add_file(builder, path_of("same"), &options, &counts));
	CHECK(strcmp(counts.format, syntaxes[index].format) == 0);
	CHECK(counts.taken == SAME && counts.refused == 0);
	struct feed_set *set = feed_builder_finish(builder);

	for (int i = 0; i < SAME; i++) {
		name_same(i, name, sizeof name);
		CHECK(has(set, name));
		snprintf(asked, sizeof asked, "below.%s", name);
		CHECK(has(set, asked) == !syntaxes[index].is_exact);
		snprintf(asked, sizeof asked, "x%s", name);
		CHECK(!has(set, asked));
		snprintf(asked, sizeof asked, "%s.example", name);
		CHECK(!has(set, asked));
	}
	feed_set_free(set);
}

/* Under sanitizers a tenth of it, for the time that takes; the whole is in bench_feed too. */
#if defined(__SANITIZE_ADDRESS__)
#define LARGE_BYTES ((size_t)5 << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LARGE_BYTES ((size_t)5 << 20)
#endif
#endif
#ifndef LARGE_BYTES
#define LARGE_BYTES ((size_t)50 << 20)
#endif

/* Errors in every tenth line, each of another kind: bytes that are no text among them. */
static void check_large(void)
{
	static const char *const errors[] = { "x..y",     "-",     "com",        "a b c",
		                              "\xff\xfe", "/path", "localhost",  "1.2.3.4/99",
		                              "\x01",     "**",    "a_.example:" };
	char *text = malloc(LARGE_BYTES + 128);
	size_t len = 0, lines = 0, bad = 0;
	struct feed_counts counts;

	CHECK(text != NULL);
	for (; len < LARGE_BYTES; lines++)
		if (lines % 10 == 9)
			len += (size_t)sprintf(text + len, "%s\n",
			                       errors[bad++ % COUNT_OF(errors)]);
		else
			len += (size_t)sprintf(text + len, "host-%zx.zone-%zx.example\n",
			                       lines * 2654435761u, lines % 1000);
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { 0 };

	CHECK(feed_builder_add_text(builder, "large", (struct text){ text, len }, &options,
	                            &counts));
	CHECK(counts.lines == lines && counts.refused == bad && counts.taken == lines - bad);
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(set != NULL && feed_set_names(set) == lines - bad);
	CHECK(feed_set_bytes(set) / feed_set_names(set) <= 48);
	for (size_t i = 0; i < lines; i += 997) {
		char name[64];

		snprintf(name, sizeof name, "www.host-%zx.zone-%zx.example", i * 2654435761u,
		         i % 1000);
		CHECK(has(set, name) == (i % 10 != 9));
	}
	feed_set_free(set);
	free(text);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	check_includes();
	check_refused();
	check_stamp();
	for (size_t i = 0; i < COUNT_OF(syntaxes); i++)
		check_syntax(i);
	check_large();
	char command[64];

	snprintf(command, sizeof command, "rm -r %s", folder);
	CHECK(system(command) == 0);
	return 0;
}
