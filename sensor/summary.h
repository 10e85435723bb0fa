/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SUMMARY_H
#define SENSOR_SUMMARY_H

#include "sensor/totals.h"

/* What a person is told, on standard error: a bar while a terminal waits, and the sum at the end.
 */
struct progress;

/* NULL, which every call takes, where nobody would see it. */
struct progress *progress_begin(bool is_wanted);
/* Called as often as one likes; draws a few times a second. */
void progress_show(struct progress *, const struct capture_counters *);
void progress_end(struct progress *);

/* The closing summary: packets, flows, contacts with a table of them, visibility, time. */
void summary_print(FILE *out, const struct totals *, const struct tally *,
                   const struct capture_counters *, double seconds);
/* Live, behind it: what was lost, and by whom. */
void summary_print_drops(FILE *out, const struct totals *, const struct capture_counters *);

#endif
