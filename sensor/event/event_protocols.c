/* SPDX-License-Identifier: Apache-2.0 */
/* EVE's own objects of a flow, and every name that was seen on it. */
#include "sensor/event/event_parts.h"

#include <stdio.h>

void put_ndpi(struct cJSON *line, const struct event *e)
{
	if (e->ndpi == NULL)
		return;
	struct cJSON *ndpi = json_object(), *risks = json_array();

	json_put_string(ndpi, "protocol", e->ndpi->protocol);
	json_put_string(ndpi, "category", e->ndpi->category);
	for (size_t i = 0; i < e->ndpi->risk_count && i < EVENT_RISKS_MAX; i++)
		json_put_string(risks, NULL, e->ndpi->risks[i]);
	json_put(ndpi, "risks", risks);
	json_put(line, "ndpi", ndpi);
}

/* EVE: quic has one `alpn`, tls all that the client offered. */
static void put_alpn(struct cJSON *object, const struct event_hello *h)
{
	if (h->is_quic) {
		if (h->alpn_count > 0)
			json_put_wire(object, "alpn", h->alpn[0], WIRE_BYTES);
		return;
	}
	struct cJSON *alpns = json_array();

	for (size_t i = 0; i < h->alpn_count && i < EVENT_ALPNS_MAX; i++)
		json_put_wire(alpns, NULL, h->alpn[i], WIRE_BYTES);
	json_put(object, "client_alpns", alpns);
}

void put_hello(struct cJSON *line, const struct event *e)
{
	const struct event_hello *h = e->hello;

	if (h == NULL)
		return;
	struct cJSON *object = json_object(), *ja3 = json_object();

	json_put_string(object, "version", h->version);
	json_put_wire(object, "sni", h->sni, WIRE_BYTES);
	put_alpn(object, h);
	json_put_string(ja3, "hash", h->ja3);
	json_put(object, "ja3", ja3);
	json_put_string(object, "ja4", h->ja4);
	json_put_word(object, "ech", ech_word(h->ech));
	if (h->has_post_quantum_share)
		json_put_bool(object, "post_quantum", true);
	if (!h->is_complete)
		json_put_bool(object, "complete", false);
	json_put(line, h->is_quic ? "quic" : "tls", object);
}

void put_http(struct cJSON *line, const struct event *e)
{
	const struct event_http *h = e->http;

	if (h == NULL)
		return;
	struct cJSON *http = json_object();

	json_put_wire(http, "hostname", h->hostname, WIRE_BYTES);
	json_put_wire(http, "url", h->url, WIRE_BYTES);
	json_put_wire(http, "http_user_agent", h->user_agent, WIRE_BYTES);
	json_put_wire(http, "xff", h->forwarded_for, WIRE_BYTES);
	json_put_wire(http, "http_refer", h->referer, WIRE_BYTES);
	json_put_wire(http, "http_method", h->method, WIRE_BYTES);
	json_put(line, "http", http);
}

static uint64_t age_seconds(const struct event_flow *f)
{
	uint64_t start = f->start_ns / 1000000000, end = f->end_ns / 1000000000;

	return end > start ? end - start : 0;
}

void put_flow(struct cJSON *line, const struct event *e)
{
	const struct event_flow *f = e->flow;

	if (f == NULL)
		return;
	struct cJSON *flow = json_object();

	json_put_count(flow, "pkts_toserver", f->pkts_toserver);
	json_put_count(flow, "pkts_toclient", f->pkts_toclient);
	json_put_count(flow, "bytes_toserver", f->bytes_toserver);
	json_put_count(flow, "bytes_toclient", f->bytes_toclient);
	json_put_time(flow, "start", f->start_ns);
	json_put_time(flow, "end", f->end_ns);
	if (f->end_ns > 0)
		json_put_count(flow, "age", age_seconds(f));
	json_put_string(flow, "state", f->state);
	json_put_string(flow, "reason", f->reason);
	json_put_bool(flow, "alerted", f->alerted);
	json_put_string(flow, "activity", f->activity);
	json_put_some(flow, "beacons", f->beacons);
	json_put(line, "flow", flow);
}

static const struct {
	uint8_t bit;
	const char *key;
} tcp_flags[] = {
	{ TCP_SYN, "syn" }, { TCP_FIN, "fin" }, { TCP_RST, "rst" },
	{ TCP_PSH, "psh" }, { TCP_ACK, "ack" },
};

static void put_flags(struct cJSON *tcp, const char *key, uint8_t flags)
{
	char digits[3];

	snprintf(digits, sizeof digits, "%02x", flags);
	json_put_string(tcp, key, digits);
}

void put_tcp(struct cJSON *line, const struct event *e)
{
	if (e->flow == NULL || e->protocol != IP_TCP)
		return;
	uint8_t there = e->flow->tcp_flags_toserver, back = e->flow->tcp_flags_toclient;
	struct cJSON *tcp = json_object();

	put_flags(tcp, "tcp_flags", there | back);
	put_flags(tcp, "tcp_flags_ts", there);
	put_flags(tcp, "tcp_flags_tc", back);
	for (size_t i = 0; i < sizeof tcp_flags / sizeof *tcp_flags; i++)
		if ((there | back) & tcp_flags[i].bit)
			json_put_bool(tcp, tcp_flags[i].key, true);
	json_put(line, "tcp", tcp);
}

void put_names(struct cJSON *line, const struct event *e)
{
	struct cJSON *list = json_array();

	for (size_t i = 0; i < e->name_count && i < EVENT_NAMES_MAX; i++) {
		const struct event_name *name = &e->names[i];
		struct cJSON *row = json_object();

		if (name->value.len == 0)
			continue;
		json_put_word(row, "kind", evidence_word(name->kind));
		json_put_wire(row, "value", name->value, evidence_form(name->kind));
		json_put_count(row, "count", name->count);
		json_put(list, NULL, row);
	}
	json_put(line, "names", list);
}

void put_transport(struct cJSON *parent, const char *key, const struct event *e)
{
	static const struct {
		uint8_t number;
		const char *word;
	} transports[] = {
		{ IP_TCP, "tcp" },   { IP_UDP, "udp" },         { IP_ICMP, "icmp" },
		{ IP_SCTP, "sctp" }, { IP_ICMP6, "ipv6-icmp" },
	};

	for (size_t i = 0; i < sizeof transports / sizeof *transports; i++)
		if (transports[i].number == e->protocol)
			json_put_word(parent, key, transports[i].word);
}

void put_far_name(struct cJSON *end, const char *key, const struct event *e)
{
	if (e->hello != NULL && e->hello->sni.len > 0)
		json_put_wire(end, key, e->hello->sni, WIRE_BYTES);
	else if (e->http != NULL && e->http->hostname.len > 0)
		json_put_wire(end, key, e->http->hostname, WIRE_BYTES);
	else if (e->tracker != NULL && e->dns == NULL)
		json_put_wire(end, key, e->tracker->name, WIRE_NAME);
}
