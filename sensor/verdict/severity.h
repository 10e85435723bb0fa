/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_SEVERITY_H
#define SENSOR_VERDICT_SEVERITY_H

#include "sensor/event/event.h"

/*
 * How loud an event is, by a table (sensor/event/README.md shows it). `policy_verdict` is "banned",
 * "allowed", "watch", or NULL where there is no policy; `category` the tracker's, NULL or "" where
 * the feed is silent. CONFIDENCE_NONE counts as weak.
 */
enum severity severity_of(const char *policy_verdict, const char *category,
                          enum confidence confidence);

#endif
