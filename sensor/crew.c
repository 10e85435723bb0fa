/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "sensor/stall.h"

enum { PLACES = 8, AHEAD = 4, SPINS = 500, PAUSES = 64 };

struct place {
	struct work *work;
	bool is_decoded;
};

struct member {
	struct crew *crew;
	struct worker *worker;
	size_t index;
	uint64_t done; /* batches */
	pthread_t thread;
};

struct crew {
	struct crew_tasks tasks;
	size_t place_count, count, threads;

	/* All that follows, the places' flags and what the members have done is the lock's. */
	pthread_mutex_t lock;
	pthread_cond_t news;
	atomic_uint news_count; /* looked at without the lock by who waits a moment */
	unsigned waiting;
	bool may_read; /* members may: they are run, and it is theirs */
	bool is_reading, is_settling, is_over;
	uint64_t read, settled; /* batches */

	struct place places[PLACES];
	struct stall *stall; /* NULL: nobody watches */
	struct member members[];
};

static struct place *place_of(struct crew *c, uint64_t batch)
{
	return &c->places[batch % c->place_count];
}

/* ---- with the lock held ---- */

static void tell(struct crew *c)
{
	atomic_fetch_add_explicit(&c->news_count, 1, memory_order_relaxed);
	if (c->waiting > 0)
		pthread_cond_broadcast(&c->news);
}

static void pause_briefly(void)
{
	for (unsigned i = 0; i < PAUSES; i++)
		atomic_signal_fence(memory_order_seq_cst);
}

/* What is waited for is most often there within microseconds: less than a thread's sleep takes. */
static void wait_for_news(struct crew *c)
{
	unsigned seen = atomic_load_explicit(&c->news_count, memory_order_relaxed);

	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < SPINS; i++) {
		if (atomic_load_explicit(&c->news_count, memory_order_relaxed) != seen)
			break;
		pause_briefly();
	}
	pthread_mutex_lock(&c->lock);
	if (atomic_load_explicit(&c->news_count, memory_order_relaxed) != seen)
		return;
	c->waiting++;
	pthread_cond_wait(&c->news, &c->lock);
	c->waiting--;
}

static bool has_free_place(const struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->read >= c->members[i].done + c->place_count)
			return false;
	return true;
}

static bool can_read(const struct crew *c)
{
	return !c->is_reading && !c->is_over && has_free_place(c);
}

/* Whatever is next in order; who comes while another is at it leaves it to that one. */
static void settle_all(struct crew *c)
{
	while (!c->is_settling && c->settled < c->read && place_of(c, c->settled)->is_decoded) {
		struct place *place = place_of(c, c->settled);

		c->is_settling = true;
		pthread_mutex_unlock(&c->lock);
		c->tasks.settle(c->tasks.context, place->work);
		pthread_mutex_lock(&c->lock);
		place->is_decoded = false;
		c->is_settling = false;
		c->settled++;
		tell(c);
	}
}

/* Reads a batch, and sees it through until the workers can have it. */
static void bring_one(struct crew *c)
{
	struct place *place = place_of(c, c->read);

	c->is_reading = true;
	pthread_mutex_unlock(&c->lock);
	work_clear(place->work);
	bool is_last = !c->tasks.read(c->tasks.context, place->work);

	place->work->is_last = is_last;
	pthread_mutex_lock(&c->lock);
	c->read++;
	c->is_over |= is_last;
	c->is_reading = false;
	tell(c);
	pthread_mutex_unlock(&c->lock);
	c->tasks.decode(c->tasks.context, place->work);
	pthread_mutex_lock(&c->lock);
	place->is_decoded = true;
	settle_all(c);
}

bool crew_help(void *crew)
{
	struct crew *c = crew;

	pthread_mutex_lock(&c->lock);
	bool is_mine = c->may_read && !c->tasks.may_wait && can_read(c);

	if (is_mine)
		bring_one(c);
	pthread_mutex_unlock(&c->lock);
	return is_mine;
}

