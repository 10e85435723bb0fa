/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSF 1.8.0. A lookup is a DNS Activity (4003), whatever else has a flow a Network Activity
 * (4001), and the rest (sites, sums, numbers) a Base Event (0), which has no home for it. What a
 * class has no attribute for stands under `unmapped`, in the native shape's own names. Times are
 * milliseconds.
 */
#include "sensor/event/event_parts.h"

#include <stdio.h>

#include "sensor/event/address_text.h"

#define OCSF_VERSION "1.8.0"

enum { MILLISECOND = 1000000 };

struct class
{
	uint64_t uid, category;
	const char *name, *category_name;
};

static const struct class base = { 0, 0, "Base Event", "Uncategorized" };
static const struct class network = { 4001, 4, "Network Activity", "Network Activity" };
static const struct class dns = { 4003, 4, "DNS Activity", "Network Activity" };

static const struct class *class_of(const struct event *e)
{
	if (!e->has_flow)
		return &base;
	return e->type == EVENT_LOOKUP && e->dns != NULL ? &dns : &network;
}

struct activity {
	uint64_t id;
	const char *name;
};

static const struct activity by_outcome[] = {
	[OUTCOME_PENDING] = { 6, "Traffic" }, [OUTCOME_ESTABLISHED] = { 1, "Open" },
	[OUTCOME_RESET] = { 3, "Reset" },     [OUTCOME_UNANSWERED] = { 4, "Fail" },
	[OUTCOME_BLOCKED] = { 4, "Fail" },
};

static struct activity activity_of(const struct event *e, const struct class *class)
{
	if (class == &base)
		return (struct activity){ 99, event_type_word(e->type) };
	if (class == &dns)
		return e->dns->is_answer ? (struct activity){ 2, "Response" }
		                         : (struct activity){ 1, "Query" };
	if (e->type == EVENT_CONTACT && e->has_outcome)
		return by_outcome[e->outcome];
	if (e->type == EVENT_FLOW && e->flow != NULL && e->flow->state != NULL &&
	    strcmp(e->flow->state, "closed") == 0)
		return (struct activity){ 2, "Close" };
	return (struct activity){ 6, "Traffic" };
}

static const struct activity severities[] = {
	[SEVERITY_INFO] = { 1, "Informational" },
	[SEVERITY_LOW] = { 2, "Low" },
	[SEVERITY_MEDIUM] = { 3, "Medium" },
	[SEVERITY_HIGH] = { 4, "High" },
};

static void put_class(struct cJSON *line, const struct event *e)
{
	const struct class *class = class_of(e);
	struct activity activity = activity_of(e, class);
	enum severity severity = e->has_severity ? e->severity : SEVERITY_INFO;

	json_put_count(line, "class_uid", class->uid);
	json_put_word(line, "class_name", class->name);
	json_put_count(line, "category_uid", class->category);
	json_put_word(line, "category_name", class->category_name);
	json_put_count(line, "activity_id", activity.id);
	json_put_word(line, "activity_name", activity.name);
	json_put_count(line, "type_uid", class->uid * 100 + activity.id);
	json_put_count(line, "severity_id", severities[severity].id);
	json_put_word(line, "severity", severities[severity].name);
	json_put_count(line, "time", e->time_ns / MILLISECOND);
	if (e->flow == NULL || e->flow->start_ns == 0)
		return;
	json_put_count(line, "start_time", e->flow->start_ns / MILLISECOND);
	if (e->flow->end_ns < e->flow->start_ns)
		return;
	json_put_count(line, "end_time", e->flow->end_ns / MILLISECOND);
	json_put_count(line, "duration", (e->flow->end_ns - e->flow->start_ns) / MILLISECOND);
}

static const struct activity statuses[] = {
	[OUTCOME_PENDING] = { 0, "Unknown" }, [OUTCOME_ESTABLISHED] = { 1, "Success" },
	[OUTCOME_RESET] = { 2, "Failure" },   [OUTCOME_UNANSWERED] = { 2, "Failure" },
	[OUTCOME_BLOCKED] = { 2, "Failure" },
};

static void put_status(struct cJSON *line, const struct event *e)
{
	if (!e->has_outcome)
		return;
	json_put_count(line, "status_id", statuses[e->outcome].id);
	json_put_word(line, "status", statuses[e->outcome].name);
	json_put_word(line, "status_detail", outcome_word(e->outcome));
}

static void put_metadata(struct cJSON *line, const struct event *e)
{
	struct cJSON *metadata = json_object(), *product = json_object();
	struct cJSON *reporter = json_object(), *profiles = json_array();

	json_put_word(metadata, "version", OCSF_VERSION);
	json_put_hex(metadata, "uid", (struct slice){ e->id, sizeof e->id });
	json_put_word(metadata, "event_code", event_type_word(e->type));
	json_put_word(product, "name", "dancecard");
	json_put_word(product, "vendor_name", "dancecard");
	json_put(metadata, "product", product);
	json_put_string(metadata, "log_name", e->pcap_filename);
	json_put_string(reporter, "name", e->sensor);
	json_put(metadata, "reporter", reporter);
	if (e->tracker != NULL) {
		json_put_word(profiles, NULL, "osint");
		json_put_word(profiles, NULL, "security_control");
	}
	json_put(metadata, "profiles", profiles);
	json_put(line, "metadata", metadata);
}

