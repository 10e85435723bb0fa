/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elastic Common Schema 9.4.0. What ECS has no field for stands under `dancecard`, in the native
 * shape's own names; durations are nanoseconds, times end in Z, MAC addresses are RFC 7042's.
 */
#include "sensor/event/event_parts.h"

#include <stdio.h>

#include "sensor/event/address_text.h"

#define ECS_VERSION "9.4.0"

/* event.kind and event.type by our types: "Categorization fields". */
static const struct {
	const char *kind, *type;
} categories[EVENT_TYPES] = {
	[EVENT_CONTACT] = { "alert", "connection" }, [EVENT_LOOKUP] = { "alert", "protocol" },
	[EVENT_FLOW] = { "event", "connection" },    [EVENT_PLACEMENT] = { "event", "access" },
	[EVENT_SITE] = { "state", "info" },          [EVENT_HOST] = { "state", "info" },
	[EVENT_STATS] = { "metric", "info" },
};

/* As Elastic's detection rules number them. */
static const uint64_t severities[] = {
	[SEVERITY_INFO] = 1,
	[SEVERITY_LOW] = 21,
	[SEVERITY_MEDIUM] = 47,
	[SEVERITY_HIGH] = 73,
};

static const char *const outcomes[] = {
	[OUTCOME_PENDING] = "unknown", [OUTCOME_ESTABLISHED] = "success",
	[OUTCOME_RESET] = "failure",   [OUTCOME_UNANSWERED] = "failure",
	[OUTCOME_BLOCKED] = "failure",
};

static const char *const confidences[] = {
	[CONFIDENCE_NONE] = NULL,
	[CONFIDENCE_WEAK] = "Low",
	[CONFIDENCE_STRONG] = "Medium",
	[CONFIDENCE_CERTAIN] = "High",
};

static void put_types(struct cJSON *event, const struct event *e)
{
	struct cJSON *types = json_array();

	json_put_word(types, NULL, categories[e->type].type);
	if (e->has_outcome && e->outcome == OUTCOME_BLOCKED)
		json_put_word(types, NULL, "denied");
	if (e->type == EVENT_FLOW)
		json_put_word(types, NULL, "end");
	json_put(event, "type", types);
}

static void put_span(struct cJSON *event, const struct event_flow *f)
{
	json_put_time_utc(event, "start", f->start_ns);
	json_put_time_utc(event, "end", f->end_ns);
	if (f->end_ns >= f->start_ns && f->start_ns > 0)
		json_put_count(event, "duration", f->end_ns - f->start_ns);
}

static void put_event(struct cJSON *line, const struct event *e)
{
	struct cJSON *event = json_object(), *category = json_array();
	char dataset[32];

	snprintf(dataset, sizeof dataset, "dancecard.%s", event_type_word(e->type));
	json_put_hex(event, "id", (struct slice){ e->id, sizeof e->id });
	json_put_word(event, "kind", categories[e->type].kind);
	json_put_word(category, NULL, "network");
	json_put(event, "category", category);
	put_types(event, e);
	json_put_word(event, "module", "dancecard");
	json_put_string(event, "dataset", dataset);
	if (e->has_severity)
		json_put_count(event, "severity", severities[e->severity]);
	if (e->has_outcome)
		json_put_word(event, "outcome", outcomes[e->outcome]);
	if (e->flow != NULL)
		put_span(event, e->flow);
	json_put(line, "event", event);
}

static void put_observer(struct cJSON *line, const struct event *e)
{
	struct cJSON *observer = json_object(), *ingress = json_object(), *nic = json_object();

	json_put_word(observer, "product", "dancecard");
	json_put_word(observer, "type", "sensor");
	json_put_string(observer, "name", e->sensor);
	json_put_string(nic, "name", e->interface);
	json_put(ingress, "interface", nic);
	json_put(observer, "ingress", ingress);
	json_put(line, "observer", observer);
}

static void put_file(struct cJSON *line, const struct event *e)
{
	struct cJSON *log = json_object(), *file = json_object();

	json_put_string(file, "path", e->pcap_filename);
	json_put(log, "file", file);
	json_put(line, "log", log);
}

static void put_vlan(struct cJSON *network, const char *key, uint16_t id)
{
	struct cJSON *vlan = json_object();
	char digits[8];

	snprintf(digits, sizeof digits, "%u", id);
	json_put_string(vlan, "id", digits);
	json_put(network, key, vlan);
}

static void put_vlans(struct cJSON *network, const struct event *e)
{
	struct cJSON *inner = json_object();

	if (e->packet == NULL || e->packet->vlan_count == 0)
		return;
	put_vlan(network, "vlan", e->packet->vlan[0]);
	if (e->packet->vlan_count > 1)
		put_vlan(inner, "vlan", e->packet->vlan[1]);
	json_put(network, "inner", inner);
}

