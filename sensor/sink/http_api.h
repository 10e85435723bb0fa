/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_HTTP_API_H
#define SENSOR_SINK_HTTP_API_H

#include "sensor/sink/courier.h"

#include <stdio.h>

/*
 * What the HTTP sink says to whom, and how the answer is read: a row for each ?api=. They know no
 * HTTP library: a body is written, a status and a reply are read.
 */
struct http_api {
	const char *name;
	const char *content_type;
	const char *authorization; /* the scheme before a token: "Bearer" */
	/* What follows the target's own path in the URL. */
	void (*write_url)(FILE *out, const struct target *);
	void (*write_parcel)(FILE *out, const struct target *, const struct parcel *);
	/* The answer to a delivery; sets fates. */
	void (*read_reply)(struct delivery *, unsigned status, const char *reply, size_t len);
};

/* NULL: there is none of this name. */
const struct http_api *http_api_find(const char *name);

#endif
