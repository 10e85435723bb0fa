/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs in order of time, put into batches. A batch holds every chunk that its frames point into,
 * so a window moves on, and a file is closed, while batches are still in flight.
 */
#include "sensor/capture/capture.h"

#include "sensor/capture/filter.h"
#include "sensor/capture/folder.h"
#include "sensor/capture/live.h"
#include "sensor/capture/schedule.h"
#include "sensor/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	CHUNKS_MAX = 64,      /* of a batch; a full one ends it */
	LEFT_OUT_MAX = 65536, /* packets left out in a row before an empty batch is given */
	DESCRIPTORS = 512,    /* inputs that could be open at once without asking for more */
};
static const uint64_t past_end_ns = UINT64_C(60000000000);

struct held {
	struct chunk *chunk;
	struct input *input; /* whose window it is; NULL: an arena */
};

struct batch_memory {
	size_t count;
	struct held held[CHUNKS_MAX];
};

struct capture {
	const struct capture_options *options;
	struct stop stop;
	struct filter *filter;
	struct live *live; /* else files */
	struct input *inputs;
	size_t input_count, input_room;
	struct schedule schedule;
	struct input *current; /* taken from the schedule */
	size_t left_out;
	unsigned failures; /* besides those of the inputs */
	struct capture_counters counters;
};

/* ---- opening ---- */

static bool add_input(struct capture *c, const char *name, bool in_folder)
{
	if (c->input_count == c->input_room) {
		size_t room = c->input_room == 0 ? 16 : c->input_room * 2;
		struct input *more = realloc(c->inputs, room * sizeof *more);

		if (more == NULL)
			return false;
		c->inputs = more;
		c->input_room = room;
	}
	char *copy = strdup(name);

	if (copy == NULL)
		return false;
	c->inputs[c->input_count++] =
	        (struct input){ .name = copy, .in_folder = in_folder, .window = { .fd = -1 } };
	return true;
}

static void drop_last_input(struct capture *c)
{
	struct input *in = &c->inputs[--c->input_count];

	input_close(in);
	free(in->name);
}

/* Adds a file if it is a capture. A failure is counted here, for the input goes. */
static enum input_sample add_file(struct capture *c, const char *name, bool in_folder)
{
	if (!add_input(c, name, in_folder))
		return SAMPLE_FAILED;
	enum input_sample sample = input_sample(&c->inputs[c->input_count - 1], &c->stop);

	if (sample != SAMPLE_CAPTURE)
		drop_last_input(c);
	if (sample == SAMPLE_FAILED)
		c->failures++;
	return sample;
}

static void add_folder(struct capture *c, const char *name)
{
	struct folder_paths found = { 0 };
	size_t captures = 0, others = 0;

	if (!folder_list(name, &found))
		c->failures++;
	for (size_t i = 0; i < found.count; i++) {
		enum input_sample sample = add_file(c, found.paths[i], true);

		captures += sample != SAMPLE_FOREIGN;
		others += sample == SAMPLE_FOREIGN;
	}
	folder_paths_free(&found);
	if (captures == 0) {
		log_error("%s: no captures in this folder (%zu other files)", name, others);
		c->failures++;
	} else if (others > 0) {
		log_note("%s: %zu files are no captures and were passed over", name, others);
	}
}

