/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_REVIEW_H
#define SENSOR_LEDGER_REVIEW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The census in sentences: of so many organisations so many were visited, so many carry the
 * tracker, in so many jurisdictions, of which so many ban it; what is new, what is gone, and what
 * is not known and why. Its inventory and the bans are temporary tables of the connection.
 */
bool review_begin(sqlite3 *);
/* A site to be reviewed; NULL or "": not said. */
bool review_add(sqlite3 *, const char *site, const char *organisation, const char *jurisdiction,
                const char *sector);
/* A jurisdiction that bans the tracker. */
bool review_ban(sqlite3 *, const char *jurisdiction);
/* Prints; new and gone since `since_ns`, 0: since ever. False: said why. */
bool review_print(sqlite3 *, uint64_t since_ns);

#endif
