/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_PACKET_H
#define DISSECT_PACKET_H

#include "dissect/link.h"
#include "dissect/parse.h"
#include "dissect/slice.h"

enum { PACKET_VLANS_MAX = 4, PACKET_TUNNELS_MAX = 4 };
enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_ICMP6 = 58, IP_SCTP = 132 };
enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10 };

enum tunnel_kind {
	TUNNEL_IP_IN_IP, /* IP-in-IP, 6in4, 4in6: RFC 2003, 4213, 2473 */
	TUNNEL_GRE,      /* RFC 2784, 2890; PPTP's, RFC 2637 */
	TUNNEL_ERSPAN,   /* types I to III, draft-foschiano-erspan; GRE is part of it */
	TUNNEL_VXLAN,    /* RFC 7348, and VXLAN-GPE */
	TUNNEL_GENEVE,   /* RFC 8926 */
	TUNNEL_GTP_U,    /* 3GPP TS 29.281 */
	TUNNEL_TEREDO,   /* RFC 4380 */
	TUNNEL_TZSP,
	TUNNEL_MPLS,   /* RFC 3032, a stack is one layer; no addresses of its own */
	TUNNEL_PPPOE,  /* RFC 2516; no addresses of its own */
	TUNNEL_CAPWAP, /* data, RFC 5415 */
	TUNNEL_L2TP,   /* version 2, RFC 2661 */
	TUNNEL_PBB,    /* 802.1ah; no addresses of its own */
	TUNNEL_TRILL,  /* RFC 6325; no addresses of its own */
};
enum { TUNNEL_KINDS = TUNNEL_TRILL + 1 };

/* One layer that was peeled off. Addresses as in struct packet; all zero where it has none. */
struct tunnel {
	enum tunnel_kind kind;
	uint32_t id; /* VNI, TEID, key, session, I-SID, bottom label; 0 where there is none.
	              * L2TP: tunnel and session, TRILL: egress and ingress, 16 bits each */
	uint8_t src[16], dst[16];
};

/*
 * What the layers below the application say of one frame: the innermost addresses and ports, and
 * what was peeled off on the way to them.
 *
 *   Ethernet │ VLAN… │ MPLS/PPPoE… │ IP │ UDP │ VXLAN │ Ethernet │ IP │ TCP │ payload
 *              └ vlan  └ tunnel[]    └── tunnel[n].src/dst  └ macs └ src/dst └ ports
 *
 * Addresses are in network order; an IPv4 address is kept as ::ffff:a.b.c.d, so one compare and
 * one table serve both families.
 * MACs are those that the innermost IP packet was sent with, so that they belong to src and dst (or
 * to the routers on the way): inside an IP tunnel the inner Ethernet's, and none (has_mac false)
 * where a tunnel carries bare IP, as the outer ones are the tunnel ends'. VLANs are those of the
 * outermost Ethernet; an inner one's only where the outer has none.
 *
 * Nothing is zeroed beforehand. has_mac, vlan_count, tunnel_count and ip_version (0: no whole IP
 * header was found) are set whatever the answer; after PARSE_OK everything is, but for: MACs
 * without has_mac, entries past a count, fragment_offset without is_fragment,
 * tcp_seq and tcp_ack without TCP. After PARSE_BROKEN with an ip_version, src, dst and protocol are
 * those of the last IP header that was whole.
 */
struct packet {
	uint8_t src_mac[6], dst_mac[6]; /* Linux cooked captures know no dst_mac: zero */
	bool has_mac;
	uint8_t vlan_count, tunnel_count;
	uint16_t vlan[PACKET_VLANS_MAX]; /* ids, outermost first */

	uint8_t src[16], dst[16];
	uint8_t ip_version; /* 4 or 6 */
	uint8_t protocol;   /* IANA number of what `payload` follows */

	/* A fragment has no ports: `payload` is its piece of the datagram, header not included. */
	bool is_fragment;
	bool more_fragments;
	bool bad_ip_checksum; /* of the innermost IPv4 header; counted, never a reason to drop */
	uint32_t fragment_id; /* IPv4: of every packet; IPv6: 0 without is_fragment */
	uint32_t fragment_offset; /* bytes */

	uint16_t src_port, dst_port; /* of TCP, UDP, SCTP; ICMP: type and code; else 0 */
	uint8_t tcp_flags;           /* 0 where it is not TCP */
	uint32_t tcp_seq, tcp_ack;

	struct slice network; /* from the innermost IP header on, as captured; empty: put together
	                         from fragments */
	struct slice payload; /* above the transport, as captured; link padding is cut off */
	uint32_t payload_len; /* above the transport, as on the wire: payload.len or more */

	struct tunnel tunnel[PACKET_TUNNELS_MAX]; /* outermost first; last, as most have none */
};

/* Is that a link type that dissect_packet() reads? */
bool dissect_link_known(enum link_type link);

/*
 * Peels link, tunnels, network and transport off `frame` (LINKTYPE numbers). `out` is filled in
 * place. PARSE_OK: an IP packet, perhaps a fragment. PARSE_FOREIGN: no IP in it (ARP, STP, a
 * protected 802.11 frame, an unknown link type). PARSE_BROKEN: cut off inside a header, or a header
 * that lies; a payload cut by the snaplen is no fault (payload.len < payload_len).
 * PARSE_SHORT is never given. `payload` points into `frame`.
 *
 * A UDP tunnel is told by its port and by a strict check of its header; where that fails it is
 * plain UDP. A tunnel over IP that carries no IP (ARP, a keep-alive) is a packet between its ends.
 * So is one deeper than PACKET_TUNNELS_MAX: peeling stops there, so its packets still count. Layers
 * without addresses are PARSE_BROKEN when they are deeper.
 */
enum parse dissect_packet(enum link_type link, struct slice frame, struct packet *out);

/*
 * The same from the transport on, for a datagram that was put together from fragments: `datagram`
 * is what follows the IP header(s) that the fragments had, `out` the packet of any of them, whose
 * `protocol` says how `datagram` begins. Keeps what `out` knows of the layers below. A tunnel in
 * it is peeled; what is inside may be a fragment again.
 */
enum parse dissect_transport(struct slice datagram, struct packet *out);

/*
 * The packet that an ICMP or ICMPv6 error is about: addresses, protocol, and ports where there are
 * some; its payload is empty, and what was peeled below it is not known. PARSE_FOREIGN: `icmp` is
 * no error. PARSE_BROKEN: the quote is cut off before the ports.
 * Routers answer with the quote's source as their destination, so `quoted` has our side as src.
 */
enum parse dissect_icmp_quote(const struct packet *icmp, struct packet *quoted);

#endif