/* A thousand files whose times overlap are a thousand open files. */
static void allow_descriptors(size_t inputs)
{
	struct rlimit limit;

	if (inputs < DESCRIPTORS || getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void drop_late_inputs(struct capture *c)
{
	size_t kept = 0;
	uint64_t end = c->options->to_ns;

	for (size_t i = 0; i < c->input_count; i++) {
		if (end != 0 && c->inputs[i].first_ns > past_end_ns &&
		    c->inputs[i].first_ns - past_end_ns >= end)
			free(c->inputs[i].name);
		else
			c->inputs[kept++] = c->inputs[i];
	}
	c->input_count = kept;
}

static bool open_files(struct capture *c)
{
	for (size_t i = 0; i < c->options->read_count; i++) {
		const char *name = c->options->reads[i];

		if (folder_is(name))
			add_folder(c, name);
		else
			add_file(c, name, false);
	}
	if (c->input_count == 0)
		return false;
	drop_late_inputs(c);
	allow_descriptors(c->input_count);
	for (size_t i = 0; i < c->input_count; i++)
		c->inputs[i].source = (uint32_t)i;
	if (schedule_begin(&c->schedule, c->inputs, c->input_count, &c->stop))
		return true;
	log_error("out of memory");
	return false;
}

static bool open_filter(struct capture *c)
{
	const char *words = c->options->filter;

	if (words == NULL || words[strspn(words, " \t")] == 0)
		return true;
	c->filter = filter_new(words);
	return c->filter != NULL;
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
	for (size_t i = 0; i < c->input_count; i++) {
		input_close(&c->inputs[i]);
		free(c->inputs[i].name);
	}
	free(c->inputs);
	schedule_end(&c->schedule);
	live_close(c->live);
	filter_free(c->filter);
	if (c->stop.fd >= 0)
		close(c->stop.fd);
	free(c);
}

/* ---- batches ---- */

static void batch_empty(struct frame_batch *batch)
{
	struct batch_memory *memory = batch->memory;

	batch->count = 0;
	if (memory == NULL)
		return;
	for (size_t i = 0; i < memory->count; i++)
		chunk_drop(memory->held[i].chunk);
	memory->count = 0;
}

void capture_batch_release(struct frame_batch *batch)
{
	batch_empty(batch);
	free(batch->memory);
	batch->memory = NULL;
}

/* False: it holds as many chunks as it can. */
static bool batch_hold(struct frame_batch *batch, struct chunk *chunk, struct input *input)
{
	struct batch_memory *memory = batch->memory;

	for (size_t i = memory->count; i-- > 0;)
		if (memory->held[i].chunk == chunk)
			return true;
	if (memory->count == CHUNKS_MAX)
		return false;
	chunk_hold(chunk);
	memory->held[memory->count++] = (struct held){ chunk, input };
	return true;
}

static bool lies_beyond(const struct frame *frame, const struct chunk *chunk, size_t sound)
{
	uintptr_t start = (uintptr_t)chunk->bytes;
	uintptr_t end = (uintptr_t)frame->bytes.ptr + frame->bytes.len;

	return end > start + sound && end <= start + chunk->size;
}

/* Takes out the frames of a chunk that lie past what is sound; the number of the first of them. */
static uint64_t batch_cut(struct capture *c, struct frame_batch *batch, const struct chunk *chunk,
                          size_t sound)
{
	uint64_t first = 0;
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct frame *frame = &batch->frames[i];

		if (!lies_beyond(frame, chunk, sound)) {
			batch->frames[kept++] = *frame;
			continue;
		}
		first = first == 0 ? frame->number : first;
		c->counters.packets--;
		c->counters.bytes -= frame->bytes.len;
	}
	batch->count = kept;
	return first;
}

static void retire(struct capture *c, struct input *in)
{
	input_close(in);
	if (c->current == in)
		c->current = NULL;
}

/*
 * Zeros that stood in for a file that shrank were read as packets. So before a batch is given
 * out, each file in it is asked how long it is now.
 */
static void batch_verify(struct capture *c, struct frame_batch *batch)
{
	struct batch_memory *memory = batch->memory;

	for (size_t i = 0; i < memory->count; i++) {
		struct held *held = &memory->held[i];

		if (held->input == NULL || held->input->window.chunk != held->chunk)
			continue;
		size_t sound = window_sound(&held->input->window);

		if (sound >= held->chunk->size)
			continue;
		uint64_t number = batch_cut(c, batch, held->chunk, sound);

		if (number == 0)
			continue; /* what was read so far is there: the end is yet to come */
		input_shrank(held->input, number);
	}
}

/* ---- files ---- */

static bool is_read_here(enum link_type link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_PPP_HDLC:
	case LINK_RAW:
	case LINK_IEEE802_11:
	case LINK_LOOP:
	case LINK_LINUX_SLL:
	case LINK_RADIOTAP:
	case LINK_PPI:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_NFLOG:
	case LINK_LINUX_SLL2:
		return true;
	}
	return false;
}

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
	if (!is_read_here(in->head.link))
		note_link(c, in);
	batch->frames[batch->count++] = in->head;
	c->counters.packets++;
	c->counters.bytes += in->head.bytes.len;
	in->has_head = false;
	return true;
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
	}
	return CAPTURE_OK;
}

/* ---- interfaces ---- */

/* The batch's own arena, used anew when nobody else holds it. */
static struct chunk *arena_of(struct frame_batch *batch)
{
	struct batch_memory *memory = batch->memory;

	batch->count = 0;
	if (memory->count == 1 && chunk_is_mine(memory->held[0].chunk))
		return memory->held[0].chunk;
	batch_empty(batch);
	struct chunk *arena = chunk_new(LIVE_ARENA);

	if (arena != NULL)
		memory->held[memory->count++] = (struct held){ arena, NULL };
	return arena;
}

static enum capture_state read_live(struct capture *c, struct frame_batch *batch)
{
	struct chunk *arena = arena_of(batch);

	if (arena == NULL) {
		log_error("out of memory");
		c->failures++;
		return CAPTURE_DONE;
	}
	enum capture_state state = live_read(c->live, arena, batch);

	for (size_t i = 0; i < batch->count; i++) {
		c->counters.bytes += batch->frames[i].bytes.len;
		c->counters.unknown_link += !is_read_here(batch->frames[i].link);
	}
	c->counters.packets += batch->count;
	return state;
}

enum capture_state capture_read(struct capture *c, struct frame_batch *batch)
{
	if (batch->memory == NULL) {
		batch->memory = calloc(1, sizeof(struct batch_memory));
		if (batch->memory == NULL) {
			log_error("out of memory");
			c->failures++;
			return CAPTURE_DONE;
		}
	}
	if (c->live != NULL)
		return read_live(c, batch);
	batch_empty(batch);
	if (atomic_load(&c->stop.is_set))
		return CAPTURE_DONE;
	enum capture_state state = read_files(c, batch);

	batch_verify(c, batch);
	return state;
}

/* ---- what is known about it ---- */

const char *capture_source_name(const struct capture *c, uint32_t source)
{
	return c->live != NULL ? live_name(c->live, source) : c->inputs[source].name;
}

bool capture_is_live(const struct capture *c)
{
	return c->live != NULL;
}

void capture_count(struct capture *c, struct capture_counters *out)
{
	bool is_known = true;

	*out = c->counters;
	if (c->live != NULL) {
		live_count(c->live, out);
		return;
	}
	for (size_t i = 0; i < c->input_count; i++) {
		const struct input *in = &c->inputs[i];

		out->input_bytes += in->is_open ? window_taken(&in->window) : in->taken;
		out->input_size += in->size;
		is_known = is_known && !in->is_stream;
	}
	if (!is_known)
		out->input_size = 0;
}

unsigned capture_failures(const struct capture *c)
{
	unsigned failures = c->failures;

	for (size_t i = 0; i < c->input_count; i++)
		failures += c->inputs[i].has_failed;
	return failures;
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
