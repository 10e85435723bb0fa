/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/names.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/text.h"

#define RULE_HEAD 7   /* bytes before the text */
#define GAP       3   /* in place of match and verdict: room between rules */
#define LINE      64  /* of a cache; a bucket's share of `rules` */
#define SLACK     2   /* half as much room again as the rules take, */
#define FULL      181 /* but not less than so many rules for 100 lines: 72 bytes for 1.81 */
#define GAP_MOST  256 /* bytes of one record of no rule */
#define LIKELY    2   /* rules of a bucket that are gone through without a branch */

bool names_open(struct names *names, uint64_t seed)
{
	*names = (struct names){ 0 };
	name_keys_make(&names->keys, seed);
	return arena_open(&names->rules);
}

void names_close(struct names *names)
{
	arena_close(&names->rules);
	free(names->list);
	free(names->buckets);
	*names = (struct names){ 0 };
}

size_t names_bytes(const struct names *names)
{
	return names->rules.size + names->size * sizeof *names->list +
	       names->bucket_count * sizeof *names->buckets;
}

/* The parts of a record. */
static uint32_t tag_at(const char *rule)
{
	uint32_t tag;

	memcpy(&tag, rule, sizeof tag);
	return tag;
}

static enum rule_match match_at(const char *rule)
{
	return (enum rule_match)(rule[4] & 3);
}

static enum rule_verdict verdict_at(const char *rule)
{
	return (enum rule_verdict)(rule[4] >> 2);
}

static size_t text_len_at(const char *rule)
{
	return (unsigned char)rule[5];
}

static uint8_t hash_end_at(const char *rule)
{
	return (uint8_t)rule[6];
}

static const char *text_at(const char *rule)
{
	return rule + RULE_HEAD;
}

/* Of "*." before the domain. */
static size_t star_at(const char *rule)
{
	return match_at(rule) == RULE_BELOW ? 2 : 0;
}

static const char *domain_at(const char *rule)
{
	return text_at(rule) + star_at(rule);
}

static size_t domain_len_at(const char *rule)
{
	return text_len_at(rule) - star_at(rule);
}

static bool is_gap(const char *rule)
{
	return rule[4] == GAP;
}

static size_t size_at(const char *rule)
{
	return RULE_HEAD + text_len_at(rule) + 1;
}

static size_t labels_of(const char *domain, size_t len)
{
	size_t labels = 1;

	for (size_t i = 0; i < len; i++)
		labels += domain[i] == '.';
	return labels;
}

static bool reserve(struct names *names)
{
	if (names->count < names->size)
		return true;
	size_t wanted = names->size > 0 ? names->size + names->size / 2 : 256;
	struct name_seed *list = realloc(names->list, wanted * sizeof *list);

	if (list == NULL)
		return false;
	names->list = list;
	names->size = wanted;
	return true;
}

bool names_add(struct names *names, const char *domain, size_t len, enum rule_match match,
               enum rule_verdict verdict, uint32_t tag)
{
	size_t star = match == RULE_BELOW ? 2 : 0;
	uint32_t hash = name_hash(&names->keys, domain, len);

	if (!reserve(names))
		return false;
	uint32_t rule = arena_take(&names->rules, RULE_HEAD + star + len + 1);

	if (rule == ARENA_FULL)
		return false;
	char *at = names->rules.bytes + rule;

	memcpy(at, &tag, sizeof tag);
	at[4] = (char)(match | verdict << 2);
	at[5] = (char)(star + len);
	at[6] = (char)(uint8_t)hash;
	memcpy(at + RULE_HEAD, "*.", star);
	memcpy(at + RULE_HEAD + star, domain, len);
	at[RULE_HEAD + star + len] = '\0';
	names->list[names->count++] = (struct name_seed){ hash, rule };
	names->has_depth[labels_of(domain, len)] = true;
	names->has_exceptions |= verdict == RULE_EXCEPT || verdict == RULE_CANCEL;
	names->has_allow |= verdict == RULE_ALLOW;
	return true;
}

/* One pass of a radix sort by eleven bits of the hash; equal ones keep their order. */
static void sort_pass(const struct name_seed *from, struct name_seed *to, size_t count, int shift)
{
	size_t starts[2049] = { 0 };

	for (size_t i = 0; i < count; i++)
		starts[(from[i].hash >> shift & 2047) + 1]++;
	for (size_t i = 1; i < 2049; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < count; i++)
		to[starts[from[i].hash >> shift & 2047]++] = from[i];
}

