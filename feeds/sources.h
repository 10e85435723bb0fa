/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_SOURCES_H
#define FEEDS_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* The files that a set was read from, and a sum of how they looked then. */
struct sources {
	char **paths;
	size_t count;
	uint64_t stamp;
};

/*
 * Reads a regular file to its end. NULL with `fault` set when it cannot, or when the file changed
 * meanwhile: half of one list and half of another is neither. free() gives it back.
 */
char *source_read(const char *path, size_t *len, struct stat *status, const char **fault);

/* Remembers one that was read. False when memory is out. */
bool sources_add(struct sources *, const char *path, const struct stat *status);
void sources_close(struct sources *);

/* The same sum of how they look now. */
uint64_t sources_stamp(const struct sources *);

#endif
