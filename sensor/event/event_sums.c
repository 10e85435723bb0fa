/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that add up: the sum for a host, and the sensor's own numbers. */
#include "sensor/event/event_parts.h"

#include <stddef.h>

/* "a.b.c" is c in b in a. */
static void put_counter(struct cJSON *stats, const struct event_counter *counter)
{
	struct slice name = { (const uint8_t *)counter->name, strlen(counter->name) };
	const uint8_t *dot = memchr(name.ptr, '.', name.len);
	struct cJSON *parent = stats;

	while (dot != NULL && parent != NULL) {
		size_t len = (size_t)(dot - name.ptr);

		parent = json_nested(parent, slice_head(name, len));
		name = slice_skip(name, len + 1);
		dot = name.len > 0 ? memchr(name.ptr, '.', name.len) : NULL;
	}
	if (parent != NULL && name.len > 0)
		json_put_named_count(parent, name, counter->value);
}

enum total { OF_PACKETS, OF_FLOWS, OF_HELLOS };

#define AT(member) offsetof(struct event_visibility, member)

/* What is counted, and what it is a share of. */
static const struct {
	const char *key;
	size_t at;
	enum total total;
} visible[] = {
	{ "flows_named", AT(flows_named), OF_FLOWS },
	{ "hellos_incomplete", AT(hellos_incomplete), OF_HELLOS },
	{ "hellos_one_sided", AT(one_sided), OF_HELLOS },
	{ "ech_real", AT(ech_real), OF_HELLOS },
	{ "ech_grease", AT(ech_grease), OF_HELLOS },
	{ "ech_unknown", AT(ech_unknown), OF_HELLOS },
	{ "doh", AT(doh), OF_FLOWS },
	{ "dot", AT(dot), OF_FLOWS },
	{ "doq", AT(doq), OF_FLOWS },
	{ "drops", AT(drops), OF_PACKETS },
	{ "evictions", AT(evictions), OF_FLOWS },
};

static uint64_t count_at(const struct event_visibility *v, size_t at)
{
	uint64_t count;

	memcpy(&count, (const uint8_t *)v + at, sizeof count);
	return count;
}

static uint64_t total_of(const struct event_visibility *v, enum total which)
{
	const uint64_t totals[] = {
		[OF_PACKETS] = v->packets + v->drops,
		[OF_FLOWS] = v->flows,
		[OF_HELLOS] = v->hellos,
	};

	return totals[which];
}

static void put_visibility(struct cJSON *stats, const struct event_visibility *v)
{
	struct cJSON *visibility = json_object();

	json_put_count(visibility, "packets", v->packets);
	json_put_count(visibility, "flows", v->flows);
	json_put_count(visibility, "hellos", v->hellos);
	for (size_t i = 0; i < sizeof visible / sizeof *visible; i++) {
		uint64_t count = count_at(v, visible[i].at);
		uint64_t total = total_of(v, visible[i].total);
		struct cJSON *row = json_object();

		json_put_count(row, "count", count);
		if (total > 0)
			json_put_decimal(row, "share", (double)count / (double)total);
		json_put(visibility, visible[i].key, row);
	}
	json_put(stats, "visibility", visibility);
}

void put_stats(struct cJSON *line, const struct event *e)
{
	const struct event_stats *s = e->stats;

	if (s == NULL)
		return;
	struct cJSON *stats = json_object(), *sources = json_array();

	for (size_t i = 0; i < s->counter_count; i++)
		put_counter(stats, &s->counters[i]);
	put_visibility(stats, &s->visibility);
	for (size_t i = 0; i < s->geo_source_count; i++)
		json_put_string(sources, NULL, s->geo_sources[i]);
	json_put(stats, "geo", sources);
	json_put(line, "stats", stats);
}

/* Called `summary`, because `host` is the sensor's name to those who read EVE or ECS. */
void put_summary(struct cJSON *line, const struct event *e)
{
	const struct event_host *h = e->host;

	if (h == NULL)
		return;
	struct cJSON *summary = json_object(), *categories = json_array();

	json_put_string(summary, "product", h->product);
	for (size_t i = 0; i < h->category_count && i < EVENT_CATEGORIES_MAX; i++)
		json_put_string(categories, NULL, h->categories[i]);
	json_put(summary, "categories", categories);
	json_put_time(summary, "first_seen", h->first_seen_ns);
	json_put_time(summary, "last_seen", h->last_seen_ns);
	json_put_count(summary, "contacts", h->contacts);
	json_put_count(summary, "lookups", h->lookups);
	json_put_count(summary, "sites", h->sites);
	json_put_count(summary, "bytes_toserver", h->bytes_toserver);
	json_put_count(summary, "bytes_toclient", h->bytes_toclient);
	json_put_some(summary, "hosts", h->hosts);
	json_put_some(summary, "established", h->established);
	json_put_some(summary, "reset", h->reset);
	json_put_some(summary, "unanswered", h->unanswered);
	json_put_some(summary, "blocked", h->blocked);
	json_put_some(summary, "banned", h->banned);
	json_put_some(summary, "allowed", h->allowed);
	json_put_some(summary, "watched", h->watched);
	json_put_string(summary, "ban", h->ban);
	if (h->visibility != NULL)
		put_visibility(summary, h->visibility);
	json_put(line, "summary", summary);
}
