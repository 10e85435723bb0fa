/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/pipeline.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sensor/crew.h"
#include "sensor/flow/flow_table.h"
#include "sensor/log.h"
#include "sensor/random_seed.h"
#include "sensor/site/commons.h"
#include "sensor/stall.h"

static const uint64_t second_ns = 1000000000U;

/* Packets of one capture come a little out of order; more than that is another time. */
static const uint64_t backwards_ns = UINT64_C(3600) * 1000000000U;

/* Packet time: never goes back, except where a capture of another day begins. */
struct clock {
	uint64_t now_ns, tick_ns, stats_ns;
};

enum { SETTLE_SECONDS = 5 };

struct pipeline {
	struct pipeline_options use;
	struct intake *intake;
	struct output *output;
	struct crew *crew;
	struct stall *stall; /* NULL: not live */
	struct commons *commons;
	const struct config *config; /* for the packets that are read now */
	struct clock clock;
	uint64_t step;
	struct progress *progress;
	time_t watched; /* when worker_options.tell was asked for last */
	time_t settled; /* when evidence was written last */
	struct worker *workers[WORKERS_MAX];
};

static bool make_workers(struct pipeline *p, uint64_t seed)
{
	struct worker_options o = p->use.worker;

	o.seed = seed;
	o.commons = p->commons;
	o.limits = worker_limits_of(p->use.memory / p->use.workers);
	for (size_t i = 0; i < p->use.workers; i++) {
		o.index = i;
		o.lane = output_lane(p->output, i);
		o.evidence_part = p->use.part != NULL ? p->use.part(p->use.context) : NULL;
		p->workers[i] = worker_new(&o);
		if (p->workers[i] == NULL)
			return false;
	}
	return true;
}

static void write_line(void *context, enum line_reader reader, struct slice line)
{
	struct pipeline *p = context;

	stall_enter(p->stall, p->use.workers + STALL_OUTPUT, 0, 0, 0);
	p->use.write(p->use.context, reader, line);
	stall_leave(p->stall, p->use.workers + STALL_OUTPUT);
}

static void tell_idle(void *context)
{
	struct pipeline *p = context;

	p->use.idle(p->use.context);
}

static const char *source_name(void *context, uint32_t source)
{
	const struct pipeline *p = context;

	return capture_source_name(p->use.capture, source);
}

static void tell_beat(void *context, bool is_well)
{
	const struct pipeline *p = context;

	if (p->use.beat != NULL)
		p->use.beat(p->use.context, is_well);
}

/* A file is no loss when it waits: only live. */
static bool make_stall(struct pipeline *p)
{
	if (!capture_is_live(p->use.capture))
		return true;
	p->stall = stall_new(&(struct stall_options){ .workers = p->use.workers,
	                                              .source = source_name,
	                                              .beat = tell_beat,
	                                              .context = p });
	return p->stall != NULL;
}

static void mark(struct pipeline *p, struct work *work, enum mark_kind kind, size_t before)
{
	work_mark(work, &(struct mark){ .kind = kind,
	                                .before = before,
	                                .step = ++p->step,
	                                .now_ns = p->clock.now_ns });
}

/* The capture has counted the whole batch: those from `at` on are yet to come. */
static void take_back(struct capture_counters *c, const struct frame_batch *frames, size_t at)
{
	for (size_t i = at; i < frames->count; i++) {
		c->packets--;
		c->bytes -= frames->frames[i].bytes.len;
		c->unknown_link -= !dissect_link_known(frames->frames[i].link);
	}
}

static void mark_gathering(struct pipeline *p, struct work *work, size_t before, bool is_for_watch)
{
	size_t parts = p->use.workers;
	struct stats_gathering *g = calloc(1, sizeof *g + parts * sizeof *g->parts);

	if (g == NULL) {
		log_scarce();
		return;
	}
	atomic_init(&g->left, parts);
	g->part_count = parts;
	g->is_for_watch = is_for_watch;
	capture_count(p->use.capture, &g->capture);
	take_back(&g->capture, &work->frames, before);
	work_mark(work, &(struct mark){ .kind = MARK_STATS,
	                                .before = before,
	                                .step = ++p->step,
	                                .now_ns = p->clock.now_ns,
	                                .stats = g });
}

