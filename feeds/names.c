/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/names.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/hash.h"

#define RULE_HEAD    6   /* bytes before the text */
#define NAME_MAX_LEN 255 /* of a name only its last bytes are looked at */
#define LABELS_MAX   128
#define LOAD_NUM     3 /* slots in use, of … */
#define LOAD_DEN     4

void names_open(struct names *names, uint64_t seed)
{
	*names = (struct names){ .seed = seed };
}

void names_close(struct names *names)
{
	free(names->slots);
	*names = (struct names){ 0 };
}

uint32_t rule_tag_at(const struct arena *arena, uint32_t rule)
{
	uint32_t tag;

	memcpy(&tag, arena->bytes + rule, sizeof tag);
	return tag;
}

static unsigned head_at(const struct arena *arena, uint32_t rule)
{
	return (unsigned char)arena->bytes[rule + sizeof(uint32_t)];
}

enum rule_match rule_match_at(const struct arena *arena, uint32_t rule)
{
	return (enum rule_match)(head_at(arena, rule) & 3);
}

enum rule_verdict rule_verdict_at(const struct arena *arena, uint32_t rule)
{
	return (enum rule_verdict)(head_at(arena, rule) >> 2);
}

const char *rule_text_at(const struct arena *arena, uint32_t rule)
{
	return arena->bytes + rule + RULE_HEAD;
}

static const char *domain_at(const struct arena *arena, uint32_t rule)
{
	return rule_text_at(arena, rule) + (rule_match_at(arena, rule) == RULE_BELOW ? 2 : 0);
}

static size_t domain_len_at(const struct arena *arena, uint32_t rule)
{
	return (unsigned char)arena->bytes[rule + sizeof(uint32_t) + 1];
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
	struct name_slot *slots = realloc(names->slots, wanted * sizeof *slots);

	if (slots == NULL)
		return false;
	names->slots = slots;
	names->size = wanted;
	return true;
}

bool names_add(struct names *names, struct arena *arena, const char *domain, size_t len,
	       enum rule_match match, enum rule_verdict verdict, uint32_t tag)
{
	size_t star = match == RULE_BELOW ? 2 : 0;

	if (!reserve(names))
		return false;
	uint32_t rule = arena_take(arena, RULE_HEAD + star + len + 1);

	if (rule == ARENA_FULL)
		return false;
	char *at = arena->bytes + rule;

	memcpy(at, &tag, sizeof tag);
	at[sizeof tag] = (char)(match | verdict << 2);
	at[sizeof tag + 1] = (char)len;
	memcpy(at + RULE_HEAD, "*.", star);
	memcpy(at + RULE_HEAD + star, domain, len);
	at[RULE_HEAD + star + len] = '\0';
	names->slots[names->count++] =
		(struct name_slot){ hash_bytes(names->seed, domain, len), rule };
	names->depths |= depth_of(domain, len);
	names->has_exceptions |= verdict == RULE_EXCEPT || verdict == RULE_CANCEL;
	names->has_allow |= verdict == RULE_ALLOW;
	return true;
}

/* One pass of a radix sort by eleven bits of the hash; equal ones keep their order. */
static void sort_pass(const struct name_slot *from, struct name_slot *to, size_t count, int shift)
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
static void sort(struct name_slot *list, struct name_slot *spare, size_t count)
{
	sort_pass(list, spare, count, 0);
	sort_pass(spare, list, count, 11);
	sort_pass(list, spare, count, 22);
}

static uint16_t feed_of(const struct arena *arena, uint32_t rule)
{
	struct rule_tag tag;

	memcpy(&tag, arena->bytes + rule_tag_at(arena, rule), sizeof tag);
	return tag.number;
}

static bool is_repeat(const struct arena *arena, uint32_t one, uint32_t other)
{
	return head_at(arena, one) == head_at(arena, other) &&
	       strcmp(rule_text_at(arena, one), rule_text_at(arena, other)) == 0 &&
	       (rule_tag_at(arena, one) == rule_tag_at(arena, other) ||
		feed_of(arena, one) == feed_of(arena, other));
}

/*
 * Drops repeats among slots of one hash, and puts exceptions before rules, so that a search knows
 * them in time. `kept` stays short: a name has at most one rule of a kind from each feed.
 */
static size_t settle_run(const struct arena *arena, const struct name_slot *run, size_t len,
			 struct name_slot *kept)
{
	size_t count = 0, exceptions = 0;

	for (size_t i = 0; i < len; i++) {
		size_t same = 0;

		while (same < count && !is_repeat(arena, run[i].rule, kept[same].rule))
			same++;
		if (same < count)
			continue;
		struct name_slot slot = run[i];

		if (rule_verdict_at(arena, slot.rule) == RULE_REPORT) {
			kept[count++] = slot;
			continue;
		}
		memmove(kept + exceptions + 1, kept + exceptions,
			(count - exceptions) * sizeof *kept);
		kept[exceptions++] = slot;
		count++;
	}
	return count;
}

/* `sorted` to `out`, without repeats; how many are left. */
static size_t settle(const struct arena *arena, const struct name_slot *sorted, size_t count,
		     struct name_slot *out)
{
	size_t kept = 0;

