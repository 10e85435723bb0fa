/* SPDX-License-Identifier: Apache-2.0 */
/* Written against nDPI 4.2, the one that Debian 12 and Ubuntu 24.04 ship. */
#define _DEFAULT_SOURCE /* the BSD integer names in nDPI's headers */
#include "sensor/flow/classify.h"

#include <stdlib.h>

#include <ndpi_api.h>

#include "sensor/event/address_text.h"

/* What nDPI 4.2's module takes is 4.7 MB. */
enum { MODULE_BYTES = 8 << 20 };

struct classify {
	struct ndpi_detection_module_struct *module;
	struct budget *budget;
};

struct classify_flow {
	uint32_t packets;
	struct ndpi_flow_struct *flow; /* right behind this, in the same block */
};

/*
 * nDPI remembers some flows' ends to label later flows by them, one memory for each thread: what a
 * flow is called would depend on which flows its worker has seen before. These two stand before
 * the library's own, so that it remembers nothing, and a label follows from the flow alone.
 */
u_int8_t ndpi_lru_find_cache(struct ndpi_lru_cache *c, u_int32_t key, u_int16_t *value,
                             u_int8_t clean_key_when_found)
{
	(void)c;
	(void)key;
	(void)value;
	(void)clean_key_when_found;
	return 0;
}

void ndpi_lru_add_to_cache(struct ndpi_lru_cache *c, u_int32_t key, u_int16_t value)
{
	(void)c;
	(void)key;
	(void)value;
}

/* nDPI 4.2 does not survive an allocation that fails while it begins: its tables are tried first.
 */
static bool has_room(void)
{
	void *room = malloc(MODULE_BYTES);

	free(room);
	return room != NULL;
}

struct classify *classify_new(struct budget *budget)
{
	struct classify *c = has_room() ? calloc(1, sizeof *c) : NULL;

	if (c == NULL)
		return NULL;
	c->budget = budget;
	c->module = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
	if (c->module != NULL) {
		NDPI_PROTOCOL_BITMASK all;

		NDPI_BITMASK_SET_ALL(all);
		ndpi_set_protocol_detection_bitmask2(c->module, &all);
		ndpi_finalize_initialization(c->module);
		return c;
	}
	free(c);
	return NULL;
}

void classify_free(struct classify *c)
{
	if (c == NULL)
		return;
	ndpi_exit_detection_module(c->module);
	free(c);
}

static size_t flow_size(void)
{
	return ndpi_detection_get_sizeof_ndpi_flow_struct();
}

static bool begin(struct classify *c, struct classify_flow **state)
{
	struct classify_flow *s = budget_take(c->budget, sizeof *s + flow_size());

	if (s == NULL)
		return false;
	s->flow = (struct ndpi_flow_struct *)(void *)(s + 1);
	*state = s;
	return true;
}

static void keep(const struct ndpi_flow_struct *flow, ndpi_protocol p, struct label *label)
{
	label->master = p.master_protocol;
	label->app = p.app_protocol;
	label->risks = flow->risk;
}

static bool is_known(ndpi_protocol p)
{
	return p.master_protocol != NDPI_PROTOCOL_UNKNOWN ||
	       p.app_protocol != NDPI_PROTOCOL_UNKNOWN;
}

bool classify_packet(struct classify *c, struct classify_flow **state, struct slice network,
                     uint64_t time_ns, struct label *label)
{
	if (network.len == 0 || (*state == NULL && !begin(c, state)))
		return false;
	struct classify_flow *s = *state;

	if (s->packets++ >= CLASSIFY_PACKETS_MAX)
		return true;
	unsigned short len = network.len > UINT16_MAX ? UINT16_MAX : (unsigned short)network.len;
	ndpi_protocol p = ndpi_detection_process_packet(c->module, s->flow, network.ptr, len,
	                                                time_ns / 1000000);

	if (!is_known(p))
		return false;
	keep(s->flow, p, label);
	return ndpi_extra_dissection_possible(c->module, s->flow) == 0;
}

void classify_end(struct classify *c, struct classify_flow **state, struct label *label)
{
	struct classify_flow *s = *state;
	u_int8_t guessed = 0;

	if (s == NULL)
		return;
	if (label->master == 0 && label->app == 0)
		keep(s->flow, ndpi_detection_giveup(c->module, s->flow, 1, &guessed), label);
	ndpi_free_flow_data(s->flow);
	budget_give(c->budget, s, sizeof *s + flow_size());
	*state = NULL;
}

