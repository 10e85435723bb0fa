/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FORMAT_H
#define FEEDS_FORMAT_H

#include "feeds/builder.h"

/*
 * A format: how to know it, and how to read it. Text formats are known by their lines: each line
 * is the voice of the first format, in the order of the table, whose `claims` is true; the one
 * with most voices reads the file. A format that is certain from one line says FORMAT_SURE.
 */
enum format_claim { FORMAT_NO, FORMAT_LIKELY, FORMAT_SURE };

struct format {
	const char *name;
	enum format_claim (*claims)(struct text line);             /* NULL: not told by lines */
	void (*read_line)(struct feed_reader *, struct text line); /* each by itself, or: */
	void (*read)(struct feed_reader *);
};

/* One file each. */
extern const struct format format_plain, format_hosts, format_adblock, format_rpz, format_dnsmasq,
        format_unbound, format_v2fly, format_zeek, format_suricata, format_iprep, format_csv,
        format_json;

/* The format of that name, or NULL. */
const struct format *format_named(const char *name);

/* Reads the whole of it. */
void format_read(const struct format *, struct feed_reader *);

/* The format that the bytes are most likely in; NULL when they are in none. */
const struct format *format_find(struct text bytes);

#endif
