/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_COMMONS_H
#define SENSOR_SITE_COMMONS_H

#include "sensor/site/site_book.h"
#include "sensor/site/site_watch.h"

/*
 * Where workers meet at each tick of packet time, to put what they saw of sites into one book:
 *
 *   worker 0 ─┐                ┌─► reads the book until the next tick, tells the verdicts
 *   worker 1 ─┼─► the last one ┼─► reads the book
 *   worker 2 ─┘   learns       └─► reads the book
 *
 * So every worker knows the same at the same packet.
 */
struct commons;

/* NULL: out of memory. */
struct commons *commons_new(size_t workers, size_t sites, uint64_t seed);
void commons_free(struct commons *);
struct site_book *commons_book(struct commons *);

/*
 * What a worker does while it waits for the others, in small pieces: `help(context)` is called by
 * any of them, by many at once; false: there is nothing to do. Before the first meeting.
 */
void commons_meanwhile(struct commons *, bool (*help)(void *context), void *context);

/*
 * Gives the watch's observations, and returns when those of all workers are learned; with one
 * worker at once. Each worker comes by once for each tick.
 */
void commons_meet(struct commons *, struct site_watch *);

#endif