static void mark_reload(struct pipeline *p, struct work *work)
{
	struct knowledge fresh, old;

	if (p->use.fresh == NULL || !p->use.fresh(p->use.context, &fresh, &old))
		return;
	struct knowledge_swap *swap = malloc(sizeof *swap);

	if (swap == NULL) /* what is old is then never freed, and still used: better than to stop */
		return;
	atomic_init(&swap->left, p->use.workers);
	swap->fresh = fresh;
	swap->old = old;
	p->config = fresh.config;
	work_mark(work, &(struct mark){ .kind = MARK_RELOAD,
	                                .step = ++p->step,
	                                .now_ns = p->clock.now_ns,
	                                .swap = swap });
}

static void mark_stats(struct pipeline *p, struct work *work, size_t before)
{
	mark_gathering(p, work, before, false);
}

/* Once a second of the wall clock, so that whoever watches sees that we live. */
static void mark_watch(struct pipeline *p, struct work *work)
{
	time_t now = p->use.worker.tell != NULL ? time(NULL) : p->watched;

	if (now == p->watched)
		return;
	p->watched = now;
	mark_gathering(p, work, work->frames.count, true);
}

/* Live, every few seconds of the wall clock: what a kill takes away is at most that much. */
static void mark_settle(struct pipeline *p, struct work *work)
{
	bool is_wanted = p->use.worker.evidence_file != NULL && p->use.worker.is_live;
	time_t now = is_wanted ? time(NULL) : p->settled;

	if (now - p->settled < SETTLE_SECONDS)
		return;
	p->settled = now;
	mark(p, work, MARK_SETTLE, work->frames.count);
}

/* The clock is at `time_ns` when frame `at` comes. */
static void advance(struct pipeline *p, struct work *work, size_t at, uint64_t time_ns)
{
	struct clock *c = &p->clock;

	if (c->now_ns > time_ns + backwards_ns) {
		mark(p, work, MARK_FINISH, at);
		*c = (struct clock){ 0 };
	}
	if (time_ns > c->now_ns)
		c->now_ns = time_ns;
	if (c->tick_ns == 0) {
		c->tick_ns = c->now_ns + second_ns;
		c->stats_ns = c->now_ns + p->use.stats_ns;
	}
	if (c->now_ns < c->tick_ns)
		return;
	mark(p, work, MARK_TICK, at);
	c->tick_ns = c->now_ns + second_ns;
	if (p->use.stats_ns == 0 || c->now_ns < c->stats_ns)
		return;
	mark_stats(p, work, at);
	c->stats_ns = c->now_ns + p->use.stats_ns;
}

/* The wire is silent: the time that passes is the wall clock's. */
static void pass_time(struct pipeline *p, struct work *work)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	advance(p, work, 0, (uint64_t)t.tv_sec * second_ns + (uint64_t)t.tv_nsec);
}

static void show(struct pipeline *p)
{
	struct capture_counters counters;

	if (p->progress == NULL)
		return;
	capture_count(p->use.capture, &counters);
	progress_show(p->progress, &counters);
}

/* The order of things is settled here: who decodes counts the steps as this does. */
static void set_clock(struct pipeline *p, struct work *work)
{
	mark_reload(p, work);
	work->config = p->config;
	for (size_t i = 0; i < work->frames.count; i++) {
		advance(p, work, i, work->frames.frames[i].time_ns);
		p->step++;
	}
	if (work->frames.count == 0 && capture_is_live(p->use.capture))
		pass_time(p, work);
	mark_watch(p, work);
	mark_settle(p, work);
}

