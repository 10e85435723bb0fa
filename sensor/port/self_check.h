/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PORT_SELF_CHECK_H
#define SENSOR_PORT_SELF_CHECK_H

#include "sensor/capture/capture.h"

/*
 * Is it worth listening here? Looks at the packets of a capture, beside whoever else works with
 * them, and says in words what is missing. README.md has each finding. One thread's.
 */
struct self_check;

enum { SELF_CHECK_SECONDS = 30 };

/* NULL: no memory. `interfaces` (none: captures are read) must outlive it. */
struct self_check *self_check_new(struct capture *, const char *const *interfaces, size_t count);
void self_check_free(struct self_check *);

/*
 * --self-check: takes the capture's packets, live for SELF_CHECK_SECONDS or until it is stopped,
 * and prints what they show. False: something is bad.
 */
bool self_check_run(struct self_check *, FILE *out);

/*
 * At the start of a live run: is shown every batch, also empty ones. Says once, after
 * SELF_CHECK_SECONDS or many packets, what is bad, in a log line each; is nothing from then on.
 */
void self_check_glance(struct self_check *, const struct frame_batch *);

#endif
