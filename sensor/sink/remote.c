/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink behind a network. Lines go into a journal; a thread of its own takes them from there to
 * the server, again and again until they are there:
 *
 *   sink_write ─► journal ─► thread ─► courier ─► server
 *                               └► dead letters: refused, with the reason
 *
 * At the end of the program the thread has `drain` seconds without progress; what is then left
 * stays in the journal, and goes with the next run that has the same target.
 */
#include "sensor/log.h"
#include "sensor/sink/courier.h"
#include "sensor/sink/journal.h"
#include "sensor/sink/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum {
	BATCH_BYTES = 1 << 20,
	BATCH_MAX = 4096,
	WAIT_MS = 200,
	BACK_OFF_FIRST_MS = 100,
	BACK_OFF_MAX_MS = 30000,
	ENDING_PAUSE_MS = 600,
	COMPLAINT_S = 60,
	FOLDERS_MAX = 256, /* processes at once with the same target */
};

struct remote {
	const struct courier_kind *courier;
	void *state; /* the courier's */
	struct journal *journal;
	char *folder;
	pthread_t thread;
	bool has_thread;
	uint64_t drain_s, max_bytes; /* the second: of the journal */
	size_t batch;
	atomic_bool is_ending;
	atomic_uint_fast64_t refused, retries;
	atomic_int_fast64_t progress_s;
	struct parcel *parcels;
	struct journal_record *records;
	bool has_complained;
	int64_t complained_s; /* 0: never */
};

static const char *const known_options[] = {
	"journal", "journal_size", "journal_age", "fsync", "drain", "batch", NULL,
};

static int64_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Has the program ended, and nothing been delivered for so long that the rest must stay? */
static bool is_over(void *context)
{
	struct remote *r = context;

	return atomic_load(&r->is_ending) &&
	       now_s() - atomic_load(&r->progress_s) >= (int64_t)r->drain_s;
}

/* When the program ends there is no time for long patience. */
static void pause_ms(struct remote *r, unsigned ms)
{
	for (unsigned waited = 0; waited < ms; waited += WAIT_MS) {
		struct timespec t = { 0,
			              (ms - waited < WAIT_MS ? ms - waited : WAIT_MS) * 1000000L };

		nanosleep(&t, NULL);
		if (atomic_load(&r->is_ending) && waited >= ENDING_PAUSE_MS)
			return;
	}
}

static void write_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++)
		if (*s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7f || *s >= 0x80)
			fprintf(out, "\\u%04x", *s);
		else
			fputc(*s, out);
	fputc('"', out);
}

/* A server that refuses all must not fill the disk: half of what the journal may have, and once
 * more what was before. */
static void make_room(struct remote *r, const char *path)
{
	char older[PATH_MAX];
	struct stat found;

	if (stat(path, &found) != 0 || (uint64_t)found.st_size < r->max_bytes / 2)
		return;
	int len = snprintf(older, sizeof older, "%s/dead-letters.old.jsonl", r->folder);

	if (len > 0 && (size_t)len < sizeof older && rename(path, older) == 0)
		log_error("dead letters: %s is full; what was in %s before is given up", path,
		          older);
}

/* A line of JSON: {"reason": why, "event": the line}. False: the disk does not take it. */
static bool bury(struct remote *r, const struct parcel *p, const char *reason)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/dead-letters.jsonl", r->folder);
	make_room(r, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	FILE *out = fd != -1 ? fdopen(fd, "a") : NULL;

	if (out == NULL) {
		if (fd != -1)
			close(fd);
		return false;
	}
	fputs("{\"reason\":", out);
	write_json_text(out, p->reason[0] != '\0' ? p->reason : reason);
	fprintf(out, ",\"event\":%.*s}\n", (int)p->len, p->line);
	if (atomic_fetch_add(&r->refused, 1) == 0)
		log_error("the server refuses events (%s); they go to %s",
		          p->reason[0] != '\0' ? p->reason : reason, path);
	return fclose(out) == 0;
}

/* Buries those that are refused; the others that wait move to the front. How many they are. */
static size_t settle(struct remote *r, struct delivery *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct parcel *p = &d->parcels[i];

		if (p->fate == FATE_TAKEN || (p->fate == FATE_REFUSED && bury(r, p, d->reason)))
			continue;
		d->parcels[kept++] = *p;
	}
	return kept;
}

/* Said again when deliveries fail anew, but no journal is filled by a server that comes and goes.
 */
static void complain(struct remote *r, const char *reason)
{
	if (r->has_complained || reason[0] == '\0')
		return;
	r->has_complained = true;
	if (r->complained_s != 0 && now_s() - r->complained_s < COMPLAINT_S)
		return;
	r->complained_s = now_s();
	log_error("events wait in the journal: %s", reason);
}

