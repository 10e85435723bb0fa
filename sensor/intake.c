/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/intake.h"

#include <stdlib.h>

#include "sensor/capture/duplicates.h"
#include "sensor/config/config.h"
#include "sensor/flow/flow_table.h"
#include "sensor/flow/fragments.h"
#include "sensor/flow/routers.h"
#include "sensor/kin.h"
#include "sensor/owner.h"
#include "sensor/role.h"
#include "sensor/totals.h"

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
	CACHE_LINE = 64,
};

/* One thread settles a batch while another decodes the next: what the one writes is no neighbour
 * of what the other reads. */
struct intake {
	struct hash_secret secret; /* the flow tables' */
	struct fragments *fragments;
	struct duplicates *duplicates; /* NULL: copies are kept */
	struct kin *kin;
	char apart[CACHE_LINE];
	struct intake_counters counters;
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
	in->secret = flow_table_secret(seed);
	in->fragments = fragments_new(&(struct fragments_options){ .seed = { seed, ~seed } });
	in->duplicates = keep_duplicates ? NULL : duplicates_new();
	in->kin = kin_new(seed);
	if (in->fragments != NULL && in->kin != NULL && (keep_duplicates || in->duplicates != NULL))
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
	kin_free(in->kin);
	free(in);
}

const struct intake_counters *intake_count(const struct intake *in)
{
	return &in->counters;
}

static enum packet_kind kind_of(const struct packet *p)
{
	switch (p->protocol) {
	case IP_TCP:
		return PACKET_TCP;
	case IP_UDP:
		return PACKET_UDP;
	case IP_ICMP:
	case IP_ICMP6:
		return PACKET_ICMP;
	default:
		return PACKET_OTHER;
	}
}

/* Which MAC an inside address, or a router, was heard with; 0: nothing to learn. */
static uint64_t card_of(const struct packet *p, bool is_inside)
{
	bool is_router = is_router_advertisement(p);
	uint64_t mac = is_router; /* a card of its own, beside that of the address */

	if (!p->has_mac || (!is_router && !is_inside))
		return 0;
	memcpy((uint8_t *)&mac + 2, p->src_mac, sizeof p->src_mac);
	uint64_t low, hash = mac * 0xff51afd7ed558ccdU;

	memcpy(&low, p->src, 8);
	hash = (hash ^ hash >> 33 ^ low) * 0x9e3779b97f4a7c15U;
	memcpy(&low, p->src + 8, 8);
	hash = (hash ^ hash >> 33 ^ low) * 0x9e3779b97f4a7c15U;
	return hash;
}