static void put_network(struct cJSON *line, const struct event *e)
{
	struct cJSON *network = json_object();
	char number[4];

	if (!e->has_flow)
		return;
	snprintf(number, sizeof number, "%u", e->protocol);
	json_put_word(network, "type", address_is_ipv4(e->src) ? "ipv4" : "ipv6");
	json_put_string(network, "iana_number", number);
	put_transport(network, "transport", e);
	json_put_string(network, "protocol", e->app_proto);
	json_put_string(network, "community_id", e->community_id);
	if (e->flow != NULL) {
		json_put_count(network, "bytes", e->flow->bytes_toserver + e->flow->bytes_toclient);
		json_put_count(network, "packets", e->flow->pkts_toserver + e->flow->pkts_toclient);
	}
	put_vlans(network, e);
	json_put(line, "network", network);
}

static void put_whose(struct cJSON *end, const struct event_local *l)
{
	if (l->has_mac) {
		char mac[18];

		snprintf(mac, sizeof mac, "%02X-%02X-%02X-%02X-%02X-%02X", l->mac[0], l->mac[1],
		         l->mac[2], l->mac[3], l->mac[4], l->mac[5]);
		json_put_string(end, "mac", mac);
	}
	json_put_wire(end, "domain", l->name, WIRE_BYTES);
}

static void put_where(struct cJSON *end, const struct event_geo *g)
{
	struct cJSON *geo = json_object(), *as = json_object(), *organization = json_object();

	json_put_string(geo, "country_iso_code", g->country);
	json_put_string(geo, "city_name", g->city);
	json_put(end, "geo", geo);
	json_put_some(as, "number", g->asn);
	json_put_string(organization, "name", g->as_org);
	json_put(as, "organization", organization);
	json_put(end, "as", as);
}

static void put_end(struct cJSON *line, const struct event *e, bool is_destination)
{
	struct cJSON *end = json_object();
	const uint8_t *address = is_destination ? e->dst : e->src;

	json_put_address(end, "address", address);
	json_put_address(end, "ip", address);
	if (has_ports(e->protocol))
		json_put_count(end, "port", is_destination ? e->dst_port : e->src_port);
	if (e->flow != NULL) {
		const struct event_flow *f = e->flow;

		json_put_count(end, "bytes",
		               is_destination ? f->bytes_toclient : f->bytes_toserver);
		json_put_count(end, "packets",
		               is_destination ? f->pkts_toclient : f->pkts_toserver);
	}
	bool is_local = is_local_destination(e) == is_destination;

	if (is_local && e->local != NULL)
		put_whose(end, e->local);
	else if (is_destination)
		put_far_name(end, "domain", e);
	if (!is_local && e->geo != NULL)
		put_where(end, e->geo);
	json_put(line, is_destination ? "destination" : "source", end);
}

static void put_ends(struct cJSON *line, const struct event *e)
{
	if (!e->has_flow)
		return;
	put_end(line, e, false);
	put_end(line, e, true);
}

static void put_answer(struct cJSON *answers, const struct event_dns_answer *a)
{
	struct cJSON *row = json_object();
	char memory[RECORD_WORD_MAX];

	json_put_wire(row, "name", a->name, WIRE_NAME);
	json_put_string(row, "type", record_type_word(a->type, memory));
	json_put_count(row, "ttl", a->ttl);
	put_record_data(row, "data", a);
	json_put(answers, NULL, row);
}

static void put_question(struct cJSON *dns, const struct event_dns *d)
{
	struct cJSON *question = json_object();
	char memory[RECORD_WORD_MAX];

	json_put_wire(question, "name", d->rrname, WIRE_NAME);
	if (d->rrtype != 0)
		json_put_string(question, "type", record_type_word(d->rrtype, memory));
	json_put(dns, "question", question);
}

static void put_ecs_dns(struct cJSON *line, const struct event *e)
{
	const struct event_dns *d = e->dns;

	if (d == NULL)
		return;
	struct cJSON *dns = json_object(), *answers = json_array(), *addresses = json_array();
	char memory[RECORD_WORD_MAX];

	json_put_word(dns, "type", d->is_answer ? "answer" : "query");
	snprintf(memory, sizeof memory, "%u", d->id);
	json_put_string(dns, "id", memory);
	put_question(dns, d);
	if (d->is_answer)
		json_put_string(dns, "response_code", response_code_word(d->rcode, memory));
	for (size_t i = 0; i < record_count(d); i++) {
		put_answer(answers, &d->answers[i]);
		if (d->answers[i].address.len > 0)
			put_record_data(addresses, NULL, &d->answers[i]);
	}
	json_put(dns, "answers", answers);
	json_put(dns, "resolved_ip", addresses);
	json_put(line, "dns", dns);
}

