/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_INPUT_H
#define SENSOR_CAPTURE_INPUT_H

#include "sensor/capture/savefile.h"
#include "sensor/capture/window.h"

/* One file or pipe: from its name to its packets, and to the message when it fails. */
struct input {
	char *name;      /* as on the command line; "-": standard input. Owned */
	uint32_t source; /* its place on the command line */
	bool in_folder;  /* found there, not named: it may be no capture at all */
	bool is_stream;  /* a pipe: opened once, cannot be looked into beforehand */
	bool is_open;
	bool is_done;        /* read to its end, or to where it fails */
	bool has_failed;     /* said */
	bool is_sampling;    /* input_sample() is at work: say nothing */
	bool has_other_link; /* said */
	uint64_t first_ns;   /* the time of its first packet, 0 while not known */
	uint64_t size;       /* of the file; 0: not known */
	uint64_t taken;      /* once closed: how much of it was read */
	uint64_t broken;     /* packets that contradict their own block */
	struct savefile savefile;
	struct window window;
	struct frame head; /* the next packet, when there is one */
	bool has_head;
};

enum input_state { INPUT_PACKET, INPUT_END, INPUT_WAIT };

/*
 * The packets behind the head that was taken, as many as lie in the mapping and are of the usual
 * kind, up to `room`; nothing waits and nothing is said.
 */
size_t input_run(struct input *, struct frame *out, size_t room);

enum input_sample { SAMPLE_CAPTURE, SAMPLE_FOREIGN, SAMPLE_FAILED };

/* False: said why; `has_failed` is set. */
bool input_open(struct input *, const struct stop *);
void input_close(struct input *);

/*
 * Reads the next packet into `head`. INPUT_END: there is none; what is wrong was said.
 * INPUT_WAIT: only unless `may_wait`: a stream has none ready.
 */
enum input_state input_next(struct input *, bool may_wait);

/*
 * Opens a file to see whether it is a capture and when it begins, and closes it again. Says what
 * is wrong when it cannot be opened, or is named and no capture. A pipe is opened and left so.
 */
enum input_sample input_sample(struct input *, const struct stop *);

/* Says that its file shrank under the packets from `number` on: they are none. It is done. */
void input_shrank(struct input *, uint64_t number);

static inline const char *input_title(const struct input *in)
{
	return in->name[0] == '-' && in->name[1] == 0 ? "standard input" : in->name;
}

#endif