static unsigned patience_ms(const struct delivery *d, unsigned failures)
{
	unsigned ms = (unsigned)BACK_OFF_FIRST_MS << (failures < 9 ? failures : 9);

	ms = d->wait_s * 1000 > ms ? d->wait_s * 1000 : ms;
	return ms < BACK_OFF_MAX_MS ? ms : BACK_OFF_MAX_MS;
}

/* Sends once. How many of those sent must wait; a bad delivery of many is cut in half. */
static size_t deliver_once(struct remote *r, struct delivery *d, size_t *size)
{
	for (size_t i = 0; i < d->count; i++) {
		d->parcels[i].fate = FATE_WAITING;
		d->parcels[i].reason[0] = '\0';
	}
	r->courier->deliver(r->state, d);
	if (d->is_bad && d->count > 1) {
		*size = d->count / 2;
		return d->count;
	}
	if (d->is_bad)
		d->parcels[0].fate = FATE_REFUSED;
	return settle(r, d);
}

/* Until none of them waits. False: the program ended before. */
static bool deliver_all(struct remote *r, size_t count)
{
	unsigned failures = 0;
	size_t size = count;

	while (count > 0 && !is_over(r)) {
		struct delivery d = { .parcels = r->parcels,
			              .count = size < count ? size : count,
			              .is_over = is_over,
			              .context = r };
		size_t sent = d.count, kept = deliver_once(r, &d, &size);

		memmove(r->parcels + kept, r->parcels + sent, (count - sent) * sizeof *r->parcels);
		count -= sent - kept;
		if (kept < sent) {
			atomic_store(&r->progress_s, now_s());
			r->has_complained = false;
			failures = 0;
		}
		if (kept == 0 || (d.is_bad && d.count > 1))
			continue;
		atomic_fetch_add(&r->retries, 1);
		complain(r, d.reason);
		pause_ms(r, patience_ms(&d, failures++));
	}
	return count == 0;
}

static void *run(void *context)
{
	struct remote *r = context;

	while (!is_over(r)) {
		size_t count = journal_read(r->journal, r->records, r->batch, BATCH_BYTES);

		for (size_t i = 0; i < count; i++) {
			r->parcels[i].line = r->records[i].line;
			r->parcels[i].len = r->records[i].len;
		}
		if (count > 0) {
			if (deliver_all(r, count))
				journal_advance(r->journal, count);
		} else if (!journal_wait(r->journal, WAIT_MS) && atomic_load(&r->is_ending)) {
			break;
		}
	}
	return NULL;
}

bool remote_folder(const struct target *t, char out[])
{
	const char *state = getenv("STATE_DIRECTORY"), *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME"), *given = target_option(t, "journal", NULL);

	if (given != NULL)
		snprintf(out, PATH_MAX, "%s", given);
	else if (state != NULL && state[0] == '/')
		snprintf(out, PATH_MAX, "%s/journal", state);
	else if (xdg != NULL && xdg[0] == '/')
		snprintf(out, PATH_MAX, "%s/dancecard", xdg);
	else if (home != NULL && home[0] == '/')
		snprintf(out, PATH_MAX, "%s/.local/state/dancecard", home);
	else
		return false;
	return true;
}

static bool make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool ok = make_folder(path);

		*slash = '/';
		if (!ok)
			return false;
	}
	return make_folder(path);
}

/*
 * The journal of this target: a folder named by scheme, host and a sum of the whole, so that a run
 * goes on with what the one before left. One that another process holds is passed by.
 */
static bool open_journal(struct remote *r, const char *scheme, const char *address,
                         const struct target *t, const char **reason)
{
	struct journal_options use = { .max_bytes = 1000000000,
		                       .max_age_s = UINT64_C(7) * 86400,
		                       .fsync_s = 1 };
	uint64_t fsync_s = use.fsync_s;
	char base[PATH_MAX];
	size_t key = strcspn(address, "?");
	unsigned long sum = crc32(0, (const unsigned char *)address, (unsigned)key);
	const char *api = target_option(t, "api", ""), *table = target_option(t, "table", "");

	sum = crc32(sum, (const unsigned char *)api, (unsigned)strlen(api));
	sum = crc32(sum, (const unsigned char *)table, (unsigned)strlen(table));
	if (!target_size(t, "journal_size", &use.max_bytes, reason) ||
	    !target_seconds(t, "journal_age", &use.max_age_s, reason) ||
	    !target_seconds(t, "fsync", &fsync_s, reason))
		return false;
	use.fsync_s = (unsigned)fsync_s;
	r->max_bytes = use.max_bytes;
	if (!remote_folder(t, base)) {
		*reason = "no place for its journal: give ?journal=FOLDER";
		return false;
	}
	if (!make_folders(base)) {
		log_error("journal %s: %s", base, strerror(errno));
		return false;
	}
	for (unsigned i = 0; i < FOLDERS_MAX && r->journal == NULL; i++) {
		free(r->folder);
		if (asprintf(&r->folder, "%s/%s-%.64s-%08lx.%u", base, scheme, t->host, sum, i) ==
		    -1) {
			r->folder = NULL;
			return false;
		}
		r->journal = journal_open(r->folder, &use, reason);
		if (r->journal == NULL && errno != EWOULDBLOCK)
			break;
	}
	if (r->journal == NULL && *reason == NULL)
		log_error("journal %s: %s", r->folder, strerror(errno));
	return r->journal != NULL;
}

