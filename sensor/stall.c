/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/stall.h"

#include "sensor/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_MS = 1000, NAME_MAX_BYTES = 32 };

struct pulse {
	/* The thread's own: odd while it is at work, and never the same twice. */
	atomic_uint_fast64_t beat;
	atomic_uint_fast64_t first, last;
	atomic_uint_fast32_t source;
	atomic_bool must_come_by;
	/* The looking thread's. */
	uint64_t seen, seen_ms;
	bool is_said;
};

struct stall {
	struct stall_options use;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
	bool is_ended; /* under the lock */
	size_t count;
	struct pulse pulses[];
};

void stall_enter(struct stall *s, size_t who, uint32_t source, uint64_t first, uint64_t last)
{
	if (s == NULL)
		return;
	struct pulse *p = &s->pulses[who];

	atomic_store_explicit(&p->source, source, memory_order_relaxed);
	atomic_store_explicit(&p->first, first, memory_order_relaxed);
	atomic_store_explicit(&p->last, last, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->beat, 1, memory_order_release);
}

void stall_leave(struct stall *s, size_t who)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&s->pulses[who].beat, 1, memory_order_release);
}

void stall_expect(struct stall *s, size_t who, bool must_come_by)
{
	if (s != NULL)
		atomic_store(&s->pulses[who].must_come_by, must_come_by);
}

static uint64_t now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool is_output(const struct stall *s, size_t who)
{
	return who == s->use.workers + STALL_OUTPUT;
}

static void name_of(const struct stall *s, size_t who, char out[NAME_MAX_BYTES])
{
	if (who < s->use.workers)
		snprintf(out, NAME_MAX_BYTES, "worker %zu", who);
	else
		snprintf(out, NAME_MAX_BYTES, "%s",
		         is_output(s, who) ? "the output" : "the reading thread");
}

static void say_hangs(const struct stall *s, size_t who, double seconds)
{
	const struct pulse *p = &s->pulses[who];
	uint64_t first = atomic_load_explicit(&p->first, memory_order_relaxed);
	char name[NAME_MAX_BYTES];

	name_of(s, who, name);
	if (is_output(s, who))
		log_error("the output waits: who reads the events has taken nothing for %.0f s; "
		          "packets wait too, until the kernel drops them",
		          seconds);
	else if (atomic_load(&p->beat) % 2 == 0)
		log_error("%s hangs: it has not come by for %.0f s, and nobody is at work", name,
		          seconds);
	else if (first == 0)
		log_error("%s hangs: at one piece of work for %.0f s", name, seconds);
	else
		log_error("%s hangs: %.0f s at packets %" PRIu64 " to %" PRIuFAST64 " of %s", name,
		          seconds, first, atomic_load_explicit(&p->last, memory_order_relaxed),
		          s->use.source(s->use.context, (uint32_t)atomic_load(&p->source)));
}

static bool is_anybody_at_work(const struct stall *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (atomic_load(&s->pulses[i].beat) % 2 == 1)
			return true;
	return false;
}

/* Who has nothing to do may rest; but somebody has to look whether there is anything. */
static bool may_rest(const struct stall *s, const struct pulse *p)
{
	return !atomic_load(&p->must_come_by) || is_anybody_at_work(s);
}

/* How long that one has been at the same piece of work; 0: it is not, or goes on. */
static uint64_t stuck_ms(struct stall *s, size_t who, uint64_t now)
{
	struct pulse *p = &s->pulses[who];
	uint64_t beat = atomic_load_explicit(&p->beat, memory_order_acquire);

	if (beat == p->seen)
		return beat % 2 == 1 || !may_rest(s, p) ? now - p->seen_ms : 0;
	if (p->is_said) {
		char name[NAME_MAX_BYTES];

		name_of(s, who, name);
		log_error("%s goes on, after %.1f s", name, (double)(now - p->seen_ms) * 1e-3);
	}
	p->is_said = false;
	p->seen = beat;
	p->seen_ms = now;
	return 0;
}

/* The output is looked at first: while it writes, the others may wait for it. */
static bool look(struct stall *s)
{
	uint64_t now = now_ms(CLOCK_MONOTONIC);
	const struct pulse *output = &s->pulses[s->use.workers + STALL_OUTPUT];
	bool is_well = true, may_wait = atomic_load(&output->beat) % 2 == 1;

	for (size_t i = s->count; i-- > 0;) {
		uint64_t spent = stuck_ms(s, i, now);

		if (spent < s->use.limit_ms || (may_wait && !is_output(s, i)))
			continue;
		is_well = is_well && is_output(s, i);
		if (!s->pulses[i].is_said)
			say_hangs(s, i, (double)spent * 1e-3);
		s->pulses[i].is_said = true;
	}
	return is_well;
}

static struct timespec next_look(const struct stall *s)
{
	unsigned wait = s->use.limit_ms / 4 < LOOK_MS ? s->use.limit_ms / 4 : LOOK_MS;
	uint64_t at = now_ms(CLOCK_REALTIME) + wait + 1;

	return (struct timespec){ .tv_sec = (time_t)(at / 1000),
		                  .tv_nsec = (long)(at % 1000) * 1000000 };
}

static void *run(void *context)
{
	struct stall *s = context;

	pthread_mutex_lock(&s->lock);
	while (!s->is_ended) {
		struct timespec until = next_look(s);

		if (pthread_cond_timedwait(&s->end, &s->lock, &until) != ETIMEDOUT)
			continue;
		bool is_well = look(s);

		if (s->use.beat != NULL)
			s->use.beat(s->use.context, is_well);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct stall *stall_new(const struct stall_options *options)
{
	size_t count = options->workers + STALL_OTHERS;
	struct stall *s = calloc(1, sizeof *s + count * sizeof *s->pulses);

	if (s == NULL)
		return NULL;
	s->use = *options;
	s->use.limit_ms = options->limit_ms > 0 ? options->limit_ms : STALL_LIMIT_MS;
	s->count = count;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->end, NULL);
	if (pthread_create(&s->thread, NULL, run, s) == 0)
		return s;
	free(s);
	return NULL;
}

void stall_free(struct stall *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_ended = true;
	pthread_cond_signal(&s->end);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->end);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
