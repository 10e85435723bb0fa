/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_FOLDER_H
#define SENSOR_CAPTURE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLDER_DEPTH_MAX = 16 };

/* Paths that were found, each the caller's to free() after folder_paths_free() if taken out. */
struct folder_paths {
	char **paths;
	size_t count, room;
};

bool folder_is(const char *path);

/*
 * The regular files below a folder, in the order of their names, as folder/name. Names that begin
 * with a dot and links to folders are passed over. False: said why; what was found is there.
 */
bool folder_list(const char *folder, struct folder_paths *out);
void folder_paths_free(struct folder_paths *);

#endif
