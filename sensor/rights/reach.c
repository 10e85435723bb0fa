/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/rights/reach.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void reach_add(struct reach *r, const char *path)
{
	char *copy = path[0] != '\0' ? strdup(path) : NULL;
	char **grown = copy != NULL ? realloc(r->items, (r->count + 1) * sizeof *grown) : NULL;

	if (grown == NULL) {
		free(copy);
		return;
	}
	r->items = grown;
	r->items[r->count++] = copy;
}

/* "a/b" lies in "a", "b" in ".", "/b" in "/". */
static void folder_of(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL)
		snprintf(out, PATH_MAX, ".");
	else
		snprintf(out, PATH_MAX, "%.*s", len == 0 ? 1 : (int)len, path);
}

static void add_folder_of(struct reach *r, const char *path)
{
	char folder[PATH_MAX];

	folder_of(path, folder);
	reach_add(r, folder);
}

void reach_add_read_again(struct reach *r, const char *path)
{
	char *real = realpath(path, NULL);

	add_folder_of(r, path);
	if (real != NULL)
		add_folder_of(r, real);
	free(real);
}

void reach_add_made_folder(struct reach *r, const char *path)
{
	char at[PATH_MAX], above[PATH_MAX];
	struct stat status;

	snprintf(at, sizeof at, "%s", path);
	while (stat(at, &status) != 0 && strcmp(at, ".") != 0) {
		folder_of(at, above);
		memcpy(at, above, sizeof at);
		if (strcmp(at, "/") == 0)
			return;
	}
	reach_add(r, at);
}

void reach_add_written(struct reach *r, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		reach_add(r, path);
	else
		reach_add_read_again(r, path);
}

void reach_free(struct reach *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->items[i]);
	free(r->items);
	*r = (struct reach){ 0 };
}

struct rights_paths reach_paths(const struct reach *r)
{
	return (struct rights_paths){ (const char *const *)r->items, r->count };
}
