/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_FLOWS_H
#define SENSOR_LEDGER_LEDGER_FLOWS_H

#include "sensor/event/event.h"

/*
 * What a ledger keeps of all flows, where it is asked to (-a): one row for those of equal ends and
 * equal names, so that what happens each day grows it once.
 */

/*
 * The names of a `flow` event as they stand in it: [{"kind":…,"value":…}]; a byte that is not
 * printable ASCII is a `?`. free() gives it back. NULL: out of memory.
 */
char *ledger_names_text(const struct event *);

/* True when the file is one of SQLite's. */
bool ledger_is_at(const char *path);

/*
 * Calls `visit` for each row, in order of time: the first of its flows, as the `flow` event that it
 * was, in JSON. Counts rows. False: it cannot be read, which was said.
 */
typedef void ledger_visit(void *context, const char *line, size_t len);
bool ledger_flows_each(const char *path, ledger_visit *visit, void *context, uint64_t *rows);

#endif
