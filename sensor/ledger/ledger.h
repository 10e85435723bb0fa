/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_LEDGER_H
#define SENSOR_LEDGER_LEDGER_H

#include "sensor/event/event.h"

/*
 * What has been seen so far, over months and restarts: an SQLite file (WAL) that the sqlite3 shell
 * reads while it is being written. README.md here shows its tables and views.
 *
 *   event ─► ledger_take() copies ─► queue ─► a thread writes, one transaction a batch
 *
 * A crash loses what is in the queue (a second or two), never the file. Writing the same events
 * again changes nothing.
 */
struct ledger;

struct ledger_options {
	const char *path;
	bool may_wait;    /* ledger_take() waits when the queue is full, instead of losing events */
	bool keeps_flows; /* of every `flow` event who, with whom and the names: `feed retro` */
	uint64_t retention_days; /* contacts and placements older than that are deleted; 0: never */
};

enum { LEDGER_RETENTION_DAYS = 400 };

/* NULL, after saying why: it cannot be opened, or a later version of this program made it. */
struct ledger *ledger_open(const struct ledger_options *);
/*
 * Takes what it keeps of a `contact`, `placement` or `site` event, and of a `flow` if it keeps
 * those; of others, nothing. Any thread.
 */
void ledger_take(struct ledger *, const struct event *);
/* Writes what is left. False: something could not be written, which was said. */
bool ledger_close(struct ledger *);

#endif
