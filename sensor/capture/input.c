/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/input.h"

#include "sensor/capture/inflate.h"
#include "sensor/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(struct input *in, uint64_t packet, const char *why)
{
	if (in->is_sampling)
		return;
	if (in->has_failed) {
		in->broken++;
		return;
	}
	in->has_failed = true;
	if (packet > 0)
		log_error("%s: packet %" PRIu64 ": %s", input_title(in), packet, why);
	else
		log_error("%s: %s", input_title(in), why);
}

/* Standard input is the program's: we read a copy of the descriptor. */
static int open_descriptor(const struct input *in)
{
	if (in->name[0] == '-' && in->name[1] == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return open(in->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Only what is a file, from its beginning on, and not compressed can be mapped. */
static bool can_map(int fd, const struct stat *file)
{
	uint8_t head[RAW_PEEK_MAX];

	if (!S_ISREG(file->st_mode) || lseek(fd, 0, SEEK_CUR) != 0)
		return false;
	ssize_t got = pread(fd, head, sizeof head, 0);

	return got >= 0 && !inflate_knows((struct slice){ head, (size_t)got });
}

static bool open_window(struct input *in, int fd, const struct stop *stop)
{
	struct stat file;

	if (fstat(fd, &file) != 0)
		return false;
	if (S_ISDIR(file.st_mode)) { /* a folder on standard input */
		errno = EISDIR;
		return false;
	}
	in->size = S_ISREG(file.st_mode) ? (uint64_t)file.st_size : 0;
	in->is_stream = !S_ISREG(file.st_mode);
	if (can_map(fd, &file)) {
		window_open_file(&in->window, fd);
		return true;
	}
	struct stream *stream = stream_open(fd, stop);

	if (stream == NULL) {
		errno = ENOMEM;
		return false;
	}
	window_open_stream(&in->window, stream);
	return true;
}

bool input_open(struct input *in, const struct stop *stop)
{
	int fd = open_descriptor(in);

	if (fd >= 0 && open_window(in, fd, stop)) {
		in->savefile = (struct savefile){ 0 };
		in->is_open = true;
		in->is_done = false;
		in->has_head = false;
		return true;
	}
	int why = errno;

	if (fd >= 0)
		close(fd);
	in->is_sampling = false;
	fail(in, 0, strerror(why));
	return false;
}

void input_close(struct input *in)
{
	if (!in->is_open)
		return;
	if (in->broken > 0)
		log_error("%s: %" PRIu64 " more faults like that", input_title(in), in->broken);
	in->taken = window_taken(&in->window);
	window_close(&in->window);
	savefile_free(&in->savefile);
	in->is_open = false;
	in->has_head = false;
}

/* A packet's fault carries its number; that of the file's head or of another block none. */
static void fail_fault(struct input *in, bool was_counted)
{
	char why[160];

	savefile_explain(&in->savefile.fault, why, sizeof why);
	fail(in, in->savefile.take == NULL ? 0 : in->savefile.packets + (was_counted ? 0 : 1), why);
}

static enum input_state end_of_file(struct input *in)
{
	if (in->window.rest.len > 0)
		fail_fault(in, false);
	else if (in->savefile.take == NULL)
		fail(in, 0, "empty, no capture");
	return INPUT_END;
}

/* PARSE_OK: there is more to parse. */
static enum input_state refill(struct input *in, bool *has_more)
{
	*has_more = false;
	switch (window_refill(&in->window, in->savefile.need)) {
	case WINDOW_MORE:
		*has_more = true;
		return INPUT_PACKET;
	case WINDOW_END:
		return end_of_file(in);
	case WINDOW_FAILED:
		fail(in, in->savefile.take == NULL ? 0 : in->savefile.packets + 1,
		     in->window.fault);
		return INPUT_END;
	case WINDOW_STOPPED:
		break;
	}
	return INPUT_END;
}

static enum input_state read_next(struct input *in, bool may_wait)
{
	for (;;) {
		enum parse answer = savefile_next(&in->savefile, &in->window.rest, &in->head);
		bool has_more = true;

		if (answer == PARSE_OK) {
			window_prefetch(&in->window, in->head.bytes.len);
			in->head.source = in->source;
			in->has_head = true;
			return INPUT_PACKET;
		}
		if (answer == PARSE_SHORT) {
			if (!may_wait && in->window.stream != NULL)
				return INPUT_WAIT;
			enum input_state state = refill(in, &has_more);

			if (!has_more)
				return state;
			continue;
		}
		bool goes_on = answer == PARSE_BROKEN && !in->savefile.is_lost;

		fail_fault(in, goes_on);
		if (!goes_on)
			return INPUT_END;
	}
}

enum input_state input_next(struct input *in, bool may_wait)
{
	if (in->is_done)
		return INPUT_END;
	enum input_state state = read_next(in, may_wait);

	in->is_done = state == INPUT_END;
	return state;
}

size_t input_run(struct input *in, struct frame *out, size_t room)
{
	struct savefile *f = &in->savefile;
	size_t count = 0;

	if (f->take_run == NULL || in->window.fd < 0)
		return 0;
	/* One by one, for what lies ahead is asked for at the pace of the walk. */
	while (count < room && f->take_run(f, &in->window.rest, out + count, 1) == 1) {
		window_prefetch(&in->window, out[count].bytes.len);
		out[count++].source = in->source;
	}
	return count;
}

enum input_sample input_sample(struct input *in, const struct stop *stop)
{
	enum input_sample sample = SAMPLE_CAPTURE;

	in->is_sampling = true;
	if (!input_open(in, stop))
		return SAMPLE_FAILED;
	if (in->is_stream) {
		in->is_sampling = false;
		return SAMPLE_CAPTURE;
	}
	if (input_next(in, true) == INPUT_PACKET)
		in->first_ns = in->head.time_ns;
	else if (in->savefile.take == NULL)
		sample = SAMPLE_FOREIGN;
	bool is_known = sample == SAMPLE_CAPTURE || (in->in_folder && in->window.fault == NULL);

	in->is_sampling = false;
	if (!is_known) { /* the same again, aloud */
		sample = SAMPLE_FAILED;
		input_close(in);
		if (input_open(in, stop))
			(void)input_next(in, true);
	}
	input_close(in);
	in->taken = 0;
	return sample;
}

void input_shrank(struct input *in, uint64_t number)
{
	if (!in->is_done)
		fail(in, number, "the file shrank or failed while it was read");
	in->is_done = true;
}
