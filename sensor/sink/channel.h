/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_CHANNEL_H
#define SENSOR_SINK_CHANNEL_H

#include "sensor/sink/target.h"

/*
 * A connection by UDP, TCP or TLS (1.2 or later; the server's certificate and name are verified).
 * The one file that knows libssl. One thread at a time; every call ends within some seconds.
 */
enum channel_kind { CHANNEL_UDP, CHANNEL_TCP, CHANNEL_TLS };

struct channel;

/* `ca`, `cert` and `key` are PEM files or NULL; `ca` NULL: the system's. NULL with a reason. */
struct channel_options {
	enum channel_kind kind;
	const char *host, *port, *ca, *cert, *key;
	bool is_unverified;
};

struct channel *channel_new(const struct channel_options *, const char **reason);
void channel_free(struct channel *);

/* Connects, if it is not. False, with `why` (a text of `room` bytes). */
bool channel_connect(struct channel *, char *why, size_t room);
/* All of it, or false: the connection is then closed. */
bool channel_write(struct channel *, const void *bytes, size_t len, char *why, size_t room);
/* Waits until the other machine's kernel has all that was written (TCP's acknowledgement). */
bool channel_settle(struct channel *, char *why, size_t room);

#endif
