/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/crew.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PLACES = 8 };

struct place {
	struct work *work;
	atomic_size_t users; /* workers that have not left it */
	sem_t is_free;
};

struct member {
	struct crew *crew;
	struct worker *worker;
	size_t index;
	sem_t given; /* batches that wait for it */
	pthread_t thread;
};

struct crew {
	struct place places[PLACES];
	size_t place_count, at; /* `at`: being filled */
	size_t count, threads;
	struct stall *stall; /* NULL: nobody watches */
	struct member members[];
};

static void wait_for(sem_t *s)
{
	while (sem_wait(s) != 0 && errno == EINTR)
		;
}

void crew_watch(struct crew *c, struct stall *stall)
{
	c->stall = stall;
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

static void *run(void *context)
{
	struct member *m = context;
	struct crew *c = m->crew;
	bool is_last = false;

	for (size_t at = 0; !is_last; at = (at + 1) % c->place_count) {
		struct place *place = &c->places[at];

		wait_for(&m->given);
		is_last = place->work->is_last;
		do_watched(m->crew, m, place->work);
		if (atomic_fetch_sub_explicit(&place->users, 1, memory_order_acq_rel) == 1)
			sem_post(&place->is_free);
	}
	return NULL;
}

static bool make_places(struct crew *c)
{
	for (size_t i = 0; i < c->place_count; i++) {
		c->places[i].work = work_new(c->count);
		sem_init(&c->places[i].is_free, 0, 1);
		if (c->places[i].work == NULL)
			return false;
	}
	return true;
}

/* Those that have begun before one could not are let go. */
static void let_go(struct crew *c)
{
	struct work *work = crew_next(c);

	work->is_last = true;
	c->count = c->threads;
	crew_give(c);
	crew_wait(c);
}

static bool begin_threads(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct member *m = &c->members[i];

		sem_init(&m->given, 0, 0);
		if (pthread_create(&m->thread, NULL, run, m) != 0) {
			let_go(c);
			return false;
		}
		c->threads++;
	}
	return true;
}

struct crew *crew_new(struct worker *const *workers, size_t count)
{
	struct crew *c = calloc(1, sizeof *c + count * sizeof *c->members);

	if (c == NULL)
		return NULL;
	c->count = count;
	c->place_count = count > 1 ? PLACES : 1;
	for (size_t i = 0; i < count; i++) {
		c->members[i].crew = c;
		c->members[i].worker = workers[i];
		c->members[i].index = i;
	}
	if (make_places(c) && (count == 1 || begin_threads(c)))
		return c;
	crew_free(c);
	return NULL;
}

void crew_wait(struct crew *c)
{
	for (size_t i = 0; i < c->threads; i++)
		pthread_join(c->members[i].thread, NULL);
	c->threads = 0;
}

void crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	if (c->threads > 0)
		let_go(c);
	for (size_t i = 0; i < c->place_count; i++)
		work_free(c->places[i].work);
	free(c);
}

struct work *crew_next(struct crew *c)
{
	struct place *place = &c->places[c->at];

	if (c->threads > 0)
		wait_for(&place->is_free);
	work_clear(place->work);
	return place->work;
}

void crew_give(struct crew *c)
{
	struct place *place = &c->places[c->at];

	c->at = (c->at + 1) % c->place_count;
	if (c->threads == 0) {
		do_watched(c, &c->members[0], place->work);
		return;
	}
	atomic_store_explicit(&place->users, c->count, memory_order_release);
	for (size_t i = 0; i < c->count; i++)
		sem_post(&c->members[i].given);
}
