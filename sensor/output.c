/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/output.h"
#include "sensor/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { BLOCK_BYTES = 64 * 1024, LOOK_AGAIN_NS = 5000000 };

struct line {
	struct order_key key;
	enum line_reader reader;
	size_t len;
	uint8_t text[];
};

/* Lines one behind the other, in order, each from a multiple of its alignment on. */
struct block {
	struct block *next;
	size_t size, used, read;
	_Alignas(struct line) uint8_t bytes[];
};

struct queue {
	struct block *first, *last;
};

struct lane {
	struct output *output;
	/* The worker's. */
	struct block *filling;
	struct line **mixed;
	size_t mixed_count, mixed_room;
	bool is_mixed;
	/* Shared. */
	atomic_uint_fast64_t done_step;
	struct queue queue; /* under the lock, with what follows */
	size_t queued;
	struct order_key pushed; /* of the last line in the queue so far */
	/* The writing thread's. */
	struct queue taken;
	struct order_key bound; /* whatever is not in `taken` comes after it */
};

struct output {
	output_write *write;
	output_idle *idle; /* NULL: nobody asks */
	void *context;
	size_t count;
	bool has_thread, is_finished; /* the second under the lock */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news, space;
	struct lane lanes[];
};

static size_t padded(size_t len)
{
	size_t size = sizeof(struct line) + len, unit = _Alignof(struct line);

	return (size + unit - 1) / unit * unit;
}

static struct line *first_line(const struct queue *q)
{
	return q->first == NULL ? NULL : (struct line *)(q->first->bytes + q->first->read);
}

static void append(struct queue *q, struct block *first, struct block *last)
{
	if (q->last != NULL)
		q->last->next = first;
	else
		q->first = first;
	q->last = last;
}

/* The worker's side */

static void push(struct lane *l, const struct order_key *last)
{
	struct output *o = l->output;

	pthread_mutex_lock(&o->lock);
	while (l->queued > LANE_BYTES)
		pthread_cond_wait(&o->space, &o->lock);
	l->queued += l->filling->used;
	append(&l->queue, l->filling, l->filling);
	l->pushed = *last;
	pthread_cond_signal(&o->news);
	pthread_mutex_unlock(&o->lock);
	l->filling = NULL;
}

static struct block *block_new(size_t least)
{
	size_t size = least > BLOCK_BYTES ? least : BLOCK_BYTES;
	struct block *b = malloc(sizeof *b + size);

	if (b != NULL)
		*b = (struct block){ .size = size };
	return b;
}

static void fill_line(struct line *line, const struct order_key *key, enum line_reader reader,
                      struct slice text)
{
	line->key = *key;
	line->reader = reader;
	line->len = text.len;
	memcpy(line->text, text.ptr, text.len);
}

static void put_in_order(struct lane *l, const struct order_key *key, enum line_reader reader,
                         struct slice text)
{
	size_t size = padded(text.len);

	if (!l->output->has_thread) {
		l->output->write(l->output->context, reader, text);
		return;
	}
	if (l->filling != NULL && l->filling->size - l->filling->used < size)
		push(l, key);
	if (l->filling == NULL)
		l->filling = block_new(size);
	if (l->filling == NULL) {
		log_scarce();
		return;
	}
	fill_line((struct line *)(l->filling->bytes + l->filling->used), key, reader, text);
	l->filling->used += size;
}

static bool make_room(struct lane *l)
{
	if (l->mixed_count < l->mixed_room)
		return true;
	size_t room = l->mixed_room > 0 ? l->mixed_room * 2 : 64;
	struct line **grown = realloc(l->mixed, room * sizeof(struct line *));

	if (grown == NULL)
		return false;
	l->mixed = grown;
	l->mixed_room = room;
	return true;
}

void lane_put(struct lane *l, const struct order_key *key, enum line_reader reader,
              struct slice text)
{
	struct line *line = NULL;

	if (l->is_mixed && make_room(l))
		line = malloc(sizeof *line + text.len);
	if (line == NULL) {
		put_in_order(l, key, reader, text);
		return;
	}
	fill_line(line, key, reader, text);
	l->mixed[l->mixed_count++] = line;
}

void lane_begin_mixed(struct lane *l)
{
	l->is_mixed = true;
}

/* Insertion keeps the order of equal keys, and they nearly are in order. */
static void sort_lines(struct line **lines, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct line *line = lines[i];
		size_t at = i;

		for (; at > 0 && order_compare(&lines[at - 1]->key, &line->key) > 0; at--)
			lines[at] = lines[at - 1];
		lines[at] = line;
	}
}

void lane_end_mixed(struct lane *l)
{
	l->is_mixed = false;
	sort_lines(l->mixed, l->mixed_count);
	for (size_t i = 0; i < l->mixed_count; i++) {
		struct line *line = l->mixed[i];

		put_in_order(l, &line->key, line->reader, (struct slice){ line->text, line->len });
		free(line);
	}
	l->mixed_count = 0;
}

