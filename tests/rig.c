/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig.h"

#include <stdlib.h>

#include "tests/check.h"

bool rig_begin(struct rig *r, const struct worker_options *options, bool keep_duplicates,
               output_write *write, void *context)
{
	struct worker_options o = *options;

	*r = (struct rig){ .intake = intake_new(keep_duplicates, 1),
		           .output = output_new(1, write, NULL, context),
		           .work = work_new(1) };
	if (r->intake == NULL || r->output == NULL || r->work == NULL)
		return false;
	r->work->config = o.config;
	o.lane = output_lane(r->output, 0);
	r->worker = worker_new(&o);
	return r->worker != NULL;
}

void rig_free(struct rig *r)
{
	worker_free(r->worker);
	work_free(r->work);
	output_free(r->output);
	intake_free(r->intake);
}

static void run(struct rig *r)
{
	r->work->last_step = r->step;
	intake_decode(r->intake, r->work);
	intake_settle(r->intake, r->work);
	worker_do(r->worker, r->work, 0);
}

void rig_frame(struct rig *r, const struct frame *frame, uint64_t now_ns)
{
	work_clear(r->work);
	r->work->frames.frames[0] = *frame;
	r->work->frames.count = 1;
	r->work->step = r->step++;
	r->work->now_ns = now_ns;
	r->frames++;
	run(r);
}

/* So every test of the core, and its fuzz target, is one of the counters, too. */
static void check_balance(const struct rig *r)
{
	struct totals t = { 0 };

	worker_add_totals(r->worker, &t);
	CHECK(t.workers.imbalances == 0);
}

void rig_mark(struct rig *r, enum mark_kind kind, uint64_t now_ns)
{
	struct mark mark = { .kind = kind, .step = ++r->step, .now_ns = now_ns };

	if (kind == MARK_STATS) {
		mark.stats = calloc(1, sizeof *mark.stats + sizeof *mark.stats->parts);
		if (mark.stats == NULL)
			return;
		atomic_init(&mark.stats->left, 1);
		mark.stats->part_count = 1;
		mark.stats->capture.packets = r->frames;
	}
	work_clear(r->work);
	r->work->frames.count = 0;
	work_mark(r->work, &mark);
	run(r);
	check_balance(r);
}
