/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAME_PACKET_H
#define TESTS_SAME_PACKET_H

#include "dissect/packet.h"

static inline bool same_slice(struct slice a, struct slice b)
{
	return a.ptr == b.ptr && a.len == b.len;
}

/* Two answers about one frame: all that is set after PARSE_OK. */
static inline bool same_packet(const struct packet *a, const struct packet *b)
{
	bool is_tcp = a->protocol == IP_TCP && !a->is_fragment;

	if (a->has_mac != b->has_mac || a->vlan_count != b->vlan_count ||
	    a->tunnel_count != b->tunnel_count || a->ip_version != b->ip_version ||
	    a->protocol != b->protocol || a->is_fragment != b->is_fragment ||
	    a->more_fragments != b->more_fragments || a->bad_ip_checksum != b->bad_ip_checksum ||
	    a->fragment_id != b->fragment_id || a->src_port != b->src_port ||
	    a->dst_port != b->dst_port || a->tcp_flags != b->tcp_flags ||
	    a->payload_len != b->payload_len)
		return false;
	if (a->has_mac &&
	    (memcmp(a->src_mac, b->src_mac, 6) != 0 || memcmp(a->dst_mac, b->dst_mac, 6) != 0))
		return false;
	if (is_tcp && (a->tcp_seq != b->tcp_seq || a->tcp_ack != b->tcp_ack))
		return false;
	return memcmp(a->vlan, b->vlan, a->vlan_count * sizeof *a->vlan) == 0 &&
	       memcmp(a->src, b->src, sizeof a->src) == 0 &&
	       memcmp(a->dst, b->dst, sizeof a->dst) == 0 && same_slice(a->network, b->network) &&
	       same_slice(a->payload, b->payload);
}

#endif
