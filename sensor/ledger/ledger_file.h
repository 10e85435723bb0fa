/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_FILE_H
#define SENSOR_LEDGER_LEDGER_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct site_book;

/* The file behind a ledger, for those who write it and those who ask it. */
enum { LEDGER_VERSION = 4 };

/* ledger_schema.c: the n-th brings version n to version n + 1. */
extern const char *const ledger_migrations[LEDGER_VERSION];

/* Opens (and makes, when `is_written`) the file, and brings its tables up to date. NULL: said why.
 */
sqlite3 *ledger_file_open(const char *path, bool is_written);
/* Runs statements that give nothing. False: said why. */
bool ledger_file_run(sqlite3 *, const char *sql);
/* A statement, or NULL after saying why. */
sqlite3_stmt *ledger_file_prepare(sqlite3 *, const char *sql);

/* All periods of a site put together: its row in `sites` is made anew. */
bool ledger_sum_site(sqlite3 *, const char *name, const char *entity);

/* Deletes a host (by address or name); counts rows. False: said why. */
bool ledger_forget(sqlite3 *, const char *host, int *rows);
/* Deletes contacts and placements older than `days` before the newest one. */
bool ledger_prune(sqlite3 *, uint64_t days);

/* That; and of sites that turned out to carry nothing, who visited them. */
bool ledger_tidy(sqlite3 *, uint64_t days);

/* ledger_restore.c: what earlier runs learned, into a fresh book. */
bool ledger_file_restore(sqlite3 *, struct site_book *);

#endif