static void put_uid(struct cJSON *object, const char *key, uint64_t id)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)id);
	json_put_string(object, key, digits);
}

static void put_connection(struct cJSON *line, const struct event *e)
{
	struct cJSON *info = json_object();

	json_put_count(info, "direction_id",
	               e->local == NULL          ? 0
	               : is_local_destination(e) ? 1
	                                         : 2);
	json_put_count(info, "protocol_num", e->protocol);
	put_transport(info, "protocol_name", e);
	json_put_count(info, "protocol_ver_id", address_is_ipv4(e->src) ? 4 : 6);
	if (e->flow_id != 0)
		put_uid(info, "uid", e->flow_id);
	json_put_string(info, "community_uid", e->community_id);
	if (e->flow != NULL && e->protocol == IP_TCP)
		json_put_count(info, "tcp_flags",
		               e->flow->tcp_flags_toserver | e->flow->tcp_flags_toclient);
	json_put(line, "connection_info", info);
}

static void put_where(struct cJSON *end, const struct event_geo *g)
{
	struct cJSON *location = json_object(), *as = json_object();

	json_put_string(location, "country", g->country);
	json_put_string(location, "city", g->city);
	if (g->country[0] != '\0' || g->city[0] != '\0')
		json_put_string(location, "provider", g->source);
	json_put(end, "location", location);
	json_put_some(as, "number", g->asn);
	json_put_string(as, "name", g->as_org);
	json_put(end, "autonomous_system", as);
}

static void put_endpoint(struct cJSON *line, const struct event *e, bool is_destination)
{
	struct cJSON *end = json_object();
	bool is_local = is_local_destination(e) == is_destination;

	json_put_address(end, "ip", is_destination ? e->dst : e->src);
	if (has_ports(e->protocol))
		json_put_count(end, "port", is_destination ? e->dst_port : e->src_port);
	if (is_local && e->local != NULL) {
		json_put_wire(end, "hostname", e->local->name, WIRE_BYTES);
		if (e->local->has_mac)
			json_put_mac(end, "mac", e->local->mac);
	} else if (is_destination) {
		put_far_name(end, "hostname", e);
	}
	if (is_local && e->packet != NULL && e->packet->vlan_count > 0)
		put_uid(end, "vlan_uid", e->packet->vlan[0]);
	if (!is_local && e->geo != NULL)
		put_where(end, e->geo);
	json_put(line, is_destination ? "dst_endpoint" : "src_endpoint", end);
}

static void put_traffic(struct cJSON *line, const struct event_flow *f)
{
	struct cJSON *traffic = json_object();

	json_put_count(traffic, "bytes", f->bytes_toserver + f->bytes_toclient);
	json_put_count(traffic, "bytes_out", f->bytes_toserver);
	json_put_count(traffic, "bytes_in", f->bytes_toclient);
	json_put_count(traffic, "packets", f->pkts_toserver + f->pkts_toclient);
	json_put_count(traffic, "packets_out", f->pkts_toserver);
	json_put_count(traffic, "packets_in", f->pkts_toclient);
	json_put(line, "traffic", traffic);
}

static void put_network(struct cJSON *line, const struct event *e)
{
	if (!e->has_flow)
		return;
	put_connection(line, e);
	put_endpoint(line, e, false);
	put_endpoint(line, e, true);
	if (e->flow != NULL)
		put_traffic(line, e->flow);
	if (e->ndpi != NULL)
		json_put_string(line, "app_name", e->ndpi->protocol);
	json_put_string(line, "app_protocol_name", e->app_proto);
}

/* `version` is required there; the version of QUIC is no version of TLS, and TLS 1.3 is in it. */
static void put_tls(struct cJSON *line, const struct event *e)
{
	const struct event_hello *h = e->hello;

	if (h == NULL)
		return;
	struct cJSON *tls = json_object(), *ja3 = json_object();
	struct cJSON *list = json_array(), *ja4 = json_object();
	bool is_tls = strncmp(h->version, "TLS ", 4) == 0;

	json_put_string(tls, "version", h->is_quic ? "1.3" : is_tls ? h->version + 4 : h->version);
	json_put_wire(tls, "sni", h->sni, WIRE_BYTES);
	if (h->ja3[0] != '\0') {
		json_put_count(ja3, "algorithm_id", 1);
		json_put_string(ja3, "value", h->ja3);
	}
	json_put(tls, "ja3_hash", ja3);
	if (h->is_quic || h->version[0] != '\0')
		json_put(line, "tls", tls);
	if (h->ja4[0] == '\0')
		return;
	json_put_count(ja4, "type_id", 1);
	json_put_string(ja4, "value", h->ja4);
	json_put(list, NULL, ja4);
	json_put(line, "ja4_fingerprint_list", list);
}

