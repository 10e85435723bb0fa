/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/retro/retro.h"

#include <stdlib.h>

#include "sensor/digest.h"
#include "sensor/event/event_id.h"
#include "sensor/event/json.h"
#include "sensor/retro/copy.h"
#include "sensor/retro/seen_set.h"
#include "sensor/verdict/severity.h"

enum { REPORTS_MAX = 64 }; /* of one event: as many as a flow has names */

struct retro {
	const struct feed_set *set;
	struct json_line *json;
	struct digest *digest;
	struct seen_set told, hosts;
	struct retro_counts counts;
};

/* A tracker name that the feed has, and why. */
struct report {
	struct text name; /* empty: an address was all there was */
	struct feed_entry entry;
	enum confidence confidence;
	bool is_by_alias; /* so far no name itself matched */
	const struct seen_name *evidence[EVENT_EVIDENCE_MAX];
	size_t evidence_count;
};

struct reports {
	struct report at[REPORTS_MAX];
	size_t count;
};

struct retro *retro_new(const struct feed_set *set)
{
	struct retro *retro = calloc(1, sizeof *retro);

	if (retro == NULL)
		return NULL;
	retro->set = set;
	retro->json = json_line_new();
	retro->digest = digest_new();
	if (retro->json != NULL && retro->digest != NULL)
		return retro;
	retro_free(retro);
	return NULL;
}

void retro_free(struct retro *retro)
{
	if (retro == NULL)
		return;
	json_line_free(retro->json);
	digest_free(retro->digest);
	seen_set_close(&retro->told);
	seen_set_close(&retro->hosts);
	free(retro);
}

void retro_counts(const struct retro *retro, struct retro_counts *out)
{
	*out = retro->counts;
	out->hosts = retro->hosts.count;
}

