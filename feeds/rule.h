/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_RULE_H
#define FEEDS_RULE_H

#include <stdint.h>

/* Which names a rule about `x` speaks of. */
enum rule_match {
	RULE_SUFFIX, /* x and all below */
	RULE_EXACT,  /* x alone */
	RULE_BELOW,  /* all below x, not x: written `*.x` */
};

/* What it says of them. */
enum rule_verdict {
	RULE_REPORT,
	RULE_EXCEPT, /* an exception: mutes rules of its own feed that are no longer than itself */
	RULE_CANCEL, /* mutes the rules of its own feed for the very same name only */
	RULE_ALLOW,  /* of an allow list: nothing is reported, whoever else says what */
};

/* What the rules of a feed have in common; each a string in the arena. Interned as bytes. */
struct rule_tag {
	uint32_t entity, product, category, feed, version;
	uint16_t number;     /* of the feed, in the order in which they were given */
	uint16_t is_refined; /* a first label may say a closer category (feeds/labels.h) */
};

/* As many feeds as exceptions can tell apart. */
#define FEEDS_MAX 64

#endif
