/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/ledger_write.h"
#include "sensor/log.h"

/* Rows, and bytes of what they hold. */
enum { QUEUE_MAX = 1 << 14, QUEUE_BYTES = 32 << 20, BATCH_SECONDS = 1, TIDY_SECONDS = 3600 };

struct ledger {
	sqlite3 *db;
	struct ledger_writer *writer;
	struct event_json *json; /* under the lock, with what follows */
	uint64_t retention_days;
	bool may_wait, keeps_flows;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change, room_again;
	struct row *queue, *batch; /* one is filled while the other is written */
	size_t count, room, batch_room, bytes;
	uint64_t lost;
	bool is_closing, has_failed;
	time_t tidied;
};

static bool is_half_full(const struct ledger *l)
{
	return l->count >= QUEUE_MAX / 2 || l->bytes >= QUEUE_BYTES / 2;
}

static bool is_full(const struct ledger *l)
{
	return l->count == QUEUE_MAX || l->bytes >= QUEUE_BYTES;
}

/* Waits for rows or the end, at most for the time of a batch. */
static void wait_for_rows(struct ledger *l)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += BATCH_SECONDS;
	while (!l->is_closing && !is_half_full(l) &&
	       pthread_cond_timedwait(&l->change, &l->lock, &until) == 0)
		;
}

/* A service has no end: what is to go goes while it runs. */
static void tidy_sometimes(struct ledger *l)
{
	time_t now = time(NULL);

	if (now < l->tidied + TIDY_SECONDS)
		return;
	l->tidied = now;
	if (!ledger_tidy(l->db, l->retention_days))
		l->has_failed = true;
}

static void *write_all(void *context)
{
	struct ledger *l = context;
	bool is_over = false;

	pthread_mutex_lock(&l->lock);
	while (!is_over) {
		wait_for_rows(l);
		is_over = l->is_closing;
		struct row *rows = l->queue;
		size_t count = l->count, room = l->room;

		l->queue = l->batch;
		l->room = l->batch_room;
		l->count = l->bytes = 0;
		pthread_cond_broadcast(&l->room_again);
		pthread_mutex_unlock(&l->lock);
		if (count > 0 && !ledger_write(l->writer, rows, count))
			l->has_failed = true;
		for (size_t i = 0; i < count; i++)
			row_free(&rows[i]);
		tidy_sometimes(l);
		pthread_mutex_lock(&l->lock);
		l->batch = rows;
		l->batch_room = room;
		is_over = is_over && l->count == 0;
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static void free_ledger(struct ledger *l)
{
	ledger_writer_free(l->writer);
	event_json_free(l->json);
	sqlite3_close(l->db);
	free(l->queue);
	free(l->batch);
	free(l);
}

struct ledger *ledger_open(const struct ledger_options *options)
{
	struct ledger *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->retention_days = options->retention_days;
	l->tidied = time(NULL);
	l->may_wait = options->may_wait;
	l->keeps_flows = options->keeps_flows;
	l->db = ledger_file_open(options->path, true);
	l->json = event_json_new();
	l->writer = l->db != NULL ? ledger_writer_new(l->db) : NULL;
	if (l->writer == NULL || l->json == NULL) {
		free_ledger(l);
		return NULL;
	}
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->change, NULL);
	pthread_cond_init(&l->room_again, NULL);
	if (pthread_create(&l->thread, NULL, write_all, l) == 0)
		return l;
	free_ledger(l);
	return NULL;
}

static bool make_room(struct ledger *l)
{
	if (is_full(l))
		return false;
	if (l->count < l->room)
		return true;
	size_t room = l->room > 0 ? l->room * 2 : 64;
	struct row *grown = room <= QUEUE_MAX ? realloc(l->queue, room * sizeof *grown) : NULL;

	if (grown == NULL)
		return false;
	l->queue = grown;
	l->room = room;
	return true;
}

/* Its room in the queue is found before it is filled. */
static void take(struct ledger *l, const struct event *e)
{
	if (!make_room(l) || !row_fill(&l->queue[l->count], e, l->json, l->keeps_flows)) {
		l->lost++;
		return;
	}
	l->bytes += row_size(&l->queue[l->count]);
	l->count++;
}

void ledger_take(struct ledger *l, const struct event *e)
{
	if (!row_is_kept(e, l->keeps_flows))
		return;
	pthread_mutex_lock(&l->lock);
	while (l->may_wait && is_full(l))
		pthread_cond_wait(&l->room_again, &l->lock);
	take(l, e);
	if (is_half_full(l))
		pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
}

bool ledger_restore(struct ledger *l, struct site_book *book)
{
	return ledger_file_restore(l->db, book);
}

bool ledger_close(struct ledger *l)
{
	if (l == NULL)
		return true;
	pthread_mutex_lock(&l->lock);
	l->is_closing = true;
	pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	bool is_done = ledger_tidy(l->db, l->retention_days) && !l->has_failed;

	if (l->lost > 0)
		log_error("ledger: %llu events found no room", (unsigned long long)l->lost);
	is_done = is_done && l->lost == 0;
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->change);
	pthread_cond_destroy(&l->room_again);
	free_ledger(l);
	return is_done;
}
