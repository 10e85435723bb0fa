/* SPDX-License-Identifier: Apache-2.0 */
/* The matcher against a list that is walked from end to end and always tells the truth. */
#include <string.h>

#include "feeds/names.h"
#include "tests/check.h"

#define RULES 300

struct plain_rule {
	char name[64];
	enum rule_match match;
	enum rule_verdict verdict;
	int feed;
};

static unsigned long long state = 20261123;

static unsigned random_below(unsigned most)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % most;
}

/* Few labels, so that names meet, nest and repeat. */
static void random_name(char *out)
{
	static const char *const labels[] = { "a", "b", "ab", "x-1", "tiktok", "com" };
	unsigned count = 1 + random_below(4);

	out[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		strcat(out, labels[random_below(COUNT_OF(labels))]);
		strcat(out, i + 1 < count ? "." : "");
	}
}

static bool is_about(const struct plain_rule *rule, const char *name)
{
	size_t len = strlen(name), own = strlen(rule->name);

	if (len < own || strcmp(name + len - own, rule->name) != 0)
		return false;
	if (len == own)
		return rule->match != RULE_BELOW;
	return name[len - own - 1] == '.' && rule->match != RULE_EXACT;
}

/* Some exception of the same feed that is no shorter, or a cancellation of the very same name. */
static bool is_muted(const struct plain_rule *rules, size_t count, const struct plain_rule *rule,
                     const char *name)
{
	for (size_t i = 0; i < count; i++) {
		const struct plain_rule *other = &rules[i];
		size_t len = strlen(other->name), own = strlen(rule->name);

		if (other->feed == rule->feed && is_about(other, name) &&
		    ((other->verdict == RULE_EXCEPT && len >= own) ||
		     (other->verdict == RULE_CANCEL && len == own)))
			return true;
	}
	return false;
}

static const struct plain_rule *find_plainly(const struct plain_rule *rules, size_t count,
                                             const char *name)
{
	const struct plain_rule *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct plain_rule *rule = &rules[i];

		if (!is_about(rule, name))
			continue;
		if (rule->verdict == RULE_ALLOW)
			return NULL;
		if (rule->verdict == RULE_REPORT &&
		    (best == NULL || strlen(rule->name) > strlen(best->name)) &&
		    !is_muted(rules, count, rule, name))
			best = rule;
	}
	return best;
}

struct world {
	struct arena arena;
	struct interner interner;
	struct names names;
	struct plain_rule rules[RULES];
	size_t count;
};

static void add_rule(struct world *world, enum rule_verdict verdict)
{
	struct plain_rule *rule = &world->rules[world->count++];
	struct rule_tag tag;

	random_name(rule->name);
	rule->match = (enum rule_match)random_below(3);
	rule->verdict = verdict;
	rule->feed = (int)random_below(3);
	memset(&tag, 0, sizeof tag);
	tag.number = (uint16_t)rule->feed;
	uint32_t offset = intern(&world->interner, &world->arena, &tag, sizeof tag);

	CHECK(offset != ARENA_FULL);
	CHECK(names_add(&world->names, rule->name, strlen(rule->name), rule->match, verdict,
	                offset));
}

static void ask(const struct world *world)
{
	char name[64];
	struct name_match match;

	random_name(name);
	const struct plain_rule *truth = find_plainly(world->rules, world->count, name);
	enum name_found found =
	        names_find(&world->names, &world->arena, name, strlen(name), &match);

	if ((found == NAME_MATCHED) != (truth != NULL) ||
	    (truth != NULL && strcmp(truth->name, match.domain) != 0)) {
		fprintf(stderr, "%s: %s, but %s\n", name,
		        found == NAME_MATCHED ? match.rule : "none",
		        truth != NULL ? truth->name : "none");
		exit(1);
	}
	if (truth != NULL)
		CHECK(match.start == strlen(name) - strlen(truth->name));
}

