/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_REPORT_H
#define SENSOR_REPORT_REPORT_H

#include <stdio.h>

#include "sensor/event/event.h"
#include "sensor/report/fact.h"

/*
 * The page for people who would rather look than read: events go in, sums are kept, one HTML file
 * comes out, which needs nothing but a browser. README.md here says what is in it.
 *
 *	lines of a run (report_run_line) ─┐
 *	lines of a file (report_line) ────┼─► fact ─► sums, list, packed events ─► report_write ─►
 *page rows of a ledger, as lines ───────┘
 *
 * Bounded, however many events there are: what finds no room in the list is still in the sums, and
 * the page says how many that are.
 */
struct report;

/* NULL: out of memory. It is of one thread at a time. */
struct report *report_new(void);
void report_free(struct report *);

/* An event of a run that goes on, as a native line. */
void report_run_line(struct report *, struct text line);
/* A line of an events file; one that was there before (`event_id`) is only counted. */
enum fact_answer report_line(struct report *, struct text line);
/* What follows is from there; its counters begin anew. The name is copied. */
void report_source(struct report *, const char *name);
/* A ban of the policy, for the time line; 0: always, for ever. */
void report_ban(struct report *, const char *rule, const char *reference, uint64_t since_ns,
                uint64_t until_ns);

/* Events that were taken, of all kinds. */
uint64_t report_events(const struct report *);

/* Was this program built with the page? */
bool report_has_page(void);
/* Writes the page, once, when nothing more is taken. False: it could not be written. */
bool report_write(struct report *, FILE *out);
/* Only the data in it, as JSON with `<` escaped. */
bool report_write_data(struct report *, FILE *out);

#endif
