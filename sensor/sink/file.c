/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and standard output.
 *
 * A regular file is written beside its place, and put there when it is whole:
 *
 *   events.jsonl.partial ──close──► events.jsonl
 *
 * so that whoever reads events.jsonl (a shipper, a script that waits for it) never reads half of
 * one, and a run that fails does not destroy what the run before left there. Whoever wants to watch
 * reads events.jsonl.partial (tail -F), or asks for a pipe or standard output, which are written in
 * place. The partial file is locked while it is written. One that nobody holds was left by a run
 * that was killed: it is kept, as events.jsonl.partial.1 and so on, and said.
 */
#include "sensor/log.h"
#include "sensor/sink/kind.h"
#include "sensor/sink/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MAX = 1000 };

struct file {
	int fd;
	bool is_watched;
	char *path;    /* where it belongs; NULL: it is written in place */
	char *partial; /* where it is until then */
};

static void file_free(struct file *f)
{
	if (f == NULL)
		return;
	free(f->path);
	free(f->partial);
	free(f);
}

static struct file *file_new(int fd)
{
	struct file *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->fd = fd;
	f->is_watched = isatty(fd) == 1;
	return f;
}

static void *open_stdout(const struct sink_kind *kind, const char *address, const char **reason)
{
	(void)kind;
	(void)address;
	if (fcntl(STDOUT_FILENO, F_GETFD) == -1)
		*reason = "it is closed";
	return *reason == NULL ? file_new(STDOUT_FILENO) : NULL;
}

static struct file *open_in_place(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
	struct file *f = fd != -1 ? file_new(fd) : NULL;

	if (f == NULL && fd != -1)
		close(fd);
	return f;
}

/* The file that `path` leads to: a symbolic link stays one. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : strdup(path);
}

/* Opens and locks; -1 with EWOULDBLOCK: somebody is writing it. */
static int open_locked(const char *partial)
{
	int fd = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int why = errno;

	close(fd);
	errno = why;
	return -1;
}

/* Is what `fd` has open still what stands at the path? Another run may have put it in its place. */
static bool is_still_there(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
	       ours.st_dev == there.st_dev;
}

/* Gives a file that a killed run left another name. */
static bool keep_left_over(const char *partial)
{
	char name[PATH_MAX];

	for (int i = 1; i < KEPT_MAX; i++) {
		if (snprintf(name, sizeof name, "%s.%d", partial, i) >= (int)sizeof name)
			break;
		if (access(name, F_OK) == 0)
			continue;
		if (rename(partial, name) != 0)
			return false;
		log_error("%s was left by a run that did not end; kept as %s", partial, name);
		return true;
	}
	errno = EEXIST;
	return false;
}

/* A locked, empty file at `partial`; -1 with errno. */
int partial_open(const char *partial)
{
	for (int round = 0; round < 3; round++) {
		struct stat found;
		int fd = open_locked(partial);

		if (fd == -1)
			return -1;
		bool is_ours = is_still_there(fd, partial) && fstat(fd, &found) == 0;

		if (is_ours && S_ISREG(found.st_mode) && found.st_size == 0)
			return fd;
		bool again = !is_ours || (S_ISREG(found.st_mode) && keep_left_over(partial));
		int why = errno;

		close(fd);
		errno = why;
		if (!again)
			return -1;
	}
	errno = EBUSY;
	return -1;
}

static struct file *open_beside(const char *path, const char **reason)
{
	struct file *f = file_new(-1);

	if (f == NULL)
		return NULL;
	f->path = resolve(path);
	if (f->path == NULL || asprintf(&f->partial, "%s.partial", f->path) == -1) {
		f->partial = NULL;
		file_free(f);
		return NULL;
	}
	f->fd = partial_open(f->partial);
	if (f->fd != -1)
		return f;
	if (errno == EWOULDBLOCK)
		*reason = "another dancecard is writing it";
	int why = errno;

	file_free(f);
	errno = why;
	return NULL;
}

/* A path may have a question mark of its own, but hardly one with `key=` behind it. */
static bool looks_like_options(const char *path)
{
	const char *mark = strrchr(path, '?');
	size_t key = mark != NULL ? strspn(mark + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

	return key > 0 && mark[1 + key] == '=';
}

static void *open_file(const struct sink_kind *kind, const char *path, const char **reason)
{
	(void)kind;
	struct stat found;
	bool is_there = stat(path, &found) == 0;

	if (path[0] == '\0') {
		*reason = "no path";
		return NULL;
	}
	if (!is_there && looks_like_options(path)) {
		*reason = "options of a file are rotate=SIZE, every=TIME, compress=gzip|zstd; or "
		          "append=1 alone";
		return NULL;
	}
	if (is_there && S_ISDIR(found.st_mode)) {
		errno = EISDIR;
		return NULL;
	}
	if (is_there && !S_ISREG(found.st_mode))
		return open_in_place(path, 0);
	struct file *f = open_beside(path, reason);

	/* A file that may be written in a folder that may not: there is no other way. */
	if (f == NULL && *reason == NULL && errno == EACCES && is_there && access(path, W_OK) == 0)
		return open_in_place(path, O_TRUNC);
	return f;
}

/* Waits until a descriptor that somebody made non-blocking can be written again. */
static bool wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) != -1 || errno == EINTR;
}

static bool write_file(void *state, const char *bytes, size_t len, const char **reason)
{
	const struct file *f = state;

	(void)reason;
	while (len > 0) {
		ssize_t done = write(f->fd, bytes, len);

		if (done >= 0) {
			bytes += done;
			len -= (size_t)done;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait_writable(f->fd))
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

/* A file that is not whole stays where it is, for a person to look at. */
static bool put_in_place(const struct file *f, bool whole)
{
	if (f->path == NULL)
		return true;
	if (!whole) {
		log_error("%s: what was written stays in %s", f->path, f->partial);
		return true;
	}
	return fsync(f->fd) == 0 && rename(f->partial, f->path) == 0;
}

static bool close_file(void *state, bool whole, const char **reason)
{
	struct file *f = state;
	bool ok = put_in_place(f, whole);
	int why = errno;

	(void)reason;
	if (f->fd != STDOUT_FILENO && close(f->fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	file_free(f);
	errno = why;
	return ok;
}

static bool is_watched(const void *state)
{
	const struct file *f = state;

	return f->is_watched;
}

const struct sink_kind sink_file = { .scheme = "file",
	                             .open = open_file,
	                             .write = write_file,
	                             .close = close_file,
	                             .is_watched = is_watched };
const struct sink_kind sink_stdout = { .scheme = "-",
	                               .open = open_stdout,
	                               .write = write_file,
	                               .close = close_file,
	                               .is_watched = is_watched };
