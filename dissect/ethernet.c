/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, the tags and LLC headers behind it, and the types that say what it carries. */
#include "dissect/layers.h"

enum { ETHER_IP4 = 0x0800, ETHER_METADATA = 0x8909, ETHER_LEAST = 0x0600 };
enum { VLAN_ID = 0x0fff, METADATA_LEN = 6 };

static const struct {
	uint16_t type;
	layer_peel *peel;
} ethertypes[] = {
	{ ETHER_IP4, peel_ip4 }, { 0x86dd, peel_ip6 },
	{ 0x8864, peel_pppoe }, /* the session stage; discovery carries no IP */
	{ 0x8847, peel_mpls },   { 0x8848, peel_mpls }, /* upstream-assigned, RFC 5332 */
	{ 0x88e7, peel_pbb },    { 0x22f3, peel_trill },
};

/* Cisco MetaData inside GRE: there the type comes first. */
static enum parse peel_metadata(struct layers *l)
{
	uint16_t type = read_u16(&l->at);

	read_bytes(&l->at, METADATA_LEN);
	return l->at.state == PARSE_OK ? peel_ethertype(l, type) : PARSE_BROKEN;
}

/* Types that mean something inside a tunnel only. Outside they could nest without end. */
static const struct {
	uint16_t type;
	layer_peel *peel;
} inner_types[] = {
	{ 0x6558, peel_ethernet }, /* Transparent Ethernet Bridging */
	{ 0x880b, peel_ppp },
	{ ETHER_METADATA, peel_metadata },
};

/* Tags: bytes before the next type. */
static const struct {
	uint16_t type;
	uint8_t len;
	bool is_vlan;
} tags[] = {
	{ 0x8100, 2, true },                     /* 802.1Q */
	{ 0x88a8, 2, true },                     /* 802.1ad */
	{ 0x9100, 2, true },                     /* QinQ before 802.1ad */
	{ 0x9200, 2, true },                     /* the same */
	{ ETHER_METADATA, METADATA_LEN, false }, /* Cisco MetaData */
	{ 0x8926, 4, false },                    /* VN-Tag */
	{ 0x893f, 6, false },                    /* 802.1BR */
};

static layer_peel *ethertype_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof ethertypes / sizeof *ethertypes; i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].peel;
	return NULL;
}

layer_peel *ethertype_inner(uint16_t type)
{
	for (size_t i = 0; i < sizeof inner_types / sizeof *inner_types; i++)
		if (inner_types[i].type == type)
			return inner_types[i].peel;
	return ethertype_find(type);
}

static size_t tag_find(uint16_t type)
{
	size_t i = 0;

	while (i < sizeof tags / sizeof *tags && tags[i].type != type)
		i++;
	return i;
}

static bool is_tag(uint16_t type)
{
	return tag_find(type) < sizeof tags / sizeof *tags;
}

static bool strip_tag(struct layers *l, uint16_t *type)
{
	struct packet *out = l->out;
	size_t i = tag_find(*type);

	if (i == sizeof tags / sizeof *tags)
		return false;
	struct slice tag = read_bytes(&l->at, tags[i].len);

	*type = read_u16(&l->at);
	if (l->at.state != PARSE_OK)
		return false;
	if (tags[i].is_vlan && !l->has_vlans && out->vlan_count < PACKET_VLANS_MAX)
		out->vlan[out->vlan_count++] = field_u16(tag, 0) & VLAN_ID;
	return true;
}

/* 802.2: SNAP with an Ethernet type (RFC 1042 and 802.1H), or IP's own SAP. */
static bool strip_llc(struct layers *l, uint16_t *type)
{
	enum { SAP_SNAP = 0xaa, SAP_IP = 0x06, UNNUMBERED = 0x03, OUI_8021H = 0x0000f8 };
	uint8_t dsap = read_u8(&l->at), ssap = read_u8(&l->at), control = read_u8(&l->at);

	if (dsap != ssap || control != UNNUMBERED || (dsap != SAP_SNAP && dsap != SAP_IP))
		return false;
	*type = ETHER_IP4;
	if (dsap == SAP_IP)
		return true;
	uint32_t oui = read_u24(&l->at);

	*type = read_u16(&l->at);
	return l->at.state == PARSE_OK && (oui == 0 || oui == OUI_8021H);
}

enum parse peel_ethertype(struct layers *l, uint16_t type)
{
	for (;;) { /* each round takes bytes */
		layer_peel *peel = ethertype_find(type);

		if (peel != NULL)
			return peel(l);
		if (!(type < ETHER_LEAST ? strip_llc(l, &type) : strip_tag(l, &type)))
			return layers_foreign(l);
	}
}

void packet_set_macs(struct packet *out, const uint8_t src[6], const uint8_t dst[6])
{
	memcpy(out->src_mac, src, sizeof out->src_mac);
	memcpy(out->dst_mac, dst, sizeof out->dst_mac);
	out->has_mac = true;
}

enum parse peel_ethernet(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 14);

	if (header.len == 0)
		return PARSE_BROKEN;
	packet_set_macs(l->out, header.ptr + 6, header.ptr);
	return peel_ethertype(l, field_u16(header, 12));
}

/* Frame control, two addresses; asynchronous frames carry 802.2 LLC (RFC 1390). */
enum parse peel_fddi(struct layers *l)
{
	enum { KIND = 0xc0, LLC_ASYNC = 0x40 };
	struct slice header = read_bytes(&l->at, 13);

	if (header.len == 0)
		return PARSE_BROKEN;
	if ((header.ptr[0] & KIND) != LLC_ASYNC)
		return PARSE_FOREIGN;
	packet_set_macs(l->out, header.ptr + 7, header.ptr + 1);
	return peel_ethertype(l, ETHER_LLC);
}

bool ethernet_likely(struct slice frame)
{
	uint16_t type = field_u16(frame, 12);

	if (type < ETHER_LEAST)
		return type + 14u <= frame.len && field_u16(frame, 14) == 0xaaaa;
	if (type == ETHER_IP4)
		return frame.len == 14 || field_u8(frame, 14) >> 4 == 4;
	return ethertype_find(type) != NULL || is_tag(type) || type == 0x0806; /* ARP */
}