/* "TLS 1.3" is version 1.3 of tls; QUIC carries TLS 1.3 whatever its own version. */
static void put_tls(struct cJSON *line, const struct event *e)
{
	const struct event_hello *h = e->hello;

	if (h == NULL)
		return;
	struct cJSON *tls = json_object(), *client = json_object();

	json_put_wire(client, "server_name", h->sni, WIRE_BYTES);
	json_put_string(client, "ja3", h->ja3);
	json_put(tls, "client", client);
	if (!h->is_quic && strncmp(h->version, "TLS ", 4) == 0) {
		json_put_string(tls, "version", h->version + 4);
		json_put_word(tls, "version_protocol", "tls");
	}
	json_put(line, "tls", tls);
}

static void put_web(struct cJSON *line, const struct event *e)
{
	const struct event_http *h = e->http;

	if (h == NULL)
		return;
	struct cJSON *url = json_object(), *http = json_object(), *request = json_object();
	struct cJSON *agent = json_object();

	json_put_wire(url, "domain", h->hostname, WIRE_BYTES);
	json_put_wire(url, "original", h->url, WIRE_BYTES);
	json_put(line, "url", url);
	json_put_wire(request, "method", h->method, WIRE_BYTES);
	json_put_wire(request, "referrer", h->referer, WIRE_BYTES);
	json_put(http, "request", request);
	json_put(line, "http", http);
	json_put_wire(agent, "original", h->user_agent, WIRE_BYTES);
	json_put(line, "user_agent", agent);
}

static void put_rule(struct cJSON *line, const struct event *e)
{
	const struct event_tracker *t = e->tracker;

	if (t == NULL)
		return;
	struct cJSON *rule = json_object(), *threat = json_object();
	struct cJSON *indicator = json_object(), *feed = json_object();

	json_put_string(rule, "name", t->rule);
	json_put_string(rule, "category", t->category);
	json_put_string(rule, "ruleset", t->feed);
	json_put_string(rule, "version", t->feed_version);
	json_put(line, "rule", rule);
	json_put_wire(indicator, "name", t->name, WIRE_NAME);
	if (t->name.len > 0)
		json_put_word(indicator, "type", "domain-name");
	json_put_word(indicator, "confidence", confidences[e->confidence]);
	json_put_string(feed, "name", t->feed);
	json_put(threat, "indicator", indicator);
	json_put(threat, "feed", feed);
	json_put(line, "threat", threat);
}

static void put_organization(struct cJSON *line, const struct event *e)
{
	struct cJSON *organization = json_object();

	if (e->local != NULL)
		json_put_string(organization, "name", e->local->organisation);
	json_put(line, "organization", organization);
}

static void put_related(struct cJSON *line, const struct event *e)
{
	struct cJSON *related = json_object(), *addresses = json_array(), *hosts = json_array();

	if (e->has_flow) {
		json_put_address(addresses, NULL, e->src);
		json_put_address(addresses, NULL, e->dst);
	} else if (e->local != NULL && e->local->has_ip) {
		json_put_address(addresses, NULL, e->local->ip);
	}
	if (e->tracker != NULL)
		json_put_wire(hosts, NULL, e->tracker->name, WIRE_NAME);
	if (e->site != NULL)
		json_put_wire(hosts, NULL, e->site->name, WIRE_NAME);
	json_put(related, "ip", addresses);
	json_put(related, "hosts", hosts);
	json_put(line, "related", related);
}

/* In the native shape's own names, whole: what ECS has no home for, or only half of one. */
static void (*const own[])(struct cJSON *parent, const struct event *) = {
	put_tunnel, put_local, put_tracker, put_judgement, put_evidence,
	put_policy, put_geo,   put_site,    put_ndpi,      put_hello,
	put_flow,   put_tcp,   put_summary, put_stats,     put_names,
};

static void put_own(struct cJSON *line, const struct event *e)
{
	struct cJSON *dancecard = json_object();

	json_put_word(dancecard, "event_type", event_type_word(e->type));
	if (e->has_severity)
		json_put_word(dancecard, "severity", severity_word(e->severity));
	json_put_some(dancecard, "flow_id", e->flow_id);
	json_put_some(dancecard, "pcap_cnt", e->pcap_cnt);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		own[i](dancecard, e);
	json_put(line, "dancecard", dancecard);
}

static void (*const parts[])(struct cJSON *line, const struct event *) = {
	put_event, put_observer, put_file, put_network,      put_ends,    put_tls,
	put_web,   put_ecs_dns,  put_rule, put_organization, put_related, put_own,
};

void put_ecs(struct cJSON *line, const struct event *e)
{
	struct cJSON *ecs = json_object();

	json_put_time_utc(line, "@timestamp", e->time_ns > 0 ? e->time_ns : 1);
	json_put_word(ecs, "version", ECS_VERSION);
	json_put(line, "ecs", ecs);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		parts[i](line, e);
}
