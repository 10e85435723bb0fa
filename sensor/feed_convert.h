/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FEED_CONVERT_H
#define SENSOR_FEED_CONVERT_H

#include "feeds/feed.h"

/* The words that `--to` takes; NULL after the last. */
const char *feed_target_name(size_t index);

/*
 * Writes a set in that format to standard output. Rules that the format cannot say are left out,
 * their number goes to `left_out`. False when there is no such format.
 */
bool feed_convert(const struct feed_set *, const char *target, uint64_t *left_out);

#endif
