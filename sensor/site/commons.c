/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/commons.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

struct commons {
	struct site_book *book;
	size_t workers;
	bool (*help)(void *context); /* NULL: nothing is done meanwhile */
	void *context;
	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t learned;
	size_t arrived;
	uint64_t round;
	struct site_observation *batch;
	size_t count, room;
};

struct commons *commons_new(size_t workers, size_t sites, uint64_t seed)
{
	struct commons *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->workers = workers;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->learned, NULL);
	c->book = site_book_new(sites, seed);
	if (c->book != NULL)
		return c;
	commons_free(c);
	return NULL;
}

void commons_free(struct commons *c)
{
	if (c == NULL)
		return;
	pthread_cond_destroy(&c->learned);
	pthread_mutex_destroy(&c->lock);
	site_book_free(c->book);
	free(c->batch);
	free(c);
}

struct site_book *commons_book(struct commons *c)
{
	return c->book;
}

/* Without memory a tick's observations are left out. */
static void give(struct commons *c, struct site_watch *watch)
{
	size_t count;
	struct site_observation *some = site_watch_observations(watch, &count);

	if (c->count + count > c->room) {
		struct site_observation *grown =
		        realloc(c->batch, (c->count + count) * sizeof *grown);

		if (grown == NULL) {
			log_scarce();
			return;
		}
		c->batch = grown;
		c->room = c->count + count;
	}
	if (count > 0)
		memcpy(c->batch + c->count, some, count * sizeof *some);
	c->count += count;
}

void commons_meanwhile(struct commons *c, bool (*help)(void *context), void *context)
{
	c->help = help;
	c->context = context;
}

static bool help_out(struct commons *c)
{
	if (c->help == NULL)
		return false;
	pthread_mutex_unlock(&c->lock);
	bool has_helped = c->help(c->context);

	pthread_mutex_lock(&c->lock);
	return has_helped;
}

static void wait_for_others(struct commons *c)
{
	uint64_t round = c->round;

	while (round == c->round)
		if (!help_out(c) && round == c->round)
			pthread_cond_wait(&c->learned, &c->lock);
}

/* The names in the batch are the workers', who hold them until they are let go. */
void commons_meet(struct commons *c, struct site_watch *watch)
{
	pthread_mutex_lock(&c->lock);
	give(c, watch);
	if (++c->arrived == c->workers) {
		site_book_learn(c->book, c->batch, c->count);
		c->count = c->arrived = 0;
		c->round++;
		pthread_cond_broadcast(&c->learned);
	} else {
		wait_for_others(c);
	}
	pthread_mutex_unlock(&c->lock);
	site_watch_clear(watch);
}
