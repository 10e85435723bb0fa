/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_NAMES_H
#define FEEDS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/arena.h"
#include "feeds/name_hash.h"
#include "feeds/rule.h"

/*
 * The names of a set: first a growing list of rules, then, built once, a table that is only read.
 * A rule is a record in `rules`, with no room between it and the next of its bucket:
 *
 *	| tag: 4 | match, verdict: 1 | len of text: 1 | end of hash: 1 | text "*.tiktok.com" | NUL |
 *
 * Building puts the records in order of their hashes and cuts them into buckets, as many as there
 * are cache lines in the room that they may take, which is up to half as much again as they need:
 *
 *	buckets   |  1 .x..x | 100 x..x. | …      where each begins, and a filter: 8 bytes
 *	             |          └──────┐
 *	rules     [ 1c.. | 22.. | 27.. ][ 31.. | 39.. ]  gap  [ …
 *
 * The filter has two bits set for each name in the bucket, which tell nearly every name that is
 * not in it. So a name that is not there costs one access to the small array, and one that is
 * there one more to the large one.
 *
 * Where a bucket's rules are can be guessed: they are put into its own cache line, or behind what
 * took that place. A search has both on their way to the cache at once, instead of one after the
 * other:
 *
 *	rules     [ 1c.. | 22.. ]  gap  [ 31.. ]  gap  [ 39.. | 3a.. | 3b.. ][ 41.. ]  gap  [ …
 *	line      0                     1              2              3                     4
 *	          home of 0             home of 1      home of 2      home of 3, not at home
 *
 * One pass over a name gives the hash of each of its parents (feeds/name_hash.h): those whose
 * number of labels no rule has are left out, the rest are looked up, the longest first.
 */
struct name_seed {
	uint32_t hash;
	uint32_t rule;
};

struct name_bucket {
	uint32_t begin;
	uint32_t filter;
};

struct names {
	struct arena rules;     /* records: as they came, once built in order */
	struct name_seed *list; /* while growing */
	size_t count, size;     /* of the list; once built, `count` is of rules */
	struct name_bucket *buckets;
	uint32_t bucket_count; /* behind which lies one more, the end */
	struct name_keys keys;
	bool has_depth[FEED_NAME_MAX + 2]; /* [n]: some rule has n labels */
	bool has_exceptions, has_allow;
};

enum name_found { NAME_NONE, NAME_MATCHED, NAME_ALLOWED };

struct name_match {
	const char *rule;   /* its text */
	const char *domain; /* the text without `*.` */
	uint32_t tag;
	size_t start; /* where in the name the domain begins; 0: it is the name */
};

/* False when memory is out. */
bool names_open(struct names *, uint64_t seed);
void names_close(struct names *);

/*
 * `domain` is lower case, has no final dot, and at most 253 bytes; `tag` is the offset of a
 * rule_tag in the arena of strings. False when memory is out.
 */
bool names_add(struct names *, const char *domain, size_t len, enum rule_match, enum rule_verdict,
               uint32_t tag);

/* From list to table. Of equal rules of one feed the first stays. False when memory is out. */
bool names_build(struct names *, const struct arena *strings);

/* The longest rule for the name (any case, one final dot allowed). NAME_MATCHED fills `out`. */
enum name_found names_find(const struct names *, const struct arena *strings, const char *name,
                           size_t len, struct name_match *out);

/* The rule at that place of a built table, and the place of the next; 0 at the end. Begin at 1. */
uint32_t names_next(const struct names *, uint32_t rule, enum rule_match *, enum rule_verdict *,
                    struct name_match *out);

size_t names_bytes(const struct names *);

#endif
