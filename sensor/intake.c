/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/intake.h"

#include <stdlib.h>

#include "sensor/capture/duplicates.h"
#include "sensor/flow/fragments.h"
#include "sensor/owner.h"
#include "sensor/role.h"

enum {
	CARDS = 2048, /* a power of 2 */
	ROLES = 256,
	DHCP_SERVER = 67,
	DHCP_CLIENT = 68,
	NETBIOS_NAME = 137,
	NETBIOS_DATAGRAM = 138,
	DHCP6_CLIENT = 546,
	DHCP6_SERVER = 547,
	MDNS_PORT = 5353,
	LLMNR_PORT = 5355,
};

struct intake {
	struct intake_counters counters;
	struct fragments *fragments;
	struct duplicates *duplicates; /* NULL: copies are kept */
	const struct config *config;   /* NULL: none */
	/* Hashes of the addresses and MACs that were told: a pair is told again when it was
	 * forgotten. */
	uint64_t cards[CARDS];
	struct told_role {
		uint8_t host[16];
		enum host_role role;
	} roles[ROLES]; /* the same of what hosts were shown to be */
};

struct intake *intake_new(bool keep_duplicates, uint64_t seed)
{
	struct intake *in = calloc(1, sizeof *in);

	if (in == NULL)
		return NULL;
	in->fragments = fragments_new(&(struct fragments_options){ .seed = { seed, ~seed } });
	in->duplicates = keep_duplicates ? NULL : duplicates_new();
	if (in->fragments != NULL && (keep_duplicates || in->duplicates != NULL))
		return in;
	intake_free(in);
	return NULL;
}

void intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	fragments_free(in->fragments);
	duplicates_free(in->duplicates);
	free(in);
}

void intake_use(struct intake *in, const struct config *config)
{
	in->config = config;
}

const struct intake_counters *intake_count(const struct intake *in)
{
	return &in->counters;
}

static void count_protocol(struct intake_counters *c, const struct packet *p)
{
	c->bad_ip_checksum += p->bad_ip_checksum;
	c->truncated += p->payload.len < p->payload_len;
	switch (p->protocol) {
	case IP_TCP:
		c->tcp++;
		break;
	case IP_UDP:
		c->udp++;
		break;
	case IP_ICMP:
	case IP_ICMP6:
		c->icmp++;
		break;
	default:
		c->other++;
	}
}

/* A datagram may hold a tunnel that holds a fragment; each is peeled off, so this ends. */
static bool put_together(struct intake *in, struct work *work, struct packet *p, uint64_t now_ns)
{
	struct slice whole;

	for (unsigned depth = 0; p->is_fragment; depth++) {
		in->counters.fragments++;
		if (depth > PACKET_TUNNELS_MAX ||
		    !fragments_add(in->fragments, now_ns, p, &whole) || !work_keep(work, &whole) ||
		    dissect_transport(whole, p) != PARSE_OK)
			return false;
	}
	return true;
}

/* False: there is nothing to follow in it. */
static bool decode(struct intake *in, struct work *work, const struct frame *frame, uint64_t now_ns,
                   struct packet *p)
{
	switch (dissect_packet(frame->link, frame->bytes, p)) {
	case PARSE_OK:
		break;
	case PARSE_FOREIGN:
		in->counters.not_ip++;
		return false;
	default:
		in->counters.malformed++;
		return false;
	}
	if (in->duplicates != NULL && duplicate_seen(in->duplicates, p, frame)) {
		in->counters.duplicates++;
		return false;
	}
	if (!p->is_fragment || put_together(in, work, p, now_ns))
		return true;
	in->counters.fragments_held++;
	return false;
}

/* Is that a MAC that this address was not heard with of late? */
static bool is_new_card(struct intake *in, const struct packet *p)
{
	uint64_t mac = 0;

	if (!p->has_mac || !config_is_inside(in->config, p->src))
		return false;
	memcpy(&mac, p->src_mac, sizeof p->src_mac);
	uint64_t low, hash = mac * 0xff51afd7ed558ccdU;

	memcpy(&low, p->src, 8);
	hash = (hash ^ hash >> 33 ^ low) * 0x9e3779b97f4a7c15U;
	memcpy(&low, p->src + 8, 8);
	hash = (hash ^ hash >> 33 ^ low) * 0x9e3779b97f4a7c15U;
	uint64_t *slot = &in->cards[(hash >> 32) % CARDS];

	if (*slot == hash)
		return false;
	*slot = hash;
	return true;
}

/* What hosts say of themselves, on the ports where they say it. */
static bool may_name_host(const struct packet *p)
{
	if (p->protocol != IP_UDP)
		return false;
	if (p->src_port == MDNS_PORT || p->src_port == LLMNR_PORT)
		return true;
	switch (p->dst_port) {
	case DHCP_SERVER:
	case DHCP_CLIENT:
	case DHCP6_CLIENT:
	case DHCP6_SERVER:
	case NETBIOS_NAME:
	case NETBIOS_DATAGRAM:
		return true;
	default:
		return false;
	}
}

/* Does it show a host of ours, to a host of ours, to be what it was not shown to be of late? */
static bool is_new_role(struct intake *in, const struct packet *p)
{
	const uint8_t *host;
	enum host_role role = role_shown(p, &host);

	if (role == HOST_ROLE_NONE)
		return false;
	struct told_role *told = &in->roles[owner_of_host(host) % ROLES];

	if (told->role == role && memcmp(told->host, host, sizeof told->host) == 0)
		return false;
	if (!config_is_inside(in->config, p->src) || !config_is_inside(in->config, p->dst))
		return false;
	told->role = role;
	memcpy(told->host, host, sizeof told->host);
	return true;
}

/* An ICMP error is about a flow, which may be another worker's than the error. */
static void give_refusal(const struct intake *in, struct work *work, const struct packet *p,
                         size_t index)
{
	struct packet quoted;

	if ((p->protocol == IP_ICMP || p->protocol == IP_ICMP6) &&
	    dissect_icmp_quote(p, &quoted) == PARSE_OK)
		work_add(work, owner_of(&quoted, in->config), index, TODO_REFUSAL);
}

void intake_packet(struct intake *in, struct work *work, const struct frame *frame, uint64_t step,
                   uint64_t now_ns)
{
	size_t index = work->packet_count;
	struct work_packet *wp = &work->packets[index];
	struct packet *p = &wp->packet;

	in->counters.packets++;
	in->counters.bytes += frame->wire_len;
	if (!decode(in, work, frame, now_ns, p))
		return;
	count_protocol(&in->counters, p);
	wp->frame = frame;
	wp->step = step;
	wp->now_ns = now_ns;
	wp->owner = owner_of(p, in->config);
	work->packet_count++;
	if (is_new_card(in, p))
		work_add_all(work, index, TODO_HOST);
	if (is_new_role(in, p))
		work_add_all(work, index, TODO_ROLE);
	if (may_name_host(p))
		work_add_all(work, index, TODO_NAMES);
	give_refusal(in, work, p, index);
	work_add(work, wp->owner, index, TODO_FOLLOW);
}
