/* SPDX-License-Identifier: Apache-2.0 */
/* How a layer that carries whole packets is entered, noted, and given up again. */
#include "dissect/layers.h"

bool tunnel_push(struct layers *l, enum tunnel_kind kind, uint32_t id)
{
	struct packet *out = l->out;

	if (out->tunnel_count >= PACKET_TUNNELS_MAX)
		return false;
	struct tunnel *tunnel = &out->tunnel[out->tunnel_count++];

	*tunnel = (struct tunnel){ .kind = kind, .id = id };
	return true;
}

/* What decoders below IP may have written before they found nothing that they know. */
struct below {
	uint8_t src_mac[6], dst_mac[6];
	bool has_mac;
	uint8_t vlan_count, tunnel_count;
};

static struct below below_save(const struct packet *out)
{
	struct below saved = { .has_mac = out->has_mac,
		               .vlan_count = out->vlan_count,
		               .tunnel_count = out->tunnel_count };

	if (out->has_mac) {
		memcpy(saved.src_mac, out->src_mac, sizeof saved.src_mac);
		memcpy(saved.dst_mac, out->dst_mac, sizeof saved.dst_mac);
	}
	return saved;
}

static void below_restore(struct packet *out, const struct below *saved)
{
	if (saved->has_mac)
		packet_set_macs(out, saved->src_mac, saved->dst_mac);
	out->has_mac = saved->has_mac;
	out->vlan_count = saved->vlan_count;
	out->tunnel_count = saved->tunnel_count;
}

/* The MACs so far are those of the tunnel's ends, not of the hosts inside. */
static enum parse enter(struct layers *inside, const struct inner *in)
{
	struct packet *out = inside->out;
	struct below saved = below_save(out);

	if (in->peel == NULL || !tunnel_push(inside, in->kind, in->id))
		return PARSE_FOREIGN;
	struct tunnel *tunnel = &out->tunnel[out->tunnel_count - 1];

	memcpy(tunnel->src, out->src, sizeof tunnel->src);
	memcpy(tunnel->dst, out->dst, sizeof tunnel->dst);
	out->has_mac = false;
	inside->has_vlans = out->vlan_count > 0;
	enum parse answer = in->peel(inside);

	if (answer == PARSE_FOREIGN)
		below_restore(out, &saved);
	return answer;
}

enum parse tunnel_try(struct layers *l, enum parse (*read)(struct layers *l, struct inner *in))
{
	struct layers inside = *l;
	struct inner in = { 0 };
	enum parse answer = read(&inside, &in);

	/* A header that runs out of its datagram is none; one that the snaplen cut is BROKEN. */
	if (inside.at.state != PARSE_OK)
		return l->at.rest.len < l->wire ? PARSE_BROKEN : PARSE_FOREIGN;
	return answer == PARSE_OK ? enter(&inside, &in) : answer;
}
