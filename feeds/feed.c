/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "feeds/feed.h"

#include <stdlib.h>
#include <sys/random.h>

#include "feeds/brands.h"
#include "feeds/builder.h"

void feed_set_free(struct feed_set *set)
{
	if (set == NULL)
		return;
	names_close(&set->names);
	names_close(&set->zones);
	names_close(&set->brands);
	networks_close(&set->networks);
	arena_close(&set->arena);
	sources_close(&set->sources);
	free(set);
}

struct feed_builder *feed_builder_new(void)
{
	struct feed_builder *builder = calloc(1, sizeof *builder);
	struct feed_set *set = calloc(1, sizeof *set);
	uint64_t seed = 0;

	/* Without a seed everything works; only whoever writes a feed could slow it down. */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = UINT64_C(0x6a09e667f3bcc909);
	if (builder == NULL || set == NULL || !arena_open(&set->arena) ||
	    !names_open(&set->names, seed) || !names_open(&set->zones, seed) ||
	    !names_open(&set->brands, seed)) {
		free(builder);
		feed_set_free(set);
		return NULL;
	}
	builder->set = set;
	builder->interner.seed = seed;
	set->labels.seed = seed;
	return builder;
}

void feed_builder_free(struct feed_builder *builder)
{
	if (builder == NULL)
		return;
	interner_close(&builder->interner);
	feed_set_free(builder->set);
	free(builder);
}

struct feed_set *feed_builder_finish(struct feed_builder *builder)
{
	struct feed_set *set = builder->set;
	bool is_built = !builder->is_out_of_memory && names_build(&set->names, &set->arena) &&
	                names_build(&set->zones, &set->arena) &&
	                names_build(&set->brands, &set->arena) &&
	                networks_build(&set->networks, &set->arena);

	if (!is_built) {
		feed_builder_free(builder);
		return NULL;
	}
	arena_trim(&set->arena);
	builder->set = NULL;
	feed_builder_free(builder);
	return set;
}

size_t feed_set_names(const struct feed_set *set)
{
	return set->names.count;
}

size_t feed_set_networks(const struct feed_set *set)
{
	return set->networks.count;
}

size_t feed_set_bytes(const struct feed_set *set)
{
	return sizeof *set + set->arena.size + names_bytes(&set->names) + names_bytes(&set->zones) +
	       names_bytes(&set->brands) + set->networks.size * sizeof *set->networks.list +
	       set->networks.piece_count * sizeof *set->networks.pieces;
}

uint64_t feed_set_stamp(const struct feed_set *set)
{
	return set->sources.stamp;
}

uint64_t feed_set_stamp_now(const struct feed_set *set)
{
	return sources_stamp(&set->sources);
}

const char *feed_set_cut(const struct feed_set *then, const struct feed_set *now)
{
	return sources_cut(&then->sources, &now->sources);
}

static struct rule_tag tag_at(const struct feed_set *set, uint32_t offset)
{
	struct rule_tag tag;

	memcpy(&tag, set->arena.bytes + offset, sizeof tag);
	return tag;
}

static void fill_entry(const struct feed_set *set, const struct rule_tag *tag, const char *rule,
                       const char *domain, struct feed_entry *out)
{
	const char *strings = set->arena.bytes;

	out->entity = strings + tag->entity;
	out->product = strings + tag->product;
	out->category = strings + tag->category;
	out->rule = rule;
	out->feed = strings + tag->feed;
	out->feed_version = strings + tag->version;
	out->domain = domain;
	out->label = strings; /* offset 0: "" */
}

/* A rule of ours that says no more than whose a name is leaves it to the first label to say more.
 */
static void refine(const struct feed_set *set, const struct rule_tag *tag, struct text name,
                   struct feed_entry *out)
{
	const struct label_class *class =
	        labels_find(&set->labels, &set->arena, name, tag->product);

	if (class == NULL)
		return;
	out->category = set->arena.bytes + class->category;
	out->label = set->arena.bytes + class->word;
}

static void describe(const struct feed_set *set, const struct name_match *match, struct text name,
                     struct feed_entry *out)
{
	struct rule_tag tag = tag_at(set, match->tag);

	fill_entry(set, &tag, match->rule, match->domain, out);
	if (tag.is_refined && match->start > 0)
		refine(set, &tag, name, out);
}

