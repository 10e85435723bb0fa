/* SPDX-License-Identifier: Apache-2.0 */
/* TCP (RFC 9293), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792, 4443), and what ICMP quotes. */
#include "dissect/layers.h"

static void set_ports(struct packet *out, struct slice header)
{
	out->src_port = field_u16(header, 0);
	out->dst_port = field_u16(header, 2);
}

static enum parse end_here(struct layers *l)
{
	l->out->payload = l->at.rest;
	l->out->payload_len = l->wire;
	return l->at.state;
}

static enum parse peel_tcp(struct layers *l)
{
	struct slice header = layers_take(l, 20);
	size_t header_len = (size_t)(field_u8(header, 12) >> 4) * 4;

	if (header.len == 0 || header_len < header.len)
		return PARSE_BROKEN;
	set_ports(l->out, header);
	l->out->tcp_seq = field_u32(header, 4);
	l->out->tcp_ack = field_u32(header, 8);
	l->out->tcp_flags = field_u8(header, 13);
	layers_take(l, header_len - header.len);
	return end_here(l);
}

/* The length of a UDP datagram may be less than what IP carries, never more; 0: all of it. */
static bool cut_at_udp_length(struct layers *l, uint16_t len)
{
	if (len == 0)
		return true;
	if (len < 8 || len - 8u > l->wire)
		return false;
	l->wire = len - 8u;
	l->at.rest = slice_head(l->at.rest, l->wire);
	return true;
}

static enum parse peel_udp(struct layers *l)
{
	struct slice header = layers_take(l, 8);

	if (header.len == 0 || !cut_at_udp_length(l, field_u16(header, 4)))
		return PARSE_BROKEN;
	set_ports(l->out, header);
	enum parse inside = peel_udp_tunnel(l);

	return inside != PARSE_FOREIGN ? inside : end_here(l);
}

static enum parse peel_sctp(struct layers *l)
{
	set_ports(l->out, layers_take(l, 12));
	return end_here(l);
}

static enum parse peel_icmp(struct layers *l)
{
	struct slice header = layers_take(l, 8);

	l->out->src_port = field_u8(header, 0);
	l->out->dst_port = field_u8(header, 1);
	return end_here(l);
}

static const struct {
	uint8_t protocol;
	layer_peel *peel;
} protocols[] = {
	{ IP_TCP, peel_tcp },    /* first: most packets are */
	{ IP_UDP, peel_udp },    /* and its tunnels */
	{ IP_ICMP, peel_icmp },  /* what it quotes is left alone */
	{ IP_ICMP6, peel_icmp }, /* the same head */
	{ IP_SCTP, peel_sctp },  /* its chunks are left alone */
};

enum parse peel_protocol(struct layers *l)
{
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (protocols[i].protocol == l->out->protocol)
			return protocols[i].peel(l);
	enum parse inside = peel_ip_tunnel(l);

	return inside != PARSE_FOREIGN ? inside : end_here(l);
}

/* Errors quote the packet that they are about; other messages carry no packet. */
static const struct {
	uint8_t protocol, type;
} errors[] = {
	{ IP_ICMP, 3 },  /* destination unreachable */
	{ IP_ICMP, 4 },  /* source quench */
	{ IP_ICMP, 5 },  /* redirect */
	{ IP_ICMP, 11 }, /* time exceeded */
	{ IP_ICMP, 12 }, /* parameter problem */
	{ IP_ICMP6, 1 }, /* destination unreachable */
	{ IP_ICMP6, 2 }, /* packet too big */
	{ IP_ICMP6, 3 }, /* time exceeded */
	{ IP_ICMP6, 4 }, /* parameter problem */
};

static bool is_error(const struct packet *icmp)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].protocol == icmp->protocol && errors[i].type == icmp->src_port)
			return !icmp->is_fragment;
	return false;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IP_TCP || protocol == IP_UDP || protocol == IP_SCTP;
}

/* RFC 792: the IP header and at least 8 bytes more, so TCP's is not whole. */
enum parse dissect_icmp_quote(const struct packet *icmp, struct packet *quoted)
{
	struct layers l = { .at = reader_whole(icmp->payload), .out = quoted };

	quoted->has_mac = false;
	quoted->vlan_count = 0;
	quoted->tunnel_count = 0;
	quoted->ip_version = 0;
	if (!is_error(icmp))
		return PARSE_FOREIGN;
	if (read_ip(&l) != PARSE_OK)
		return PARSE_BROKEN;
	quoted->payload = (struct slice){ l.at.rest.ptr, 0 };
	quoted->payload_len = 0;
	if (!has_ports(quoted->protocol) || (quoted->is_fragment && quoted->fragment_offset > 0))
		return PARSE_OK;
	set_ports(quoted, layers_take(&l, 4));
	return l.at.state;
}
