/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_LINES_H
#define SENSOR_RETRO_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/text.h"

/* The lines of a file, a pipe or what is compressed (gzip, zstd, xz), of whatever length. */
struct lines;

enum { LINES_MAX_LEN = 1 << 20 };

/* `path`: "-" is standard input. NULL with `fault` set (it lives for ever) when it cannot be had.
 */
struct lines *lines_open(const char *path, const char **fault);
void lines_close(struct lines *);

enum lines_next {
	LINES_LINE, /* without its end; lives until the next call */
	LINES_LONG, /* one of over LINES_MAX_LEN bytes was passed over */
	LINES_END,
	LINES_FAULT, /* reading failed, or the compressed file is broken: `fault` says how */
};

enum lines_next lines_next(struct lines *, struct text *line, const char **fault);

#endif
