/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/watch.h"

#include "sensor/sink/sink.h"

#include <stdio.h>
#include <string.h>

enum { COUNTERS_MAX = 96, WATCHED_MAX = 8, FIELDS = 5 };

/* Numbers that go up and down; all others only up. */
static const char *const gauges[] = { "flow.active", "memory.questions" };

static bool is_gauge(const char *name)
{
	for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
		if (strcmp(gauges[i], name) == 0)
			return true;
	return false;
}

static void add(struct watch *w, size_t *count, const char *name, const char *key,
                const char *label, uint64_t value, bool gauge)
{
	if (*count == METRICS_MAX)
		return;
	struct metric *m = &w->list[(*count)++];

	*m = (struct metric){ .key = key, .value = value, .is_gauge = gauge };
	snprintf(m->name, sizeof m->name, "%s", name);
	snprintf(m->label, sizeof m->label, "%s", label);
}

static void add_categories(struct watch *w, size_t *count, const struct worker_counters *c)
{
	for (size_t i = 0; i < CATEGORY_WORDS; i++)
		add(w, count, "contacts.by_category", "category", category_word(i),
		    c->contacts_by_category[i], false);
}

static const struct {
	const char *metric, *counter;
	size_t at;
	bool is_gauge;
} fields[FIELDS] = {
	{ "sink.waiting", "waiting", offsetof(struct sink_status, waiting), true },
	{ "sink.delivered", "delivered", offsetof(struct sink_status, delivered), false },
	{ "sink.refused", "refused", offsetof(struct sink_status, refused), false },
	{ "sink.given_up", "given_up", offsetof(struct sink_status, given_up), false },
	{ "sink.retries", "retries", offsetof(struct sink_status, retries), false },
};

static uint64_t field_of(const struct sink_status *status, size_t field)
{
	uint64_t value;

	memcpy(&value, (const char *)status + fields[field].at, sizeof value);
	return value;
}

static void add_sinks(struct watch *w, size_t *count)
{
	for (size_t field = 0; field < FIELDS; field++)
		for (size_t i = 0; i < w->sink_count; i++) {
			struct sink_status status;

			sink_status(w->sinks[i], &status);
			if (status.is_remote)
				add(w, count, fields[field].metric, "target",
				    sink_target(w->sinks[i]), field_of(&status, field),
				    fields[field].is_gauge);
		}
}

void watch_tell(void *watch, const struct totals *t, const struct capture_counters *capture)
{
	struct watch *w = watch;
	struct event_counter counters[COUNTERS_MAX];

	size_t count = 0, known = totals_numbers(t, capture, w->is_live, counters, COUNTERS_MAX);

	for (size_t i = 0; i < known; i++)
		add(w, &count, counters[i].name, NULL, "", counters[i].value,
		    is_gauge(counters[i].name));
	add_categories(w, &count, &t->workers);
	add_sinks(w, &count);
	metrics_set(w->metrics, w->list, count);
}

/* An event's counters are named by texts that live on: one for each of the first sinks. */
#define SINK(n)                                                                                    \
	{                                                                                          \
		"sinks." n ".waiting", "sinks." n ".delivered", "sinks." n ".refused",             \
		        "sinks." n ".given_up", "sinks." n ".retries"                              \
	}

static const char *const names[WATCHED_MAX][FIELDS] = {
	SINK("0"), SINK("1"), SINK("2"), SINK("3"), SINK("4"), SINK("5"), SINK("6"), SINK("7"),
};

size_t watch_sinks(void *context, struct event_counter *out, size_t room)
{
	const struct watch *w = context;
	size_t count = 0;

	for (size_t i = 0; i < w->sink_count && i < WATCHED_MAX; i++) {
		struct sink_status status;

		sink_status(w->sinks[i], &status);
		for (size_t field = 0; status.is_remote && field < FIELDS && count < room; field++)
			out[count++] =
			        (struct event_counter){ names[i][field], field_of(&status, field) };
	}
	return count;
}
