/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers lines before whatever kind of sink, and says what fails, once. */
#include "sensor/sink/sink.h"

#include "sensor/log.h"
#include "sensor/sink/kind.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_SIZE = 64 * 1024, KNOWN_MAX = 256 /* room for the schemes of all kinds */ };

static const struct sink_kind *const kinds[] = {
	&sink_file,  &sink_syslog, &sink_syslog_udp, &sink_syslog_tcp, &sink_syslog_tls,
#ifdef DANCECARD_HTTP
	&sink_http,  &sink_https,
#endif
#ifdef DANCECARD_KAFKA
	&sink_kafka,
#endif
};

/* Kinds that this program could have, but was built without. */
static const struct {
	const char *scheme, *option, *package;
} left_out[] = {
#ifndef DANCECARD_HTTP
	{ "http", "DANCECARD_HTTP", "libcurl4-openssl-dev" },
	{ "https", "DANCECARD_HTTP", "libcurl4-openssl-dev" },
#endif
#ifndef DANCECARD_KAFKA
	{ "kafka", "DANCECARD_KAFKA", "librdkafka-dev" },
#endif
	{ NULL, NULL, NULL },
};

struct sink {
	const struct sink_kind *kind;
	void *state;
	char *target;
	bool failed;
	uint64_t lost; /* lines */
	uint64_t held; /* lines in the buffer */
	size_t used;
	char buffer[BUFFER_SIZE];
};

static void complain(const char *target, const char *reason)
{
	log_error("%s: %s", target, reason != NULL ? reason : strerror(errno));
}

/* RFC 3986, section 3.1. 0: `target` begins with no "scheme://". */
static size_t scheme_len(const char *target)
{
	size_t len =
	        strspn(target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return strncmp(target + len, "://", 3) == 0 ? len : 0;
}

static const struct sink_kind *find_kind(const char *scheme, size_t len)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strlen(kinds[i]->scheme) == len && strncmp(kinds[i]->scheme, scheme, len) == 0)
			return kinds[i];
	return NULL;
}

static void refuse_scheme(const char *target, size_t len)
{
	char known[KNOWN_MAX];
	size_t used = 0;

	for (size_t i = 0; left_out[i].scheme != NULL; i++)
		if (strlen(left_out[i].scheme) == len &&
		    strncmp(left_out[i].scheme, target, len) == 0) {
			log_error("%s:// is not built in: install %s and build with -D%s=ON",
			          left_out[i].scheme, left_out[i].package, left_out[i].option);
			return;
		}

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		used += (size_t)snprintf(known + used, sizeof known - used, ", %s://",
		                         kinds[i]->scheme);
	log_error("%s: no such kind of output: %.*s://; known are a path, - (standard output)%s",
	          target, (int)len, target, known);
}

const struct sink_kind *sink_kind_of(const char *target, const char **address)
{
	size_t len = scheme_len(target);

	*address = target;
	if (strcmp(target, "-") == 0)
		return &sink_stdout;
	if (len == 0)
		return rotated_options(target) != NULL ? &sink_rotated : &sink_file;
	const struct sink_kind *kind = find_kind(target, len);

	*address = target + len + 3;
	if (kind == &sink_file && rotated_options(*address) != NULL)
		return &sink_rotated;
	return kind;
}

bool sink_is_known(const char *target)
{
	const char *address;

	return sink_kind_of(target, &address) != NULL;
}

/* For messages: what stands before an @ may be a password. */
static char *name_of(const char *target)
{
	size_t scheme = scheme_len(target);
	const char *at = strchr(target, '@');
	char *name = NULL;

	if (strcmp(target, "-") == 0)
		return strdup("standard output");
	if (scheme == 0 || at == NULL)
		return strdup(target);
	return asprintf(&name, "%.*s://...%s", (int)scheme, target, at) != -1 ? name : NULL;
}

struct sink *sink_open(const char *target)
{
	const char *address, *reason = NULL;
	const struct sink_kind *kind = sink_kind_of(target, &address);

	if (kind == NULL) {
		refuse_scheme(target, scheme_len(target));
		return NULL;
	}
	struct sink *s = malloc(sizeof *s);
	char *name = name_of(target);

	if (s != NULL && name != NULL) {
		void *state = kind->open(kind, address, &reason);

		if (state != NULL) {
			s->kind = kind;
			s->state = state;
			s->target = name;
			s->failed = false;
			s->lost = s->held = s->used = 0;
			return s;
		}
	}
	complain(name != NULL ? name : "output", reason);
	free(name);
	free(s);
	return NULL;
}

static void fail(struct sink *s, const char *reason)
{
	if (!s->failed)
		complain(s->target, reason);
	s->failed = true;
}

static bool write_out(struct sink *s, const char *bytes, size_t len, uint64_t lines)
{
	const char *reason = NULL;

	if (len == 0 || (!s->failed && s->kind->write(s->state, bytes, len, &reason)))
		return !s->failed;
	fail(s, reason);
	s->lost += lines;
	return false;
}

bool sink_flush(struct sink *s)
{
	bool ok = write_out(s, s->buffer, s->used, s->held);

	s->used = 0;
	s->held = 0;
	return ok;
}

/* A line that is longer than the buffer goes its own way, with its newline. */
static bool write_long(struct sink *s, const char *line, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL) {
		fail(s, "out of memory");
		s->lost++;
		return false;
	}
	memcpy(copy, line, len);
	copy[len] = '\n';
	bool ok = write_out(s, copy, len + 1, 1);

	free(copy);
	return ok;
}

bool sink_write(struct sink *s, const char *line, size_t len)
{
	if (s->failed) {
		s->lost++;
		return false;
	}
	if (len + 1 > sizeof s->buffer - s->used && !sink_flush(s)) {
		s->lost++;
		return false;
	}
	if (len + 1 > sizeof s->buffer)
		return write_long(s, line, len);
	memcpy(s->buffer + s->used, line, len);
	s->used += len;
	s->buffer[s->used++] = '\n';
	s->held++;
	return s->kind->is_watched(s->state) ? sink_flush(s) : true;
}

void sink_status(const struct sink *s, struct sink_status *out)
{
	*out = (struct sink_status){ 0 };
	if (s->kind->status != NULL)
		s->kind->status(s->state, out);
}

const char *sink_target(const struct sink *s)
{
	return s->target;
}

void sink_reopen(struct sink *s)
{
	if (s->kind->reopen != NULL && sink_flush(s))
		s->kind->reopen(s->state);
}

bool sink_close(struct sink *s)
{
	const char *reason = NULL;

	if (s == NULL)
		return true;
	bool whole = sink_flush(s);

	if (!s->kind->close(s->state, whole, &reason))
		fail(s, reason);
	if (s->lost > 0)
		log_error("%s: %llu %s not written", s->target, (unsigned long long)s->lost,
		          s->lost == 1 ? "event was" : "events were");
	bool ok = !s->failed;

	free(s->target);
	free(s);
	return ok;
}