/* Three passes, so what was in `list` ends in `spare`. */
static void sort(struct name_seed *list, struct name_seed *spare, size_t count)
{
	sort_pass(list, spare, count, 0);
	sort_pass(spare, list, count, 11);
	sort_pass(list, spare, count, 22);
}

static uint16_t feed_of(const struct arena *strings, const char *rule)
{
	struct rule_tag tag;

	memcpy(&tag, strings->bytes + tag_at(rule), sizeof tag);
	return tag.number;
}

static bool is_repeat(const struct arena *strings, const char *one, const char *other)
{
	return one[4] == other[4] && strcmp(text_at(one), text_at(other)) == 0 &&
	       (tag_at(one) == tag_at(other) || feed_of(strings, one) == feed_of(strings, other));
}

/*
 * Drops repeats among rules of one hash, and puts exceptions before the others, so that a search
 * knows them in time. `kept` stays short: a name has at most one rule of a kind from each feed.
 */
static size_t settle_run(const struct names *names, const struct arena *strings,
                         const struct name_seed *run, size_t len, struct name_seed *kept)
{
	const char *rules = names->rules.bytes;
	size_t count = 0, exceptions = 0;

	for (size_t i = 0; i < len; i++) {
		struct name_seed seed = run[i];
		size_t same = 0;

		while (same < count &&
		       !is_repeat(strings, rules + seed.rule, rules + kept[same].rule))
			same++;
		if (same < count)
			continue;
		count++;
		if (verdict_at(rules + seed.rule) == RULE_REPORT) {
			kept[count - 1] = seed;
			continue;
		}
		memmove(kept + exceptions + 1, kept + exceptions,
		        (count - 1 - exceptions) * sizeof *kept);
		kept[exceptions++] = seed;
	}
	return count;
}

/* `sorted` to `out`, without repeats; how many are left. */
static size_t settle(const struct names *names, const struct arena *strings,
                     const struct name_seed *sorted, struct name_seed *out)
{
	size_t kept = 0;

	for (size_t from = 0; from < names->count;) {
		size_t to = from + 1;

		while (to < names->count && sorted[to].hash == sorted[from].hash)
			to++;
		kept += settle_run(names, strings, sorted + from, to - from, out + kept);
		from = to;
	}
	return kept;
}

/* Buckets are in order of the hashes, and each has an equal share of them. */
static uint32_t bucket_of(const struct names *names, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * names->bucket_count >> 32);
}

/* Where the bucket's rules lie if none before it had too many. */
static size_t home_of(uint32_t bucket)
{
	return (size_t)bucket * LINE;
}

/* By the end of the hash; its beginning chose the bucket. */
static uint32_t filter_bits(uint32_t hash)
{
	return UINT32_C(1) << (hash & 31) | UINT32_C(1) << (hash >> 5 & 31);
}

static bool has_bits(uint32_t filter, uint32_t hash)
{
	return filter >> (hash & 31) & filter >> (hash >> 5 & 31) & 1;
}

/* Room between rules, in records of no rule: whoever goes from one to the next need not ask. */
static bool leave_gap(struct arena *ordered, size_t size)
{
	while (size > 0) {
		size_t part = size <= GAP_MOST ? size : GAP_MOST / 2;
		uint32_t at = arena_take(ordered, part);

		if (at == ARENA_FULL)
			return false;
		memset(ordered->bytes + at, 0, part);
		ordered->bytes[at + 4] = GAP;
		ordered->bytes[at + 5] = (char)(part - RULE_HEAD - 1);
		size -= part;
	}
	return true;
}

/* Up to `home`, if that is not behind already. */
static bool go_home(struct arena *ordered, size_t home)
{
	return home < ordered->len + RULE_HEAD + 1 || leave_gap(ordered, home - ordered->len);
}

/* What is sent for at the last home, and what skip_others() looks at behind the last rule. */
static bool leave_end(const struct names *names, struct arena *ordered)
{
	if (!go_home(ordered, home_of(names->bucket_count)))
		return false;
	for (int i = 0; i <= LIKELY; i++)
		if (!leave_gap(ordered, LINE))
			return false;
	return true;
}

