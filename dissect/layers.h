/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_LAYERS_H
#define DISSECT_LAYERS_H

/*
 * Inside of dissect_packet(): what the decoders of the layers share. A decoder takes its header off
 * `at`, writes what it learned into `out` and calls the decoder of what follows.
 *
 *   link.c ─► ethernet.c ─► ip.c ─► transport.c ─► udp_tunnel.c ┐
 *     ▲  wifi.c  ppp.c  mpls.c ▲ └─► ip_tunnel.c ──┐            │
 *     └────────────────────────┴──── tunnel.c ◄────┴────────────┘
 *
 * Calls nest only through tunnel_push(), so at most PACKET_TUNNELS_MAX deep.
 */
#include "dissect/packet.h"
#include "dissect/reader.h"

struct layers {
	struct reader at; /* what is not peeled yet, as captured; cut at the IP length */
	uint32_t wire;    /* the same on the wire; kept from the IP header on */
	bool has_vlans;   /* an outer Ethernet gave the VLANs: inner ones are not kept */
	struct packet *out;
};

typedef enum parse layer_peel(struct layers *l);

/* What a tunnel's header says: what is inside, and whose decoder reads on. NULL: nobody's. */
struct inner {
	enum tunnel_kind kind;
	uint32_t id;
	layer_peel *peel;
};

/* Fields of a header that read_bytes() gave: past its end they are 0, as in a failed read. */
static inline uint8_t field_u8(struct slice header, size_t at)
{
	return at < header.len ? header.ptr[at] : 0;
}

static inline uint16_t field_u16(struct slice header, size_t at)
{
	if (at + 2 > header.len)
		return 0;
	return (uint16_t)(header.ptr[at] << 8 | header.ptr[at + 1]);
}

static inline uint32_t field_u32(struct slice header, size_t at)
{
	return (uint32_t)field_u16(header, at) << 16 | field_u16(header, at + 2);
}

/* Radiotap, PPI and NFLOG are little-endian. */
static inline uint16_t field_le16(struct slice header, size_t at)
{
	return (uint16_t)(field_u8(header, at) | field_u8(header, at + 1) << 8);
}

static inline uint32_t field_le32(struct slice header, size_t at)
{
	return field_le16(header, at) | (uint32_t)field_le16(header, at + 2) << 16;
}

/* The next `n` bytes of an IP packet. Captured bytes are never more than those on the wire. */
static inline struct slice layers_take(struct layers *l, size_t n)
{
	struct slice header = read_bytes(&l->at, n);

	l->wire -= (uint32_t)header.len;
	return header;
}

/* FOREIGN, or BROKEN where the bytes ran out before that could be known. */
static inline enum parse layers_foreign(const struct layers *l)
{
	return l->at.state == PARSE_OK ? PARSE_FOREIGN : l->at.state;
}

/*
 * usual.c: an Ethernet frame with nothing odd about it. False: ask the layers; what is written by
 * then they write again, but for has_mac and vlan_count.
 */
bool dissect_usual(struct slice frame, struct packet *out);
/* link.c: by its layers, whatever it is. */
enum parse dissect_layers(enum link_type link, struct slice frame, struct packet *out);

/* ethernet.c */
enum { ETHER_LLC = 0 }; /* a pseudo type: 802.2 LLC follows (real ones begin at 0x0600) */
enum parse peel_ethernet(struct layers *l);
enum parse peel_fddi(struct layers *l);
enum parse peel_ethertype(struct layers *l, uint16_t type);
/* The decoder for what GRE or GENEVE call by an Ethernet type; NULL where there is none. */
layer_peel *ethertype_inner(uint16_t type);
/* Would these bytes make sense as an Ethernet frame? */
bool ethernet_likely(struct slice frame);
void packet_set_macs(struct packet *out, const uint8_t src[6], const uint8_t dst[6]);

/* wifi.c, ppp.c, mpls.c */
enum parse peel_wifi(struct layers *l);
enum parse peel_radiotap(struct layers *l);
/* 802.11 as CAPWAP carries it: some controllers swap the two bytes of its fields. */
enum parse peel_wifi_capwap(struct layers *l);
enum parse peel_ppp(struct layers *l);
enum parse peel_ppp_hdlc(struct layers *l);
enum parse peel_pppoe(struct layers *l);
enum parse peel_mpls(struct layers *l);
enum parse peel_pbb(struct layers *l);
enum parse peel_trill(struct layers *l);

/* ip.c */
enum parse peel_ip4(struct layers *l);
enum parse peel_ip6(struct layers *l);
/* By the version in the first four bits; FOREIGN when it is neither. */
enum parse peel_ip(struct layers *l);
/* Only the IP headers, up to the fragment header or the upper layer. */
enum parse read_ip(struct layers *l);
/* Extension headers and what follows them; `out->protocol` says what comes first. */
enum parse peel_upper(struct layers *l);

/* transport.c */
enum parse peel_protocol(struct layers *l);
bool ip_checksum_right(struct slice header);

/*
 * Tunnels over IP and over UDP: PARSE_OK and PARSE_BROKEN speak of what is inside. PARSE_FOREIGN:
 * no tunnel, nothing inside that could be read, or too deep; `l` and `out` are as before.
 */
enum parse peel_ip_tunnel(struct layers *l);
enum parse peel_udp_tunnel(struct layers *l);
/* False: no tunnel is known by that port. */
bool udp_may_tunnel(uint16_t port);

/* tunnel.c */
enum parse tunnel_try(struct layers *l, enum parse (*read)(struct layers *l, struct inner *in));
/* Notes a layer without addresses; false: there are PACKET_TUNNELS_MAX already. */
bool tunnel_push(struct layers *l, enum tunnel_kind kind, uint32_t id);

#endif