/* Is that a MAC that this address was not heard with of late? */
static bool is_new_card(struct intake *in, uint64_t card)
{
	uint64_t *slot = &in->cards[(card >> 32) % CARDS];

	if (card == 0 || *slot == card)
		return false;
	*slot = card;
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

/* An ICMP error is about a flow, which may be another worker's than the error. */
static void find_refused(struct work_packet *wp, const struct config *config)
{
	struct packet quoted;

	if (dissect_icmp_quote(&wp->packet, &quoted) != PARSE_OK)
		return;
	wp->what |= TODO_REFUSAL;
	wp->refused = owner_of(&quoted, config);
}

/*
 * Global IPv6 addresses are nobody's by their range. A client whose hop limit is whole is on this
 * link: its MAC is its own.
 */
static bool is_on_link(const struct packet *p, uint32_t owner)
{
	enum { HOP_LIMIT = 7 }; /* RFC 8200, section 3 */

	return p->ip_version == 6 && p->network.len > HOP_LIMIT &&
	       !was_forwarded(p->network.ptr[HOP_LIMIT]) && owner == owner_of_host(p->src);
}

/* What follows from the packet alone, once it is whole. */
static void look_at(const struct intake *in, struct work_packet *wp, const struct config *config)
{
	const uint8_t *host;
	const struct packet *p = &wp->packet;
	struct ends_inside inside = ends_inside(p, config);

	wp->kind = (uint8_t)kind_of(p);
	wp->what = may_name_host(p) ? TODO_NAMES : 0;
	if (role_shown(p, &host) != HOST_ROLE_NONE)
		wp->what |= TODO_ROLE;
	wp->owner = owner_between(p, inside);
	wp->card = card_of(p, inside.src || is_on_link(p, wp->owner));
	wp->hash = flow_table_hash(&in->secret, p);
	if (wp->kind == PACKET_ICMP)
		find_refused(wp, config);
}

static void decode(const struct intake *in, struct work_packet *wp, const struct config *config)
{
	const struct frame *frame = wp->frame;

	switch (dissect_packet(frame->link, frame->bytes, &wp->packet)) {
	case PARSE_OK:
		break;
	case PARSE_FOREIGN:
		wp->kind = PACKET_NOT_IP;
		return;
	default:
		wp->kind = PACKET_MALFORMED;
		return;
	}
	wp->copy_mark =
	        in->duplicates != NULL ? duplicate_mark(in->duplicates, &wp->packet, frame) : 0;
	look_at(in, wp, config);
}

/* The reader asked for a batch's bytes long ago: they are near, but not at hand any more. */
static void want_head(const struct frame_batch *batch, size_t index)
{
	if (index >= batch->count)
		return;
	const char *head = (const char *)batch->frames[index].bytes.ptr;

	__builtin_prefetch(head);
	__builtin_prefetch(head + CACHE_LINE);
}

void intake_decode(const struct intake *in, struct work *work)
{
	enum { AHEAD = 6 };

	uint64_t step = work->step, now_ns = work->now_ns;
	const struct mark *mark = work->marks, *end = mark + work->mark_count;

	for (size_t i = 0; i < work->frames.count; i++) {
		struct work_packet *wp = &work->packets[i];

		wp->frame = &work->frames.frames[i];
		want_head(&work->frames, i + AHEAD);
		for (; mark < end && mark->before == i; mark++) {
			step = mark->step;
			now_ns = mark->kind == MARK_FINISH ? 0 : now_ns;
		}
		if (wp->frame->time_ns > now_ns)
			now_ns = wp->frame->time_ns;
		wp->step = ++step;
		wp->now_ns = now_ns;
		decode(in, wp, work->config);
	}
}

/* Does it show a host of ours, to a host of ours, to be what it was not shown to be of late? */
static bool is_new_role(struct intake *in, const struct config *config, const struct packet *p)
{
	const uint8_t *host;
	enum host_role role = role_shown(p, &host);

	if (role == HOST_ROLE_NONE)
		return false;
	struct told_role *told = &in->roles[owner_of_host(host) % ROLES];

	if (told->role == role && memcmp(told->host, host, sizeof told->host) == 0)
		return false;
	if (!config_is_inside(config, p->src) || !config_is_inside(config, p->dst))
		return false;
	told->role = role;
	memcpy(told->host, host, sizeof told->host);
	return true;
}

/* A datagram may hold a tunnel that holds a fragment; each is peeled off, so this ends. */
static bool put_together(struct intake *in, struct work *work, struct work_packet *wp)
{
	struct packet *p = &wp->packet;
	struct slice whole;

	for (unsigned depth = 0; p->is_fragment; depth++) {
		in->counters.fragments++;
		if (depth > PACKET_TUNNELS_MAX ||
		    !fragments_add(in->fragments, wp->now_ns, p, &whole) ||
		    !work_keep(work, &whole) || dissect_transport(whole, p) != PARSE_OK) {
			in->counters.fragments_held++;
			return false;
		}
	}
	look_at(in, wp, work->config);
	return true;
}

static void count_kind(struct intake_counters *c, const struct work_packet *wp)
{
	c->bad_ip_checksum += wp->packet.bad_ip_checksum;
	c->truncated += wp->packet.payload.len < wp->packet.payload_len;
	c->tcp += wp->kind == PACKET_TCP;
	c->udp += wp->kind == PACKET_UDP;
	c->icmp += wp->kind == PACKET_ICMP;
	c->other += wp->kind == PACKET_OTHER;
}

static uint32_t refused_owner(const struct intake *in, const struct work_packet *wp)
{
	struct packet quoted;

	return dissect_icmp_quote(&wp->packet, &quoted) == PARSE_OK
	               ? kin_owner(in->kin, &quoted, wp->refused)
	               : wp->refused;
}

static void settle_packet(struct intake *in, struct work *work, size_t index)
{
	struct work_packet *wp = &work->packets[index];
	struct intake_counters *c = &in->counters;

	c->packets++;
	c->bytes += wp->frame->wire_len;
	if (wp->kind <= PACKET_MALFORMED) {
		c->not_ip += wp->kind == PACKET_NOT_IP;
		c->malformed += wp->kind == PACKET_MALFORMED;
		return;
	}
	if (wp->copy_mark != 0 &&
	    duplicate_seen(in->duplicates, wp->copy_mark, wp->frame->time_ns)) {
		c->duplicates++;
		return;
	}
	if (wp->packet.is_fragment && !put_together(in, work, wp))
		return;
	count_kind(c, wp);
	if (is_new_card(in, wp->card))
		work_add_all(work, index, TODO_HOST);
	if ((wp->what & TODO_ROLE) != 0 && is_new_role(in, work->config, &wp->packet))
		work_add_all(work, index, TODO_ROLE);
	if (wp->what & TODO_NAMES)
		work_add_all(work, index, TODO_NAMES);
	if (kin_settle(in->kin, wp))
		work_add_all(work, index, TODO_KIN);
	if (wp->what & TODO_REFUSAL)
		work_add(work, refused_owner(in, wp), index, TODO_REFUSAL);
	work_add(work, wp->owner, index, TODO_FOLLOW);
}

static void settle_mark(struct intake *in, struct work *work, size_t index)
{
	struct mark *m = &work->marks[index];

	if (m->kind == MARK_STATS)
		m->stats->intake = in->counters;
	if (m->kind == MARK_FINISH)
		kin_clear(in->kin);
	work_add_all(work, index, TODO_MARK);
}

void intake_settle(struct intake *in, struct work *work)
{
	enum { AHEAD = 8 };
	size_t mark = 0;

	for (size_t i = 0; i <= work->frames.count; i++) {
		if (i + AHEAD < work->frames.count && in->duplicates != NULL)
			duplicate_want(in->duplicates, work->packets[i + AHEAD].copy_mark);
		for (; mark < work->mark_count && work->marks[mark].before == i; mark++)
			settle_mark(in, work, mark);
		if (i < work->frames.count)
			settle_packet(in, work, i);
	}
}
