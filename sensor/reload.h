/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RELOAD_H
#define SENSOR_RELOAD_H

#include "sensor/knowledge.h"
#include "sensor/settings.h"

/*
 * The feeds that the options name. NULL after saying why. `failures`: files that could not be read;
 * the set has the rest.
 */
struct feed_set *feeds_load(const struct options *, unsigned *failures);

/*
 * Reads config and feeds again, beside the old ones, in a thread of its own: whole or not at all. A
 * file with mistakes is told, and what was there stays.
 *
 *   SIGHUP ─► reload_ask ─► thread: read, check ─► ready ─► reload_take, between two packets
 */
struct reload;
/* The command line is read again each time; it must live as long. NULL: out of memory. */
struct reload *reload_new(int argc, char **argv);
void reload_free(struct reload *);
/* From a signal handler, too. Asked again while one is under way: once more after it. */
void reload_ask(struct reload *);
/*
 * From now on a change of a file behind `current` asks, too, once it has looked the same at two
 * looks, `every_ms` apart. Of such a reload nothing is taken where a file looks cut off
 * (feed_set_cut): it may be half-written, and whoever means it sends SIGHUP. A look costs the
 * caller of reload_take a stat() for each file.
 */
void reload_watch(struct reload *, const struct feed_set *current, unsigned every_ms);
/* True: `out` is the new knowledge, and the caller's. Costs next to nothing while nobody asked. */
bool reload_take(struct reload *, struct knowledge *out);

#endif