static void run_world(unsigned long long seed, size_t rules, bool has_allow)
{
	struct world world = { .interner.seed = seed };

	CHECK(arena_open(&world.arena));
	CHECK(names_open(&world.names, seed));
	while (world.count < rules) {
		unsigned dice = random_below(10);

		add_rule(&world, dice == 0                                        ? RULE_EXCEPT
		                 : dice == 1                                      ? RULE_CANCEL
		                 : dice == 2 && has_allow && random_below(4) == 0 ? RULE_ALLOW
		                                                                  : RULE_REPORT);
	}
	CHECK(names_build(&world.names, &world.arena));
	CHECK(world.names.count <= rules);
	for (int i = 0; i < 300; i++)
		ask(&world);
	names_close(&world.names);
	interner_close(&world.interner);
	arena_close(&world.arena);
}

/* What the random names do not have: case, dots, lengths, bytes. */
static void check_spelling(void)
{
	static const struct {
		const char *name;
		size_t len;
		bool is_found;
	} rows[] = {
		{ "tiktok.com", 10, true },
		{ "TikTok.COM", 10, true },
		{ "tiktok.com.", 11, true },
		{ "a.tiktok.com.", 13, true },
		{ "tiktok.com..", 12, false },
		{ ".tiktok.com", 11, true },
		{ "xtiktok.com", 11, false },
		{ "tiktok.com\0", 11, false },
		{ "\0.tiktok.com", 12, true },
		{ "tiktok\0com", 10, false },
		{ "a/.tiktok.com", 13, true },
		{ "a//.tiktok.com", 14, true },
		{ "\x0etiktok.com", 11, false },
		{ "a\x0etiktok\x0e"
		  "com",
		  12, false },
		{ "\xff\xfe.tiktok.com", 13, true },
		{ "\xf4iktok.com", 10, false },
		{ "com", 3, false },
		{ "", 0, false },
		{ ".", 1, false },
		{ "..", 2, false },
	};
	struct arena arena;
	struct names names;
	struct name_match match;
	char longest[600];

	CHECK(arena_open(&arena));
	CHECK(names_open(&names, 7));
	CHECK(names_find(&names, &arena, "tiktok.com", 10, &match) == NAME_NONE);
	CHECK(names_add(&names, "tiktok.com", 10, RULE_SUFFIX, RULE_REPORT, 0));
	CHECK(names_build(&names, &arena));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK((names_find(&names, &arena, rows[i].name, rows[i].len, &match) ==
		       NAME_MATCHED) == rows[i].is_found);
	memset(longest, '.', sizeof longest);
	CHECK(names_find(&names, &arena, longest, sizeof longest, &match) == NAME_NONE);
	memcpy(longest + sizeof longest - 11, ".tiktok.com", 11);
	CHECK(names_find(&names, &arena, longest, sizeof longest, &match) == NAME_MATCHED);
	CHECK(match.start == sizeof longest - 10);
	names_close(&names);
	arena_close(&arena);
}

/* Some domain of that length: labels of up to eleven letters, digits and hyphens. */
static void random_domain(char *out, size_t len)
{
	static const char signs[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t next_dot = 1 + random_below(11);

	for (size_t i = 0; i < len; i++) {
		bool is_dot = i == next_dot && i + 1 < len;

		out[i] = is_dot ? '.' : signs[random_below(sizeof signs - 1)];
		next_dot += is_dot ? 2 + random_below(10) : 0;
	}
}

static void spell_in_any_case(char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] >= 'a' && name[i] <= 'z' && random_below(2) == 0)
			name[i] = (char)(name[i] - 'a' + 'A');
}

/* Whether it is found where it must be, in memory of exactly its length. */
static bool is_found(const struct names *names, const struct arena *arena, const char *name,
                     size_t len, size_t start)
{
	struct name_match match;
	char *exact = malloc(len);

	CHECK(exact != NULL);
	memcpy(exact, name, len);
	enum name_found found = names_find(names, arena, exact, len, &match);

	free(exact);
	CHECK(found != NAME_MATCHED || match.start == start);
	return found == NAME_MATCHED;
}