/* The records in order into `ordered`, and where each bucket begins. */
static bool lay_out(struct names *names, struct arena *ordered)
{
	uint32_t next = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct name_seed *seed = &names->list[i];
		const char *rule = names->rules.bytes + seed->rule;
		uint32_t bucket = bucket_of(names, seed->hash);

		if (next <= bucket && !go_home(ordered, home_of(bucket)))
			return false;
		uint32_t at = arena_take(ordered, size_at(rule));

		if (at == ARENA_FULL)
			return false;
		memcpy(ordered->bytes + at, rule, size_at(rule));
		while (next <= bucket)
			names->buckets[next++].begin = at;
		names->buckets[bucket].filter |= filter_bits(seed->hash);
	}
	while (next <= names->bucket_count)
		names->buckets[next++].begin = ordered->len;
	return leave_end(names, ordered);
}

/* Long names leave no room between buckets, and then where one lies cannot be guessed. */
static uint32_t buckets_for(uint64_t len, uint64_t count)
{
	uint64_t buckets = (len + len / SLACK) / LINE, most = count * 100 / FULL;

	if (most > ARENA_FULL / 2 / LINE)
		most = ARENA_FULL / 2 / LINE;
	if (buckets > most)
		buckets = most;
	return (uint32_t)(buckets > len / LINE ? buckets : len / LINE) + 1;
}

static bool order(struct names *names)
{
	struct arena ordered;

	names->bucket_count = buckets_for(names->rules.len, names->count);
	size_t size = ((size_t)names->bucket_count + 1) * sizeof *names->buckets;

	names->buckets = lasting_block(size);
	if (names->buckets == NULL || !arena_open(&ordered))
		return false;
	memset(names->buckets, 0, size);
	bool is_done = lay_out(names, &ordered);

	arena_close(&names->rules);
	names->rules = ordered;
	free(names->list);
	names->list = NULL;
	names->size = 0;
	return is_done && arena_settle(&names->rules);
}

bool names_build(struct names *names, const struct arena *strings)
{
	struct name_seed *spare = malloc((names->count + 1) * sizeof *spare);

	if (spare == NULL)
		return false;
	if (names->count > 0) {
		sort(names->list, spare, names->count);
		names->count = settle(names, strings, spare, names->list);
	}
	free(spare);
	return order(names);
}

/* The name itself or one of its parents, in whose bucket a rule about it may be. */
struct parent {
	uint32_t hash;
	uint32_t len;
};

/* Only a wish, in the one way that both compilers know. */
static inline void prefetch(const void *at)
{
#if defined(__GNUC__)
	__builtin_prefetch(at);
#else
	(void)at;
#endif
}

/*
 * Writes a parent to `kept`; 1 if its bucket's filter has it, 0 if the next one may take its place.
 * What most probably are its rules is on its way from here on.
 */
static inline size_t keep(const struct names *names, uint64_t sum, size_t len, struct parent *kept)
{
	uint32_t hash = name_hash_finish(&names->keys, sum), bucket = bucket_of(names, hash);

	prefetch(names->rules.bytes + home_of(bucket));
	prefetch(names->rules.bytes + home_of(bucket) + LINE);
	kept->hash = hash;
	kept->len = (uint32_t)len;
	return has_bits(names->buckets[bucket].filter, hash);
}

/* Those of the parents and the name that rules could be about, the shortest first; how many. */
static inline size_t take_apart(const struct names *names, const char *end, size_t len,
                                struct parent *kept)
{
	uint64_t sum = 0, head = name_head(end - len, len);
	size_t count = 0, labels = 1;

	for (size_t i = 0; i <= len / 8; i++) {
		uint64_t word = i < len / 8 ? name_word(end - 8 * (i + 1)) : head;

		for (uint64_t dots = name_dots(word); dots != 0; dots &= dots - 1, labels++) {
			uint64_t behind = ((dots & -dots) >> 7) - 1;

			if (names->has_depth[labels])
				count += keep(names,
				              sum + name_hash_word(&names->keys, i, word & behind),
				              8 * i + name_bytes(behind), kept + count);
		}
		sum += name_hash_word(&names->keys, i, word);
	}
	return names->has_depth[labels] ? count + keep(names, sum, len, kept + count) : count;
}

/* What has been found on the way from the whole name to its shortest parent. */
struct search {
	const struct names *names;
	const struct arena *strings;
	const char *end; /* of the name */
	size_t len;
	uint64_t muted;
	enum name_found found;
	struct name_match *out;
};

