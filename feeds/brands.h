/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_BRANDS_H
#define FEEDS_BRANDS_H

#include "feeds/builder.h"

/*
 * A brand under a country's ending, for names that nobody listed:
 *
 *	ads-sg . tiktok . tv
 *	└┬┘      └─┬──┘   └┬ two letters
 *	 │         └ a brand, or a brand and one of its forms: a row "tiktok.*" of set->brands
 *	 └ the first word, of a class that speaks of variants too
 *
 * Anybody may register such a domain, so the first word must be one that only ByteDance uses so.
 * Asked last, when no rule says anything.
 */

/* The class of its first word, and the brand's row; NULL when it is no variant. */
const struct label_class *brands_find(const struct feed_set *, struct text name,
                                      struct name_match *);

#endif
