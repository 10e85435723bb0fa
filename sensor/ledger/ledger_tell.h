/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_TELL_H
#define SENSOR_LEDGER_LEDGER_TELL_H

#include <stdbool.h>
#include <stddef.h>

/* Does the file begin as SQLite's do? False also when it cannot be read. */
bool ledger_is_one(const char *path);

/* A line of JSON, without its newline; it lives until the function returns. */
typedef void ledger_told(void *context, const char *line, size_t len);

/*
 * Tells what the ledger keeps as events in the native shape: contacts, lookups, placements, ends of
 * flows, sites, networks, how much was seen; in that order, each with as much as was kept of it.
 * False, after saying why: it cannot be read.
 */
bool ledger_tell(const char *path, ledger_told *, void *context);

#endif
