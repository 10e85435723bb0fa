/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RIGHTS_REACH_H
#define SENSOR_RIGHTS_REACH_H

#include <stddef.h>

#include "sensor/rights/rights.h"

/*
 * Paths that are to be reached, gathered one by one. Each is copied. Without memory one is missing,
 * and opening it will be refused.
 */
struct reach {
	char **items;
	size_t count;
};

void reach_add(struct reach *, const char *path);
/* A new file of the same name may be there next time: the folder, and that of what it links to. */
void reach_add_read_again(struct reach *, const char *path);
/* A file in a folder, which a link may lead to; a pipe or a device is written itself. */
void reach_add_written(struct reach *, const char *path);
/* A folder that is not there yet is made in the next above that is; never in all of the machine. */
void reach_add_made_folder(struct reach *, const char *path);
void reach_free(struct reach *);
struct rights_paths reach_paths(const struct reach *);

#endif