static bool same(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool was_reported(const struct seen *seen, const struct report *report)
{
	return seen->type != EVENT_FLOW && report->name.len > 0 &&
	       same(report->name, seen->tracker);
}

/* Who says how much: DESIGN.md, "confidence". */
static enum confidence confidence_of(enum evidence_kind kind)
{
	switch (kind) {
	case EVIDENCE_DNS_ANSWER:
	case EVIDENCE_DNS_CNAME:
	case EVIDENCE_TLS_CERT:
		return CONFIDENCE_STRONG;
	default:
		return CONFIDENCE_CERTAIN;
	}
}

/* Whom an alias stands for: the one name that was asked for. With several nobody knows. */
static struct text asked_name(const struct seen *seen, struct text alias)
{
	struct text asked = { 0 };

	for (size_t i = 0; i < seen->name_count; i++) {
		const struct seen_name *name = &seen->names[i];

		if (name->kind == EVIDENCE_DNS_CNAME || name->kind == EVIDENCE_TLS_CERT)
			continue;
		if (asked.len > 0 && !same(asked, name->value))
			return alias;
		asked = name->value;
	}
	return asked.len > 0 ? asked : alias;
}

static struct report *report_for(struct reports *reports, struct text name)
{
	for (size_t i = 0; i < reports->count; i++)
		if (same(reports->at[i].name, name))
			return &reports->at[i];
	if (reports->count == REPORTS_MAX)
		return NULL;
	struct report *report = &reports->at[reports->count++];

	*report = (struct report){ .name = name, .is_by_alias = true };
	return report;
}

static void hear_name(const struct retro *retro, const struct seen *seen,
                      const struct seen_name *name, struct reports *reports)
{
	bool is_alias = name->kind == EVIDENCE_DNS_CNAME;
	struct feed_entry entry;

	if (!feed_find_name(retro->set, name->value.ptr, name->value.len,
	                    is_alias ? FEED_ALIAS : FEED_NAME, &entry))
		return;
	struct text about = is_alias ? asked_name(seen, name->value) : name->value;
	struct report *report = feed_is_allowed(retro->set, about.ptr, about.len)
	                                ? NULL
	                                : report_for(reports, about);

	if (report == NULL)
		return;
	if (report->evidence_count == 0 || (report->is_by_alias && !is_alias))
		report->entry = entry;
	report->is_by_alias &= is_alias;
	if (report->confidence < confidence_of(name->kind))
		report->confidence = confidence_of(name->kind);
	if (report->evidence_count < EVENT_EVIDENCE_MAX)
		report->evidence[report->evidence_count++] = name;
}

/* Where no name says anything, the address may. */
static void hear_address(const struct retro *retro, const struct seen *seen,
                         struct reports *reports)
{
	struct feed_entry entry;

	for (size_t i = 0; i < seen->name_count; i++)
		if (feed_is_allowed(retro->set, seen->names[i].value.ptr, seen->names[i].value.len))
			return;
	if (seen->is_dns ||
	    !feed_find_address(retro->set, seen->is_far_src ? seen->src : seen->dst, &entry))
		return;
	reports->at[reports->count++] =
	        (struct report){ .entry = entry, .confidence = CONFIDENCE_WEAK };
}

static void put_text(struct cJSON *object, const char *key, struct text text)
{
	json_put_wire(object, key, (struct slice){ (const uint8_t *)text.ptr, text.len },
	              WIRE_NAME);
}

static void put_tracker(struct cJSON *line, const struct report *report)
{
	const struct feed_entry *entry = &report->entry;
	struct cJSON *tracker = json_object();

	json_put_string(tracker, "entity", entry->entity);
	json_put_string(tracker, "product", entry->product);
	json_put_string(tracker, "category", entry->category);
	put_text(tracker, "name", report->name);
	json_put_string(tracker, "rule", entry->rule);
	json_put_string(tracker, "feed", entry->feed);
	json_put_string(tracker, "feed_version", entry->feed_version);
	json_put(line, "tracker", tracker);
}

static void put_evidence(struct cJSON *line, const struct report *report)
{
	struct cJSON *evidence = json_array();

	for (size_t i = 0; i < report->evidence_count; i++) {
		struct cJSON *item = json_object();

		json_put_word(item, "kind", evidence_word(report->evidence[i]->kind));
		put_text(item, "value", report->evidence[i]->value);
		json_put_some(item, "pcap_cnt", report->evidence[i]->packet);
		json_put(evidence, NULL, item);
	}
	if (report->evidence_count == 0) {
		struct cJSON *item = json_object();

		json_put_word(item, "kind", evidence_word(EVIDENCE_IP_NETWORK));
		json_put_string(item, "value", report->entry.rule);
		json_put(evidence, NULL, item);
	}
	json_put(line, "evidence", evidence);
}

/* A flow that was answered; of contacts and lookups the word is copied. */
static const char *outcome_of(const struct seen *seen)
{
	struct text state = json_string(json_get(json_get(seen->line, "flow"), "state"));

	return outcome_word(text_is(state, "new") ? OUTCOME_UNANSWERED : OUTCOME_ESTABLISHED);
}

static void copy_keys(struct cJSON *line, const struct seen *seen, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		json_copy(line, *keys, json_get(seen->line, *keys));
}

/* What a flow's names say of its DNS; a lookup has the whole of it. */
static void put_dns(struct cJSON *line, const struct seen *seen, const struct report *report)
{
	struct cJSON *dns = json_object();

	if (json_get(seen->line, "dns") != NULL) {
		json_copy(line, "dns", json_get(seen->line, "dns"));
		return;
	}
	json_put_count(dns, "version", 3);
	json_put_word(dns, "type", "request");
	put_text(dns, "rrname", report->name);
	json_put(line, "dns", dns);
}

/* In the native shape and its order of keys: sensor/event/README.md. */
static struct slice make_line(struct retro *retro, const struct seen *seen,
                              const struct report *report, const struct event *event)
{
	static const char *const origin[] = {
		"sensor",    "flow_id",   "community_id", "pcap_filename", "pcap_cnt",  "in_iface",
		"vlan",      "src_ip",    "src_port",     "dest_ip",       "dest_port", "proto",
		"icmp_type", "icmp_code", "tunnel",       "app_proto",     "local",     NULL
	};
	static const char *const rest[] = { "geo", "ndpi", "tls", "quic", "http", NULL };
	struct cJSON *line = json_line_begin(retro->json);

	if (seen->type == EVENT_FLOW)
		json_put_time(line, "timestamp", seen->first_ns);
	else
		json_copy(line, "timestamp", json_get(seen->line, "timestamp"));
	json_put_word(line, "event_type", event_type_word(event->type));
	json_put_word(line, "schema", "1.0");
	if (was_reported(seen, report))
		json_copy(line, "event_id", json_get(seen->line, "event_id"));
	else
		json_put_hex(line, "event_id", (struct slice){ event->id, sizeof event->id });
	json_put_word(line, "severity",
	              severity_word(severity_of(NULL, report->entry.category, report->confidence)));
	copy_keys(line, seen, origin);
	put_tracker(line, report);
	json_put_word(line, "confidence", confidence_word(report->confidence));
	if (json_get(seen->line, "outcome") != NULL)
		json_copy(line, "outcome", json_get(seen->line, "outcome"));
	else
		json_put_word(line, "outcome", outcome_of(seen));
	put_evidence(line, report);
	copy_keys(line, seen, rest);
	if (event->type == EVENT_LOOKUP)
		put_dns(line, seen, report);
	return json_line_end(retro->json);
}

/*
 * Of a flow, the id that the sensor gives to its contact: the capture read again with the feed says
 * the same, and a store keeps one of the two. Where the event does not say when the flow began, the
 * id is still the same each time. What was reported then keeps its id.
 */
static void identify(struct retro *retro, const struct seen *seen, struct slice about,
                     struct event *out)
{
	out->type = seen->is_dns ? EVENT_LOOKUP : EVENT_CONTACT;
	memcpy(out->src, seen->src, 16);
	memcpy(out->dst, seen->dst, 16);
	out->src_port = seen->src_port;
	out->dst_port = seen->dst_port;
	out->protocol = seen->protocol;
	event_id_set(retro->digest, out, seen->first_ns, about, 0);
}

/* Once for a flow and name, in however many events they stand. */
static bool is_told(struct retro *retro, const struct seen *seen, struct slice about)
{
	struct event key = { .type = seen->is_dns ? EVENT_LOOKUP : EVENT_CONTACT };
	uint64_t number;

	if (!seen->has_flow_id)
		return false;
	event_id_set(retro->digest, &key, seen->flow_id * 1000, about, 0);
	memcpy(&number, key.id, sizeof number);
	return !seen_set_add(&retro->told, number | 1);
}

static void count(struct retro *retro, const struct seen *seen, const struct report *report)
{
	struct event key = { .type = EVENT_HOST };
	uint64_t number;

	memcpy(key.src, seen->is_far_src ? seen->dst : seen->src, 16);
	event_id_set(retro->digest, &key, 0, (struct slice){ 0 }, 0);
	memcpy(&number, key.id, sizeof number);
	(void)seen_set_add(&retro->hosts, number | 1);
	retro->counts.reports++;
	retro->counts.known += was_reported(seen, report);
}

void retro_ask(struct retro *retro, const struct seen *seen, retro_write *write, void *context)
{
	struct reports reports = { .count = 0 };

	retro->counts.events++;
	for (size_t i = 0; i < seen->name_count; i++)
		hear_name(retro, seen, &seen->names[i], &reports);
	if (reports.count == 0)
		hear_address(retro, seen, &reports);
	for (size_t i = 0; i < reports.count; i++) {
		const struct report *report = &reports.at[i];
		struct slice about = { (const uint8_t *)report->name.ptr, report->name.len };
		struct event event = { 0 };

		if (is_told(retro, seen, about))
			continue;
		identify(retro, seen, about, &event);
		count(retro, seen, report);
		write(context, make_line(retro, seen, report, &event));
	}
}
