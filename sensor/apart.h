/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_APART_H
#define SENSOR_APART_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whoever writes where he reads, or where another output writes, loses a capture, a ledger or a
 * config for ever: it is refused before anything is opened. Two names are one file when they lead
 * to the same inode, or to the same name in the same folder where there is none yet. Pipes and
 * devices are nobody's file.
 *
 *   -r day.pcap -o ./day.pcap     -L sites.db -R sites.db     -c a.yaml -w link-to-a.yaml
 */
struct apart {
	struct apart_file *files;
	size_t count;
};

/* `option` is said in the message and must live as long; `root` (-C) stands before the path, NULL:
 * none. Without memory one is missing. */
void apart_reads(struct apart *, const char *option, const char *root, const char *path);
void apart_writes(struct apart *, const char *option, const char *root, const char *path);
/* False, said, when one that is written is another one of them. */
bool apart_check(const struct apart *);
void apart_free(struct apart *);

#endif