static bool close_remote(void *state, bool whole, const char **reason)
{
	struct remote *r = state;
	struct journal_status status = { 0 };

	(void)whole;
	if (r->has_thread) {
		atomic_store(&r->progress_s, now_s());
		atomic_store(&r->is_ending, true);
		journal_wake(r->journal);
		pthread_join(r->thread, NULL);
	}
	if (r->journal != NULL)
		journal_status(r->journal, &status);
	if (r->has_thread && status.waiting > 0)
		log_error("%llu events stay in %s and go with the next run to this output",
		          (unsigned long long)status.waiting, r->folder);
	bool ok = status.waiting == 0 && status.given_up == 0 && atomic_load(&r->refused) == 0;

	if (r->state != NULL)
		r->courier->close(r->state);
	journal_close(r->journal);
	free(r->folder);
	free(r->parcels);
	free(r->records);
	free(r);
	if (!ok)
		*reason = "not every event arrived";
	return ok;
}

static bool start(struct remote *r)
{
	r->parcels = calloc(r->batch, sizeof *r->parcels);
	r->records = calloc(r->batch, sizeof *r->records);
	r->has_thread = r->parcels != NULL && r->records != NULL &&
	                pthread_create(&r->thread, NULL, run, r) == 0;
	return r->has_thread;
}

static bool open_parts(struct remote *r, const struct sink_kind *kind, const char *address,
                       const struct target *t, const char **reason)
{
	uint64_t batch = r->courier->batch;

	r->drain_s = 30;
	if (!target_knows(t, known_options, r->courier->options)) {
		*reason = "refused";
		return false;
	}
	if (!target_seconds(t, "drain", &r->drain_s, reason) ||
	    !target_size(t, "batch", &batch, reason))
		return false;
	r->batch = batch == 0 ? 1 : batch < BATCH_MAX ? (size_t)batch : BATCH_MAX;
	r->state = r->courier->open(kind->scheme, t, reason);
	return r->state != NULL && open_journal(r, kind->scheme, address, t, reason) && start(r);
}

static void *open_remote(const struct sink_kind *kind, const char *address, const char **reason)
{
	struct target t;
	struct remote *r = calloc(1, sizeof *r);

	if (r == NULL || !target_parse(address, &t, reason)) {
		free(r);
		return NULL;
	}
	r->courier = kind->courier;
	bool ok = open_parts(r, kind, address, &t, reason);
	int why = errno;

	target_free(&t);
	if (ok)
		return r;
	const char *unused = NULL;

	(void)close_remote(r, true, &unused);
	errno = why;
	return NULL;
}

static bool write_remote(void *state, const char *bytes, size_t len, const char **reason)
{
	struct remote *r = state;

	(void)reason;
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t line = end != NULL ? (size_t)(end - bytes) : len;
		size_t step = end != NULL ? line + 1 : line;

		(void)journal_append(r->journal, bytes, line); /* what it gives up is counted */
		bytes += step;
		len -= step;
	}
	return true;
}

/* Each line goes to the journal at once: what is in our own memory dies with us. */
static bool is_watched(const void *state)
{
	(void)state;
	return true;
}

static void remote_status(const void *state, struct sink_status *out)
{
	const struct remote *r = state;
	struct journal_status status;

	journal_status(r->journal, &status);
	*out = (struct sink_status){ .is_remote = true,
		                     .waiting = status.waiting,
		                     .delivered = status.delivered - atomic_load(&r->refused),
		                     .refused = atomic_load(&r->refused),
		                     .given_up = status.given_up,
		                     .retries = atomic_load(&r->retries) };
}

#define REMOTE(name, word, way)                                                                    \
	const struct sink_kind name = { .scheme = word,                                            \
		                        .open = open_remote,                                       \
		                        .write = write_remote,                                     \
		                        .close = close_remote,                                     \
		                        .is_watched = is_watched,                                  \
		                        .status = remote_status,                                   \
		                        .courier = &(way) }

REMOTE(sink_syslog, "syslog", courier_syslog);
REMOTE(sink_syslog_udp, "syslog+udp", courier_syslog);
REMOTE(sink_syslog_tcp, "syslog+tcp", courier_syslog);
REMOTE(sink_syslog_tls, "syslog+tls", courier_syslog);
#ifdef DANCECARD_HTTP
REMOTE(sink_http, "http", courier_http);
REMOTE(sink_https, "https", courier_http);
#endif
#ifdef DANCECARD_KAFKA
REMOTE(sink_kafka, "kafka", courier_kafka);
#endif
