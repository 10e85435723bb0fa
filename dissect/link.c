/* SPDX-License-Identifier: Apache-2.0 */
/* The link types that are read, and those of their headers that are but a few bytes. */
#include "dissect/layers.h"

/* Address families of IPv6 by capturing system; IPv4 is 2 on all of them. */
enum { FAMILY_IP4 = 2 };
static const uint8_t families_ip6[] = {
	10, /* Linux */
	23, /* Windows */
	24, /* NetBSD, OpenBSD */
	28, /* FreeBSD */
	30, /* Darwin */
};

static bool is_family_ip6(uint32_t family)
{
	for (size_t i = 0; i < sizeof families_ip6; i++)
		if (families_ip6[i] == family)
			return true;
	return false;
}

/* Four bytes of address family, in either byte order: no family has a number over 0xffff. */
static enum parse peel_null(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 4);
	uint32_t family = field_u32(header, 0);
	uint32_t ethertype = family & 0xffff; /* in place of a family, behind two other bytes */

	if (family >> 16 != 0 && ethertype == 0x0800)
		return peel_ip4(l);
	if (family >> 16 != 0 && ethertype == 0x86dd)
		return peel_ip6(l);
	if (family > 0xffff)
		family = field_le32(header, 0);
	if (family == FAMILY_IP4)
		return peel_ip4(l);
	return is_family_ip6(family) ? peel_ip6(l) : layers_foreign(l);
}

static const uint8_t no_mac[6];

/* The cooked header's address is the sender's; it may be shorter or longer than a MAC. */
static void set_cooked_mac(struct layers *l, struct slice header, size_t len, size_t at)
{
	if (len == sizeof no_mac && at + sizeof no_mac <= header.len)
		packet_set_macs(l->out, header.ptr + at, no_mac);
}

/* Protocols of cooked headers below 0x0600 are Linux's own; 4 is 802.2 LLC. */
static enum parse peel_cooked_type(struct layers *l, uint16_t protocol)
{
	enum { COOKED_LLC = 0x0004, ETHERTYPES = 0x0600 };

	if (protocol == COOKED_LLC)
		return peel_ethertype(l, ETHER_LLC);
	return protocol < ETHERTYPES ? layers_foreign(l) : peel_ethertype(l, protocol);
}

static enum parse peel_sll(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 16);

	set_cooked_mac(l, header, field_u16(header, 4), 6);
	return peel_cooked_type(l, field_u16(header, 14));
}

static enum parse peel_sll2(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 20);

	set_cooked_mac(l, header, field_u8(header, 11), 12);
	return peel_cooked_type(l, field_u16(header, 0));
}

/*
 * A header of four bytes, then attributes: length, type, value, padded to four. Lengths and types
 * are in the capturing host's order, which the first type tells: none is over 255.
 */
static enum parse peel_nflog(struct layers *l)
{
	enum { NFLOG_PAYLOAD = 9 };
	struct slice head = read_bytes(&l->at, 4);
	bool is_big = field_u8(l->at.rest, 2) == 0 && field_u8(l->at.rest, 3) != 0;

	if (field_u8(head, 1) != 0) /* version */
		return layers_foreign(l);
	while (reader_more(&l->at)) {
		struct slice tlv = read_bytes(&l->at, 4);
		size_t len = is_big ? field_u16(tlv, 0) : field_le16(tlv, 0);
		size_t type = is_big ? field_u16(tlv, 2) : field_le16(tlv, 2);

		if (len < 4)
			return PARSE_BROKEN;
		if ((type & 0x7fff) == NFLOG_PAYLOAD)
			return peel_ip(l);
		read_bytes(&l->at, (len - 1) & ~(size_t)3); /* the value, padded */
	}
	return PARSE_BROKEN; /* the packet is the last attribute */
}

static enum parse peel_ppi(struct layers *l);
static enum parse peel_pktap(struct layers *l);

