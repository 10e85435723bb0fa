/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_INPUTS_H
#define SENSOR_CAPTURE_INPUTS_H

#include "sensor/capture/input.h"

/* What the command line's files and folders come to, in its order. */
struct inputs {
	const struct capture_options *options;
	const struct stop *stop;
	struct input *all;
	size_t count, room;
	unsigned failures; /* of those that are not in the list */
};

/* False: there is not one; said why. Files are looked into and closed again, pipes left open. */
bool inputs_open(struct inputs *, const struct capture_options *, const struct stop *);
void inputs_close(struct inputs *);

unsigned inputs_failures(const struct inputs *);
/* Fills input_bytes and input_size. */
void inputs_progress(const struct inputs *, struct capture_counters *out);

#endif
