/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_PLACES_H
#define SENSOR_SINK_PLACES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { PLACES_READ_MAX = 8 };

/* What a target of -o will touch, before it is opened: for who has to allow it. */
struct sink_places {
	bool is_remote;                        /* it connects to a server */
	char written[PATH_MAX];                /* a file, or the folder of a journal; "": none */
	char reads[PLACES_READ_MAX][PATH_MAX]; /* secrets and certificates */
	size_t read_count;
};

/* False: no such kind of target, or its options cannot be read; sink_open() will say so. */
bool sink_find_places(const char *target, struct sink_places *out);

#endif
