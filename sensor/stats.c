/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as a `stats` event, and what a "no contact" is worth. */
#include "sensor/worker_state.h"

enum { COUNTERS_MAX = 112 };

struct counter_list {
	struct event_counter counters[COUNTERS_MAX];
	size_t count;
};

static void add(struct counter_list *l, const char *name, uint64_t value)
{
	if (l->count < COUNTERS_MAX)
		l->counters[l->count++] = (struct event_counter){ name, value };
}

void worker_visibility(const struct worker *w, const struct capture_counters *capture,
                       struct event_visibility *out)
{
	const struct inspect_counters *i = inspector_counters(w->inspector);
	const struct worker_counters *c = &w->counters;

	*out = (struct event_visibility){
		.packets = c->packets,
		.flows = c->flows,
		.flows_named = c->flows_named,
		.hellos = i->hellos,
		.hellos_incomplete = i->hellos_incomplete,
		.one_sided = c->flows_one_sided,
		.ech_unknown = i->ech_offered,
		.dot = i->dot,
		.doq = i->doq,
		.doh = i->doh,
		.drops = capture->kernel_drops + capture->interface_drops,
		.evictions = flow_table_evictions(w->flows),
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

static void add_packets(struct counter_list *l, const struct worker *w)
{
	const struct worker_counters *c = &w->counters;

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

static void add_questions(struct counter_list *l, const struct worker *w)
{
	const struct inspect_counters *i = inspector_counters(w->inspector);

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

static void add_all(struct counter_list *l, const struct worker *w,
                    const struct capture_counters *capture)
{
	const struct worker_counters *c = &w->counters;

	add_capture(l, capture, w->use.is_live);
	add_packets(l, w);
	add(l, "flow.total", c->flows);
	add(l, "flow.named", c->flows_named);
	add(l, "flow.one_sided", c->flows_one_sided);
	add(l, "flow.evicted", flow_table_evictions(w->flows));
	add(l, "flow.active", flow_table_count(w->flows));
	add_questions(l, w);
	add(l, "contacts.total", c->contacts);
	add(l, "contacts.certain", c->contacts_by_confidence[CONFIDENCE_CERTAIN]);
	add(l, "contacts.strong", c->contacts_by_confidence[CONFIDENCE_STRONG]);
	add(l, "contacts.weak", c->contacts_by_confidence[CONFIDENCE_WEAK]);
	add(l, "contacts.refused", c->contacts_refused);
	add(l, "lookups.total", c->lookups);
	add(l, "lookups.blocked", c->lookups_blocked);
	if (w->use.is_live)
		add(l, "memory.questions", w->budget.used);
}

size_t worker_numbers(const struct worker *w, const struct capture_counters *capture,
                      struct event_counter *out, size_t room)
{
	struct counter_list l = { .count = 0 };

	add_all(&l, w, capture);
	l.count = l.count < room ? l.count : room;
	memcpy(out, l.counters, l.count * sizeof *out);
	return l.count;
}

void worker_stats(struct worker *w, const struct capture_counters *capture, uint64_t now_ns)
{
	struct counter_list l = { .count = 0 };
	struct event *e = begin_event(w, EVENT_STATS, NULL, now_ns);
	struct event_stats stats = { .counters = l.counters,
		                     .geo_sources = geo_sources(w->use.geo),
		                     .geo_source_count = geo_source_count(w->use.geo) };

	add_all(&l, w, capture);
	if (w->use.is_live && w->use.more != NULL)
		l.count += w->use.more(w->use.more_context, l.counters + l.count,
		                       COUNTERS_MAX - l.count);
	stats.counter_count = l.count;
	worker_visibility(w, capture, &stats.visibility);
	e->stats = &stats;
	set_event_id(w, e, 0, (struct slice){ 0 }, (uint32_t)(now_ns / 1000000000U));
	emit_event(w, e);
}
