/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of several threads come out in the order of their keys, each once. */
#include "sensor/output.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"

enum { LANES = 3, STEPS = 3000, MIXED = 8, LONG = 9000 };

struct written {
	struct order_key last;
	size_t lines, disorders;
	uint64_t sum;
};

static struct order_key key_of(struct slice line)
{
	struct order_key key = { 0 };

	sscanf((const char *)line.ptr, "%" SCNu64 " %" SCNu32 " %" SCNu64, &key.step, &key.phase,
	       &key.first);
	return key;
}

static void write_line(void *context, enum line_reader reader, struct slice line)
{
	struct written *w = context;
	struct order_key key = key_of(line);

	CHECK(reader == (enum line_reader)(key.first % 3));
	w->disorders += order_compare(&w->last, &key) > 0;
	w->last = key;
	w->lines++;
	w->sum += key.step + key.first;
}

static void put(struct lane *lane, uint64_t step, uint32_t phase, uint64_t first, size_t len)
{
	static _Thread_local char text[LONG];
	struct order_key key = { .step = step, .phase = phase, .first = first };

	snprintf(text, sizeof text, "%" PRIu64 " %" PRIu32 " %" PRIu64, step, phase, first);
	lane_put(lane, &key, (enum line_reader)(first % 3),
	         (struct slice){ (const uint8_t *)text, len });
}

struct player {
	struct lane *lane;
	size_t index;
};

/* Its own packets, and each hundredth step a tick for all, told in no order. */
static void *play(void *context)
{
	const struct player *p = context;

	for (uint64_t step = 1; step <= STEPS; step++) {
		if (step % 100 == 0) {
			lane_begin_mixed(p->lane);
			for (uint64_t i = MIXED; i > 0; i--)
				put(p->lane, step, PHASE_CONTACTS, i * LANES + p->index, 80);
			lane_end_mixed(p->lane);
			put(p->lane, step, PHASE_FLOWS, p->index, LONG);
		} else if (step % LANES == p->index) {
			put(p->lane, step, PHASE_PACKET, 0, step % 7 == 0 ? LONG : 100);
		}
		if (step % 256 == 0)
			lane_done(p->lane, step);
	}
	lane_done(p->lane, STEPS);
	lane_end(p->lane);
	return NULL;
}

static void check_lanes(void)
{
	struct written w = { 0 };
	struct output *output = output_new(LANES, write_line, NULL, &w);
	struct player players[LANES];
	pthread_t threads[LANES];
	size_t ticks = STEPS / 100;

	CHECK(output != NULL);
	for (size_t i = 0; i < LANES; i++) {
		players[i] = (struct player){ output_lane(output, i), i };
		CHECK(pthread_create(&threads[i], NULL, play, &players[i]) == 0);
	}
	for (size_t i = 0; i < LANES; i++)
		pthread_join(threads[i], NULL);
	output_finish(output);
	CHECK(w.disorders == 0);
	CHECK(w.lines == STEPS - ticks + ticks * LANES * (MIXED + 1));
	output_free(output);
}

/* One lane is written at once, but for what is mixed. */
static void check_one(void)
{
	struct written w = { 0 };
	struct output *output = output_new(1, write_line, NULL, &w);

	CHECK(output != NULL);
	struct lane *lane = output_lane(output, 0);

	put(lane, 1, PHASE_PACKET, 0, 100);
	CHECK(w.lines == 1);
	lane_begin_mixed(lane);
	put(lane, 2, PHASE_CONTACTS, 9, 100);
	put(lane, 2, PHASE_LOOKUPS, 4, 100);
	CHECK(w.lines == 1);
	lane_end_mixed(lane);
	CHECK(w.lines == 3 && w.disorders == 0 && w.last.first == 9);
	lane_end(lane);
	output_finish(output);
	output_free(output);
}

/* A worker that is ahead by more than its lane holds waits for the others, and all comes out. */
static void *run_ahead(void *context)
{
	struct lane *lane = context;

	for (uint64_t step = 1; step <= 2000; step++)
		put(lane, 2 * step, PHASE_PACKET, 0, LONG);
	lane_end(lane);
	return NULL;
}

static void check_bound(void)
{
	struct written w = { 0 };
	struct output *output = output_new(2, write_line, NULL, &w);
	pthread_t ahead;

	CHECK(output != NULL);
	CHECK(pthread_create(&ahead, NULL, run_ahead, output_lane(output, 0)) == 0);
	for (uint64_t step = 1; step <= 2000; step++) {
		put(output_lane(output, 1), 2 * step + 1, PHASE_PACKET, 0, 100);
		lane_done(output_lane(output, 1), 2 * step + 1);
	}
	lane_end(output_lane(output, 1));
	pthread_join(ahead, NULL);
	output_finish(output);
	CHECK(w.lines == 4000 && w.disorders == 0);
	output_free(output);
}

int main(void)
{
	check_one();
	check_lanes();
	check_bound();
	return 0;
}
