/* SPDX-License-Identifier: Apache-2.0 */
/* The native shape: EVE's names where EVE has the thing. The order of the parts is that of the
 * keys. */
#include "sensor/event/event_json.h"

#include "sensor/event/event_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define SCHEMA_VERSION "1.0"

struct event_json {
	struct json_line *json;
};

struct event_json *event_json_new(void)
{
	struct event_json *j = calloc(1, sizeof *j);

	if (j == NULL)
		return NULL;
	j->json = json_line_new();
	if (j->json != NULL)
		return j;
	free(j);
	return NULL;
}

void event_json_free(struct event_json *j)
{
	if (j == NULL)
		return;
	json_line_free(j->json);
	free(j);
}

static void put_head(struct cJSON *line, const struct event *e)
{
	json_put_time(line, "timestamp", e->time_ns > 0 ? e->time_ns : 1); /* 0 would be absent */
	json_put_word(line, "event_type", event_type_word(e->type));
	json_put_word(line, "schema", SCHEMA_VERSION);
	json_put_hex(line, "event_id", (struct slice){ e->id, sizeof e->id });
	if (e->has_severity)
		json_put_word(line, "severity", severity_word(e->severity));
	json_put_string(line, "sensor", e->sensor);
}

static void put_origin(struct cJSON *line, const struct event *e)
{
	json_put_some(line, "flow_id", e->flow_id);
	json_put_string(line, "community_id", e->community_id);
	json_put_string(line, "pcap_filename", e->pcap_filename);
	json_put_some(line, "pcap_cnt", e->pcap_cnt);
	json_put_string(line, "in_iface", e->interface);
}

static void put_vlans(struct cJSON *line, const struct event *e)
{
	if (e->packet == NULL)
		return;
	struct cJSON *vlans = json_array();

	for (size_t i = 0; i < e->packet->vlan_count && i < PACKET_VLANS_MAX; i++)
		json_put_count(vlans, NULL, e->packet->vlan[i]);
	json_put(line, "vlan", vlans);
}

/* As EVE writes them; others by number, three digits. */
static const struct {
	uint8_t number;
	const char *word;
} protocols[] = {
	{ IP_TCP, "TCP" },   { IP_UDP, "UDP" }, { IP_ICMP, "ICMP" }, { IP_ICMP6, "IPv6-ICMP" },
	{ IP_SCTP, "SCTP" }, { 2, "IGMP" },     { 47, "GRE" },       { 50, "ESP" },
	{ 51, "AH" },
};

static void put_protocol(struct cJSON *line, uint8_t protocol)
{
	char number[4];

	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (protocols[i].number == protocol) {
			json_put_word(line, "proto", protocols[i].word);
			return;
		}
	snprintf(number, sizeof number, "%03u", protocol);
	json_put_string(line, "proto", number);
}

static void put_tuple(struct cJSON *line, const struct event *e)
{
	if (!e->has_flow)
		return;
	json_put_address(line, "src_ip", e->src);
	if (has_ports(e->protocol))
		json_put_count(line, "src_port", e->src_port);
	json_put_address(line, "dest_ip", e->dst);
	if (has_ports(e->protocol))
		json_put_count(line, "dest_port", e->dst_port);
	put_protocol(line, e->protocol);
	if (e->protocol == IP_ICMP || e->protocol == IP_ICMP6) {
		json_put_count(line, "icmp_type", e->src_port);
		json_put_count(line, "icmp_code", e->dst_port);
	}
}

static const char *const tunnels[TUNNEL_KINDS] = {
	[TUNNEL_IP_IN_IP] = "ip_in_ip", [TUNNEL_GRE] = "gre",       [TUNNEL_ERSPAN] = "erspan",
	[TUNNEL_VXLAN] = "vxlan",       [TUNNEL_GENEVE] = "geneve", [TUNNEL_GTP_U] = "gtp_u",
	[TUNNEL_TEREDO] = "teredo",     [TUNNEL_TZSP] = "tzsp",     [TUNNEL_MPLS] = "mpls",
	[TUNNEL_PPPOE] = "pppoe",       [TUNNEL_CAPWAP] = "capwap", [TUNNEL_L2TP] = "l2tp",
	[TUNNEL_PBB] = "pbb",           [TUNNEL_TRILL] = "trill",
};

static void put_ends(struct cJSON *object, const struct tunnel *t)
{
	static const uint8_t none[16];

	if (memcmp(t->src, none, sizeof none) == 0 && memcmp(t->dst, none, sizeof none) == 0)
		return;
	json_put_address(object, "src_ip", t->src);
	json_put_address(object, "dest_ip", t->dst);
}

static struct cJSON *make_layer(const struct tunnel *t)
{
	struct cJSON *layer = json_object();

	json_put_word(layer, "kind", tunnels[t->kind]);
	json_put_some(layer, "id", t->id);
	put_ends(layer, t);
	return layer;
}

/* EVE's object tells of the innermost tunnel and how deep it lies; `layers` has all, outermost
 * first. */
void put_tunnel(struct cJSON *line, const struct event *e)
{
	if (e->packet == NULL || e->packet->tunnel_count == 0)
		return;
	size_t count = e->packet->tunnel_count;
	struct cJSON *tunnel = json_object(), *layers = json_array();

	count = count < PACKET_TUNNELS_MAX ? count : PACKET_TUNNELS_MAX;
	for (size_t i = 0; i < count; i++)
		json_put(layers, NULL, make_layer(&e->packet->tunnel[i]));
	put_ends(tunnel, &e->packet->tunnel[count - 1]);
	json_put_count(tunnel, "depth", count);
	json_put(tunnel, "layers", layers);
	json_put(line, "tunnel", tunnel);
}

bool is_local_destination(const struct event *e)
{
	return e->local != NULL && e->local->has_ip && e->has_flow &&
	       memcmp(e->local->ip, e->dst, 16) == 0 && memcmp(e->local->ip, e->src, 16) != 0;
}

static void put_app_proto(struct cJSON *line, const struct event *e)
{
	json_put_string(line, "app_proto", e->app_proto);
}

static void (*const parts[])(struct cJSON *line, const struct event *) = {
	put_head,  put_origin,  put_vlans,     put_tuple,    put_tunnel, put_app_proto,
	put_local, put_tracker, put_judgement, put_evidence, put_policy, put_geo,
	put_site,  put_ndpi,    put_hello,     put_http,     put_dns,    put_flow,
	put_tcp,   put_summary, put_stats,     put_names,
};

static void put_native(struct cJSON *line, const struct event *e)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		parts[i](line, e);
}

static const struct {
	const char *word;
	void (*put)(struct cJSON *line, const struct event *);
} shapes[] = {
	[EVENT_NATIVE] = { "native", put_native },
	[EVENT_ECS] = { "ecs", put_ecs },
	[EVENT_OCSF] = { "ocsf", put_ocsf },
};

bool event_shape(const char *word, enum event_shape *out)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].word, word) == 0) {
			*out = (enum event_shape)i;
			return true;
		}
	return false;
}

struct slice event_json_line(struct event_json *j, enum event_shape shape, const struct event *e)
{
	struct cJSON *line = json_line_begin(j->json);

	shapes[shape].put(line, e);
	return json_line_end(j->json);
}

struct slice event_json_native(struct event_json *j, const struct event *e)
{
	return event_json_line(j, EVENT_NATIVE, e);
}