/* What nDPI's table of host names makes of it; 0: nothing. */
static uint16_t match_name(struct classify *c, const struct name *host)
{
	ndpi_protocol_match_result found;
	char text[256];
	size_t len = host->len < sizeof text - 1 ? host->len : sizeof text - 1;

	memcpy(text, host->text, len);
	text[len] = '\0';
	int sub = ndpi_match_string_subprotocol(c->module, text, (u_int)len, &found);

	return sub > 0 ? (uint16_t)sub : 0;
}

void classify_by_name(struct classify *c, enum flow_app app, struct name *host, struct label *label)
{
	static const uint16_t masters[] = {
		[APP_TLS] = NDPI_PROTOCOL_TLS,     [APP_QUIC] = NDPI_PROTOCOL_QUIC,
		[APP_HTTP] = NDPI_PROTOCOL_HTTP,   [APP_HTTP2] = NDPI_PROTOCOL_HTTP,
		[APP_DNS] = NDPI_PROTOCOL_DNS,     [APP_MDNS] = NDPI_PROTOCOL_MDNS,
		[APP_LLMNR] = NDPI_PROTOCOL_LLMNR, [APP_DTLS] = NDPI_PROTOCOL_DTLS,
		[APP_DHCP] = NDPI_PROTOCOL_DHCP,   [APP_NETBIOS] = NDPI_PROTOCOL_NETBIOS,
		[APP_SSH] = NDPI_PROTOCOL_UNKNOWN,
	};

	label->master = masters[app];
	label->app = masters[app];
	if (host == NULL)
		return;
	if (!host->has_label) {
		host->label = match_name(c, host);
		host->has_label = true;
	}
	if (host->label != 0)
		label->app = host->label;
}

/* IPv4 only: nDPI 4.2 knows no networks of IPv6. Network order; 0: none. */
static uint32_t address4(const uint8_t address[16])
{
	uint32_t a = 0;

	if (address_is_ipv4(address))
		memcpy(&a, address + 16 - sizeof a, sizeof a);
	return a;
}

static uint16_t owner_of_address(struct classify *c, const struct flow *f, unsigned side)
{
	struct in_addr address = { .s_addr = address4(f->address[side]) };

	return address.s_addr == 0
	               ? 0
	               : ndpi_network_port_ptree_match(c->module, &address, htons(f->port[side]));
}

void classify_guess(struct classify *c, const struct flow *f, struct label *label)
{
	unsigned server = flow_server(f), client = f->client;

	if (label->app == 0 && label->master == 0) {
		bool has_ports = f->protocol == IPPROTO_TCP || f->protocol == IPPROTO_UDP;
		ndpi_protocol p = ndpi_guess_undetected_protocol(
		        c->module, NULL, f->protocol, ntohl(address4(f->address[client])),
		        has_ports ? f->port[client] : 0, ntohl(address4(f->address[server])),
		        has_ports ? f->port[server] : 0);

		label->master = p.master_protocol;
		label->app = p.app_protocol;
	} else if (label->app == label->master) {
		uint16_t owner = owner_of_address(c, f, server);

		owner = owner != 0 ? owner : owner_of_address(c, f, client);
		label->app = owner != 0 ? owner : label->app;
	}
}

bool classify_is_bytedance(const struct label *label)
{
	return label->app == NDPI_PROTOCOL_TIKTOK || label->master == NDPI_PROTOCOL_TIKTOK;
}

static ndpi_protocol as_protocol(const struct label *label)
{
	ndpi_protocol p = { 0 };

	p.master_protocol = label->master == label->app ? 0 : label->master;
	p.app_protocol = label->app;
	return p;
}

bool classify_describe(struct classify *c, const struct label *label, char *text, size_t room,
                       struct event_ndpi *out)
{
	ndpi_protocol p = as_protocol(label);

	*out = (struct event_ndpi){ 0 };
	if (!is_known(p))
		return false;
	out->protocol = ndpi_protocol2name(c->module, p, text, (u_int)room);
	out->category = ndpi_category_get_name(c->module, ndpi_get_proto_category(c->module, p));
	for (unsigned bit = 0; bit < NDPI_MAX_RISK && out->risk_count < 8; bit++)
		if (label->risks >> bit & 1)
			out->risks[out->risk_count++] = ndpi_risk2str((ndpi_risk_enum)bit);
	return true;
}

const char *classify_version(void)
{
	return ndpi_revision();
}
