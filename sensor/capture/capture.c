/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/capture.h"

#include "dissect/packet.h"
#include "sensor/capture/batch.h"
#include "sensor/capture/filter.h"
#include "sensor/capture/inputs.h"
#include "sensor/capture/live.h"
#include "sensor/capture/schedule.h"
#include "sensor/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LEFT_OUT_MAX = 65536 }; /* packets left out in a row before an empty batch is given */

struct capture {
	const struct capture_options *options;
	struct stop stop;
	struct filter *filter;
	struct live *live; /* else files */
	struct inputs inputs;
	struct schedule schedule;
	struct input *current; /* taken from the schedule */
	size_t left_out;
	unsigned failures; /* besides those of the files */
	struct capture_counters counters;
};

/* ---- opening ---- */

static bool open_filter(struct capture *c)
{
	const char *words = c->options->filter;

	if (words == NULL || words[strspn(words, " \t")] == 0)
		return true;
	c->filter = filter_new(words);
	return c->filter != NULL;
}

static bool open_files(struct capture *c)
{
	if (!inputs_open(&c->inputs, c->options, &c->stop))
		return false;
	if (schedule_begin(&c->schedule, c->inputs.all, c->inputs.count, &c->stop))
		return true;
	log_error("out of memory");
	return false;
}

static bool open_inputs(struct capture *c)
{
	const struct capture_options *o = c->options;

	if (o->read_count > 0 && o->interface_count > 0) {
		log_error("files and interfaces cannot be read in one run");
		return false;
	}
	if (o->interface_count == 0)
		return open_files(c);
	c->live = live_open(o, c->filter, &c->stop, &c->failures);
	return c->live != NULL;
}

struct capture *capture_open(const struct capture_options *options)
{
	struct capture *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->options = options;
	c->stop.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->stop.fd < 0)
		log_error("eventfd: %s", strerror(errno));
	else if (open_filter(c) && open_inputs(c))
		return c;
	capture_close(c);
	return NULL;
}

void capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	if (c->stop.fd >= 0)
		capture_stop(c); /* no thread goes on waiting for a pipe */
	inputs_close(&c->inputs);
	schedule_end(&c->schedule);
	live_close(c->live);
	filter_free(c->filter);
	if (c->stop.fd >= 0)
		close(c->stop.fd);
	free(c);
}

/* ---- files ---- */

static void note_link(struct capture *c, struct input *in)
{
	c->counters.unknown_link++;
	if (in->has_other_link)
		return;
	in->has_other_link = true;
	log_note("%s: packet %" PRIu64 ": nothing is read from link type %d", input_title(in),
	         in->head.number, (int)in->head.link);
}

static void note_unfit(struct capture *c, struct input *in)
{
	if (in->has_failed)
		return;
	in->has_failed = true;
	log_error("%s: packet %" PRIu64 ": the filter does not fit link type %d (%s): left out",
	          input_title(in), in->head.number, (int)in->head.link,
	          filter_fault(c->filter, in->head.link));
}

/* Is the head wanted, by time and by filter? If not, it is counted. */
static bool is_wanted(struct capture *c, struct input *in)
{
	const struct capture_options *o = c->options;

	if (in->head.time_ns < o->from_ns || (o->to_ns != 0 && in->head.time_ns >= o->to_ns)) {
		c->counters.outside++;
		return false;
	}
	if (c->filter == NULL)
		return true;
	enum filter_answer answer = filter_ask(c->filter, &in->head);

	if (answer == FILTER_YES)
		return true;
	if (answer == FILTER_UNFIT)
		note_unfit(c, in);
	c->counters.filtered++;
	return false;
}

/* Puts the head into the batch, or leaves it out. False: the batch has no room for it. */
static bool use_head(struct capture *c, struct input *in, struct frame_batch *batch)
{
	if (!is_wanted(c, in)) {
		c->left_out++;
		in->has_head = false;
		return true;
	}
	if (!batch_hold(batch, in->window.chunk, in))
		return false;
	c->left_out = 0;
	if (!dissect_link_known(in->head.link))
		note_link(c, in);
	batch->frames[batch->count++] = in->head;
	c->counters.packets++;
	c->counters.bytes += in->head.bytes.len;
	in->has_head = false;
	return true;
}

static void retire(struct capture *c, struct input *in)
{
	input_close(in);
	if (c->current == in)
		c->current = NULL;
}

