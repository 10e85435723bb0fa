/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/builder.h"
#include "feeds/format.h"

#define FILE_MAX (512u << 20)
#define JSON_MAX (64u << 20) /* a tree of it takes many times that */

static bool complain(const struct feed_options *options, const char *path, const char *reason)
{
	if (options->report != NULL)
		options->report(options->context, path, reason);
	return false;
}

/* What is wrong with it as a file, or NULL. */
static const char *fault_of(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return strerror(errno);
	if (S_ISDIR(status.st_mode))
		return "is a directory";
	if (!S_ISREG(status.st_mode))
		return "is not a regular file";
	return status.st_size > (off_t)FILE_MAX ? "is over 512 MiB" : NULL;
}

/* To the end, wherever that is by now. NULL with `fault` set when it cannot. */
static char *read_whole(int fd, size_t *len, const char **fault)
{
	size_t size = 1 << 16;
	char *bytes = malloc(size);

	*len = 0;
	while (bytes != NULL) {
		ssize_t got = read(fd, bytes + *len, size - *len);

		if (got == 0)
			return bytes;
		if (got < 0 && errno == EINTR)
			continue;
		*len += got > 0 ? (size_t)got : 0;
		*fault = got < 0 ? strerror(errno) : *len > FILE_MAX ? "is over 512 MiB" : NULL;
		if (*fault != NULL)
			break;
		if (*len == size) {
			char *more = realloc(bytes, size *= 2);

			if (more == NULL)
				break;
			bytes = more;
		}
	}
	if (*fault == NULL)
		*fault = "memory is out";
	free(bytes);
	return NULL;
}

bool feed_builder_add_file(struct feed_builder *builder, const char *path,
                           const struct feed_options *options, struct feed_counts *counts)
{
	const struct feed_options nothing = { 0 };
	size_t len;

	*counts = (struct feed_counts){ .format = "" };
	if (options == NULL)
		options = &nothing;
	int fd =
	        open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY); /* a FIFO must not wait */

	if (fd < 0)
		return complain(options, path, strerror(errno));
	const char *fault = fault_of(fd);
	char *bytes = fault == NULL ? read_whole(fd, &len, &fault) : NULL;

	close(fd);
	if (bytes == NULL)
		return complain(options, path, fault);
	bool is_taken =
	        feed_builder_add_text(builder, path, (struct text){ bytes, len }, options, counts);

	free(bytes);
	return is_taken;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* What a list says of its own version, in the comments at its head; empty when it says nothing. */
static struct text version_in(struct text bytes)
{
	static const char *const words[] = { "Version:", "version:", "Last modified:", "Date:" };
	struct text head = { bytes.ptr, bytes.len < 4096 ? bytes.len : 4096 };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct text rest = head;

		while (rest.len > 0) {
			struct text line = text_trim(text_until(&rest, '\n'));

			if (line.len == 0 || strchr("#!;", line.ptr[0]) == NULL)
				continue;
			line = text_trim(text_skip(line, 1));
			if (text_ends(line, "\r"))
				line.len--;
			if (text_starts(line, words[i]))
				return text_trim(text_skip(line, strlen(words[i])));
		}
	}
	return (struct text){ 0 };
}

bool feed_builder_add_text(struct feed_builder *builder, const char *path, struct text bytes,
                           const struct feed_options *options, struct feed_counts *counts)
{
	const char *category = options->category != NULL ? options->category : "tracker";
	struct feed_reader reader = {
		.builder = builder,
		.options = options,
		.path = path,
		.feed = text_of(options->tag != NULL ? options->tag : base_name(path)),
		.category = text_of(category),
		.counts = counts,
	};

	*counts = (struct feed_counts){ .format = "" };
	if (text_starts(bytes, "\xef\xbb\xbf"))
		bytes = text_skip(bytes, 3);
	reader.rest = bytes;
	reader.version = version_in(bytes);
	if (bytes.len == 0)
		return complain(options, path, "is empty");
	if (builder->feeds == FEEDS_MAX)
		return complain(options, path, "too many feeds: 64 are the most");
	const struct format *format =
	        options->format != NULL ? format_named(options->format) : format_find(bytes);

	if (format == NULL)
		return complain(options, path,
		                options->format != NULL ? "no such format"
		                                        : "is in no known feed format");
	if (format == &format_json && bytes.len > JSON_MAX)
		return complain(options, path, "is JSON of over 64 MiB");
	counts->format = format->name;
	builder->feeds++;
	format_read(format, &reader);
	reader.line = 0;
	return counts->taken > 0 || complain(options, path, "has no usable line");
}
