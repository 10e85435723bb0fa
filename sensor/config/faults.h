/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_FAULTS_H
#define SENSOR_CONFIG_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sensor/config/region.h"

/* Where something stands in its file; both from 1. Line 0: the file as a whole. */
struct config_place {
	unsigned line, column;
};

/* Mistakes of a file, all of them said at once, in the order in which they stand there. */
enum { FAULTS_MAX = 50 };

struct fault {
	const char *file;
	struct config_place place;
	const char *text;
};

struct faults {
	struct region *region; /* where the texts go */
	const char *file;      /* of those that are added now */
	struct fault list[FAULTS_MAX];
	size_t count, lost;
};

/* Always false, so that a check can end with it. */
bool fault_add(struct faults *, struct config_place, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* "FILE:LINE:COLUMN: text" of each, and how many more there were. */
typedef void fault_tell(void *context, const char *line);
void faults_tell(struct faults *, fault_tell *, void *context);

/*
 * The word of `words` (count of them) that `text` was most likely meant to be; NULL: none is near.
 * It takes less than a third of its letters to be changed, left out or added.
 */
const char *nearest_word(const char *text, const char *const *words, size_t count);

#endif