/* The input whose head comes next; NULL: none is left, or (`is_waiting`) none is ready yet. */
static struct input *next_input(struct capture *c, bool may_wait, bool *is_waiting)
{
	for (;;) {
		if (c->current == NULL)
			c->current = schedule_take(&c->schedule);
		struct input *in = c->current;

		if (in == NULL)
			return NULL;
		if (!in->has_head) {
			enum input_state state = input_next(in, may_wait);

			*is_waiting = state == INPUT_WAIT;
			if (*is_waiting)
				return NULL;
			if (state == INPUT_END) {
				*is_waiting = !may_wait; /* verified before it is closed */
				if (*is_waiting)
					return NULL;
				retire(c, in);
				continue;
			}
		}
		if (schedule_is_first(&c->schedule, in))
			return in;
		schedule_return(&c->schedule, in);
		c->current = NULL;
	}
}

/* Where every packet of one file is wanted, the rest of the batch comes without being asked for. */
static void use_run(struct capture *c, struct input *in, struct frame_batch *batch)
{
	const struct capture_options *o = c->options;
	struct frame *frames = &batch->frames[batch->count];

	if (c->filter != NULL || o->from_ns != 0 || o->to_ns != 0 || in->has_head ||
	    !schedule_is_empty(&c->schedule) || !dissect_link_known(in->savefile.link))
		return;
	size_t count = input_run(in, frames, FRAME_BATCH_MAX - batch->count);

	for (size_t i = 0; i < count; i++)
		c->counters.bytes += frames[i].bytes.len;
	c->counters.packets += count;
	batch->count += count;
}

static enum capture_state read_files(struct capture *c, struct frame_batch *batch)
{
	bool is_waiting = false;

	c->left_out = 0;
	while (batch->count < FRAME_BATCH_MAX && c->left_out < LEFT_OUT_MAX) {
		struct input *in = next_input(c, batch->count == 0, &is_waiting);

		if (in == NULL)
			return batch->count > 0 || is_waiting ? CAPTURE_OK : CAPTURE_DONE;
		if (!use_head(c, in, batch))
			return CAPTURE_OK;
		use_run(c, in, batch);
	}
	return CAPTURE_OK;
}

/* ---- interfaces ---- */

static enum capture_state read_live(struct capture *c, struct frame_batch *batch)
{
	struct chunk *arena = batch_arena(batch, LIVE_ARENA);

	if (arena == NULL) {
		log_error("out of memory");
		c->failures++;
		return CAPTURE_DONE;
	}
	enum capture_state state = live_read(c->live, arena, batch);

	for (size_t i = 0; i < batch->count; i++) {
		c->counters.bytes += batch->frames[i].bytes.len;
		c->counters.unknown_link += !dissect_link_known(batch->frames[i].link);
	}
	c->counters.packets += batch->count;
	return state;
}

enum capture_state capture_read(struct capture *c, struct frame_batch *batch)
{
	if (!batch_prepare(batch)) {
		log_error("out of memory");
		c->failures++;
		return CAPTURE_DONE;
	}
	if (c->live != NULL)
		return read_live(c, batch);
	batch_empty(batch);
	if (atomic_load(&c->stop.is_set))
		return CAPTURE_DONE;
	enum capture_state state = read_files(c, batch);

	batch_verify(batch, &c->counters);
	return state;
}

/* ---- what is known about it ---- */

const char *capture_source_name(const struct capture *c, uint32_t source)
{
	return c->live != NULL ? live_name(c->live, source) : c->inputs.all[source].name;
}

bool capture_is_live(const struct capture *c)
{
	return c->live != NULL;
}

bool capture_waits(const struct capture *c)
{
	for (size_t i = 0; c->live == NULL && i < c->inputs.count; i++)
		if (c->inputs.all[i].is_stream)
			return true;
	return c->live != NULL;
}

void capture_before_wait(struct capture *c, void (*tell)(void *context), void *context)
{
	c->stop.before_wait = tell;
	c->stop.context = context;
}

void capture_count(struct capture *c, struct capture_counters *out)
{
	*out = c->counters;
	if (c->live != NULL)
		live_count(c->live, out);
	else
		inputs_progress(&c->inputs, out);
}

unsigned capture_failures(const struct capture *c)
{
	return c->failures + inputs_failures(&c->inputs);
}

void capture_stop(struct capture *c)
{
	int saved = errno;
	uint64_t one = 1;

	atomic_store(&c->stop.is_set, true);
	if (write(c->stop.fd, &one, sizeof one) < 0) {
		/* the flag is set, and a full counter is as readable */
	}
	errno = saved;
}
