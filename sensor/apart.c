/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/apart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sensor/log.h"

struct apart_file {
	const char *option;
	char *path;
	bool is_written;
	bool is_there;
	dev_t device; /* of the file, or of its folder where there is none */
	ino_t node;
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* False: it is no file, and cannot become one. */
static bool find(struct apart_file *f)
{
	struct stat found;

	f->is_there = stat(f->path, &found) == 0;
	if (!f->is_there) {
		size_t len = (size_t)(base_of(f->path) - f->path);
		char *folder = len > 0 ? strndup(f->path, len) : strdup(".");
		int answer = folder != NULL ? stat(folder, &found) : -1;

		free(folder);
		if (answer != 0)
			return false;
	}
	f->device = found.st_dev;
	f->node = found.st_ino;
	return !f->is_there || S_ISREG(found.st_mode);
}

static void add(struct apart *a, struct apart_file file, const char *root, const char *path)
{
	struct apart_file *grown = realloc(a->files, (a->count + 1) * sizeof *grown);

	if (grown == NULL)
		return;
	a->files = grown;
	if (asprintf(&file.path, "%s%s%s", root != NULL ? root : "", root != NULL ? "/" : "",
	             path) < 0)
		return;
	if (find(&file))
		grown[a->count++] = file;
	else
		free(file.path);
}

void apart_reads(struct apart *a, const char *option, const char *root, const char *path)
{
	add(a, (struct apart_file){ .option = option }, root, path);
}

void apart_writes(struct apart *a, const char *option, const char *root, const char *path)
{
	add(a, (struct apart_file){ .option = option, .is_written = true }, root, path);
}

static bool is_same(const struct apart_file *a, const struct apart_file *b)
{
	return a->is_there == b->is_there && a->device == b->device && a->node == b->node &&
	       (a->is_there || strcmp(base_of(a->path), base_of(b->path)) == 0);
}

static bool is_apart(const struct apart *a, size_t at)
{
	const struct apart_file *file = &a->files[at];

	for (size_t i = 0; i < a->count; i++) {
		const struct apart_file *other = &a->files[i];

		/* Of two that are written one message is enough. */
		if (i == at || (other->is_written && i > at) || !is_same(file, other))
			continue;
		log_error("%s %s: that file is %s by %s %s, and would be lost", file->option,
		          file->path, other->is_written ? "written" : "read", other->option,
		          other->path);
		return false;
	}
	return true;
}

bool apart_check(const struct apart *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->files[i].is_written && !is_apart(a, i))
			return false;
	return true;
}

void apart_free(struct apart *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->files[i].path);
	free(a->files);
}