/*
 * Names are hashed by words of eight bytes: each length, alone and with something before it, spelt
 * in any case; and no name that differs in one byte.
 */
static void check_lengths(enum rule_match kind)
{
	struct arena arena;
	struct names names;
	char name[300];

	for (size_t len = 1; len <= 253; len++) {
		CHECK(arena_open(&arena));
		CHECK(names_open(&names, len));
		memset(name, 'x', sizeof name);
		random_domain(name + 40, len);
		name[39] = '.';
		CHECK(names_add(&names, name + 40, len, kind, RULE_REPORT, 0));
		CHECK(names_build(&names, &arena));
		spell_in_any_case(name + 40, len);
		CHECK(is_found(&names, &arena, name + 40, len, 0) == (kind != RULE_BELOW));
		for (size_t before = 2; before <= 40; before++)
			CHECK(is_found(&names, &arena, name + 40 - before, before + len, before) ==
			      (kind != RULE_EXACT));
		CHECK(!is_found(&names, &arena, name + 41, len - 1, 0) || len == 1);
		for (size_t i = 0; i < len; i++) {
			name[40 + i] ^= 1;
			CHECK(!is_found(&names, &arena, name + 40, len, 0));
			CHECK(!is_found(&names, &arena, name + 38, len + 2, 2));
			name[40 + i] ^= 1;
		}
		names_close(&names);
		arena_close(&arena);
	}
}

/* The deepest rules there can be, and names that have more labels than any rule. */
static void check_depths(void)
{
	struct arena arena;
	struct names names;
	char name[600];

	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 2 == 0 ? '.' : 'a';
	for (size_t labels = 1; labels <= 127; labels++) {
		size_t len = 2 * labels - 1;

		CHECK(arena_open(&arena));
		CHECK(names_open(&names, labels));
		CHECK(names_add(&names, name + 1, len, RULE_SUFFIX, RULE_REPORT, 0));
		CHECK(names_build(&names, &arena));
		for (size_t more = 0; more <= 400 - len; more++)
			CHECK(is_found(&names, &arena, name + 400 - len - more, len + more, more));
		CHECK(labels == 1 || !is_found(&names, &arena, name + 1, len - 2, 0));
		names_close(&names);
		arena_close(&arena);
	}
}

/* Many names, long ones too, so that buckets are full, empty and far from home; no room between. */
static void check_many(size_t least, size_t most)
{
	enum { MANY = 3000 };
	static char domains[MANY][256];
	struct arena arena;
	struct names names;
	enum rule_match match;
	enum rule_verdict verdict;
	struct name_match at;
	size_t seen = 0;

	CHECK(arena_open(&arena));
	CHECK(names_open(&names, least));
	for (size_t i = 0; i < MANY; i++) {
		size_t len = least + random_below((unsigned)(most - least + 1));

		random_domain(domains[i], len);
		domains[i][len] = '\0';
		CHECK(names_add(&names, domains[i], len, RULE_EXACT, RULE_REPORT, 0));
	}
	CHECK(names_build(&names, &arena));
	CHECK(names.count == MANY);
	for (size_t i = 0; i < MANY; i++) {
		size_t len = strlen(domains[i]);

		CHECK(is_found(&names, &arena, domains[i], len, 0));
		domains[i][random_below((unsigned)len)] ^= 1;
		CHECK(!is_found(&names, &arena, domains[i], len, 0));
	}
	for (uint32_t rule = 1; (rule = names_next(&names, rule, &match, &verdict, &at)) != 0;)
		seen++;
	CHECK(seen == MANY);
	names_close(&names);
	arena_close(&arena);
}

int main(void)
{
	for (unsigned i = 0; i < 400; i++)
		run_world(i, i % RULES, i % 3 == 0);
	check_spelling();
	check_lengths(RULE_SUFFIX);
	check_lengths(RULE_EXACT);
	check_lengths(RULE_BELOW);
	check_depths();
	check_many(12, 14);
	check_many(16, 253);
	check_many(253, 253);
	return 0;
}