static void do_watched(struct crew *c, const struct member *m, const struct work *work)
{
	const struct frame_batch *b = &work->frames;
	const struct frame *first = b->count > 0 ? &b->frames[0] : NULL;

	if (c->stall == NULL) {
		worker_do(m->worker, work, m->index);
		return;
	}
	stall_enter(c->stall, m->index, first != NULL ? first->source : 0,
	            first != NULL ? first->number : 0,
	            first != NULL ? b->frames[b->count - 1].number : 0);
	worker_do(m->worker, work, m->index);
	stall_leave(c->stall, m->index);
}

/* False: that was the last. */
static bool do_one(struct crew *c, struct member *m)
{
	struct work *work = place_of(c, m->done)->work;

	pthread_mutex_unlock(&c->lock);
	do_watched(c, m, work);
	bool is_last = work->is_last;

	pthread_mutex_lock(&c->lock);
	m->done++;
	tell(c);
	return !is_last;
}

/* ---- threads ---- */

static bool is_finished(const struct crew *c, const struct member *m)
{
	return c->is_over && m->done == c->read;
}

void crew_watch(struct crew *c, struct stall *stall)
{
	c->stall = stall;
}

/* So that a person who looks (top -H) sees which one is busy. */
static void name_thread(const struct member *m)
{
	char name[16]; /* pthread_setname_np(3) */

	snprintf(name, sizeof name, "worker-%u", (unsigned)m->index % 1000);
	(void)pthread_setname_np(pthread_self(), name);
}

/* Who waits within read() is to have nothing left that others wait for. */
static bool is_to_read(const struct crew *c, const struct member *m)
{
	bool is_ahead = c->tasks.may_wait ? c->read > m->done : c->read >= m->done + AHEAD;

	return c->may_read && !is_ahead && can_read(c);
}

static void *run(void *context)
{
	struct member *m = context;
	struct crew *c = m->crew;

	name_thread(m);
	pthread_mutex_lock(&c->lock);
	while (!is_finished(c, m)) {
		if (is_to_read(c, m)) {
			bring_one(c);
		} else if (m->done < c->settled) {
			if (!do_one(c, m))
				break;
		} else {
			wait_for_news(c);
		}
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void join(struct crew *c)
{
	for (size_t i = 0; i < c->threads; i++)
		pthread_join(c->members[i].thread, NULL);
	c->threads = 0;
}

static bool make_places(struct crew *c)
{
	for (size_t i = 0; i < c->place_count; i++) {
		c->places[i].work = work_new(c->count);
		if (c->places[i].work == NULL)
			return false;
	}
	return true;
}

static bool begin_threads(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct member *m = &c->members[i];

		if (pthread_create(&m->thread, NULL, run, m) != 0)
			return false;
		c->threads++;
	}
	return true;
}

struct crew *crew_new(struct worker *const *workers, size_t count, const struct crew_tasks *tasks)
{
	struct crew *c = calloc(1, sizeof *c + count * sizeof *c->members);

	if (c == NULL)
		return NULL;
	c->tasks = *tasks;
	c->count = count;
	c->place_count = count > 1 ? PLACES : 1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->news, NULL);
	for (size_t i = 0; i < count; i++)
		c->members[i] = (struct member){ .crew = c, .worker = workers[i], .index = i };
	if (make_places(c) && (count == 1 || begin_threads(c)))
		return c;
	crew_free(c);
	return NULL;
}

void crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->is_over = true;
	tell(c);
	pthread_mutex_unlock(&c->lock);
	join(c);
	for (size_t i = 0; i < c->place_count; i++)
		work_free(c->places[i].work);
	pthread_cond_destroy(&c->news);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The caller reads: with one worker it also does, else it waits where no place is free. */
static void run_here(struct crew *c)
{
	while (!c->is_over) {
		if (!can_read(c)) {
			wait_for_news(c);
			continue;
		}
		bring_one(c);
		if (c->threads == 0)
			(void)do_one(c, &c->members[0]);
	}
}

void crew_run(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->threads == 0 || c->tasks.is_callers)
		run_here(c);
	else
		c->may_read = true;
	tell(c);
	pthread_mutex_unlock(&c->lock);
	join(c);
}
