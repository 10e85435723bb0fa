/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/raw.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_some(struct raw *raw, uint8_t *to, size_t room)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = raw->fd, .events = POLLIN },
			                { .fd = raw->stop->fd, .events = POLLIN } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return RAW_FAILED;
		if (atomic_load(&raw->stop->is_set))
			return RAW_STOPPED;
		if (fds[0].revents == 0)
			continue;
		ssize_t got = read(raw->fd, to, room);

		if (got >= 0) {
			atomic_fetch_add_explicit(&raw->taken, (uint64_t)got, memory_order_relaxed);
			return got;
		}
		if (errno != EINTR && errno != EAGAIN)
			return RAW_FAILED;
	}
}

bool raw_is_ready(const struct raw *raw)
{
	struct pollfd fd = { .fd = raw->fd, .events = POLLIN };

	return raw->peeked_len > 0 || poll(&fd, 1, 0) != 0;
}

ssize_t raw_peek(struct raw *raw)
{
	while (raw->peeked_len < RAW_PEEK_MAX) {
		ssize_t got = read_some(raw, raw->peeked + raw->peeked_len,
		                        RAW_PEEK_MAX - raw->peeked_len);

		if (got < 0)
			return got;
		if (got == 0)
			break;
		raw->peeked_len += (size_t)got;
	}
	return (ssize_t)raw->peeked_len;
}

ssize_t raw_read(struct raw *raw, uint8_t *to, size_t room)
{
	size_t len = raw->peeked_len < room ? raw->peeked_len : room;

	if (len == 0)
		return read_some(raw, to, room);
	memcpy(to, raw->peeked, len);
	raw->peeked_len -= len;
	memmove(raw->peeked, raw->peeked + len, raw->peeked_len);
	return (ssize_t)len;
}
