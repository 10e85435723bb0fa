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
	TUNNEL_GRE,      /* RFC 2784, 2890 */
	TUNNEL_ERSPAN,   /* types I to III, draft-foschiano-erspan */
	TUNNEL_VXLAN,    /* RFC 7348 */
	TUNNEL_GENEVE,   /* RFC 8926 */
	TUNNEL_GTP_U,    /* 3GPP TS 29.281 */
	TUNNEL_TEREDO,   /* RFC 4380 */
	TUNNEL_TZSP,
	TUNNEL_MPLS,  /* RFC 3032; no addresses of its own */
	TUNNEL_PPPOE, /* RFC 2516; no addresses of its own */
};

/* One layer that was peeled off. Addresses as in struct packet; all zero where it has none. */
struct tunnel {
	enum tunnel_kind kind;
	uint32_t id; /* VNI, TEID, key, session or label; 0 where there is none */
	uint8_t src[16], dst[16];
};

/*
 * What the layers below the application say of one frame: the innermost addresses and ports, and
 * what was peeled off on the way to them.
 *
 *   Ethernet │ VLAN… │ MPLS/PPPoE… │ IP │ UDP │ VXLAN │ Ethernet │ IP │ TCP │ payload
 *   └ macs     └ vlan  └ tunnel[]    └── tunnel[n].src/dst ──┘      └ src/dst └ ports
 *
 * Addresses are in network order; an IPv4 address is kept as ::ffff:a.b.c.d, so one compare and
 * one table serve both families. MACs and VLANs are those of the outermost Ethernet (a tunnel's
 * inner Ethernet replaces them only where the outer frame has none).
 */
struct packet {
	uint8_t src_mac[6], dst_mac[6];
	bool has_mac;
	uint8_t vlan_count, tunnel_count;
	uint16_t vlan[PACKET_VLANS_MAX]; /* ids, outermost first */
	struct tunnel tunnel[PACKET_TUNNELS_MAX];

	uint8_t src[16], dst[16];
	uint8_t ip_version; /* 4 or 6 */
	uint8_t protocol;   /* IANA number of what `payload` follows */

	/* A fragment has no ports: `payload` is its piece of the datagram, header not included. */
	bool is_fragment;
	bool more_fragments;
	bool bad_ip_checksum; /* of the innermost IPv4 header; counted, never a reason to drop */
	uint32_t fragment_id;
	uint32_t fragment_offset; /* bytes */

	uint16_t src_port, dst_port; /* of TCP, UDP, SCTP; ICMP: type and code */
	uint8_t tcp_flags;
	uint32_t tcp_seq, tcp_ack;

	struct slice payload; /* above the transport, as captured; link padding is cut off */
	uint32_t payload_len; /* above the transport, as on the wire: payload.len or more */
};

/*
 * Peels link, tunnels, network and transport off `frame` (LINKTYPE numbers). `out` is filled in
 * place. PARSE_OK: an IP packet, perhaps a fragment. PARSE_FOREIGN: no IP in it (ARP, STP, an
 * unknown link type). PARSE_BROKEN: cut off inside a header, or a header that lies; a payload cut
 * by the snaplen is no fault (payload.len < payload_len).
 * PARSE_SHORT is never given. `payload` points into `frame`.
 */
enum parse dissect_packet(enum link_type link, struct slice frame, struct packet *out);

/*
 * The same from the transport on, for a datagram that was put together from fragments: `datagram`
 * is what follows the IP header(s). Keeps what `out` knows of the layers below.
 */
enum parse dissect_transport(struct slice datagram, struct packet *out);

#endif
