/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are rotated or appended to, as PATH?options asks:
 *
 *   rotate=100M      a new file after so many bytes of events
 *   every=1h         and after so much time
 *   compress=zstd    or gzip
 *   append=1         in place, for logrotate: begun anew at SIGHUP (no .partial, no rotation of
 * ours)
 *
 *   events.jsonl.partial ──full, SIGHUP, end──► events-000001.jsonl.zst, events-000002.jsonl.zst,
 * ...
 *
 * A file has its name only when it is whole: a shipper that reads events-*.jsonl.zst never reads
 * half.
 */
#include "sensor/log.h"
#include "sensor/sink/kind.h"
#include "sensor/sink/packer.h"
#include "sensor/sink/partial.h"
#include "sensor/sink/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER_MAX = 999999 };

struct rotated {
	char *path, *partial;
	uint64_t size, every; /* 0: no bound */
	enum packing packing;
	bool is_appended;
	int fd;
	struct packer *packer;
	uint64_t written; /* before it is packed */
	time_t begun;
	unsigned number; /* of the last file */
};

static const char *const keys[] = { "rotate", "every", "compress", "append" };

/* A path may have a question mark of its own: only a known key behind the last one begins options.
 */
const char *rotated_options(const char *target)
{
	const char *mark = strrchr(target, '?');

	for (size_t i = 0; mark != NULL && i < sizeof keys / sizeof *keys; i++)
		if (strncmp(mark + 1, keys[i], strlen(keys[i])) == 0)
			return mark + 1;
	return NULL;
}

static bool set_option(struct rotated *r, const char *key, const char *value)
{
	if (strcmp(key, "rotate") == 0)
		return parse_size(value, &r->size) && r->size > 0;
	if (strcmp(key, "every") == 0)
		return parse_seconds(value, &r->every) && r->every > 0;
	if (strcmp(key, "compress") == 0)
		return packing_of(value, &r->packing);
	r->is_appended = strcmp(value, "0") != 0;
	return strcmp(key, "append") == 0;
}

static bool set_options(struct rotated *r, char *options)
{
	char *rest = NULL;

	for (char *item = strtok_r(options, "&", &rest); item != NULL;
	     item = strtok_r(NULL, "&", &rest)) {
		char *equals = strchr(item, '=');

		if (equals != NULL)
			*equals = '\0';
		if (!set_option(r, item, equals != NULL ? equals + 1 : ""))
			return false;
	}
	return !r->is_appended || (r->size == 0 && r->every == 0 && r->packing == PACK_NOT);
}

static bool begin(struct rotated *r)
{
	r->fd = r->is_appended ? open(r->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)
	                       : partial_open(r->partial);
	if (r->fd == -1)
		return false;
	r->packer = packer_new(r->packing, r->fd);
	r->written = 0;
	r->begun = time(NULL);
	return r->packer != NULL;
}

/* events.jsonl is events-000001.jsonl, with the suffix of its packing. */
static bool next_name(struct rotated *r, char out[PATH_MAX])
{
	const char *slash = strrchr(r->path, '/'), *dot = strrchr(r->path, '.');
	size_t stem = dot != NULL && dot > (slash != NULL ? slash + 1 : r->path)
	                      ? (size_t)(dot - r->path)
	                      : strlen(r->path);

	while (r->number < NUMBER_MAX) {
		int len = snprintf(out, PATH_MAX, "%.*s-%06u%s%s", (int)stem, r->path, ++r->number,
		                   r->path + stem, packing_suffix(r->packing));

		if (len >= PATH_MAX)
			break;
		if (access(out, F_OK) != 0)
			return true;
	}
	errno = EEXIST;
	return false;
}

/* Ends the file that is being written, and gives it its name; an empty one goes. */
static bool end(struct rotated *r, bool whole)
{
	bool ok = packer_finish(r->packer);
	char name[PATH_MAX];

	r->packer = NULL;
	if (r->fd == -1)
		return true;
	if (!r->is_appended && ok && whole)
		ok = r->written == 0 ? unlink(r->partial) == 0
		                     : fsync(r->fd) == 0 && next_name(r, name) &&
		                               rename(r->partial, name) == 0;
	else if (!r->is_appended)
		log_error("%s: what was written stays in %s", r->path, r->partial);
	int why = errno;

	close(r->fd);
	r->fd = -1;
	errno = why;
	return ok;
}

static void rotated_free(struct rotated *r)
{
	free(r->path);
	free(r->partial);
	free(r);
}

static void *open_rotated(const struct sink_kind *kind, const char *address, const char **reason)
{
	struct rotated *r = calloc(1, sizeof *r);
	const char *options = rotated_options(address);

	(void)kind;
	if (r == NULL)
		return NULL;
	r->fd = -1;
	char *copy = strdup(options);

	r->path = strndup(address, (size_t)(options - 1 - address));
	if (copy == NULL || r->path == NULL || asprintf(&r->partial, "%s.partial", r->path) == -1)
		r->partial = NULL;
	else if (!set_options(r, copy))
		*reason = "options of a file are rotate=SIZE, every=TIME, compress=gzip|zstd; or "
		          "append=1 "
		          "alone";
	else if (begin(r)) {
		free(copy);
		return r;
	} else if (errno == EWOULDBLOCK) {
		*reason = "another dancecard is writing it";
	}
	int why = errno;

	free(copy);
	rotated_free(r);
	errno = why;
	return NULL;
}

static bool is_full(const struct rotated *r, size_t len)
{
	if (r->written == 0)
		return false;
	return (r->size > 0 && r->written + len > r->size) ||
	       (r->every > 0 && (uint64_t)(time(NULL) - r->begun) >= r->every);
}

/* Up to where the lines still fit; at least one line. `bytes` are whole lines. */
static size_t fitting(const struct rotated *r, const char *bytes, size_t len)
{
	size_t room = r->size > r->written ? (size_t)(r->size - r->written) : 0, taken = 0;

	if (r->size == 0 || len <= room)
		return len;
	while (taken < len) {
		const char *end_of_line = memchr(bytes + taken, '\n', len - taken);
		size_t next = end_of_line != NULL ? (size_t)(end_of_line - bytes) + 1 : len;

		if (next > room && taken > 0)
			break;
		taken = next;
		if (next > room)
			break;
	}
	return taken;
}

static bool write_rotated(void *state, const char *bytes, size_t len, const char **reason)
{
	struct rotated *r = state;

	(void)reason;
	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t first = newline != NULL ? (size_t)(newline - bytes) + 1 : len;

		if (is_full(r, first) && (!end(r, true) || !begin(r)))
			return false;
		size_t part = fitting(r, bytes, len);

		if (r->packer == NULL || !packer_write(r->packer, bytes, part))
			return false;
		r->written += part;
		bytes += part;
		len -= part;
	}
	return true;
}

static bool close_rotated(void *state, bool whole, const char **reason)
{
	struct rotated *r = state;
	bool ok = end(r, whole);
	int why = errno;

	(void)reason;
	rotated_free(r);
	errno = why;
	return ok;
}

static void reopen(void *state)
{
	struct rotated *r = state;

	if (!end(r, true) || !begin(r))
		log_error("%s: %s", r->path, strerror(errno));
}

static bool is_watched(const void *state)
{
	const struct rotated *r = state;

	return r->is_appended; /* somebody follows it */
}

const struct sink_kind sink_rotated = { .scheme = "file",
	                                .open = open_rotated,
	                                .write = write_rotated,
	                                .close = close_rotated,
	                                .is_watched = is_watched,
	                                .reopen = reopen };