static bool speaks_of(const struct search *search, const char *rule, size_t len)
{
	const char *domain = domain_at(rule), *name = search->end - len;

	if (domain_len_at(rule) != len ||
	    (memcmp(domain, name, len) != 0 && !text_is_nocase((struct text){ name, len }, domain)))
		return false;
	enum rule_match match = match_at(rule);

	return match == RULE_SUFFIX || (match == RULE_EXACT) == (len == search->len);
}

static bool is_muted(const struct search *search, const char *rule, uint64_t here)
{
	uint64_t muted = search->muted | here;

	return muted != 0 && (muted >> feed_of(search->strings, rule) & 1) != 0;
}

static void take_match(struct name_match *out, const char *rule, size_t start)
{
	out->rule = text_at(rule);
	out->domain = domain_at(rule);
	out->tag = tag_at(rule);
	out->start = start;
}

/*
 * Hears one rule; `here` holds the feeds whose rules for this very name are cancelled. True when
 * what comes behind, for this name, says nothing more.
 */
static bool hear(struct search *search, const char *rule, size_t len, uint64_t *here)
{
	enum rule_verdict verdict = verdict_at(rule);

	if (verdict == RULE_REPORT) {
		if (search->found == NAME_NONE && !is_muted(search, rule, *here)) {
			search->found = NAME_MATCHED;
			take_match(search->out, rule, search->len - len);
		}
		return search->found == NAME_MATCHED;
	}
	if (verdict == RULE_ALLOW) {
		search->found = NAME_ALLOWED;
		return true;
	}
	uint64_t *muted = verdict == RULE_EXCEPT ? &search->muted : here;

	*muted |= UINT64_C(1) << feed_of(search->strings, rule);
	return false;
}

/*
 * Of the rules from here on the first whose hash ends so, if it is among the first few; else one
 * behind them. It is reckoned and not decided: to read them is most of what a search waits for, and
 * a processor that has guessed wrong begins nothing else meanwhile.
 */
static const char *skip_others(const char *rule, uint8_t hash_end)
{
	for (int i = 0; i < LIKELY; i++) {
		bool is_other = hash_end_at(rule) != hash_end;

		rule += size_at(rule) & -(size_t)is_other;
	}
	return rule;
}

static void look_up(struct search *search, const struct parent *parent)
{
	const struct names *names = search->names;
	const struct name_bucket *bucket = &names->buckets[bucket_of(names, parent->hash)];
	const char *rule = names->rules.bytes + bucket[0].begin;
	const char *end = names->rules.bytes + bucket[1].begin;
	uint8_t hash_end = (uint8_t)parent->hash;
	uint64_t here = 0;

	prefetch(rule + LINE); /* those that are not at home */
	for (rule = skip_others(rule, hash_end); rule < end && !is_gap(rule); rule += size_at(rule))
		if (hash_end_at(rule) == hash_end && speaks_of(search, rule, parent->len) &&
		    hear(search, rule, parent->len, &here))
			return;
}

enum name_found names_find(const struct names *names, const struct arena *strings, const char *name,
                           size_t len, struct name_match *out)
{
	struct parent kept[FEED_NAME_MAX + 1];
	struct search search = { .names = names, .strings = strings, .out = out };

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || names->bucket_count == 0)
		return NAME_NONE;
	search.end = name + len;
	search.len = len;
	size_t count =
	        take_apart(names, search.end, len > FEED_NAME_MAX ? FEED_NAME_MAX : len, kept);

	while (count-- > 0) {
		look_up(&search, &kept[count]);
		if (search.found == NAME_ALLOWED ||
		    (search.found == NAME_MATCHED && !names->has_allow))
			break;
	}
	return search.found;
}

uint32_t names_next(const struct names *names, uint32_t rule, enum rule_match *match,
                    enum rule_verdict *verdict, struct name_match *out)
{
	while (rule < names->rules.len && is_gap(names->rules.bytes + rule))
		rule += (uint32_t)size_at(names->rules.bytes + rule);
	if (rule >= names->rules.len)
		return 0;
	const char *at = names->rules.bytes + rule;

	*match = match_at(at);
	*verdict = verdict_at(at);
	take_match(out, at, 0);
	return rule + (uint32_t)size_at(at);
}
