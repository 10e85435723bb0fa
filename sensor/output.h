/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_OUTPUT_H
#define SENSOR_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "dissect/slice.h"
#include "sensor/order.h"

/*
 * Puts the workers' lines into the one order that the packets give (order.h). Each worker has a
 * lane and puts its lines there in order; a thread writes the first of all lanes as soon as no
 * other lane can come before it.
 *
 *   worker 0 ─► lane 0 ─┐
 *   worker 1 ─► lane 1 ─┼─► lowest key first ─► write
 *   worker 2 ─► lane 2 ─┘
 *
 * A lane holds LANE_BYTES; then its worker waits. That cannot stand still: the lines of the worker
 * that is furthest behind are always the next ones. With one lane there is no thread: a line is
 * written where it is put.
 */
struct output;
struct lane;

enum { LANE_BYTES = 4 << 20 };

/* The report page wants native lines, whatever shape the sinks' are in. */
enum line_reader { LINE_FOR_ALL, LINE_FOR_SINKS, LINE_FOR_PAGE };

typedef void output_write(void *context, enum line_reader, struct slice line);
/* All that could be written is. */
typedef void output_idle(void *context);

/* `idle`, or NULL, is called by the thread that writes; with one lane by nobody. NULL: no memory.
 */
struct output *output_new(size_t lanes, output_write *, output_idle *, void *context);
void output_free(struct output *);
struct lane *output_lane(struct output *, size_t index);
/* All lanes have ended: returns when everything is written. */
void output_finish(struct output *);

void lane_put(struct lane *, const struct order_key *, enum line_reader, struct slice line);
/* Lines put between the two come in any order, and are put in order at the end. */
void lane_begin_mixed(struct lane *);
void lane_end_mixed(struct lane *);
/* No line of that step or before it comes any more. */
void lane_done(struct lane *, uint64_t step);
/* No line comes any more. */
void lane_end(struct lane *);

#endif
