/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/folder.h"

#include "sensor/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool folder_is(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISDIR(file.st_mode);
}

static char *join(const char *folder, const char *name)
{
	size_t len = strlen(folder);
	const char *between = len > 0 && folder[len - 1] == '/' ? "" : "/";
	size_t room = len + strlen(name) + 2;
	char *path = malloc(room);

	if (path != NULL)
		snprintf(path, room, "%s%s%s", folder, between, name);
	return path;
}

/* Takes `path` over. */
static bool add(struct folder_paths *out, char *path)
{
	if (out->count == out->room) {
		size_t room = out->room == 0 ? 64 : out->room * 2;
		char **more = realloc(out->paths, room * sizeof *more);

		if (more == NULL) {
			free(path);
			return false;
		}
		out->paths = more;
		out->room = room;
	}
	out->paths[out->count++] = path;
	return true;
}

static bool list(const char *folder, unsigned depth, struct folder_paths *out);

static bool look_at(const char *folder, const char *name, unsigned depth, struct folder_paths *out)
{
	struct stat link, file;
	char *path = join(folder, name);
	bool done = true;

	if (path == NULL)
		return false;
	if (stat(path, &file) == 0 && S_ISREG(file.st_mode))
		return add(out, path);
	if (lstat(path, &link) == 0 && S_ISDIR(link.st_mode) && depth < FOLDER_DEPTH_MAX)
		done = list(path, depth + 1, out);
	free(path);
	return done;
}

static bool list(const char *folder, unsigned depth, struct folder_paths *out)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, NULL);
	bool done = true;

	if (count < 0) {
		log_error("%s: %s", folder, strerror(errno));
		return false;
	}
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.')
			done = look_at(folder, names[i]->d_name, depth, out) && done;
		free(names[i]);
	}
	free(names);
	return done;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool folder_list(const char *folder, struct folder_paths *out)
{
	bool done = list(folder, 1, out);

	if (out->count > 0)
		qsort(out->paths, out->count, sizeof *out->paths, by_name);
	return done;
}

void folder_paths_free(struct folder_paths *out)
{
	for (size_t i = 0; i < out->count; i++)
		free(out->paths[i]);
	free(out->paths);
	*out = (struct folder_paths){ 0 };
}
