/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/port/port.h"

#include "dissect/packet.h"
#include "sensor/capture/duplicates.h"

#include <stdlib.h>
#include <string.h>

enum {
	CONNECTIONS = 1 << 15, /* places; a power of 2 */
	ETHERNET_HEAD = 14,
	MTU = 1500,
	TCP_IP_HEADS = 40, /* without options: the least that is above the payload */
	DNS_HEAD = 12,
	DNS_PORT = 53,
	TLS_DNS_PORT = 853, /* DoT: RFC 7858, DoQ: RFC 9250 */
};

enum { FROM_CLIENT = 1, FROM_SERVER = 2, IS_BEYOND_ATTEMPT = 4 };

/* Who comes later takes the place over, and the old one is counted. */
struct connection {
	uint64_t hash; /* 0: nobody */
	unsigned seen;
};

struct port {
	uint32_t mtu;
	size_t mac_count;
	uint8_t macs[PORT_MACS][6];
	struct duplicates *duplicates;
	struct port_counters counters, summed;
	uint64_t asked[2 * PORT_PEOPLE]; /* questions of each in `askers` */
	struct connection connections[CONNECTIONS];
};

struct port *port_new(uint32_t mtu)
{
	struct port *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->mtu = mtu > 0 ? mtu : MTU;
	p->duplicates = duplicates_new();
	if (p->duplicates != NULL)
		return p;
	port_free(p);
	return NULL;
}

void port_free(struct port *p)
{
	if (p == NULL)
		return;
	duplicates_free(p->duplicates);
	free(p);
}

uint32_t port_mtu(const struct port *p)
{
	return p->mtu;
}

bool port_is_ours(const struct port *p)
{
	return p->mac_count > 0;
}

void port_know(struct port *p, const uint8_t mac[6])
{
	if (p->mac_count < PORT_MACS)
		memcpy(p->macs[p->mac_count++], mac, sizeof p->macs[0]);
}

