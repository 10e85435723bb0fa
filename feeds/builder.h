/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_BUILDER_H
#define FEEDS_BUILDER_H

#include "feeds/feed.h"
#include "feeds/labels.h"
#include "feeds/names.h"
#include "feeds/networks.h"
#include "feeds/sources.h"
#include "feeds/text.h"

/* A set while it grows and after: the builder is the set with what only growing needs. */
struct feed_set {
	struct arena arena;
	struct names names;
	struct networks networks;
	struct names zones;  /* CDNs' zones; their tag's number: labels allowed between */
	struct names brands; /* feeds/brands.h */
	struct labels labels;
	struct sources sources;
};

struct feed_builder {
	struct feed_set *set;
	struct interner interner;
	uint16_t feeds; /* given so far */
	bool is_out_of_memory;
};

/* What a line says of its name beside the name; empty where it is silent. */
struct row {
	struct text entity, product, category;
	enum rule_match match;
	enum rule_verdict verdict;
};

/* The reading of one file: what is fixed for it, and what is counted. */
struct feed_reader {
	struct feed_builder *builder;
	const struct feed_options *options;
	const char *path;
	struct text rest; /* what is still to be read */
	uint64_t line;
	struct text entity, feed, version, category; /* of rows that do not say */
	bool is_ours; /* zones and labels may be given; general categories are refined by labels */
	struct feed_counts *counts;
	uint64_t reported;
	bool may_include;                 /* it is a file: `path` says where others are */
	const struct feed_reader *parent; /* whose line includes this one, or NULL */
	struct text chosen;               /* the attributes behind that `include:` */
	unsigned includes;                /* followed so far, over all levels */
};

/* The next line, without its end; refuses and skips what cannot be one. False at the end. */
bool reader_line(struct feed_reader *, struct text *line);

/* A rule about a name, or a network; what it is not is refused and counted. */
void reader_name(struct feed_reader *, struct text name, const struct row *);
void reader_network(struct feed_reader *, struct text prefix, const struct row *);

/* Either of the two, by what it looks like. */
void reader_name_or_network(struct feed_reader *, struct text, const struct row *);

void reader_refuse(struct feed_reader *, enum feed_reason);

/* A CDN's zone with the labels allowed before it, and a class of first labels: ours only. */
void reader_zone(struct feed_reader *, struct text zone, uint16_t between);
void reader_label(struct feed_reader *, struct text word, bool is_first, bool is_telling,
                  const struct row *);
/* A brand with what may stand behind it, between blanks: ours only. */
void reader_brand(struct feed_reader *, struct text brand, struct text forms, const struct row *);

/* Reads bytes as that path's; what feed_builder_add_file does once it has them. */
bool feed_builder_add_text(struct feed_builder *, const char *path, struct text bytes,
                           const struct feed_options *, struct feed_counts *);

#endif
