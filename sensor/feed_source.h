/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FEED_SOURCE_H
#define SENSOR_FEED_SOURCE_H

#include <stdbool.h>

#include "feeds/feed.h"

/*
 * A feed as --feed and --allow name it: a file, and what is to be known of it that the file does
 * not say itself.
 *
 *   FILE[?key=value[&key=value]...]      ads.txt?tag=ads&category=ad_tracker&match=exact
 *
 * tag: what `feed` says in events (the file's base name). category: of entries that have none
 * (tracker). format: not found by content. match: `exact` or `suffix`, of a plain list's lines.
 * A question mark with no `key=` behind it belongs to the file's name.
 */
enum { FEED_SOURCE_MAX = 4608 };

struct feed_source {
	char path[FEED_SOURCE_MAX]; /* the other strings lie in it, too */
};

/*
 * Takes `text` apart: the path into `out`, what is said beside it into `how`, whose strings live as
 * long as `out`; the rest of `how` stays as it is. False: `reason` says what is wrong.
 */
bool feed_source_read(const char *text, struct feed_source *out, struct feed_options *how,
                      const char **reason);
/* The path alone. */
bool feed_source_path(const char *text, struct feed_source *out);

#endif
