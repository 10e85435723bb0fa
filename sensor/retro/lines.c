/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sensor/retro/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sensor/capture/stream.h"

/*
 *	bytes  | lines that were given | the line | what is read ahead |  room  |
 *	                               ^ begin                         ^ end
 */
struct lines {
	struct stop never;
	struct stream *stream;
	size_t begin, end;
	bool is_over;    /* there is no more to read */
	bool is_in_long; /* within a line that is passed over */
	char bytes[LINES_MAX_LEN + (1 << 16)];
};

struct lines *lines_open(const char *path, const char **fault)
{
	struct lines *lines = malloc(sizeof *lines);
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
	                                : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*fault = fd < 0 ? strerror(errno) : "memory is out";
	if (lines != NULL && fd >= 0) {
		lines->never = (struct stop){ .fd = -1 };
		lines->begin = lines->end = 0;
		lines->is_over = lines->is_in_long = false;
		lines->stream = stream_open(fd, &lines->never);
		if (lines->stream != NULL)
			return lines;
	}
	if (fd >= 0)
		close(fd);
	free(lines);
	return NULL;
}

void lines_close(struct lines *lines)
{
	if (lines == NULL)
		return;
	stream_close(lines->stream);
	free(lines);
}

/* False when reading failed. */
static bool read_on(struct lines *lines)
{
	memmove(lines->bytes, lines->bytes + lines->begin, lines->end - lines->begin);
	lines->end -= lines->begin;
	lines->begin = 0;
	ssize_t got = stream_read(lines->stream, (uint8_t *)lines->bytes + lines->end,
	                          sizeof lines->bytes - lines->end);

	if (got > 0)
		lines->end += (size_t)got;
	lines->is_over = got <= 0;
	return got >= 0;
}

/* Takes what is there up to `len` and, if it is an end of line, that as well. */
static struct text take(struct lines *lines, size_t len)
{
	struct text line = { lines->bytes + lines->begin, len };

	lines->begin += len < lines->end - lines->begin ? len + 1 : len;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

enum lines_next lines_next(struct lines *lines, struct text *line, const char **fault)
{
	for (;;) {
		struct text there = { lines->bytes + lines->begin, lines->end - lines->begin };
		size_t len = text_find(there, '\n');
		bool is_whole = len < there.len || lines->is_over;

		if (is_whole && there.len == 0)
			return LINES_END;
		if (is_whole || len > LINES_MAX_LEN) {
			bool is_long = lines->is_in_long || len > LINES_MAX_LEN;

			*line = take(lines, len);
			lines->is_in_long = !is_whole;
			if (is_long && !is_whole)
				continue;
			return is_long ? LINES_LONG : LINES_LINE;
		}
		if (!read_on(lines)) {
			*fault = stream_fault(lines->stream);
			return LINES_FAULT;
		}
	}
}
