/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFINE_H
#define SENSOR_CONFINE_H

#include "sensor/config/config.h"
#include "sensor/options.h"
#include "sensor/rights/reach.h"
#include "sensor/rights/rights.h"

/*
 * From the command line and the config to what the process may do (rights/rights.h):
 *
 *   read     the captures; the folders of config, feeds and inventory, which are read again at
 *            SIGHUP, perhaps as new files of the same name; databases; secrets of sinks
 *   written  the folders of outputs, journals, ledger and evidence
 *
 * Who it becomes: -Z; without, live and as root, the user `dancecard` where there is one. Captures
 * are read as whoever started it, who has the rights to them.
 */
struct confine {
	struct rights rights;
	struct reach reads, writes;
};

/* False, said: what is written would overwrite what is read, or another output (apart.h). */
bool confine_apart(const struct options *, const struct config *);
/* False, said. Before the first thread, and before anything is opened for writing. */
bool confine(struct confine *, const struct options *, const struct config *);
/* When all is open and all threads are there. */
bool confine_lock(const struct confine *);
void confine_free(struct confine *);

#endif