	for (size_t from = 0; from < count;) {
		size_t to = from + 1;

		while (to < count && sorted[to].hash == sorted[from].hash)
			to++;
		kept += settle_run(arena, sorted + from, to - from, out + kept);
		from = to;
	}
	return kept;
}

static size_t home_of(uint32_t homes, uint32_t hash)
{
	return (size_t)((uint64_t)hash * homes >> 32);
}

/* Where the last of the sorted slots comes to lie; with `slots`, puts them there. */
static size_t spread(const struct name_slot *sorted, size_t count, uint32_t homes,
		     struct name_slot *slots)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		size_t home = home_of(homes, sorted[i].hash);

		if (next < home)
			next = home;
		if (slots != NULL)
			slots[next] = sorted[i];
		next++;
	}
	return next > homes ? next : homes;
}

bool names_build(struct names *names, const struct arena *arena)
{
	if (names->count == 0)
		return true;
	struct name_slot *spare = malloc((names->count + 1) * sizeof *spare);

	if (spare == NULL)
		return false;
	sort(names->slots, spare, names->count);
	names->count = settle(arena, spare, names->count, names->slots);
	memcpy(spare, names->slots, names->count * sizeof *spare);
	free(names->slots);
	names->homes = (uint32_t)(names->count * LOAD_DEN / LOAD_NUM + 1);
	names->size = spread(spare, names->count, names->homes, NULL) + 1; /* ends in a gap */
	names->slots = calloc(names->size, sizeof *names->slots);
	if (names->slots != NULL)
		spread(spare, names->count, names->homes, names->slots);
	free(spare);
	return names->slots != NULL;
}

/* A name taken apart: itself in lower case, and those of its parents that rules could be about. */
struct taken_apart {
	unsigned char lower[NAME_MAX_LEN];
	size_t len;
	size_t count;
	struct {
		uint32_t hash;
		uint32_t start;
	} parents[LABELS_MAX]; /* the shortest first */
};

static unsigned char lower_case(char c)
{
	unsigned char byte = (unsigned char)c;

	return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

static void keep_parent(struct taken_apart *name, uint64_t hash, size_t start)
{
	name->parents[name->count].hash = hash_finish(hash);
	name->parents[name->count].start = (uint32_t)start;
	name->count++;
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
				keep_parent(name, hash, i + 1);
			labels++;
		}
		hash = hash_step(hash, byte);
	}
	if (names->depths & depth_bit(labels))
		keep_parent(name, hash, 0);
}

/* What has been found on the way from the whole name to its shortest parent. */
struct search {
	const struct names *names;
	const struct arena *arena;
	const struct taken_apart *name;
	bool is_cut; /* the name was too long: its beginning is not here */
	uint64_t muted;
	enum name_found found;
	struct name_match *out;
};

static bool speaks_of(const struct search *search, uint32_t rule, size_t start)
{
	size_t len = search->name->len - start;
	bool is_whole = start == 0 && !search->is_cut;

	if (domain_len_at(search->arena, rule) != len ||
	    memcmp(domain_at(search->arena, rule), search->name->lower + start, len) != 0)
		return false;
	enum rule_match match = rule_match_at(search->arena, rule);

	return match == RULE_SUFFIX || (match == RULE_EXACT) == is_whole;
}

static bool is_muted(const struct search *search, uint32_t rule, uint64_t here)
{
	uint64_t muted = search->muted | here;

	return muted != 0 && (muted >> feed_of(search->arena, rule) & 1) != 0;
}

static void take_match(struct search *search, uint32_t rule, size_t start)
{
	search->found = NAME_MATCHED;
	search->out->rule = rule_text_at(search->arena, rule);
	search->out->domain = domain_at(search->arena, rule);
	search->out->tag = rule_tag_at(search->arena, rule);
	search->out->start = start;
}

/* Hears one rule; `here` holds the feeds whose rules for this very name are cancelled. */
static void hear(struct search *search, uint32_t rule, size_t start, uint64_t *here)
{
	switch (rule_verdict_at(search->arena, rule)) {
	case RULE_ALLOW:
		search->found = NAME_ALLOWED;
		break;
	case RULE_EXCEPT:
		search->muted |= UINT64_C(1) << feed_of(search->arena, rule);
		break;
	case RULE_CANCEL:
		*here |= UINT64_C(1) << feed_of(search->arena, rule);
		break;
	case RULE_REPORT:
		if (search->found == NAME_NONE && !is_muted(search, rule, *here))
			take_match(search, rule, start);
		break;
	}
}

static void look_up(struct search *search, uint32_t hash, size_t start)
{
	const struct name_slot *slot =
		search->names->slots + home_of(search->names->homes, hash);
	uint64_t here = 0;

	while (slot->rule != 0 && slot->hash < hash)
		slot++;
	for (; slot->rule != 0 && slot->hash == hash && search->found != NAME_ALLOWED; slot++)
		if (speaks_of(search, slot->rule, start))
			hear(search, slot->rule, start, &here);
}

enum name_found names_find(const struct names *names, const struct arena *arena, const char *name,
			   size_t len, struct name_match *out)
{
	struct taken_apart apart;
	struct search search = { .names = names, .arena = arena, .name = &apart, .out = out };

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || names->count == 0)
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
