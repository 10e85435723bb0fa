/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "feeds/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/hash.h"

#define FILE_MAX (512u << 20)

/* What is wrong with it as a file, or NULL. */
static const char *fault_of(int fd, struct stat *status)
{
	if (fstat(fd, status) != 0)
		return strerror(errno);
	if (S_ISDIR(status->st_mode))
		return "is a directory";
	if (!S_ISREG(status->st_mode))
		return "is not a regular file";
	return status->st_size > (off_t)FILE_MAX ? "is over 512 MiB" : NULL;
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

/* One-to-one in the sum so far, so that two files that trade places change it. */
static uint64_t add_look(uint64_t stamp, const struct stat *status)
{
	const uint64_t look[] = {
		(uint64_t)status->st_dev,          (uint64_t)status->st_ino,
		(uint64_t)status->st_size,         (uint64_t)status->st_mtim.tv_sec,
		(uint64_t)status->st_mtim.tv_nsec,
	};

	for (size_t i = 0; i < sizeof look / sizeof *look; i++)
		for (unsigned shift = 0; shift < 64; shift += 8)
			stamp = hash_step(stamp, (unsigned char)(look[i] >> shift));
	return stamp ^ stamp >> 32;
}

char *source_read(const char *path, size_t *len, struct stat *status, const char **fault)
{
	/* A FIFO must not wait. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat after;

	*fault = NULL;
	if (fd < 0) {
		*fault = strerror(errno);
		return NULL;
	}
	*fault = fault_of(fd, status);
	char *bytes = *fault == NULL ? read_whole(fd, len, fault) : NULL;

	if (bytes != NULL &&
	    (fstat(fd, &after) != 0 || add_look(0, status) != add_look(0, &after))) {
		*fault = "changed while it was read";
		free(bytes);
		bytes = NULL;
	}
	close(fd);
	return bytes;
}

bool sources_add(struct sources *sources, const char *path, const struct stat *status,
                 const char *bytes, size_t len)
{
	struct source *list = realloc(sources->list, (sources->count + 1) * sizeof *list);

	if (list == NULL)
		return false;
	sources->list = list;
	list[sources->count] = (struct source){ .path = strdup(path),
		                                .size = (uint64_t)status->st_size,
		                                .is_ended = len > 0 && bytes[len - 1] == '\n' };
	if (list[sources->count].path == NULL)
		return false;
	sources->count++;
	sources->stamp = add_look(sources->stamp, status);
	return true;
}

void sources_close(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		free(sources->list[i].path);
	free(sources->list);
	*sources = (struct sources){ 0 };
}

uint64_t sources_stamp(const struct sources *sources)
{
	const struct stat absent = { 0 };
	struct stat status;
	uint64_t stamp = 0;

	for (size_t i = 0; i < sources->count; i++)
		stamp = add_look(stamp,
		                 stat(sources->list[i].path, &status) == 0 ? &status : &absent);
	return stamp;
}

static bool is_cut(const struct source *then, const struct source *now)
{
	return now->size < then->size / 2 || (then->is_ended && !now->is_ended);
}

const char *sources_cut(const struct sources *then, const struct sources *now)
{
	for (size_t i = 0; i < now->count; i++)
		for (size_t k = 0; k < then->count; k++)
			if (strcmp(now->list[i].path, then->list[k].path) == 0 &&
			    is_cut(&then->list[k], &now->list[i]))
				return now->list[i].path;
	return NULL;
}
