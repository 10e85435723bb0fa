/* SPDX-License-Identifier: Apache-2.0 */
/* The page's data as JSON. page/src/data.ts is its reader, and says the same in types. */
#include <stdlib.h>

#include "sensor/report/page_json.h"
#include "sensor/report/parts.h"
#include "sensor/version.h"

enum { DATA_VERSION = 2, TABLE_ROWS = 2000, MATRIX_ROWS = 6000, MILLISECOND = 1000000 };

/* The counts by name; a row has their numbers in this order. */
#define COUNT(member)                                                                              \
	{                                                                                          \
#member, offsetof(struct counts, member)                                           \
	}
static const struct {
	const char *name;
	size_t at;
} counts_of[] = {
	COUNT(contacts), COUNT(established), COUNT(reset),   COUNT(unanswered), COUNT(pending),
	COUNT(lookups),  COUNT(blocked),     COUNT(banned),  COUNT(allowed),    COUNT(watched),
	COUNT(certain),  COUNT(strong),      COUNT(weak),    COUNT(bytes_out),  COUNT(bytes_in),
	COUNT(hosts),    COUNT(addresses),   COUNT(through), COUNT(held),
};
#undef COUNT

enum { COUNTS = sizeof counts_of / sizeof *counts_of };

static uint64_t count_at(const struct counts *c, size_t index)
{
	return *(const uint64_t *)(const void *)((const char *)c + counts_of[index].at);
}

/* What a table's rows begin with: words of the key, of the attributes, times. */
struct shape {
	const char *keys[SUM_KEYS], *attributes[SUM_ATTRIBUTES], *times[SUM_TIMES];
	bool has_visits;
};

static void put_word(struct page_json *j, uint32_t number)
{
	page_number(j, number);
}

static void put_names(struct page_json *j, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++)
		page_text(j, text_of(names[i]));
}

static void put_columns(struct page_json *j, const struct shape *s)
{
	page_key(j, "columns");
	page_begin(j, '[');
	put_names(j, s->keys, SUM_KEYS);
	put_names(j, s->attributes, SUM_ATTRIBUTES);
	put_names(j, s->times, SUM_TIMES);
	if (s->has_visits)
		put_names(j, (const char *const[]){ "visits", "pixel_visits" }, 2);
	for (size_t i = 0; i < COUNTS; i++)
		page_text(j, text_of(counts_of[i].name));
	put_names(j, (const char *const[]){ "first", "last" }, 2);
	page_end(j, ']');
}

static void put_row(struct page_json *j, const struct shape *s, const struct sum_row *row)
{
	page_begin(j, '[');
	for (size_t i = 0; i < SUM_KEYS && s->keys[i] != NULL; i++)
		put_word(j, row->key[i]);
	for (size_t i = 0; i < SUM_ATTRIBUTES && s->attributes[i] != NULL; i++)
		put_word(j, row->attribute[i]);
	for (size_t i = 0; i < SUM_TIMES && s->times[i] != NULL; i++)
		page_number(j, row->time_ns[i] / MILLISECOND);
	if (s->has_visits) {
		page_number(j, row->visits);
		page_number(j, row->pixel_visits);
	}
	for (size_t i = 0; i < COUNTS; i++)
		page_number(j, count_at(&row->counts, i));
	page_number(j, row->counts.first_ns / MILLISECOND);
	page_number(j, row->counts.last_ns / MILLISECOND);
	page_end(j, ']');
}

/* What matters most first; of equal rows not the one that came first, but by what they are called.
 */
static int compare_rows(const void *a, const void *b, void *context)
{
	const struct sum_row *one = a, *two = b;
	const struct words *words = context;
	int by = 0;
	const uint64_t weights[][2] = {
		{ one->counts.contacts, two->counts.contacts },
		{ one->pixel_visits, two->pixel_visits },
		{ one->counts.bytes_in + one->counts.bytes_out,
		  two->counts.bytes_in + two->counts.bytes_out },
		{ one->counts.lookups, two->counts.lookups },
	};

	for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
		if (weights[i][0] != weights[i][1])
			return weights[i][0] > weights[i][1] ? -1 : 1;
	for (size_t i = 0; by == 0 && i < SUM_KEYS; i++)
		by = words_compare(words, one->key[i], two->key[i]);
	return by;
}

