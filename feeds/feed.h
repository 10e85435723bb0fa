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
	const char *domain; /* the name that the rule is about: rule without "*."; or the prefix */
	const char *label;  /* the class of first labels that gave the category: "log"; or "" */
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
	int64_t time; /* seconds since 1970 at which it is to hold: entries that say from when until
	               * when they do (STIX) are taken only if that holds this time; 0: always */
	feed_report *report; /* NULL: silent */
	void *context;
};

/* Why something in a feed was not taken. feed_reason_text() says it in words. */
enum feed_reason {
	FEED_NUL,           /* a NUL byte in the line */
	FEED_LINE_LENGTH,   /* a line of more than FEED_LINE_MAX bytes */
	FEED_SYNTAX,        /* not what this format looks like */
	FEED_CHARACTER,     /* a character that no host name has */
	FEED_IDN,           /* not ASCII, and no valid international name */
	FEED_LABEL,         /* a label that is empty or has over 63 bytes */
	FEED_LENGTH,        /* over 253 bytes */
	FEED_ONE_LABEL,     /* a single label */
	FEED_PUBLIC_SUFFIX, /* a public suffix: everybody's */
	FEED_LOCAL,         /* a name that every host gives itself */
	FEED_ADDRESS,       /* an address where a name belongs */
	FEED_NETWORK,       /* neither an address nor a prefix, or the prefix of everything */
	FEED_PATH,          /* about a path, not about the whole host */
	FEED_MODIFIER,      /* narrowed by a modifier, or one that we do not know */
	FEED_EXCEPTION,     /* an exception that holds only under conditions */
	FEED_COSMETIC,      /* about a page's looks or scripts */
	FEED_PATTERN,       /* a pattern that is no host name */
	FEED_EVERYTHING,    /* matches every name */
	FEED_TRIGGER,    /* an RPZ trigger on something other than a name or an answer's address */
	FEED_KIND,       /* an indicator of something other than names or addresses */
	FEED_INCLUDE,    /* names another file, which is not to be had */
	FEED_NOT_VALID,  /* withdrawn, or not valid at this time */
	FEED_BASE64,     /* not base64 */
	FEED_SCORE,      /* a score out of range */
	FEED_MATCH_WORD, /* the `match` column says something unknown */
	FEED_TOO_MANY,   /* more feeds with exceptions than can be told apart */
	FEED_REASONS
};

/* Reports name the first FEED_REPORTS things of a file; the counts have all. */
#define FEED_REPORTS  5
#define FEED_LINE_MAX 65536

struct feed_counts {
	const char *format; /* as found, or "" */
	uint64_t lines;     /* of text; of JSON: elements looked at */
	uint64_t taken;     /* rules, repeats included */
	uint64_t refused;
	uint64_t refused_for[FEED_REASONS];
};

const char *feed_reason_text(enum feed_reason);

/* The formats' names, for help texts; NULL after the last. */
const char *feed_format_name(size_t index);

/* NULL only when memory is out. */
struct feed_builder *feed_builder_new(void);
void feed_builder_free(struct feed_builder *);

/* ByteDance's names and networks as built into the binary. False when memory is out. */
bool feed_builder_add_builtin(struct feed_builder *);

/*
 * Reads one file in whatever known format. False when it cannot be read, changes meanwhile, or has
 * no usable line, with the reason reported; nothing of it is kept, and what other files gave stays.
 */
bool feed_builder_add_file(struct feed_builder *, const char *path, const struct feed_options *,
                           struct feed_counts *counts);

/* Turns the builder into a set and frees it. NULL only when memory is out. */
struct feed_set *feed_builder_finish(struct feed_builder *);
void feed_set_free(struct feed_set *);

/*
 * The longest rule that matches `name` (any case, a final dot allowed); false when none does or an
 * allow list says so. Takes no lock, allocates nothing. The strings in `out` live as long as the
 * set. (The entry is put together on demand: kept for each of a million names it would cost more
 * than the names.)
 */
bool feed_find_name(const struct feed_set *, const char *name, size_t len, enum feed_where where,
                    struct feed_entry *out);

/* Does an allow list say that the name is nobody's? feed_find_name() finds nothing then. */
bool feed_is_allowed(const struct feed_set *, const char *name, size_t len);

/* The longest prefix that holds `address` (16 bytes, IPv4 as ::ffff:a.b.c.d); false when none. */
bool feed_find_address(const struct feed_set *, const uint8_t address[16], struct feed_entry *out);

/* One rule of a set, for those who write it down again. */
enum feed_match { FEED_SUFFIX, FEED_EXACT, FEED_BELOW, FEED_PREFIX };

struct feed_rule {
	enum feed_match match;
	bool is_exception; /* or of an allow list */
	struct feed_entry entry;
};

typedef void feed_visit(void *context, const struct feed_rule *);

/* Every rule, names in no order that means anything, then networks by address. */
void feed_set_each(const struct feed_set *, feed_visit *, void *context);

/* How many names and networks it holds; version of the builtin feed. */
size_t feed_set_names(const struct feed_set *);
size_t feed_set_networks(const struct feed_set *);
size_t feed_set_bytes(const struct feed_set *); /* of memory */

/*
 * A number for how the files behind the set looked when they were read (device, inode, size, time
 * of change), and for how they look now, which costs a stat() for each. To reload when a file
 * changes: keep the first number, reload when the second differs from what is kept, and keep that
 * one, whatever came of the reload; so a bad file is tried once, not at every look. Included files
 * count; 0 where there is no file. The paths must still lead there (a chroot hides them).
 */
uint64_t feed_set_stamp(const struct feed_set *);
uint64_t feed_set_stamp_now(const struct feed_set *);

/*
 * The path of a file behind both sets that looks cut off in the second, as one looks that somebody
 * is still writing: less than half of its size then, or its last line has no end and had one. NULL:
 * none. The path lives as long as the second set.
 */
const char *feed_set_cut(const struct feed_set *then, const struct feed_set *now);

const char *feed_builtin_version(void);

#endif