void lane_done(struct lane *l, uint64_t step)
{
	static const struct order_key beginning = { 0 };

	if (l->filling != NULL)
		push(l, &beginning);
	atomic_store_explicit(&l->done_step, step, memory_order_release);
}

void lane_end(struct lane *l)
{
	lane_done(l, UINT64_MAX);
	if (!l->output->has_thread)
		return;
	pthread_mutex_lock(&l->output->lock);
	pthread_cond_signal(&l->output->news);
	pthread_mutex_unlock(&l->output->lock);
}

/* The writing side */

/* First how far the lane is, then what is in it: what was put before is then there. */
static bool take_lane(struct lane *l)
{
	uint64_t done = atomic_load_explicit(&l->done_step, memory_order_acquire);
	bool has_news = l->queue.first != NULL;

	if (has_news)
		append(&l->taken, l->queue.first, l->queue.last);
	l->queue = (struct queue){ NULL, NULL };
	if (order_compare(&l->pushed, &l->bound) > 0)
		l->bound = l->pushed;
	if (done >= l->bound.step)
		l->bound = (struct order_key){ .step = done, .phase = UINT32_MAX };
	return has_news;
}

/* The lane whose line is next; NULL: a lane may yet come before it, or there is none. */
static struct lane *next_lane(struct output *o)
{
	struct lane *next = NULL;

	for (size_t i = 0; i < o->count; i++) {
		const struct line *line = first_line(&o->lanes[i].taken);

		if (line != NULL &&
		    (next == NULL || order_compare(&line->key, &first_line(&next->taken)->key) < 0))
			next = &o->lanes[i];
	}
	for (size_t i = 0; next != NULL && i < o->count; i++)
		if (o->lanes[i].taken.first == NULL &&
		    order_compare(&o->lanes[i].bound, &first_line(&next->taken)->key) < 0)
			return NULL;
	return next;
}

static void drop_block(struct lane *l)
{
	struct output *o = l->output;
	struct block *b = l->taken.first;

	l->taken.first = b->next;
	if (b->next == NULL)
		l->taken.last = NULL;
	pthread_mutex_lock(&o->lock);
	l->queued -= b->used;
	pthread_cond_broadcast(&o->space);
	pthread_mutex_unlock(&o->lock);
	free(b);
}

static void write_line(struct lane *l)
{
	struct block *b = l->taken.first;
	const struct line *line = first_line(&l->taken);

	l->output->write(l->output->context, line->reader, (struct slice){ line->text, line->len });
	b->read += padded(line->len);
	if (b->read == b->used)
		drop_block(l);
}

static void merge(struct output *o)
{
	for (struct lane *l = next_lane(o); l != NULL; l = next_lane(o))
		write_line(l);
}

/* Lanes go on without a word, so the wait has an end. */
static void wait_for_news(struct output *o)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_AGAIN_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&o->news, &o->lock, &until);
}

static void *run(void *context)
{
	struct output *o = context;
	bool is_finished = false;

	while (!is_finished) {
		bool has_news = false;

		pthread_mutex_lock(&o->lock);
		for (size_t i = 0; i < o->count; i++)
			has_news |= take_lane(&o->lanes[i]);
		is_finished = o->is_finished && !has_news;
		if (!has_news && !is_finished)
			wait_for_news(o);
		pthread_mutex_unlock(&o->lock);
		merge(o);
		if (!has_news && o->idle != NULL)
			o->idle(o->context);
	}
	return NULL;
}

struct output *output_new(size_t lanes, output_write *write, output_idle *idle, void *context)
{
	struct output *o = calloc(1, sizeof *o + lanes * sizeof *o->lanes);

	if (o == NULL)
		return NULL;
	o->write = write;
	o->idle = idle;
	o->context = context;
	o->count = lanes;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->news, NULL);
	pthread_cond_init(&o->space, NULL);
	for (size_t i = 0; i < lanes; i++)
		o->lanes[i].output = o;
	if (lanes <= 1)
		return o;
	o->has_thread = pthread_create(&o->thread, NULL, run, o) == 0;
	if (o->has_thread)
		return o;
	output_free(o);
	return NULL;
}

struct lane *output_lane(struct output *o, size_t index)
{
	return &o->lanes[index];
}

void output_finish(struct output *o)
{
	if (!o->has_thread)
		return;
	pthread_mutex_lock(&o->lock);
	o->is_finished = true;
	pthread_cond_signal(&o->news);
	pthread_mutex_unlock(&o->lock);
	pthread_join(o->thread, NULL);
	o->has_thread = false;
}

void output_free(struct output *o)
{
	if (o == NULL)
		return;
	output_finish(o);
	for (size_t i = 0; i < o->count; i++) {
		free(o->lanes[i].filling);
		free(o->lanes[i].mixed);
	}
	pthread_cond_destroy(&o->space);
	pthread_cond_destroy(&o->news);
	pthread_mutex_destroy(&o->lock);
	free(o);
}