/* The table is sorted, and its rows are not found by key any more. */
static void put_table(struct page_json *j, const char *name, const struct shape *s,
                      struct sum_table *t, size_t most, struct words *words)
{
	size_t count = t->count < most ? t->count : most;

	if (t->count > 0)
		qsort_r(t->rows, t->count, sizeof *t->rows, compare_rows, words);
	page_key(j, name);
	page_begin(j, '{');
	put_columns(j, s);
	page_key(j, "rows");
	page_begin(j, '[');
	for (size_t i = 0; i < count; i++)
		put_row(j, s, &t->rows[i]);
	page_end(j, ']');
	page_key(j, "total");
	page_number(j, t->count);
	page_key(j, "lost");
	page_number(j, t->lost);
	page_end(j, '}');
}

static const struct {
	const char *name;
	size_t at, most;
	struct shape shape;
} tables[] = {
#define TABLE(member) #member, offsetof(struct report_tables, member)
	{ TABLE(networks),
	  TABLE_ROWS,
	  { .keys = { "name", "organisation", "jurisdiction" }, .attributes = { "ban" } } },
	{ TABLE(hosts),
	  TABLE_ROWS,
	  { .keys = { "identity" }, .attributes = { "address", "name", "mac", "network" } } },
	{ TABLE(sites),
	  TABLE_ROWS,
	  { .keys = { "name", "entity" },
	    .attributes = { "domain", "status", "organisation", "jurisdiction", "sector" },
	    .times = { "since", "confirmed", "removed", "seen" },
	    .has_visits = true } },
	{ TABLE(products), TABLE_ROWS, { .keys = { "product", "category", "entity" } } },
	{ TABLE(trackers), TABLE_ROWS, { .keys = { "name" } } },
	{ TABLE(places),
	  TABLE_ROWS,
	  { .keys = { "country", "operator", "as" }, .attributes = { "kind" } } },
	{ TABLE(rules), TABLE_ROWS, { .keys = { "rule", "verdict", "reference" } } },
	{ TABLE(matrix), MATRIX_ROWS, { .keys = { "identity", "product", "category" } } },
	{ TABLE(streams), TABLE_ROWS, { .keys = { "network", "site", "product" } } },
#undef TABLE
};

static void put_tables(struct page_json *j, struct report *r)
{
	page_key(j, "tables");
	page_begin(j, '{');
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		put_table(j, tables[i].name, &tables[i].shape,
		          (struct sum_table *)(void *)((char *)&r->tables + tables[i].at),
		          tables[i].most, &r->words);
	page_end(j, '}');
}

/* A column of the list: a number of each row. */
struct column {
	const char *name;
	size_t at;
	enum { BYTE, HALF, WHOLE, TIME } size;
};

#define AT(member) #member, offsetof(struct listing_row, member)
static const struct column columns[] = {
	{ "time", offsetof(struct listing_row, time_ns), TIME },
	{ AT(is_lookup), BYTE },
	{ AT(host), HALF },
	{ AT(identity), HALF },
	{ AT(network), HALF },
	{ AT(tracker), HALF },
	{ AT(product), HALF },
	{ AT(category), HALF },
	{ AT(site), HALF },
	{ AT(country), HALF },
	{ AT(as_org), HALF },
	{ AT(server), HALF },
	{ AT(file), HALF },
	{ AT(packet), WHOLE },
	{ AT(outcome), BYTE },
	{ AT(confidence), BYTE },
	{ AT(verdict), BYTE },
	{ AT(severity), BYTE },
	{ AT(bytes_out), WHOLE },
	{ AT(bytes_in), WHOLE },
	{ AT(weight), WHOLE },
	{ AT(event), HALF },
};
#undef AT

static uint64_t value_of(const struct listing_row *row, const struct column *c)
{
	const void *at = (const char *)row + c->at;

	switch (c->size) {
	case BYTE:
		return *(const uint8_t *)at;
	case HALF:
		return *(const uint32_t *)at;
	case TIME:
		return *(const uint64_t *)at / MILLISECOND;
	default:
		return *(const uint64_t *)at;
	}
}

