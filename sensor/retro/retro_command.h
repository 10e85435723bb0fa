/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_RETRO_COMMAND_H
#define SENSOR_RETRO_RETRO_COMMAND_H

#include "feeds/feed.h"

/*
 * `dancecard feed retro LEDGER|EVENTS...`: what the set would have reported, as lines of JSON on
 * standard output, and a sum for people on standard error. Returns the exit status.
 */
int retro_command(const struct feed_set *, char *const *paths, int count);

#endif
