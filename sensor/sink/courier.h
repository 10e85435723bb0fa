/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_COURIER_H
#define SENSOR_SINK_COURIER_H

#include "sensor/sink/target.h"

/* What became of a line on its way. */
enum fate {
	FATE_WAITING, /* not there, or nobody knows: again, later */
	FATE_TAKEN,
	FATE_REFUSED, /* never to be taken: to the dead letters, with the reason */
};

enum { REASON_MAX = 512 };

struct parcel {
	const char *line; /* without newline */
	size_t len;
	enum fate fate;
	char reason[REASON_MAX]; /* of a refusal; "" : the delivery's */
};

struct delivery {
	struct parcel *parcels;
	size_t count;
	/* One of them is bad, and nobody says which: remote.c tries smaller deliveries. */
	bool is_bad;
	unsigned wait_s;         /* the server asks for so much patience; 0: it did not say */
	char reason[REASON_MAX]; /* why something waits or is bad; names no secret */
	/* The program ends, and has waited for its servers as long as it was told to. */
	bool (*is_over)(void *context);
	void *context;
};

/*
 * A way to a server: a row of the table in sink.c. Called from one thread only, which may wait:
 * deliver() sets the fate of each parcel; it returns after a bounded time whatever the server does.
 */
struct courier_kind {
	const char *const *options; /* that it knows; ends with NULL */
	size_t batch;               /* lines in a delivery */
	void *(*open)(const char *scheme, const struct target *, const char **reason);
	void (*deliver)(void *state, struct delivery *);
	void (*close)(void *state);
};

extern const struct courier_kind courier_syslog; /* syslog.c */
extern const struct courier_kind courier_http;   /* http.c */
extern const struct courier_kind courier_kafka;  /* kafka.c */

#endif
