/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/inputs.h"

#include "sensor/capture/folder.h"
#include "sensor/log.h"

#include <stdlib.h>
#include <sys/resource.h>

enum { DESCRIPTORS = 512 }; /* inputs that could be open at once without asking for more */
static const uint64_t past_end_ns = UINT64_C(60000000000);

static bool add_input(struct inputs *list, const char *name, bool in_folder)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : list->room * 2;
		struct input *more = realloc(list->all, room * sizeof *more);

		if (more == NULL)
			return false;
		list->all = more;
		list->room = room;
	}
	char *copy = strdup(name);

	if (copy == NULL)
		return false;
	list->all[list->count++] =
	        (struct input){ .name = copy, .in_folder = in_folder, .window = { .fd = -1 } };
	return true;
}

static void drop_last_input(struct inputs *list)
{
	struct input *in = &list->all[--list->count];

	input_close(in);
	free(in->name);
}

/* Adds a file if it is a capture. A failure is counted here, for the input goes. */
static enum input_sample add_file(struct inputs *list, const char *name, bool in_folder)
{
	if (!add_input(list, name, in_folder))
		return SAMPLE_FAILED;
	enum input_sample sample = input_sample(&list->all[list->count - 1], list->stop);

	if (sample != SAMPLE_CAPTURE)
		drop_last_input(list);
	if (sample == SAMPLE_FAILED)
		list->failures++;
	return sample;
}

static void add_folder(struct inputs *list, const char *name)
{
	struct folder_paths found = { 0 };
	size_t captures = 0, others = 0;

	if (!folder_list(name, &found))
		list->failures++;
	for (size_t i = 0; i < found.count; i++) {
		enum input_sample sample = add_file(list, found.paths[i], true);

		captures += sample != SAMPLE_FOREIGN;
		others += sample == SAMPLE_FOREIGN;
	}
	folder_paths_free(&found);
	if (captures == 0) {
		log_error("%s: no captures in this folder (%zu other files)", name, others);
		list->failures++;
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

static void drop_late_inputs(struct inputs *list)
{
	size_t kept = 0;
	uint64_t end = list->options->to_ns;

	for (size_t i = 0; i < list->count; i++) {
		if (end != 0 && list->all[i].first_ns > past_end_ns &&
		    list->all[i].first_ns - past_end_ns >= end)
			free(list->all[i].name);
		else
			list->all[kept++] = list->all[i];
	}
	list->count = kept;
}

bool inputs_open(struct inputs *list, const struct capture_options *options,
                 const struct stop *stop)
{
	*list = (struct inputs){ .options = options, .stop = stop };
	for (size_t i = 0; i < options->read_count; i++) {
		if (folder_is(options->reads[i]))
			add_folder(list, options->reads[i]);
		else
			add_file(list, options->reads[i], false);
	}
	if (list->count == 0)
		return false;
	drop_late_inputs(list);
	allow_descriptors(list->count);
	for (size_t i = 0; i < list->count; i++)
		list->all[i].source = (uint32_t)i;
	return true;
}

void inputs_close(struct inputs *list)
{
	for (size_t i = 0; i < list->count; i++) {
		input_close(&list->all[i]);
		free(list->all[i].name);
	}
	free(list->all);
	*list = (struct inputs){ 0 };
}

unsigned inputs_failures(const struct inputs *list)
{
	unsigned failures = list->failures;

	for (size_t i = 0; i < list->count; i++)
		failures += list->all[i].has_failed;
	return failures;
}

void inputs_progress(const struct inputs *list, struct capture_counters *out)
{
	bool is_known = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct input *in = &list->all[i];

		out->input_bytes += in->is_open ? window_taken(&in->window) : in->taken;
		out->input_size += in->size;
		is_known = is_known && !in->is_stream;
	}
	if (!is_known)
		out->input_size = 0;
}
