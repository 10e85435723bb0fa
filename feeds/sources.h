/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_SOURCES_H
#define FEEDS_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* The files that a set was read from, and a sum of how they looked then. */
struct source {
	char *path;
	uint64_t size;
	bool is_ended; /* its last byte ends a line */
};

struct sources {
	struct source *list;
	size_t count;
	uint64_t stamp;
};

/*
 * Reads a regular file to its end. NULL with `fault` set when it cannot, or when the file changed
 * meanwhile: half of one list and half of another is neither. free() gives it back.
 */
char *source_read(const char *path, size_t *len, struct stat *status, const char **fault);

/* Remembers one that was read, with those bytes. False when memory is out. */
bool sources_add(struct sources *, const char *path, const struct stat *status, const char *bytes,
                 size_t len);
void sources_close(struct sources *);

/* The same sum of how they look now. */
uint64_t sources_stamp(const struct sources *);

/* The path of a file that looks cut off beside how it was then; NULL: none does. */
const char *sources_cut(const struct sources *then, const struct sources *now);

#endif
