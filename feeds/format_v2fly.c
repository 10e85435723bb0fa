/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX    8
#define INCLUDES_MAX 256 /* of one feed; a file may be included more than once */
#define PATH_SIZE    4096

/*
 * v2fly's domain lists: a name is itself and all below it, `full:` the name only; `@attribute` and
 * `&affiliation` behind it do not change whose it is; `#` begins a comment. `include:` is the file
 * of that name in the same folder; attributes behind it choose among its entries (all that are
 * asked for, none of those with `@-`).
 */
static const struct {
	const char *prefix;
	enum feed_reason reason; /* FEED_REASONS: it is a name */
	enum rule_match match;
} kinds[] = {
	{ "domain:", FEED_REASONS, RULE_SUFFIX },  { "full:", FEED_REASONS, RULE_EXACT },
	{ "keyword:", FEED_PATTERN, RULE_SUFFIX }, { "regexp:", FEED_PATTERN, RULE_SUFFIX },
	{ "include:", FEED_INCLUDE, RULE_SUFFIX }, { "", FEED_REASONS, RULE_SUFFIX },
};

#define PREFIXED (sizeof kinds / sizeof *kinds - 1)

static bool is_attribute(struct text word)
{
	return text_starts(word, "@") || text_starts(word, "&");
}

static enum format_claim claims(struct text line)
{
	line.len = text_find(line, '#');
	struct text entry = text_word(&line), attribute = text_word(&line);

	for (size_t i = 0; i < PREFIXED; i++)
		if (text_starts(entry, kinds[i].prefix))
			return FORMAT_SURE;
	return text_find(entry, '.') < entry.len && is_attribute(attribute) ? FORMAT_SURE
	                                                                    : FORMAT_NO;
}

/* Whether the entry's attributes are those that every include on the way here asks for. */
static bool is_chosen(const struct feed_reader *reader, struct text attributes)
{
	for (; reader->parent != NULL; reader = reader->parent) {
		struct text wishes = reader->chosen;

		for (struct text wish = text_word(&wishes); wish.len > 0;
		     wish = text_word(&wishes)) {
			struct text rest = attributes;
			bool is_without = text_starts(wish, "@-"), has = false;
			struct text wanted = text_skip(wish, is_without ? 2 : 1);

			for (struct text word = text_word(&rest); word.len > 0;
			     word = text_word(&rest))
				has |= word.len == wanted.len + 1 &&
				       memcmp(word.ptr + 1, wanted.ptr, wanted.len) == 0;
			if (has == is_without)
				return false;
		}
	}
	return true;
}

/* A plain name of a file in the same folder: no way to another folder, none to a hidden file. */
static bool is_file_name(struct text name)
{
	if (name.len == 0 || name.len > 255 || name.ptr[0] == '.')
		return false;
	return text_find(name, '/') == name.len && text_find(name, '\0') == name.len;
}

static bool is_open_already(const struct feed_reader *reader, const char *path)
{
	while (reader != NULL && strcmp(reader->path, path) != 0)
		reader = reader->parent;
	return reader != NULL;
}

static unsigned depth_of(const struct feed_reader *reader)
{
	unsigned depth = 0;

	while ((reader = reader->parent) != NULL)
		depth++;
	return depth;
}

static void read_line(struct feed_reader *, struct text line);

static void read_included(struct feed_reader *reader, const char *path, struct text bytes,
                          struct text chosen)
{
	struct feed_reader child = *reader;
	struct text line;

	child.path = path;
	child.rest = bytes;
	child.line = 0;
	child.parent = reader;
	child.chosen = chosen;
	while (reader_line(&child, &line))
		read_line(&child, line);
	reader->reported = child.reported;
	reader->includes = child.includes;
}

/* False when it is not to be had. */
static bool follow(struct feed_reader *reader, struct text name, struct text chosen)
{
	const char *slash = strrchr(reader->path, '/');
	int folder = slash != NULL ? (int)(slash + 1 - reader->path) : 0;
	char path[PATH_SIZE];
	struct stat status;
	const char *fault;
	size_t len;

	if (!reader->may_include || !is_file_name(name) || depth_of(reader) == DEPTH_MAX ||
	    reader->includes == INCLUDES_MAX ||
	    snprintf(path, sizeof path, "%.*s%.*s", folder, reader->path, (int)name.len,
	             name.ptr) >= (int)sizeof path ||
	    is_open_already(reader, path))
		return false;
	reader->includes++;
	char *bytes = source_read(path, &len, &status, &fault);

	if (bytes == NULL)
		return false;
	if (!sources_add(&reader->builder->set->sources, path, &status, bytes, len))
		reader->builder->is_out_of_memory = true;
	read_included(reader, path, (struct text){ bytes, len }, chosen);
	free(bytes);
	return true;
}

static bool are_attributes(struct text rest)
{
	for (struct text word = text_word(&rest); word.len > 0; word = text_word(&rest))
		if (!is_attribute(word))
			return false;
	return true;
}

static void read_line(struct feed_reader *reader, struct text line)
{
	struct row row = { 0 };
	size_t kind = 0;

	line.len = text_find(line, '#');
	struct text entry = text_word(&line);

	if (entry.len == 0)
		return;
	if (!are_attributes(line)) {
		reader_refuse(reader, FEED_SYNTAX);
		return;
	}
	while (!text_starts(entry, kinds[kind].prefix))
		kind++;
	row.match = kinds[kind].match;
	entry = text_skip(entry, strlen(kinds[kind].prefix));
	if (kinds[kind].reason == FEED_INCLUDE) {
		if (!follow(reader, entry, line))
			reader_refuse(reader, FEED_INCLUDE);
		return;
	}
	if (!is_chosen(reader, line))
		return;
	if (kinds[kind].reason != FEED_REASONS)
		reader_refuse(reader, kinds[kind].reason);
	else
		reader_name(reader, entry, &row);
}

const struct format format_v2fly = { .name = "v2fly", .claims = claims, .read_line = read_line };
