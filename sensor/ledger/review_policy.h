/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_REVIEW_POLICY_H
#define SENSOR_LEDGER_REVIEW_POLICY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "sensor/config/config.h"

/*
 * Which jurisdictions ban the pixel by the config's policy, for a review that was begun: those of
 * whose networks, or of whose sites in `inventory`, a rule in force at `now_ns` says `banned`.
 */
bool review_policy(sqlite3 *, const struct config *, const struct config *inventory,
                   uint64_t now_ns);

#endif
