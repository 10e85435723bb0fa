/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FEED_H
#define FEEDS_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Who is behind a name or an address. Strings live as long as the set that gave the entry, end
 * with NUL, and are never NULL ("" where the feed is silent).
 */
struct feed_entry {
	const char *entity;   /* "ByteDance" */
	const char *product;  /* "TikTok" */
	const char *category; /* "tracking_pixel": one of ours, or the third party's own word */
	const char *rule;     /* the row that matched: "tiktok.com", "71.18.0.0/16" */
	const char *feed;     /* "bytedance", or the tag of a third party's feed */
	const char *feed_version;
	const char *domain; /* the registrable thing the rule is about; may equal rule */
};

/*
 * An immutable set of names and networks. Built, then only read, by any number of threads.
 * Reloading builds another one.
 */
struct feed_set;
struct feed_builder;

/* Where a name was seen decides which rules may speak. */
enum feed_where {
	FEED_NAME,  /* asked for or stated by a client: SNI, Host, DNS question */
	FEED_ALIAS, /* a DNS answer's alias: CDN infix rules apply as well */
};

/* Where the readers of feeds say what they could not use. `place` is "file:line" or the file. */
typedef void feed_report(void *context, const char *place, const char *reason);

struct feed_options {
	const char *format;   /* NULL: found by content */
	const char *tag;      /* what `feed` says in events; NULL: the file's base name */
	const char *category; /* of entries that have none; NULL: "tracker" */
	bool plain_is_exact;  /* a plain list's line is the one name only, not those below */
	bool is_allow_list;   /* names that are never reported */
	feed_report *report;  /* NULL: silent */
	void *context;
};

struct feed_counts {
	uint64_t lines, taken, refused;
};

/* NULL only when memory is out. */
struct feed_builder *feed_builder_new(void);
void feed_builder_free(struct feed_builder *);

/* ByteDance's names and networks as built into the binary. */
bool feed_builder_add_builtin(struct feed_builder *);

/*
 * Reads one file in whatever known format. False when it cannot be read or has no usable line,
 * with the reason reported; what other files gave stays.
 */
bool feed_builder_add_file(struct feed_builder *, const char *path, const struct feed_options *,
			   struct feed_counts *counts);

/* Turns the builder into a set and frees it. NULL only when memory is out. */
struct feed_set *feed_builder_finish(struct feed_builder *);
void feed_set_free(struct feed_set *);

/*
 * The longest rule that matches `name` (any case, a final dot allowed), NULL when none does or an
 * allow list says so. Takes no lock, allocates nothing.
 */
const struct feed_entry *feed_find_name(const struct feed_set *, const char *name, size_t len,
					enum feed_where where);

/* The longest prefix that holds `address` (16 bytes, IPv4 as ::ffff:a.b.c.d); NULL when none. */
const struct feed_entry *feed_find_address(const struct feed_set *, const uint8_t address[16]);

/* How many names and networks it holds; version of the builtin feed. */
size_t feed_set_names(const struct feed_set *);
size_t feed_set_networks(const struct feed_set *);
const char *feed_builtin_version(void);

#endif
