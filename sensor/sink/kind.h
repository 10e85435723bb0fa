/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_KIND_H
#define SENSOR_SINK_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "sensor/sink/sink.h"

struct courier_kind;

/*
 * A kind of sink: a row of the table in sink.c. It opens an address (what stands behind "://"),
 * and then moves bytes: whole lines, each with its newline, many at a time. Every function that
 * fails sets errno or says more in `*reason` (a literal; NULL: what errno says).
 */
struct sink_kind {
	const char *scheme;
	void *(*open)(const struct sink_kind *, const char *address, const char **reason);
	bool (*write)(void *state, const char *bytes, size_t len, const char **reason);
	/* Ends and frees. `whole` is false when lines were lost before. */
	bool (*close)(void *state, bool whole, const char **reason);
	/* Does somebody watch, so that each line should be there at once? */
	bool (*is_watched)(const void *state);
	/* NULL: nothing to tell. From any thread. */
	void (*status)(const void *state, struct sink_status *out);
	/* Begins anew where the file at the path is another one now; NULL: nothing to do. */
	void (*reopen)(void *state);
	const struct courier_kind *courier; /* of remote.c; NULL: it needs none */
};

extern const struct sink_kind sink_file;    /* file.c */
extern const struct sink_kind sink_stdout;  /* file.c */
extern const struct sink_kind sink_rotated; /* rotated.c */
/* The options of a path for sink_rotated; NULL: it has none. */
const char *rotated_options(const char *target);
/* The kind of a target, and what to open; NULL: there is none (sink.c). */
const struct sink_kind *sink_kind_of(const char *target, const char **address);
struct target;
/* Where journals lie: ?journal=, $STATE_DIRECTORY (systemd), or the user's state folder. */
bool remote_folder(const struct target *, char out[]);
/* remote.c */
extern const struct sink_kind sink_syslog, sink_syslog_udp, sink_syslog_tcp, sink_syslog_tls;
extern const struct sink_kind sink_http, sink_https, sink_kafka;

#endif
