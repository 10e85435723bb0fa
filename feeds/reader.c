/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/builder.h"

#include <stdio.h>

#include "feeds/name.h"

void reader_refuse(struct feed_reader *reader, enum feed_reason reason)
{
	char place[4352];

	reader->counts->refused++;
	reader->counts->refused_for[reason]++;
	if (reader->options->report == NULL || reader->reported == FEED_REPORTS)
		return;
	reader->reported++;
	if (reader->line > 0)
		snprintf(place, sizeof place, "%s:%llu", reader->path,
		         (unsigned long long)reader->line);
	else
		snprintf(place, sizeof place, "%s", reader->path);
	reader->options->report(reader->options->context, place, feed_reason_text(reason));
}

bool reader_line(struct feed_reader *reader, struct text *line)
{
	while (reader->rest.len > 0) {
		*line = text_until(&reader->rest, '\n');
		reader->line++;
		reader->counts->lines++;
		if (line->len > FEED_LINE_MAX) {
			reader_refuse(reader, FEED_LINE_LENGTH);
			continue;
		}
		if (line->len > 0 && memchr(line->ptr, '\0', line->len) != NULL) {
			reader_refuse(reader, FEED_NUL);
			continue;
		}
		if (line->len > 0 && line->ptr[line->len - 1] == '\r')
			line->len--;
		return true;
	}
	return false;
}

static uint32_t keep(struct feed_reader *reader, struct text said, struct text otherwise)
{
	struct feed_builder *builder = reader->builder;
	struct text text = said.len > 0 ? said : otherwise;

	return intern(&builder->interner, &builder->set->arena, text.ptr, text.len);
}

/* Categories that say whose a host is, not what it does. */
static bool is_general(struct text category)
{
	static const char *const general[] = { "website", "corporate", "app_api", "cdn_media",
		                               "infrastructure" };

	for (size_t i = 0; i < sizeof general / sizeof *general; i++)
		if (text_is(category, general[i]))
			return true;
	return false;
}

static uint32_t tag_of(struct feed_reader *reader, const struct row *row)
{
	struct feed_builder *builder = reader->builder;
	struct text nothing = { 0 };
	struct rule_tag tag;

	memset(&tag, 0, sizeof tag); /* it is interned as bytes */
	tag.entity = keep(reader, row->entity, reader->entity);
	tag.product = keep(reader, row->product, nothing);
	tag.category = keep(reader, row->category, reader->category);
	tag.feed = keep(reader, reader->feed, nothing);
	tag.version = keep(reader, reader->version, nothing);
	tag.number = (uint16_t)(builder->feeds - 1);
	tag.is_refined = reader->is_ours && is_general(row->category);
	return intern(&builder->interner, &builder->set->arena, &tag, sizeof tag);
}

/* In an allow list everything allows. */
static enum rule_verdict verdict_of(const struct feed_reader *reader, const struct row *row)
{
	return reader->options->is_allow_list ? RULE_ALLOW : row->verdict;
}

void reader_name(struct feed_reader *reader, struct text from, const struct row *row)
{
	struct feed_builder *builder = reader->builder;
	char name[NAME_SIZE];
	size_t len;
	enum feed_reason reason = name_normalise(from, name, &len);

	if (reason == FEED_REASONS && is_public_suffix(name))
		reason = FEED_PUBLIC_SUFFIX;
	if (reason != FEED_REASONS) {
		reader_refuse(reader, reason);
		return;
	}
	uint32_t tag = tag_of(reader, row);

	if (tag == ARENA_FULL ||
	    !names_add(&builder->set->names, name, len, row->match, verdict_of(reader, row), tag))
		builder->is_out_of_memory = true;
	reader->counts->taken++;
}

void reader_network(struct feed_reader *reader, struct text prefix, const struct row *row)
{
	struct feed_builder *builder = reader->builder;
	struct network network = { .verdict = (uint8_t)verdict_of(reader, row) };
	char text[64];

	if (!network_parse(prefix.ptr, prefix.len, &network.first, &network.last, text) ||
	    text_ends(text_of(text), "/0")) {
		reader_refuse(reader, FEED_NETWORK);
		return;
	}
	network.tag = tag_of(reader, row);
	network.text = keep(reader, text_of(text), (struct text){ 0 });
	if (network.tag == ARENA_FULL || network.text == ARENA_FULL ||
	    !networks_add(&builder->set->networks, &network))
		builder->is_out_of_memory = true;
	reader->counts->taken++;
}

/* Cheap, and true of every address. */
static bool may_be_network(struct text text)
{
	return text.len > 0 &&
	       ((text.ptr[0] >= '0' && text.ptr[0] <= '9') || text_find(text, ':') < text.len);
}

void reader_name_or_network(struct feed_reader *reader, struct text text, const struct row *row)
{
	struct address first, last;
	char canonical[64];

	if (may_be_network(text) && network_parse(text.ptr, text.len, &first, &last, canonical))
		reader_network(reader, text, row);
	else if (text_find(text, '/') < text.len)
		reader_refuse(reader, FEED_PATH);
	else
		reader_name(reader, text, row);
}

void reader_zone(struct feed_reader *reader, struct text zone, uint16_t between)
{
	struct feed_builder *builder = reader->builder;
	struct rule_tag tag;
	char name[NAME_SIZE];
	size_t len;
	enum feed_reason reason = name_normalise(zone, name, &len);

	if (reason != FEED_REASONS) {
		reader_refuse(reader, reason);
		return;
	}
	memset(&tag, 0, sizeof tag);
	tag.number = between;
	uint32_t offset = intern(&builder->interner, &builder->set->arena, &tag, sizeof tag);

	if (offset == ARENA_FULL ||
	    !names_add(&builder->set->zones, name, len, RULE_BELOW, RULE_REPORT, offset))
		builder->is_out_of_memory = true;
	reader->counts->taken++;
}

static void add_brand(struct feed_reader *reader, struct text brand, struct text form, uint32_t tag)
{
	struct names *brands = &reader->builder->set->brands;
	char rule[NAME_SIZE];
	int len = snprintf(rule, sizeof rule, "%.*s%.*s.*", (int)brand.len, brand.ptr,
	                   (int)form.len, form.ptr);

	if (len >= (int)sizeof rule)
		reader_refuse(reader, FEED_LENGTH);
	else if (!names_add(brands, rule, (size_t)len, RULE_EXACT, RULE_REPORT, tag))
		reader->builder->is_out_of_memory = true;
}

void reader_brand(struct feed_reader *reader, struct text brand, struct text forms,
                  const struct row *row)
{
	uint32_t tag = tag_of(reader, row);
	struct text form = { "", 0 };

	if (tag == ARENA_FULL) {
		reader->builder->is_out_of_memory = true;
		return;
	}
	do {
		add_brand(reader, brand, form, tag);
		form = text_word(&forms);
	} while (form.len > 0);
	reader->counts->taken++;
}

void reader_label(struct feed_reader *reader, struct text word, bool is_first, bool is_telling,
                  const struct row *row)
{
	struct text nothing = { 0 };
	struct label_class class = {
		.word = keep(reader, word, nothing),
		.len = (uint32_t)word.len,
		.category = keep(reader, row->category, nothing),
		.product = keep(reader, row->product, nothing),
		.is_first = is_first,
		.is_telling = is_telling,
	};
	struct feed_set *set = reader->builder->set;

	if (class.word == ARENA_FULL || class.category == ARENA_FULL ||
	    class.product == ARENA_FULL || !labels_add(&set->labels, &set->arena, &class))
		reader->builder->is_out_of_memory = true;
	reader->counts->taken++;
}
