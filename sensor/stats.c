/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as a `stats` event, and what a "no contact" is worth. */
#include "sensor/worker_state.h"

enum { COUNTERS_MAX = 128 };

struct counter_list {
	struct event_counter counters[COUNTERS_MAX];
	size_t count;
};

static void add(struct counter_list *l, const char *name, uint64_t value)
{
	if (l->count < COUNTERS_MAX)
		l->counters[l->count++] = (struct event_counter){ name, value };
}

void totals_visibility(const struct totals *t, const struct capture_counters *capture,
                       struct event_visibility *out)
{
	const struct inspect_counters *i = &t->inspect;
	const struct worker_counters *c = &t->workers;

	*out = (struct event_visibility){
		.packets = t->intake.packets,
		.flows = c->flows,
		.flows_named = c->flows_named,
		.hellos = i->hellos,
		.hellos_incomplete = i->hellos_incomplete,
		.one_sided = c->hellos_one_sided,
		.ech_real = i->ech[ECH_REAL],
		.ech_grease = i->ech[ECH_GREASE],
		.ech_unknown = i->ech[ECH_UNKNOWN],
		.dot = i->dot,
		.doq = i->doq,
		.doh = i->doh,
		.drops = capture->kernel_drops + capture->interface_drops,
		.evictions = t->state.evictions,
	};
}

static void add_capture(struct counter_list *l, const struct capture_counters *capture,
                        bool is_live)
{
	add(l, "capture.packets", capture->packets);
	add(l, "capture.bytes", capture->bytes);
	add(l, "capture.filtered", capture->filtered);
	add(l, "capture.outside", capture->outside);
	add(l, "capture.unknown_link", capture->unknown_link);
	if (!is_live)
		return;
	add(l, "capture.kernel_drops", capture->kernel_drops);
	add(l, "capture.interface_drops", capture->interface_drops);
}

static void add_packets(struct counter_list *l, const struct intake_counters *c)
{

	add(l, "decoder.pkts", c->packets);
	add(l, "decoder.bytes", c->bytes);
	add(l, "decoder.tcp", c->tcp);
	add(l, "decoder.udp", c->udp);
	add(l, "decoder.icmp", c->icmp);
	add(l, "decoder.other", c->other);
	add(l, "decoder.not_ip", c->not_ip);
	add(l, "decoder.malformed", c->malformed);
	add(l, "decoder.duplicates", c->duplicates);
	add(l, "decoder.fragments", c->fragments);
	add(l, "decoder.fragments_held", c->fragments_held);
	add(l, "decoder.bad_ip_checksum", c->bad_ip_checksum);
	add(l, "decoder.truncated", c->truncated);
}

static void add_questions(struct counter_list *l, const struct inspect_counters *i)
{
	add(l, "questions.opened", i->questions_opened);
	add(l, "questions.answered", i->questions_answered);
	add(l, "questions.given_up", i->questions_given_up);
	add(l, "questions.refused", i->questions_refused);
	add(l, "questions.assembly_refused", i->assembly_refused);
	add(l, "questions.gaps_skipped", i->gaps_skipped);
	add(l, "dissect.ok", i->answers[PARSE_OK]);
	add(l, "dissect.short", i->answers[PARSE_SHORT]);
	add(l, "dissect.foreign", i->answers[PARSE_FOREIGN]);
	add(l, "dissect.broken", i->answers[PARSE_BROKEN]);
	add(l, "dns.messages", i->dns_messages);
	add(l, "dns.broken", i->dns_broken);
	add(l, "quic.keys_derived", i->quic_keys_derived);
	add(l, "quic.initials_opened", i->quic_opened);
	add(l, "ndpi.packets", i->ndpi_packets);
}

void worker_add_totals(const struct worker *w, struct totals *t)
{
	struct totals mine = {
		.workers = w->counters,
		.inspect = *inspector_counters(w->inspector),
		.state = { .flows_open = flow_table_count(w->flows),
		           .evictions = flow_table_evictions(w->flows),
		           .memory = w->budget.used,
		           .evidence_lost = w->evidence != NULL ? evidence_lost(w->evidence) : 0 }
	};

	totals_add(t, &mine);
}

void totals_add(struct totals *to, const struct totals *from)
{
	enum { NUMBERS = sizeof *to / sizeof(uint64_t) };
	uint64_t *sum = (uint64_t *)to;
	const uint64_t *more = (const uint64_t *)from;

	for (size_t i = 0; i < NUMBERS; i++)
		sum[i] += more[i];
}

static void add_all(struct counter_list *l, const struct totals *t,
                    const struct capture_counters *capture, bool is_live)
{
	const struct worker_counters *c = &t->workers;

	add_capture(l, capture, is_live);
	add_packets(l, &t->intake);
	add(l, "flow.total", c->flows);
	add(l, "flow.named", c->flows_named);
	add(l, "flow.one_sided", c->flows_one_sided);
	add(l, "flow.evicted", t->state.evictions);
	add(l, "flow.active", t->state.flows_open);
	add_questions(l, &t->inspect);
	add(l, "contacts.total", c->contacts);
	add(l, "contacts.certain", c->contacts_by_confidence[CONFIDENCE_CERTAIN]);
	add(l, "contacts.strong", c->contacts_by_confidence[CONFIDENCE_STRONG]);
	add(l, "contacts.weak", c->contacts_by_confidence[CONFIDENCE_WEAK]);
	add(l, "contacts.refused", c->contacts_refused);
	add(l, "lookups.total", c->lookups);
	add(l, "lookups.blocked", c->lookups_blocked);
	if (t->state.evidence_lost > 0)
		add(l, "evidence.lost", t->state.evidence_lost);
	if (is_live)
		add(l, "memory.questions", t->state.memory);
}

size_t totals_numbers(const struct totals *t, const struct capture_counters *capture, bool is_live,
                      struct event_counter *out, size_t room)
{
	struct counter_list l = { .count = 0 };

	add_all(&l, t, capture, is_live);
	l.count = l.count < room ? l.count : room;
	memcpy(out, l.counters, l.count * sizeof *out);
	return l.count;
}

static const char *const categories[CATEGORY_WORDS] = {
	"tracking_pixel", "ads_measurement", "ad_network",     "inapp_analytics", "app_api",
	"cdn_media",      "live_streaming",  "login_sdk",      "security_sdk",    "website",
	"corporate",      "cloud",           "infrastructure", "other",
};

const char *category_word(size_t index)
{
	return categories[index];
}

size_t category_index(const char *category)
{
	size_t at = 0;

	while (at < CATEGORY_WORDS - 1 &&
	       (category == NULL || strcmp(categories[at], category) != 0))
		at++;
	return at;
}

void emit_stats(struct worker *w, const struct totals *t, const struct capture_counters *capture)
{
	uint64_t now_ns = w->now_ns;
	struct counter_list l = { .count = 0 };
	struct event *e = begin_event(w, EVENT_STATS, NULL, now_ns);
	struct event_stats stats = { .counters = l.counters,
		                     .geo_sources = geo_sources(w->use.geo),
		                     .geo_source_count = geo_source_count(w->use.geo) };

	add_all(&l, t, capture, w->use.is_live);
	if (w->use.is_live && w->use.more != NULL)
		l.count += w->use.more(w->use.watch, l.counters + l.count, COUNTERS_MAX - l.count);
	stats.counter_count = l.count;
	totals_visibility(t, capture, &stats.visibility);
	e->stats = &stats;
	set_event_id(w, e, 0, (struct slice){ 0 }, (uint32_t)(now_ns / 1000000000U));
	emit_event(w, e);
}
