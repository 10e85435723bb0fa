/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "feeds/builder.h"
#include "feeds/format.h"

#define JSON_MAX (64u << 20) /* a tree of it takes many times that */

static bool complain(const struct feed_options *options, const char *path, const char *reason)
{
	if (options->report != NULL)
		options->report(options->context, path, reason);
	return false;
}

/* As feed_builder_add_text(); `may_include`: the path is one of a file, and others are beside it.
 */
static bool read_text(struct feed_builder *, const char *path, bool may_include, struct text bytes,
                      const struct feed_options *, struct feed_counts *);

bool feed_builder_add_file(struct feed_builder *builder, const char *path,
                           const struct feed_options *options, struct feed_counts *counts)
{
	const struct feed_options nothing = { 0 };
	const char *fault;
	struct stat status;
	size_t len;

	*counts = (struct feed_counts){ .format = "" };
	if (options == NULL)
		options = &nothing;
	char *bytes = source_read(path, &len, &status, &fault);

	if (bytes == NULL)
		return complain(options, path, fault);
	if (!sources_add(&builder->set->sources, path, &status, bytes, len))
		builder->is_out_of_memory = true;
	bool is_taken =
	        read_text(builder, path, true, (struct text){ bytes, len }, options, counts);

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

/* What stands in the way of a file that somebody took for a feed. */
static const char *wrapping_of(struct text bytes)
{
	static const struct {
		const char *head, *reason;
	} rows[] = {
		{ "\x1f\x8b", "is compressed by gzip: unpack it first" },
		{ "\x28\xb5\x2f\xfd", "is compressed by zstd: unpack it first" },
		{ "\xfd"
		  "7zXZ",
		  "is compressed by xz: unpack it first" },
		{ "BZh", "is compressed by bzip2: unpack it first" },
		{ "PK\x03\x04", "is a ZIP archive: unpack it first" },
		{ "\xff\xfe", "is in UTF-16: turn it into UTF-8 first" },
		{ "\xfe\xff", "is in UTF-16: turn it into UTF-8 first" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_starts(bytes, rows[i].head))
			return rows[i].reason;
	return "is in no known feed format";
}

bool feed_builder_add_text(struct feed_builder *builder, const char *path, struct text bytes,
                           const struct feed_options *options, struct feed_counts *counts)
{
	return read_text(builder, path, false, bytes, options, counts);
}

static bool read_text(struct feed_builder *builder, const char *path, bool may_include,
                      struct text bytes, const struct feed_options *options,
                      struct feed_counts *counts)
{
	const char *category = options->category != NULL ? options->category : "tracker";
	struct feed_reader reader = {
		.builder = builder,
		.options = options,
		.path = path,
		.feed = text_of(options->tag != NULL ? options->tag : base_name(path)),
		.category = text_of(category),
		.may_include = may_include,
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
		                options->format != NULL ? "no such format" : wrapping_of(bytes));
	if (format == &format_json && bytes.len > JSON_MAX)
		return complain(options, path, "is JSON of over 64 MiB");
	counts->format = format->name;
	builder->feeds++;
	format_read(format, &reader);
	reader.line = 0;
	if (counts->taken > 0)
		return true;
	builder->feeds--; /* nothing bears its number */
	return complain(options, path, "has no usable line");
}
