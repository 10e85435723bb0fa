/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matcher beside a plain hash set of strings that is asked for a name and each of its parents:
 * ns for a name that is on the list and for one that is not, bytes for a name, time to load.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/builder.h"
#include "tests/check.h"

#define QUESTIONS 65536
#define ROUNDS    32

static unsigned long long state = 1;

static unsigned random_below(unsigned most)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % most;
}

/* "xkqzw-pf.dlwoe.com": what host lists look like, twenty characters on average. */
static size_t random_host(char *out)
{
	static const char *const zones[] = { "com", "net", "org", "io", "cn", "ru", "info" };
	size_t len = 0;

	for (unsigned labels = 1 + random_below(2); labels-- > 0;) {
		for (unsigned i = 5 + random_below(8); i-- > 0;)
			out[len++] = (char)('a' + random_below(26));
		out[len++] = '.';
	}
	return len + (size_t)sprintf(out + len, "%s", zones[random_below(COUNT_OF(zones))]);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The set to beat: pointers to strings of their own, open addressing, half full. */
struct plain_set {
	char **slots;
	size_t mask;
};

static size_t plain_hash(const char *text)
{
	unsigned long long hash = 14695981039346656037ULL;

	while (*text != '\0')
		hash = (hash ^ (unsigned char)*text++) * 1099511628211ULL;
	return (size_t)(hash ^ hash >> 32);
}

static bool plain_has(const struct plain_set *set, const char *name)
{
	size_t at = plain_hash(name) & set->mask;

	while (set->slots[at] != NULL && strcmp(set->slots[at], name) != 0)
		at = (at + 1) & set->mask;
	return set->slots[at] != NULL;
}

static bool plain_find(const struct plain_set *set, const char *name)
{
	while (name != NULL && !plain_has(set, name)) {
		name = strchr(name, '.');
		name = name != NULL ? name + 1 : NULL;
	}
	return name != NULL;
}

static void plain_add(struct plain_set *set, const char *name)
{
	size_t at = plain_hash(name) & set->mask;

	while (set->slots[at] != NULL && strcmp(set->slots[at], name) != 0)
		at = (at + 1) & set->mask;
	if (set->slots[at] == NULL)
		set->slots[at] = strdup(name);
	CHECK(set->slots[at] != NULL);
}

struct question {
	char name[80];
	size_t len;
};

struct times {
	double feed, plain; /* ns */
};

/* Processor time of the best round: what others do on the machine does not count. */
static double ask_feed(const struct feed_set *set, const struct question *questions, size_t wanted)
{
	struct feed_entry entry;
	double best = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		size_t found = 0;
		double start = now();

		for (size_t i = 0; i < QUESTIONS; i++)
			found += feed_find_name(set, questions[i].name, questions[i].len, FEED_NAME,
			                        &entry);
		double each = (now() - start) * 1e9 / QUESTIONS;

		CHECK(found >= wanted);
		best = each < best ? each : best;
	}
	return best;
}

static double ask_plain(const struct plain_set *set, const struct question *questions,
                        size_t wanted)
{
	double best = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		size_t found = 0;
		double start = now();

		for (size_t i = 0; i < QUESTIONS; i++)
			found += plain_find(set, questions[i].name);
		double each = (now() - start) * 1e9 / QUESTIONS;

		CHECK(found >= wanted);
		best = each < best ? each : best;
	}
	return best;
}

/* One after the other, so that neither works in a cache that the other has filled. */
static struct times ask(const struct feed_set *set, const struct plain_set *plain,
                        const struct question *questions, size_t wanted)
{
	double feed = ask_feed(set, questions, wanted);

	return (struct times){ feed, ask_plain(plain, questions, wanted) };
}

static void run(size_t names)
{
	static struct question hits[QUESTIONS], misses[QUESTIONS];
	struct plain_set plain = { .mask = 1 };
	char *text = malloc(names * 40);
	size_t len = 0, letters = 0;

	CHECK(text != NULL);
	while (plain.mask < 2 * names)
		plain.mask *= 2;
	plain.slots = calloc(plain.mask--, sizeof *plain.slots);
	CHECK(plain.slots != NULL);
	for (size_t i = 0; i < names; i++) {
		char name[64];
		size_t own = random_host(name);
		unsigned at = random_below(QUESTIONS);

		plain_add(&plain, name);
		memcpy(text + len, name, own);
		len += own;
		letters += own;
		text[len++] = '\n';
		if (i < QUESTIONS)
			at = (unsigned)i;
		if (i < QUESTIONS || random_below((unsigned)(names / QUESTIONS) + 1) == 0)
			hits[at].len = (size_t)sprintf(hits[at].name, "%s%s",
			                               i % 2 == 0 ? "www." : "", name);
	}
	for (size_t i = names; i < QUESTIONS; i++)
		hits[i] = hits[i % names];
	for (size_t i = 0; i < QUESTIONS; i++) {
		char name[64];

		random_host(name);
		misses[i].len = (size_t)sprintf(misses[i].name, "www.%s", name);
	}
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { 0 };
	struct feed_counts counts;
	double start = now();

	CHECK(feed_builder_add_text(builder, "bench", (struct text){ text, len }, &options,
	                            &counts));
	struct feed_set *set = feed_builder_finish(builder);
	double loaded = now() - start;
	struct times hit = ask(set, &plain, hits, QUESTIONS), miss = ask(set, &plain, misses, 0);

	printf("%8zu names of %4.1f letters: load %6.1f ms, %4.1f bytes each; "
	       "hit %5.1f ns (hash set %5.1f), miss %5.1f ns (hash set %5.1f)\n",
	       feed_set_names(set), (double)letters / (double)names, loaded * 1e3,
	       (double)feed_set_bytes(set) / (double)feed_set_names(set), hit.feed, hit.plain,
	       miss.feed, miss.plain);
	feed_set_free(set);
	for (size_t i = 0; i <= plain.mask; i++)
		free(plain.slots[i]);
	free(plain.slots);
	free(text);
}

int main(void)
{
	for (size_t names = 1000; names <= 1000000; names *= 10)
		run(names);
	return 0;
}
