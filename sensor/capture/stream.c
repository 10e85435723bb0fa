/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/stream.h"

#include "sensor/capture/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stream {
	struct raw raw;
	struct inflater *inflater; /* NULL: read as it is */
	bool is_begun;
	const char *fault;
};

struct stream *stream_open(int fd, const struct stop *stop)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->raw.fd = fd;
	s->raw.stop = stop;
	return s;
}

void stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	inflater_stop(s->inflater);
	close(s->raw.fd);
	free(s);
}

/* Looks at the first bytes: does it have to be inflated? */
static ssize_t begin(struct stream *s)
{
	ssize_t got = raw_peek(&s->raw);

	if (got < 0)
		return got;
	struct slice head = { s->raw.peeked, (size_t)got };

	s->is_begun = true;
	if (!inflate_knows(head))
		return 0;
	s->inflater = inflater_start(head, &s->raw);
	if (s->inflater != NULL)
		return 0;
	errno = ENOMEM;
	return RAW_FAILED;
}

static void tell_wait(struct stream *s)
{
	const struct stop *stop = s->raw.stop;
	bool is_ready =
	        s->inflater != NULL ? inflater_is_ready(s->inflater) : raw_is_ready(&s->raw);

	if (!is_ready)
		stop->before_wait(stop->context);
}

ssize_t stream_read(struct stream *s, uint8_t *to, size_t room)
{
	if (s->raw.stop->before_wait != NULL)
		tell_wait(s);
	ssize_t got = s->is_begun ? 0 : begin(s);

	if (got == 0)
		got = s->inflater != NULL ? inflater_read(s->inflater, to, room)
		                          : raw_read(&s->raw, to, room);
	if (got == RAW_FAILED)
		s->fault = s->inflater != NULL ? inflater_fault(s->inflater) : strerror(errno);
	return got;
}

const char *stream_fault(const struct stream *s)
{
	return s->fault;
}

uint64_t stream_taken(const struct stream *s)
{
	return atomic_load_explicit(&s->raw.taken, memory_order_relaxed);
}