static uint64_t hash_address(const uint8_t address[16])
{
	uint64_t low, high;

	memcpy(&high, address, 8);
	memcpy(&low, address + 8, 8);
	high = (high ^ low >> 29 ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
	low = (low ^ high >> 31) * UINT64_C(0xc4ceb9fe1a85ec53);
	return low ^ low >> 33;
}

/* Its place, or one that is free; with PORT_PEOPLE it is full, and nobody is added. */
static size_t meet(struct people *people, const uint8_t address[16])
{
	const size_t room = sizeof people->hashes / sizeof *people->hashes;
	uint64_t hash = hash_address(address) | 1;
	size_t at = (size_t)(hash >> 8) % room;

	while (people->hashes[at] != 0 && people->hashes[at] != hash)
		at = (at + 1) % room;
	if (people->hashes[at] == 0 && people->count < PORT_PEOPLE) {
		people->hashes[at] = hash;
		people->count++;
	}
	return at;
}

/* ---- the link ---- */

static bool is_our_mac(const struct port *p, const uint8_t *mac)
{
	for (size_t i = 0; i < p->mac_count; i++)
		if (memcmp(p->macs[i], mac, sizeof p->macs[i]) == 0)
			return true;
	return false;
}

static void count_address(struct port *p, const struct frame *f)
{
	struct port_counters *c = &p->counters;
	const uint8_t *at = f->bytes.ptr;

	if (f->link != LINK_ETHERNET || f->bytes.len < ETHERNET_HEAD)
		return;
	if ((at[0] & 1) != 0)
		c->to_all++;
	else if (is_our_mac(p, at) || is_our_mac(p, at + 6))
		c->to_us++;
	else
		c->to_others++;
}

static void count_vlan(struct port_counters *c, const struct packet *packet)
{
	size_t i = 0;

	if (packet->vlan_count == 0) {
		c->untagged++;
		return;
	}
	c->tagged++;
	while (i < c->vlan_count && c->vlans[i].id != packet->vlan[0])
		i++;
	if (i == PORT_VLANS) {
		c->tagged_otherwise++;
		return;
	}
	if (i == c->vlan_count)
		c->vlans[c->vlan_count++] = (struct port_vlan){ .id = packet->vlan[0] };
	c->vlans[i].packets++;
}

static void count_size(struct port *p, const struct packet *packet)
{
	uint32_t size = packet->payload_len + TCP_IP_HEADS;

	if (packet->protocol != IP_TCP || packet->tunnel_count > 0 || packet->is_fragment)
		return;
	p->counters.oversize += size > p->mtu;
	if (size > p->counters.largest)
		p->counters.largest = size;
}

/* ---- connections ---- */

static void settle(struct port_counters *c, const struct connection *one)
{
	if ((one->seen & IS_BEYOND_ATTEMPT) == 0)
		return;
	c->connections++;
	c->only_clients += (one->seen & FROM_SERVER) == 0;
	c->only_servers += (one->seen & FROM_CLIENT) == 0;
}

static struct connection *connection_of(struct port *p, const struct packet *packet)
{
	uint64_t hash = hash_address(packet->src) * packet->src_port +
	                hash_address(packet->dst) * packet->dst_port;
	hash = (hash ^ hash >> 32) | 1;
	struct connection *one = &p->connections[(hash >> 1) % CONNECTIONS];

	if (one->hash != hash) {
		settle(&p->counters, one);
		*one = (struct connection){ .hash = hash };
	}
	return one;
}

/* Clients have the higher port. A lone SYN, and the RST that answers it, is no connection. */
static void follow(struct port *p, const struct packet *packet)
{
	bool is_client = packet->src_port > packet->dst_port;
	struct connection *one;

	if (packet->protocol != IP_TCP || packet->is_fragment ||
	    packet->src_port == packet->dst_port)
		return;
	one = connection_of(p, packet);
	one->seen |= is_client ? FROM_CLIENT : FROM_SERVER;
	if ((packet->tcp_flags & TCP_ACK) != 0 && (packet->tcp_flags & TCP_RST) == 0)
		one->seen |= IS_BEYOND_ATTEMPT;
	meet(&p->counters.clients, is_client ? packet->src : packet->dst);
}

/* ---- DNS ---- */

static void count_question(struct port *p, const struct packet *packet)
{
	struct port_counters *c = &p->counters;
	size_t who = meet(&c->askers, packet->src);

	c->dns_questions++;
	if (++p->asked[who] > c->top_asker)
		c->top_asker = p->asked[who];
}

static bool is_between(const struct packet *packet, uint16_t port)
{
	return packet->src_port == port || packet->dst_port == port;
}

static void count_dns(struct port *p, const struct packet *packet)
{
	bool has_transport = packet->protocol == IP_TCP || packet->protocol == IP_UDP;

	if (!has_transport || packet->is_fragment || packet->payload_len < DNS_HEAD)
		return;
	if (is_between(packet, TLS_DNS_PORT))
		p->counters.dns_encrypted++;
	else if (packet->dst_port == DNS_PORT)
		count_question(p, packet);
	else if (packet->src_port == DNS_PORT)
		p->counters.dns_answers++;
}

/* ---- all of it ---- */

static void count_time(struct port_counters *c, uint64_t time_ns)
{
	if (c->packets == 1 || time_ns < c->first_ns)
		c->first_ns = time_ns;
	if (time_ns > c->last_ns)
		c->last_ns = time_ns;
}

void port_add(struct port *p, const struct frame *f)
{
	struct port_counters *c = &p->counters;
	struct packet packet;
	enum parse answer = dissect_packet(f->link, f->bytes, &packet);

	c->packets++;
	c->bytes += f->wire_len;
	count_time(c, f->time_ns);
	count_address(p, f);
	c->not_ip += answer == PARSE_FOREIGN;
	c->malformed += answer != PARSE_FOREIGN && answer != PARSE_OK;
	if (answer != PARSE_OK)
		return;
	count_vlan(c, &packet);
	uint64_t mark = duplicate_mark(p->duplicates, &packet, f);

	if (mark != 0 && duplicate_seen(p->duplicates, mark, f->time_ns)) {
		c->duplicates++;
		return;
	}
	c->tunnelled += packet.tunnel_count > 0;
	c->truncated += !packet.is_fragment && packet.payload.len < packet.payload_len;
	count_size(p, &packet);
	follow(p, &packet);
	count_dns(p, &packet);
}

const struct port_counters *port_count(struct port *p)
{
	p->summed = p->counters;
	for (size_t i = 0; i < CONNECTIONS; i++)
		settle(&p->summed, &p->connections[i]);
	return &p->summed;
}