/* Of times the first, and then how much later the next one is. */
static void put_column(struct page_json *j, const struct listing *l, const struct column *c)
{
	uint64_t before = 0;

	page_key(j, c->name);
	page_begin(j, '[');
	for (size_t i = 0; i < l->count; i++) {
		uint64_t value = value_of(&l->rows[i], c);

		page_number(j, c->size == TIME ? value - before : value);
		before = value;
	}
	page_end(j, ']');
}

static void put_listing(struct page_json *j, const struct report *r)
{
	page_key(j, "list");
	page_begin(j, '{');
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		put_column(j, &r->listing, &columns[i]);
	page_end(j, '}');
	page_key(j, "list_lost");
	page_number(j, r->listing.lost);
	page_key(j, "lookups_lost");
	page_number(j, r->listing.lookups_lost);
	page_key(j, "events_not_kept");
	page_number(j, r->long_events);
}

static void put_timeline(struct page_json *j, const struct timeline *t)
{
	uint64_t count = t->seconds > 0 ? t->last - t->first + 1 : 0;

	page_key(j, "timeline");
	page_begin(j, '{');
	page_key(j, "seconds");
	page_number(j, t->seconds);
	page_key(j, "first");
	page_number(j, t->first * t->seconds * 1000);
	page_key(j, "pieces"); /* established, stopped, pending, banned */
	page_begin(j, '[');
	for (uint64_t i = 0; i < count; i++) {
		page_begin(j, '[');
		page_number(j, t->pieces[i].established);
		page_number(j, t->pieces[i].stopped);
		page_number(j, t->pieces[i].pending);
		page_number(j, t->pieces[i].banned);
		page_end(j, ']');
	}
	page_end(j, ']');
	page_end(j, '}');
}

static void put_bans(struct page_json *j, const struct report *r)
{
	page_key(j, "bans"); /* rule, reference, since, until */
	page_begin(j, '[');
	for (size_t i = 0; i < r->ban_count; i++) {
		page_begin(j, '[');
		put_word(j, r->bans[i].rule);
		put_word(j, r->bans[i].reference);
		page_number(j, r->bans[i].since_ns / MILLISECOND);
		page_number(j, r->bans[i].until_ns / MILLISECOND);
		page_end(j, ']');
	}
	page_end(j, ']');
}

static void put_seeing(struct page_json *j, const struct seeing *s)
{
	page_key(j, "visibility"); /* empty: no stats were among the events */
	page_begin(j, '{');
	for (size_t i = 0; s->is_known && i < SEEING_COUNTS; i++) {
		page_key(j, seeing_name(i));
		page_number(j, s->before[i]);
	}
	page_end(j, '}');
}

static void put_totals(struct page_json *j, const struct counts *c)
{
	page_key(j, "totals");
	page_begin(j, '{');
	for (size_t i = 0; i < COUNTS; i++) {
		page_key(j, counts_of[i].name);
		page_number(j, count_at(c, i));
	}
	page_end(j, '}');
}

static void put_about(struct page_json *j, const struct report *r)
{
	page_key(j, "version");
	page_number(j, DATA_VERSION);
	page_key(j, "program");
	page_text(j, text_of(version_text()));
	page_key(j, "sources");
	page_begin(j, '[');
	for (size_t i = 0; i < r->source_count; i++)
		put_word(j, r->sources[i]);
	page_end(j, ']');
	page_key(j, "events");
	page_number(j, r->events);
	page_key(j, "repeats");
	page_number(j, r->repeats);
	page_key(j, "first");
	page_number(j, r->first_ns / MILLISECOND);
	page_key(j, "last");
	page_number(j, r->last_ns / MILLISECOND);
	page_key(j, "block_lines");
	page_number(j, PACKED_LINES);
}

static void put_words(struct page_json *j, const struct words *w)
{
	page_key(j, "words");
	page_begin(j, '[');
	for (size_t i = 0; i < w->count; i++)
		page_text(j, words_get(w, (uint32_t)i));
	page_end(j, ']');
}

bool report_write_data(struct report *r, FILE *out)
{
	struct page_json j = { .out = out };

	report_settle(r);
	page_begin(&j, '{');
	put_about(&j, r);
	put_totals(&j, &r->total);
	put_seeing(&j, &r->seeing);
	put_bans(&j, r);
	put_timeline(&j, &r->timeline);
	put_tables(&j, r);
	put_listing(&j, r);
	put_words(&j, &r->words);
	page_end(&j, '}');
	return !ferror(out);
}
