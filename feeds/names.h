/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_NAMES_H
#define FEEDS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/arena.h"
#include "feeds/rule.h"

/*
 * The names of a set: first a growing list of rules, then, built once, a table that is only read.
 *
 * A rule lies in the arena, with no room between it and the next:
 *
 *	| tag: 4 | match, verdict: 1 | len of domain: 1 | text … | NUL |     text: "*.tiktok.com"
 *
 * The table is an array of the rules' hashes, sorted, with gaps: a hash h of 32 bits is at home
 * in slot h * slots / 2^32, or as soon after it as its smaller neighbours leave room.
 *
 *	home of h ──┐
 *	   …|  -  | 1f | 22 | 27 |  -  | 31 |…      (hash, offset of the rule) in 8 bytes
 *
 * So a search runs from home to the first hash that is not smaller, which is seldom a second
 * cache line; a gap or a larger hash ends it, and nothing is compared but integers unless all 32
 * bits agree.
 *
 * A name is hashed from its end, so one pass gives the hash of each of its parents: those whose
 * number of labels no rule has are left out, the rest are looked up, the longest first.
 */
struct name_slot {
	uint32_t hash;
	uint32_t rule; /* 0: a gap */
};

struct names {
	struct name_slot *slots;
	size_t count; /* rules; while growing, also the slots in use */
	size_t size;  /* slots there are */
	uint32_t homes;
	uint64_t seed;
	uint64_t depths; /* bit n: some rule has n labels (63: or more) */
	bool has_exceptions, has_allow;
};

enum name_found { NAME_NONE, NAME_MATCHED, NAME_ALLOWED };

struct name_match {
	const char *rule;   /* its text */
	const char *domain; /* the text without `*.` */
	uint32_t tag;
	size_t start; /* where in the name the domain begins; 0: it is the name */
};

void names_open(struct names *, uint64_t seed);
void names_close(struct names *);

/* `domain` is lower case, has no final dot, and at most 253 bytes. False when memory is out. */
bool names_add(struct names *, struct arena *, const char *domain, size_t len, enum rule_match,
	       enum rule_verdict, uint32_t tag);

/* From list to table. Of equal rules of one feed the first stays. False when memory is out. */
bool names_build(struct names *, const struct arena *);

/* The longest rule for the name (any case, one final dot allowed). NAME_MATCHED fills `out`. */
enum name_found names_find(const struct names *, const struct arena *, const char *name, size_t len,
			   struct name_match *out);

/* What a rule is, for those who walk over the built table. */
enum rule_match rule_match_at(const struct arena *, uint32_t rule);
enum rule_verdict rule_verdict_at(const struct arena *, uint32_t rule);
uint32_t rule_tag_at(const struct arena *, uint32_t rule);
const char *rule_text_at(const struct arena *, uint32_t rule);

#endif
