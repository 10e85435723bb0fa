/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "sensor/intake.h"
#include "sensor/output.h"
#include "sensor/totals.h"

/* The whole way of a packet with one worker, a frame at a time: intake, worker, output. */
struct rig {
	struct intake *intake;
	struct output *output;
	struct work *work;
	struct worker *worker;
	uint64_t step, frames;
};

/* False: some part could not be made (memory limits may be too small); rig_free() all the same. */
bool rig_begin(struct rig *, const struct worker_options *, bool keep_duplicates,
               output_write *write, void *context);
void rig_free(struct rig *);

/* `frame` is copied, its bytes are not. */
void rig_frame(struct rig *, const struct frame *frame, uint64_t now_ns);
/* MARK_TICK, MARK_FINISH or MARK_STATS, at `now_ns`. */
void rig_mark(struct rig *, enum mark_kind, uint64_t now_ns);

#endif