static void put_url(struct cJSON *line, const struct event *e)
{
	struct cJSON *url = json_object();

	if (e->http == NULL || !e->has_flow || class_of(e) != &network)
		return;
	json_put_wire(url, "hostname", e->http->hostname, WIRE_BYTES);
	json_put_wire(url, "path", e->http->url, WIRE_BYTES);
	if (e->http->url.len > 0)
		json_put(line, "url", url);
}

static const char *const rcodes[] = {
	"NoError",  "FormError", "ServError", "NXDomain", "NotImp",  "Refused",
	"YXDomain", "YXRRSet",   "NXRRSet",   "NotAuth",  "NotZone",
};

static void put_rcode(struct cJSON *line, uint8_t rcode)
{
	bool is_known = rcode < sizeof rcodes / sizeof *rcodes;
	char memory[RECORD_WORD_MAX];

	json_put_count(line, "rcode_id", is_known ? rcode : 99);
	json_put_string(line, "rcode",
	                is_known ? rcodes[rcode] : response_code_word(rcode, memory));
}

/* An answer without data is none to OCSF. */
static void put_answers(struct cJSON *line, const struct event_dns *d)
{
	struct cJSON *answers = json_array();
	char memory[RECORD_WORD_MAX];

	for (size_t i = 0; i < record_count(d); i++) {
		const struct event_dns_answer *a = &d->answers[i];
		struct cJSON *row = json_object();

		if (!has_record_data(a))
			continue;
		json_put_string(row, "type", record_type_word(a->type, memory));
		put_record_data(row, "rdata", a);
		json_put_count(row, "ttl", a->ttl);
		json_put(answers, NULL, row);
	}
	json_put(line, "answers", answers);
}

static void put_question(struct cJSON *line, const struct event *e)
{
	const struct event_dns *d = e->dns;
	struct cJSON *query = json_object();
	char memory[RECORD_WORD_MAX];

	if (d == NULL || class_of(e) != &dns)
		return;
	json_put_wire(query, "hostname", d->rrname, WIRE_NAME);
	if (d->rrtype != 0)
		json_put_string(query, "type", record_type_word(d->rrtype, memory));
	json_put_count(query, "packet_uid", d->id);
	json_put(line, "query", query);
	if (d->is_answer) {
		put_rcode(line, d->rcode);
		json_put_count(line, "response_time", e->time_ns / MILLISECOND);
	} else {
		json_put_count(line, "query_time", e->time_ns / MILLISECOND);
	}
	put_answers(line, d);
}

static const struct activity confidences[] = {
	[CONFIDENCE_NONE] = { 0, "Unknown" },
	[CONFIDENCE_WEAK] = { 1, "Low" },
	[CONFIDENCE_STRONG] = { 2, "Medium" },
	[CONFIDENCE_CERTAIN] = { 3, "High" },
};

/*
 * The feed's entry is the indicator: the profiles `osint` and `security_control`. `value` has to be
 * there: what is said of a site is about all of an owner's trackers, and names the owner.
 */
static void put_indicator(struct cJSON *line, const struct event *e)
{
	const struct event_tracker *t = e->tracker;

	if (t == NULL)
		return;
	struct cJSON *list = json_array(), *row = json_object(), *labels = json_array();
	bool has_name = t->name.len > 0;

	json_put_count(row, "type_id", has_name ? 2 : 99);
	if (has_name)
		json_put_wire(row, "value", t->name, WIRE_NAME);
	else /* of a site whose tracker was never named nothing is known but whose it is */
		json_put_string(row, "value", t->rule != NULL ? t->rule : t->entity);
	json_put_string(row, "vendor_name", t->feed);
	json_put_string(row, "category", t->category);
	json_put_string(labels, NULL, t->entity);
	json_put_string(labels, NULL, t->product);
	json_put(row, "labels", labels);
	json_put_count(row, "confidence_id", confidences[e->confidence].id);
	json_put_word(row, "confidence", confidences[e->confidence].name);
	json_put(list, NULL, row);
	json_put(line, "osint", list);
	json_put_count(line, "confidence_id", confidences[e->confidence].id);
	json_put_word(line, "confidence", confidences[e->confidence].name);
	json_put_bool(line, "is_alert", e->type == EVENT_CONTACT || e->type == EVENT_LOOKUP);
}

static void (*const own[])(struct cJSON *parent, const struct event *) = {
	put_tunnel, put_local, put_tracker, put_judgement, put_evidence,
	put_policy, put_geo,   put_site,    put_ndpi,      put_hello,
	put_http,   put_flow,  put_summary, put_stats,     put_names,
};

static void put_unmapped(struct cJSON *line, const struct event *e)
{
	struct cJSON *unmapped = json_object();

	json_put_some(unmapped, "pcap_cnt", e->pcap_cnt);
	json_put_string(unmapped, "in_iface", e->interface);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		own[i](unmapped, e);
	if (e->dns != NULL && class_of(e) != &dns)
		put_dns(unmapped, e);
	json_put(line, "unmapped", unmapped);
}

static void (*const parts[])(struct cJSON *line, const struct event *) = {
	put_class, put_status,   put_metadata,  put_network,  put_tls,
	put_url,   put_question, put_indicator, put_unmapped,
};

void put_ocsf(struct cJSON *line, const struct event *e)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		parts[i](line, e);
}