static const struct {
	enum link_type type;
	layer_peel *peel;
} links[] = {
	{ LINK_ETHERNET, peel_ethernet }, /* first: most frames are */
	{ LINK_LINUX_SLL, peel_sll },     /* "any" on older Linux */
	{ LINK_LINUX_SLL2, peel_sll2 },   /* "any" */
	{ LINK_RAW, peel_ip },            /* tun devices */
	{ LINK_RAW_BSD, peel_ip },        /* the same */
	{ LINK_RAW_OPENBSD, peel_ip },    /* the same */
	{ LINK_IPV4, peel_ip },           /* one family only, or so it says */
	{ LINK_IPV6, peel_ip },           /* the same */
	{ LINK_NULL, peel_null },         /* BSD loopback */
	{ LINK_LOOP, peel_null },         /* OpenBSD's: network order */
	{ LINK_IEEE802_11, peel_wifi },   /* monitor mode */
	{ LINK_RADIOTAP, peel_radiotap }, /* the same, with the radio's words */
	{ LINK_PPI, peel_ppi },           /* the same, CACE's */
	{ LINK_FDDI, peel_fddi },         /* old captures */
	{ LINK_PPP, peel_ppp_hdlc },      /* with or without its framing */
	{ LINK_PPP_HDLC, peel_ppp_hdlc }, /* with */
	{ LINK_C_HDLC, peel_ppp_hdlc },   /* Cisco's */
	{ LINK_PPP_ETHER, peel_pppoe },   /* BSD's PPPoE device */
	{ LINK_NFLOG, peel_nflog },       /* Linux's netfilter log */
	{ LINK_PKTAP, peel_pktap },       /* Darwin's packet tap */
	{ LINK_USER2, peel_pktap },       /* the same, older; anything else is foreign */
};

bool dissect_link_known(enum link_type link)
{
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (links[i].type == link)
			return true;
	return false;
}

static enum parse peel_link(struct layers *l, uint32_t type)
{
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if ((uint32_t)links[i].type == type)
			return links[i].peel(l);
	return PARSE_FOREIGN;
}

/* CACE PPI: version, flags, length of all of its fields, link type; none nests in itself. */
static enum parse peel_ppi(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 8);
	size_t len = field_le16(header, 2);
	uint32_t type = field_le32(header, 4);

	if (l->at.state != PARSE_OK || len < header.len)
		return PARSE_BROKEN;
	read_bytes(&l->at, len - header.len);
	if (l->at.state != PARSE_OK)
		return PARSE_BROKEN;
	if (type == LINK_PPI || type == LINK_PKTAP || type == LINK_USER2)
		return PARSE_FOREIGN;
	return peel_link(l, type);
}

/*
 * Darwin's bsd/net/pktap.h, little-endian on all that it runs on: the header's length, 1 for a
 * packet, its link type, then the interface and the process. Another use of a number that is
 * anybody's has other lengths.
 */
static enum parse peel_pktap(struct layers *l)
{
	enum { LEAST = 12, SANE = 512, IS_PACKET = 1 };
	struct slice header = read_bytes(&l->at, LEAST);
	uint32_t len = field_le32(header, 0), type = field_le32(header, 8);

	if (l->at.state != PARSE_OK)
		return PARSE_BROKEN;
	if (len < LEAST || len > SANE || field_le32(header, 4) != IS_PACKET || type == LINK_PKTAP ||
	    type == LINK_USER2 || type == LINK_PPI)
		return PARSE_FOREIGN;
	read_bytes(&l->at, len - LEAST);
	return l->at.state == PARSE_OK ? peel_link(l, type) : PARSE_BROKEN;
}

enum parse dissect_layers(enum link_type link, struct slice frame, struct packet *out)
{
	struct layers l = { .at = reader_whole(frame), .out = out };

	out->has_mac = false;
	out->vlan_count = 0;
	out->tunnel_count = 0;
	out->ip_version = 0;
	return peel_link(&l, (uint32_t)link);
}

enum parse dissect_packet(enum link_type link, struct slice frame, struct packet *out)
{
	out->vlan_count = out->tunnel_count = 0;
	if (link == LINK_ETHERNET && dissect_usual(frame, out))
		return PARSE_OK;
	return dissect_layers(link, frame, out);
}
