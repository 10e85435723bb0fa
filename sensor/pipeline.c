/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/pipeline.h"

#include <stdlib.h>
#include <time.h>

static const uint64_t second_ns = 1000000000U;

/* Packets of one capture come a little out of order; more than that is another time. */
static const uint64_t backwards_ns = UINT64_C(3600) * 1000000000U;

/* Packet time: never goes back, except where a capture of another day begins. */
struct clock {
	uint64_t now_ns, tick_ns, stats_ns;
};

static void tell_stats(const struct pipeline_options *o, uint64_t now_ns)
{
	struct capture_counters counters;

	capture_count(o->capture, &counters);
	worker_stats(o->worker, &counters, now_ns);
}

static void advance(const struct pipeline_options *o, struct clock *c, uint64_t time_ns)
{
	if (c->now_ns > time_ns + backwards_ns) {
		worker_finish(o->worker);
		*c = (struct clock){ 0 };
	}
	if (time_ns > c->now_ns)
		c->now_ns = time_ns;
	if (c->tick_ns == 0) {
		c->tick_ns = c->now_ns + second_ns;
		c->stats_ns = c->now_ns + o->stats_ns;
	}
	if (c->now_ns < c->tick_ns)
		return;
	worker_tick(o->worker, c->now_ns);
	c->tick_ns = c->now_ns + second_ns;
	if (o->stats_ns == 0 || c->now_ns < c->stats_ns)
		return;
	tell_stats(o, c->now_ns);
	c->stats_ns = c->now_ns + o->stats_ns;
}

/* The wire is silent: the time that passes is the wall clock's. */
static void pass_time(const struct pipeline_options *o, struct clock *c)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	advance(o, c, (uint64_t)t.tv_sec * second_ns + (uint64_t)t.tv_nsec);
}

/* Once a second of the wall clock, so that whoever watches sees that we live. */
static void tell_watch(const struct pipeline_options *o, time_t *told)
{
	struct capture_counters counters;
	time_t now = time(NULL);

	if (o->watch == NULL || o->watch->metrics == NULL || now == *told)
		return;
	*told = now;
	capture_count(o->capture, &counters);
	watch_tell(o->watch, o->worker, &counters);
}

void pipeline_run(const struct pipeline_options *o)
{
	struct frame_batch *batch = calloc(1, sizeof *batch);
	struct capture_counters counters;
	struct clock clock = { 0 };
	time_t told = 0;

	while (batch != NULL && capture_read(o->capture, batch) == CAPTURE_OK) {
		for (size_t i = 0; i < batch->count; i++) {
			advance(o, &clock, batch->frames[i].time_ns);
			worker_packet(o->worker, &batch->frames[i], clock.now_ns);
		}
		if (batch->count == 0 && capture_is_live(o->capture))
			pass_time(o, &clock);
		tell_watch(o, &told);
		if (o->progress != NULL) {
			capture_count(o->capture, &counters);
			progress_show(o->progress, &counters);
		}
	}
	if (batch != NULL)
		capture_batch_release(batch);
	free(batch);
	worker_finish(o->worker);
	tell_stats(o, clock.now_ns);
	told = 0;
	tell_watch(o, &told);
}
