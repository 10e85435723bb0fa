/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/names.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/hash.h"

#define RULE_HEAD    8   /* bytes before the text */
#define NAME_MAX_LEN 255 /* of a name only its last bytes are looked at */
#define LABELS_MAX   128
#define BUCKET       2  /* rules in one, on average */
#define SLACK        4  /* a quarter more room than the rules take, */
#define SLACK_UNTIL  36 /* if that is no more than so many bytes a rule */
#define LINE         64
#define LINES_AHEAD  2 /* from its home; more make hits faster and misses slower */

bool names_open(struct names *names, uint64_t seed)
{
	*names = (struct names){ .seed = seed };
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

static size_t domain_len_at(const char *rule)
{
	return (unsigned char)rule[5];
}

static uint16_t hash_end_at(const char *rule)
{
	uint16_t end;

	memcpy(&end, rule + 6, sizeof end);
	return end;
}

static const char *text_at(const char *rule)
{
	return rule + RULE_HEAD;
}

static const char *domain_at(const char *rule)
{
	return text_at(rule) + (match_at(rule) == RULE_BELOW ? 2 : 0);
}

static bool is_gap(const char *rule)
{
	return domain_len_at(rule) == 0;
}

static size_t size_at(const char *rule)
{
	if (is_gap(rule))
		return tag_at(rule);
	return (size_t)(domain_at(rule) - rule) + domain_len_at(rule) + 1;
}

static uint64_t depth_bit(unsigned labels)
{
	return UINT64_C(1) << (labels < 63 ? labels : 63);
}

static uint64_t depth_of(const char *domain, size_t len)
{
	unsigned labels = 1;

	for (size_t i = 0; i < len; i++)
		labels += domain[i] == '.';
	return depth_bit(labels);
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
	uint32_t hash = hash_bytes(names->seed, domain, len);
	uint16_t hash_end = (uint16_t)hash;

	if (!reserve(names))
		return false;
	uint32_t rule = arena_take(&names->rules, RULE_HEAD + star + len + 1);

	if (rule == ARENA_FULL)
		return false;
	char *at = names->rules.bytes + rule;

	memcpy(at, &tag, sizeof tag);
	at[4] = (char)(match | verdict << 2);
	at[5] = (char)len;
	memcpy(at + 6, &hash_end, sizeof hash_end);
	memcpy(at + RULE_HEAD, "*.", star);
	memcpy(at + RULE_HEAD + star, domain, len);
	at[RULE_HEAD + star + len] = '\0';
	names->list[names->count++] = (struct name_seed){ hash, rule };
	names->depths |= depth_of(domain, len);
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
static size_t home_of(const struct names *names, uint32_t hash)
{
	return (size_t)((uint64_t)hash * names->span >> 32);
}

/* By the end of the hash; its beginning chose the bucket. */
static uint32_t filter_bits(uint32_t hash)
{
	return UINT32_C(1) << (hash & 31) | UINT32_C(1) << (hash >> 5 & 31);
}

/* Up to `home`, if that is not behind already: a record of no name, whose tag is its size. */
static bool leave_gap(struct arena *ordered, size_t home)
{
	if (home < ordered->len + RULE_HEAD)
		return true;
	uint32_t size = (uint32_t)(home - ordered->len), at = arena_take(ordered, size);

	if (at == ARENA_FULL)
		return false;
	memset(ordered->bytes + at, 0, size);
	memcpy(ordered->bytes + at, &size, sizeof size);
	return true;
}

/* The records in order into `ordered`, and where each bucket begins. */
static bool lay_out(struct names *names, struct arena *ordered)
{
	uint32_t bucket = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct name_seed *seed = &names->list[i];
		const char *rule = names->rules.bytes + seed->rule;

		if (bucket <= bucket_of(names, seed->hash) &&
		    !leave_gap(ordered, home_of(names, seed->hash)))
			return false;
		uint32_t at = arena_take(ordered, size_at(rule));

		if (at == ARENA_FULL)
			return false;
		memcpy(ordered->bytes + at, rule, size_at(rule));
		while (bucket <= bucket_of(names, seed->hash))
			names->buckets[bucket++].begin = at;
		names->buckets[bucket - 1].filter |= filter_bits(seed->hash);
	}
	while (bucket <= names->bucket_count)
		names->buckets[bucket++].begin = ordered->len;
	arena_trim(ordered);
	return true;
}

/* Long names leave no room, and then their places cannot be guessed: 0. */
static uint32_t span_for(uint64_t len, uint64_t count)
{
	uint64_t span = len + len / SLACK, most = count * SLACK_UNTIL;

	if (span > most)
		span = most;
	return span > len && span < UINT32_MAX ? (uint32_t)span : 0;
}

static bool order(struct names *names)
{
	struct arena ordered;

	names->bucket_count = (uint32_t)(names->count / BUCKET + 1);
	names->buckets = calloc((size_t)names->bucket_count + 1, sizeof *names->buckets);
	names->span = span_for(names->rules.len, names->count);
	if (names->buckets == NULL || !arena_open(&ordered))
		return false;
	bool is_done = lay_out(names, &ordered);

	arena_close(&names->rules);
	names->rules = ordered;
	free(names->list);
	names->list = NULL;
	names->size = 0;
	return is_done;
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

/* A name taken apart: itself in lower case, and those of its parents that rules could be about. */
struct taken_apart {
	unsigned char lower[NAME_MAX_LEN];
	size_t len;
	size_t count;
	struct parent {
		uint32_t hash;
		uint32_t start;
	} parents[LABELS_MAX]; /* the shortest first */
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

static unsigned char lower_case(char c)
{
	unsigned char byte = (unsigned char)c;

	return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

static inline void send_for(const struct names *names, size_t rules)
{
	for (size_t i = 0; i < LINES_AHEAD && rules + i * LINE < names->rules.len; i++)
		prefetch(names->rules.bytes + rules + i * LINE);
}

/* The bucket, and what most probably are its rules, are on their way while the rest is hashed. */
static void keep_parent(const struct names *names, struct taken_apart *name, uint64_t hash,
                        size_t start)
{
	struct parent *parent = &name->parents[name->count++];

	parent->hash = hash_finish(hash);
	parent->start = (uint32_t)start;
	prefetch(&names->buckets[bucket_of(names, parent->hash)]);
	if (names->span > 0)
		send_for(names, home_of(names, parent->hash));
}

static void take_apart(const struct names *names, const char *text, struct taken_apart *name)
{
	uint64_t hash = names->seed;
	unsigned labels = 1;

	name->count = 0;
	for (size_t i = name->len; i-- > 0;) {
		unsigned char byte = lower_case(text[i]);

		name->lower[i] = byte;
		if (byte == '.') {
			if (names->depths & depth_bit(labels) && name->count < LABELS_MAX - 1)
				keep_parent(names, name, hash, i + 1);
			labels++;
		}
		hash = hash_step(hash, byte);
	}
	if (names->depths & depth_bit(labels))
		keep_parent(names, name, hash, 0);
}

/* What has been found on the way from the whole name to its shortest parent. */
struct search {
	const struct names *names;
	const struct arena *strings;
	const struct taken_apart *name;
	bool is_cut; /* the name was too long: its beginning is not here */
	uint64_t muted;
	enum name_found found;
	struct name_match *out;
};

static bool speaks_of(const struct search *search, const char *rule, size_t start)
{
	size_t len = search->name->len - start;
	bool is_whole = start == 0 && !search->is_cut;

	if (domain_len_at(rule) != len ||
	    memcmp(domain_at(rule), search->name->lower + start, len) != 0)
		return false;
	enum rule_match match = match_at(rule);

	return match == RULE_SUFFIX || (match == RULE_EXACT) == is_whole;
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

/* Hears one rule; `here` holds the feeds whose rules for this very name are cancelled. */
static void hear(struct search *search, const char *rule, size_t start, uint64_t *here)
{
	switch (verdict_at(rule)) {
	case RULE_ALLOW:
		search->found = NAME_ALLOWED;
		break;
	case RULE_EXCEPT:
		search->muted |= UINT64_C(1) << feed_of(search->strings, rule);
		break;
	case RULE_CANCEL:
		*here |= UINT64_C(1) << feed_of(search->strings, rule);
		break;
	case RULE_REPORT:
		if (search->found == NAME_NONE && !is_muted(search, rule, *here)) {
			search->found = NAME_MATCHED;
			take_match(search->out, rule, start);
		}
		break;
	}
}

static void look_up(struct search *search, uint32_t hash, size_t start)
{
	const struct names *names = search->names;
	const struct name_bucket *bucket = &names->buckets[bucket_of(names, hash)];
	uint32_t bits = filter_bits(hash);
	uint64_t here = 0;

	if ((bucket->filter & bits) != bits)
		return;
	const char *rule = names->rules.bytes + bucket[0].begin;
	const char *end = names->rules.bytes + bucket[1].begin;

	send_for(names, bucket[0].begin);
	for (; rule < end && !is_gap(rule) && search->found != NAME_ALLOWED; rule += size_at(rule))
		if (hash_end_at(rule) == (uint16_t)hash && speaks_of(search, rule, start))
			hear(search, rule, start, &here);
}

enum name_found names_find(const struct names *names, const struct arena *strings, const char *name,
                           size_t len, struct name_match *out)
{
	struct taken_apart apart;
	struct search search = { .names = names, .strings = strings, .name = &apart, .out = out };

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || names->bucket_count == 0)
		return NAME_NONE;
	search.is_cut = len > NAME_MAX_LEN;
	apart.len = search.is_cut ? NAME_MAX_LEN : len;
	size_t skipped = len - apart.len;

	take_apart(names, name + skipped, &apart);
	for (size_t i = apart.count; i-- > 0;) {
		look_up(&search, apart.parents[i].hash, apart.parents[i].start);
		if (search.found == NAME_ALLOWED ||
		    (search.found == NAME_MATCHED && !names->has_allow))
			break;
	}
	if (search.found == NAME_MATCHED && search.is_cut)
		out->start += skipped;
	return search.found;
}

uint32_t names_next(const struct names *names, uint32_t rule, enum rule_match *match,
                    enum rule_verdict *verdict, struct name_match *out)
{
	if (rule < names->rules.len && is_gap(names->rules.bytes + rule))
		rule += (uint32_t)size_at(names->rules.bytes + rule);
	if (rule >= names->rules.len)
		return 0;
	const char *at = names->rules.bytes + rule;

	*match = match_at(at);
	*verdict = verdict_at(at);
	take_match(out, at, 0);
	return rule + (uint32_t)size_at(at);
}
