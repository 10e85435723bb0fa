/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_POLICY_H
#define SENSOR_REPORT_POLICY_H

#include "sensor/config/config.h"
#include "sensor/report/report.h"

/* The dates of the config's bans, for the time line. */
void report_bans(struct report *, const struct config *);
/*
 * The same, and for lines that do not say it themselves (a ledger may keep neither networks nor
 * bans): whose network a host is in, and under which rule the contact falls. The config lives as
 * long as the report takes lines.
 */
void report_policy(struct report *, const struct config *);

/* Puts into the fact what it does not say. */
void policy_fill(const struct config *, struct fact *);

#endif