static bool take_in(void *context, struct work *work)
{
	struct pipeline *p = context;
	size_t reading = p->use.workers + STALL_READING;

	stall_expect(p->stall, reading, true);
	stall_enter(p->stall, reading, 0, 0, 0);
	bool has_more = capture_read(p->use.capture, &work->frames) == CAPTURE_OK;

	stall_leave(p->stall, reading);
	work->step = p->step;
	work->now_ns = p->clock.now_ns;
	if (has_more) {
		if (p->use.look != NULL)
			p->use.look(p->use.context, &work->frames);
		set_clock(p, work);
		show(p);
	} else {
		work->frames.count = 0;
		stall_expect(p->stall, reading, false);
		mark(p, work, MARK_FINISH, 0);
		mark_stats(p, work, 0);
	}
	work->last_step = p->step;
	return has_more;
}

static void decode(void *context, struct work *work)
{
	const struct pipeline *p = context;

	stall_enter(p->stall, p->use.workers + STALL_READING, 0, 0, 0);
	intake_decode(p->intake, work);
	stall_leave(p->stall, p->use.workers + STALL_READING);
}

static void settle(void *context, struct work *work)
{
	struct pipeline *p = context;

	stall_enter(p->stall, p->use.workers + STALL_READING, 0, 0, 0);
	intake_settle(p->intake, work);
	stall_leave(p->stall, p->use.workers + STALL_READING);
}

static bool build(struct pipeline *p)
{
	uint64_t seed = random_seed(p);

	p->intake = intake_new(p->use.keep_duplicates, seed);
	bool is_awaited = p->use.idle != NULL && capture_waits(p->use.capture);

	p->output = output_new(p->use.workers, write_line, is_awaited ? tell_idle : NULL, p);
	if (is_awaited && p->use.workers == 1)
		capture_before_wait(p->use.capture, tell_idle, p);
	p->commons = commons_new(p->use.workers, worker_limits_sites(p->use.memory), seed);
	if (p->intake == NULL || p->output == NULL || p->commons == NULL || !make_workers(p, seed))
		return false;
	p->crew = crew_new(p->workers, p->use.workers,
	                   &(struct crew_tasks){ .read = take_in,
	                                         .decode = decode,
	                                         .settle = settle,
	                                         .context = p,
	                                         .may_wait = capture_waits(p->use.capture),
	                                         .is_callers = capture_is_live(p->use.capture) });
	if (p->crew == NULL || !make_stall(p))
		return false;
	commons_meanwhile(p->commons, crew_help, p->crew);
	crew_watch(p->crew, p->stall);
	return true;
}

/* Signals are for the caller's thread: it is the one that may wait for packets. */
struct pipeline *pipeline_new(const struct pipeline_options *options)
{
	struct pipeline *p = calloc(1, sizeof *p);
	sigset_t all, before;

	if (p == NULL)
		return NULL;
	p->use = *options;
	p->config = options->worker.config;
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* whoever is stopped by seccomp says so */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_built = build(p);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (is_built)
		return p;
	pipeline_free(p);
	return NULL;
}

struct site_book *pipeline_book(struct pipeline *p)
{
	return commons_book(p->commons);
}

void pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	crew_free(p->crew);
	stall_free(p->stall);
	output_free(p->output);
	for (size_t i = 0; i < p->use.workers; i++)
		worker_free(p->workers[i]);
	commons_free(p->commons);
	intake_free(p->intake);
	free(p);
}

void pipeline_run(struct pipeline *p, struct progress *progress)
{
	p->progress = progress;
	crew_run(p->crew);
	output_finish(p->output);
}

size_t pipeline_evidence(const struct pipeline *p, struct evidence_part *parts[WORKERS_MAX])
{
	for (size_t i = 0; i < p->use.workers; i++)
		parts[i] = worker_evidence(p->workers[i]);
	return p->use.workers;
}

void pipeline_count(const struct pipeline *p, struct totals *totals, struct tally *tally)
{
	*totals = (struct totals){ .intake = *intake_count(p->intake) };
	for (size_t i = 0; i < p->use.workers; i++) {
		worker_add_totals(p->workers[i], totals);
		tally_add(tally, worker_tally(p->workers[i]));
	}
	tally_sort(tally);
}
