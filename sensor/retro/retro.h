/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_RETRO_H
#define SENSOR_RETRO_RETRO_H

#include "feeds/feed.h"
#include "sensor/retro/seen.h"

/*
 * What a set of feeds would have reported of events that were seen (with -a: of all flows). Makes
 * JSON, so it is there before other threads do (sensor/event/json.h). NULL when memory is out.
 */
struct retro;
struct retro *retro_new(const struct feed_set *);
void retro_free(struct retro *);

struct retro_counts {
	uint64_t events;  /* contacts, lookups and flows that were looked at */
	uint64_t reports; /* each once for a flow and tracker name */
	uint64_t known;   /* of these: what was reported under that name at the time */
	uint64_t hosts;   /* local addresses in reports */
};

/* Calls `write` for each report, a line without its end that lives until `write` returns. */
typedef void retro_write(void *context, struct slice line);
void retro_ask(struct retro *, const struct seen *, retro_write *, void *context);

void retro_counts(const struct retro *, struct retro_counts *);

#endif
