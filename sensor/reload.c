/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/reload.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "sensor/feed_source.h"
#include "sensor/log.h"

enum stage { IDLE, READING, READ };

struct reload {
	int argc;
	char **argv;
	atomic_int is_asked;
	atomic_int stage; /* enum stage */
	pthread_t thread;
	bool is_good;
	struct knowledge read; /* the thread's until READ */

	const struct feed_set *current; /* whose files are watched; NULL: nobody asked */
	uint64_t every_ms, look_ms;     /* when the next look is due */
	uint64_t known, seen; /* their looks: as last dealt with, and at the look before */
	bool is_careful;      /* it was a change that asked */
};

static void report_feed(void *context, const char *place, const char *reason)
{
	(void)context;
	log_error("feed %s: %s", place, reason);
}

static void add_list(struct feed_builder *builder, const struct options *o,
                     const struct option_list *paths, bool is_allow, unsigned *failures)
{
	for (size_t i = 0; i < paths->count; i++) {
		/* Of a capture the answer must be the same on any day: nothing has run out. */
		struct feed_options how = { .report = report_feed,
			                    .is_allow_list = is_allow,
			                    .time = o->interfaces.count > 0 ? time(NULL) : 0 };
		struct feed_counts counts = { 0 };
		struct feed_source source;
		const char *reason;

		if (!feed_source_read(paths->items[i], &source, &how, &reason)) {
			log_error("feed %s: %s", paths->items[i], reason);
			++*failures;
		} else if (!feed_builder_add_file(builder, source.path, &how, &counts)) {
			++*failures;
		} else if (o->verbose) {
			log_note("feed %s: %llu lines, %llu taken, %llu refused", source.path,
			         (unsigned long long)counts.lines, (unsigned long long)counts.taken,
			         (unsigned long long)counts.refused);
		}
	}
}

static bool add_files(struct feed_builder *builder, const struct options *o, unsigned *failures)
{
	if (!o->no_builtin_feed && !feed_builder_add_builtin(builder))
		return false;
	add_list(builder, o, &o->feeds, false, failures);
	add_list(builder, o, &o->allows, true, failures);
	return true;
}

struct feed_set *feeds_load(const struct options *o, unsigned *failures)
{
	struct feed_builder *builder = feed_builder_new();

	if (builder == NULL || !add_files(builder, o, failures)) {
		feed_builder_free(builder);
		log_error("out of memory for the feeds");
		return NULL;
	}
	struct feed_set *feeds = feed_builder_finish(builder);

	if (feeds == NULL || feed_set_names(feeds) + feed_set_networks(feeds) > 0)
		return feeds;
	log_error("there is no feed to match against: leave out --no-builtin-feed, or give -f");
	feed_set_free(feeds);
	return NULL;
}

struct reload *reload_new(int argc, char **argv)
{
	struct reload *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->argc = argc;
	r->argv = argv;
	return r;
}

void reload_free(struct reload *r)
{
	if (r == NULL)
		return;
	if (atomic_load(&r->stage) != IDLE)
		pthread_join(r->thread, NULL);
	knowledge_free(&r->read);
	free(r);
}

void reload_ask(struct reload *r)
{
	atomic_store(&r->is_asked, 1);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void watch(struct reload *r, const struct feed_set *current)
{
	r->current = current;
	r->known = r->seen = feed_set_stamp(current);
}

void reload_watch(struct reload *r, const struct feed_set *current, unsigned every_ms)
{
	r->every_ms = every_ms;
	watch(r, current);
}

/* Another look than the one that was dealt with, twice the same: nobody is writing just now. */
static bool has_changed(struct reload *r)
{
	if (r->current == NULL || now_ms() < r->look_ms)
		return false;
	uint64_t before = r->seen;

	r->look_ms = now_ms() + r->every_ms;
	r->seen = feed_set_stamp_now(r->current);
	return r->seen != r->known && r->seen == before;
}

/* What a change brought, and may be the half of what it is to bring. */
static bool is_cut_off(const struct reload *r)
{
	const char *path = r->is_careful && r->read.feeds != NULL
	                           ? feed_set_cut(r->current, r->read.feeds)
	                           : NULL;

	if (path != NULL)
		log_error("feed %s: looks cut off, as if half-written; SIGHUP takes it as it is",
		          path);
	return path != NULL;
}

static bool read_all(struct reload *r)
{
	struct options options;
	unsigned failures = 0;
	bool is_good = options_parse(&options, r->argc, r->argv);

	if (is_good && options.config != NULL) {
		r->read.config = settings_load(options.config, &options);
		is_good = r->read.config != NULL;
	}
	if (is_good)
		r->read.feeds = feeds_load(&options, &failures);
	options_free(&options);
	return is_good && r->read.feeds != NULL && failures == 0 && !is_cut_off(r);
}

static void *read_aside(void *context)
{
	struct reload *r = context;

	r->is_good = read_all(r);
	if (!r->is_good)
		knowledge_free(&r->read);
	atomic_store(&r->stage, READ);
	return NULL;
}

static void begin(struct reload *r)
{
	atomic_store(&r->is_asked, 0);
	atomic_store(&r->stage, READING);
	if (pthread_create(&r->thread, NULL, read_aside, r) == 0)
		return;
	atomic_store(&r->stage, IDLE);
	log_error("config and feeds are not read again: no thread to do it; the old ones stay");
}

static void begin_if_due(struct reload *r)
{
	bool is_asked = atomic_load(&r->is_asked);

	if (!is_asked && !has_changed(r))
		return;
	r->is_careful = !is_asked;
	r->known = r->seen;
	begin(r);
}

bool reload_take(struct reload *r, struct knowledge *out)
{
	int stage = atomic_load(&r->stage);

	if (stage == IDLE)
		begin_if_due(r);
	if (stage != READ)
		return false;
	pthread_join(r->thread, NULL);
	*out = r->read;
	r->read = (struct knowledge){ 0 };
	atomic_store(&r->stage, IDLE);
	if (r->is_good && r->current != NULL)
		watch(r, out->feeds);
	if (r->is_good)
		log_note("config and feeds are read again: %zu names, %zu networks",
		         feed_set_names(out->feeds), feed_set_networks(out->feeds));
	else
		log_error("config and feeds stay as they were: the new ones have mistakes");
	return r->is_good;
}
