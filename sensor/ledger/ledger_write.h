/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_WRITE_H
#define SENSOR_LEDGER_LEDGER_WRITE_H

#include <sqlite3.h>

#include "sensor/ledger/ledger_row.h"

/* Puts rows into a ledger's tables; what is known already changes nothing. Of one thread. */
struct ledger_writer;

/* The connection lives as long as it. NULL: said why. */
struct ledger_writer *ledger_writer_new(sqlite3 *);
void ledger_writer_free(struct ledger_writer *);

/* In one transaction. False: something could not be written, which was said once. */
bool ledger_write(struct ledger_writer *, const struct row *rows, size_t count);

#endif