/* What nobody listed, but is called as ByteDance calls its own: feeds/brands.h. */
static bool find_variant(const struct feed_set *set, struct text name, struct feed_entry *out)
{
	struct name_match match;
	const struct label_class *class = brands_find(set, name, &match);

	if (class == NULL)
		return false;
	struct rule_tag tag = tag_at(set, match.tag);

	fill_entry(set, &tag, match.rule, match.domain, out);
	out->category = set->arena.bytes + class->category;
	out->label = set->arena.bytes + class->word;
	return true;
}

static bool find_plainly(const struct feed_set *set, struct text name, struct feed_entry *out,
                         enum name_found *found)
{
	struct name_match match;

	*found = names_find(&set->names, &set->arena, name.ptr, name.len, &match);
	if (*found == NAME_MATCHED)
		describe(set, &match, name, out);
	else if (*found == NAME_NONE && find_variant(set, name, out))
		*found = NAME_MATCHED;
	return *found == NAME_MATCHED;
}

/*
 * A CDN names what it serves for others after them: "tiktokv.com.edgekey.net". What stands before
 * one of its zones is looked up, less the labels that this CDN puts between:
 *
 *	analytics.tiktok.com . bytewlb . akadns.net
 *	└─ looked up        ┘ └ between └ zone
 */
static bool find_within(const struct feed_set *set, struct text name, struct feed_entry *out)
{
	struct name_match zone;
	enum name_found found;

	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (names_find(&set->zones, &set->arena, name.ptr, name.len, &zone) != NAME_MATCHED)
		return false;
	uint16_t between = tag_at(set, zone.tag).number;

	name.len = zone.start;
	for (unsigned cut = 0; cut <= between && name.len > 0; cut++) {
		name.len--; /* the dot */
		if (find_plainly(set, name, out, &found))
			return true;
		if (found == NAME_ALLOWED)
			return false;
		while (name.len > 0 && name.ptr[name.len - 1] != '.')
			name.len--;
	}
	return false;
}

bool feed_find_name(const struct feed_set *set, const char *name, size_t len, enum feed_where where,
                    struct feed_entry *out)
{
	struct text text = { name, len };
	enum name_found found;
	struct feed_entry within;

	find_plainly(set, text, out, &found);
	if (where == FEED_ALIAS && found != NAME_ALLOWED && find_within(set, text, &within)) {
		*out = within; /* whom a CDN serves says more than that the CDN is known */
		return true;
	}
	return found == NAME_MATCHED;
}

static void describe_network(const struct feed_set *set, const struct network *network,
                             struct feed_entry *out)
{
	struct rule_tag tag = tag_at(set, network->tag);
	const char *text = set->arena.bytes + network->text;

	fill_entry(set, &tag, text, text, out);
}

bool feed_is_allowed(const struct feed_set *set, const char *name, size_t len)
{
	struct name_match match;

	return set->names.has_allow &&
	       names_find(&set->names, &set->arena, name, len, &match) == NAME_ALLOWED;
}

bool feed_find_address(const struct feed_set *set, const uint8_t address[16],
                       struct feed_entry *out)
{
	const struct network *network = networks_find(&set->networks, address);

	if (network != NULL)
		describe_network(set, network, out);
	return network != NULL;
}

static void visit_names(const struct feed_set *set, feed_visit *visit, void *context)
{
	static const enum feed_match matches[] = {
		[RULE_SUFFIX] = FEED_SUFFIX, [RULE_EXACT] = FEED_EXACT, [RULE_BELOW] = FEED_BELOW
	};
	enum rule_match match;
	enum rule_verdict verdict;
	struct name_match at;
	uint32_t rule = 1;

	while ((rule = names_next(&set->names, rule, &match, &verdict, &at)) != 0) {
		struct rule_tag tag = tag_at(set, at.tag);
		struct feed_rule seen = { .match = matches[match],
			                  .is_exception = verdict != RULE_REPORT };

		fill_entry(set, &tag, at.rule, at.domain, &seen.entry);
		visit(context, &seen);
	}
}

void feed_set_each(const struct feed_set *set, feed_visit *visit, void *context)
{
	visit_names(set, visit, context);
	for (size_t i = 0; i < set->networks.count; i++) {
		const struct network *network = &set->networks.list[i];
		struct feed_rule seen = { .match = FEED_PREFIX,
			                  .is_exception = network->verdict != RULE_REPORT };

		describe_network(set, network, &seen.entry);
		visit(context, &seen);
	}
}
