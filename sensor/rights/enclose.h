/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RIGHTS_ENCLOSE_H
#define SENSOR_RIGHTS_ENCLOSE_H

#include "sensor/rights/reach.h"

/*
 * A sub-command (feed, ledger, sites, report) reads what strangers wrote, too: a feed, or events
 * and names that came off the wire. It stays who it is; from here on there are no capabilities but
 * those that its files take (parts.h), no new ones, no file but those that its arguments name, no
 * network, no other process.
 */
struct enclosure {
	struct reach reads, writes;
};

/* "-" is standard input or output, and open. */
void enclosure_reads(struct enclosure *, const char *path);
void enclosure_writes(struct enclosure *, const char *path);
/* Before the first file is read and the first thread begins. False, said. Frees the paths. */
bool enclose(struct enclosure *);

#endif
