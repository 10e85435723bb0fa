/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_BULK_REPLY_H
#define SENSOR_SINK_BULK_REPLY_H

#include "sensor/sink/courier.h"

/*
 * The answer of Elasticsearch's or OpenSearch's _bulk, read item by item: the fate of each parcel,
 * in the order in which they were sent. An answer that is cut or is none leaves them waiting. From
 * a server, so every byte of it is hostile.
 */
void bulk_reply_read(const char *reply, size_t len, struct delivery *);

/* What an item's status means: 2xx and 409 (it is there already) taken, 429 and 5xx waiting. */
enum fate bulk_status_fate(unsigned status);

#endif
