/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_NAME_H
#define SENSOR_FLOW_NAME_H

#include "dissect/slice.h"
#include "feeds/feed.h"
#include "sensor/flow/budget.h"

/*
 * Names are kept once each. The same few thousand names come again and again on a network, so a
 * name carries what the feed says of it: asked once, not once a flow.
 *
 *   buckets ─► name ─► name         refs: flows, resolutions … that hold it
 *                └ match, alias_match: the feed's answer, for the set `judged_by`
 */
enum { NAME_MAX_LEN = 1024 };

struct name {
	struct name *next;
	uint32_t hash;
	uint32_t refs;
	const struct feed_set *judged_by;
	struct feed_entry *match;       /* what it is when seen as a name; NULL: nothing */
	struct feed_entry *alias_match; /* the same when seen as a DNS answer's alias */
	uint16_t len;
	bool is_verbatim : 1; /* not a host's name: kept as it was, and never judged */
	bool has_label : 1;   /* `label` is known */
	bool is_allowed : 1; /* nobody's, as an allow list says: its aliases prove nothing either */
	uint16_t label;      /* nDPI's number for it, 0: none; classify.h */
	uint16_t domain_from; /* see name_domain(); NAME_MAX_LEN + 1: not asked yet */
	uint8_t text[];       /* lower case, no final dot; bytes as on the wire */
};

struct name_table;

/* `seed` makes the hash unpredictable; it has no influence on any output. NULL: out of memory. */
struct name_table *name_table_new(struct budget *, const struct feed_set *, uint64_t seed);
void name_table_free(struct name_table *);

/*
 * The name of `text`: lower-cased, without a final dot. The caller holds one reference more.
 * NULL: empty, over NAME_MAX_LEN, or no memory (counted in the budget).
 */
struct name *name_hold(struct name_table *, struct slice text);
/* The same for what is no host's name, such as a Referer: kept byte for byte, cut at the length. */
struct name *name_hold_verbatim(struct name_table *, struct slice text);
/* One more reference to a name that is held. */
struct name *name_again(struct name *);
void name_release(struct name_table *, struct name *);

/*
 * Judges by other feeds from now on: every name anew. The old set may go when this returns: what
 * was found in it has been copied.
 */
void name_table_judge_by(struct name_table *, const struct feed_set *);
/* The network of the feeds that holds the address, with strings that live as long as the table. */
bool name_table_find_address(struct name_table *, const uint8_t address[16],
                             struct feed_entry *out);

size_t name_table_count(const struct name_table *);

/*
 * Its registrable domain (feeds/domain.h), asked once a name: the list of public suffixes is dear.
 * The whole name where it has none, or where it is longer than any domain name.
 */
struct slice name_domain(struct name *);

static inline struct slice name_text(const struct name *n)
{
	return (struct slice){ n->text, n->len };
}

#endif
