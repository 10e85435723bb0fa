/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/packet.h"

#include "dissect/layers.h"
#include "tests/check.h"
#include "tests/frames.h"
#include "tests/property.h"
#include "tests/same_packet.h"

static const uint8_t address4[2][16] = { { [10] = 0xff, 0xff, 10, 0, 0, 1 },
	                                 { [10] = 0xff, 0xff, 10, 0, 0, 2 } };
static const uint8_t address6[2][16] = { { 0x20, 1, 0, 0, 0x0d, 0xb8, [15] = 1 },
	                                 { 0x20, 1, 0x0d, 0xb8, [15] = 2 } };
static const uint8_t outer4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
static const uint8_t outer6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 0x0f, [15] = 1 };
static const uint8_t none[16];

#define WANT(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s: %s\n", s->name, #x);                                  \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static bool has_addresses(enum tunnel_kind kind)
{
	return kind != TUNNEL_MPLS && kind != TUNNEL_PPPOE && kind != TUNNEL_PBB &&
	       kind != TUNNEL_TRILL;
}

static void check_tunnels(const struct frame_specimen *s, const struct packet *p)
{
	WANT(p->tunnel_count == s->tunnel_count);
	for (size_t i = 0; i < s->tunnel_count; i++) {
		const uint8_t *src = p->tunnel[i].src;

		WANT(p->tunnel[i].kind == s->tunnels[i]);
		if (has_addresses(s->tunnels[i]))
			WANT(memcmp(src, outer4, 16) == 0 || memcmp(src, outer6, 16) == 0);
		else
			WANT(memcmp(src, none, 16) == 0);
	}
	if (s->tunnel_count > 0)
		WANT(p->tunnel[s->tunnel_count - 1].id == s->id);
}

static void check_link(const struct frame_specimen *s, const struct packet *p)
{
	WANT(p->vlan_count == s->vlan_count);
	if (s->vlan_count > 0)
		WANT(p->vlan[s->vlan_count - 1] == s->vlan);
	WANT(p->has_mac == s->has_mac);
	if (s->has_mac)
		WANT(memcmp(p->src_mac, MAC_A, 6) == 0 && memcmp(p->dst_mac, MAC_B, 6) == 0);
}

static void check_transport(const struct frame_specimen *s, const struct packet *p)
{
	WANT(p->protocol == s->protocol);
	WANT(p->src_port == 49153 && p->dst_port == 443);
	WANT(!p->is_fragment && !p->more_fragments);
	WANT(p->payload_len == 12 &&
	     slice_equal(p->payload, (struct slice){ (const uint8_t *)"hello, world", 12 }));
	if (s->protocol != IP_TCP)
		return;
	WANT(p->tcp_flags == (TCP_ACK | TCP_PSH));
	WANT(p->tcp_seq == 0x01020304 && p->tcp_ack == 0x05060708);
}

static void check_specimen(const struct frame_specimen *s)
{
	const uint8_t(*address)[16] = s->ip_version == 4 ? address4 : address6;
	uint8_t bytes[FRAME_MAX];
	struct packet p;

	memset(&p, 0xa5, sizeof p); /* nothing may depend on what was there before */
	size_t len = frame_build(s->layers, bytes);
	WANT(dissect_packet(s->link, (struct slice){ bytes, len }, &p) == PARSE_OK);
	WANT(p.ip_version == s->ip_version);
	WANT(memcmp(p.src, address[0], 16) == 0 && memcmp(p.dst, address[1], 16) == 0);
	check_link(s, &p);
	check_tunnels(s, &p);
	check_transport(s, &p);
}

static enum link_type probe_link;

static enum parse probe(struct slice bytes)
{
	struct packet p, whole;
	enum parse answer = dissect_packet(probe_link, bytes, &p);

	CHECK(dissect_layers(probe_link, bytes, &whole) == answer);
	CHECK(answer != PARSE_OK || same_packet(&p, &whole));
	return answer;
}

/* Most frames are read in one go; whatever a byte of them is, it is as the layers say. */
static void check_usual(const struct frame_specimen *s)
{
	enum { HEADS = 120 };
	uint8_t bytes[FRAME_MAX];
	size_t len = frame_build(s->layers, bytes), end = len < HEADS ? len : HEADS;

	probe_link = s->link;
	for (size_t i = 0; i < end; i++) {
		uint8_t old = bytes[i];

		for (unsigned value = 0; value < 256; value++) {
			bytes[i] = (uint8_t)value;
			(void)probe((struct slice){ bytes, len });
		}
		bytes[i] = old;
	}
}

/* Cut anywhere in its headers a frame is BROKEN; in the payload it is OK. */
static void check_properties(const struct frame_specimen *s)
{
	uint8_t bytes[FRAME_MAX];
	size_t len = frame_build(s->layers, bytes);
	struct specimen specimen = { .name = s->name,
		                     .probe = probe,
		                     .bytes = { bytes, len },
		                     .when_cut = PARSE_BROKEN,
		                     .cut_to = len - 12 };

	probe_link = s->link;
	property_check(&specimen);
}

/* Frames that differ from the plain ones in one thing, and what comes of it. */
static const struct odd {
	const char *name;
	enum link_type link;
	enum parse answer;
	uint8_t protocol;
	uint8_t tunnel_count;
	uint16_t src_port, dst_port;
	uint32_t payload_len;
	size_t captured;
	struct layer layers[FRAME_LAYERS_MAX];
} odds[] = {
	{ "arp", LINK_ETHERNET, PARSE_FOREIGN, .layers = { ETHER("\x08\x06"), HELLO } },
	{ "stp", LINK_ETHERNET, PARSE_FOREIGN,
	  .layers = { ETHER("\0\x26"), LAYER("\x42\x42\x03\0\0\0\0") } },
	{ "unknown link", (enum link_type)9999, PARSE_FOREIGN, .layers = { HELLO } },
	{ "lcp in pppoe", LINK_ETHERNET, PARSE_FOREIGN,
	  .layers = { ETHER("\x88\x64"), LAYER("\x11\0\0\x2a\0\x06\xc0\x21\x09\x01\0\x04") } },
	{ "pppoe discovery", LINK_ETHERNET, PARSE_FOREIGN,
	  .layers = { ETHER("\x88\x64"), LAYER("\x11\x09\0\0\0\0") } },
	{ "protected 802.11", LINK_IEEE802_11, PARSE_FOREIGN,
	  .layers = { LAYER("\x08\x41\0\0" MAC_C MAC_A MAC_B "\x10\0"), HELLO } },
	{ "802.11 beacon", LINK_IEEE802_11, PARSE_FOREIGN,
	  .layers = { LAYER("\x80\0\0\0" MAC_C MAC_A MAC_B "\x10\0"), HELLO } },
	{ "802.11 null", LINK_IEEE802_11, PARSE_FOREIGN,
	  .layers = { LAYER("\x48\x01\0\0" MAC_C MAC_A MAC_B "\x10\0") } },
	{ "ppi in ppi", LINK_PPI, PARSE_FOREIGN,
	  .layers = { LAYER("\0\0\x08\0\xc0\0\0\0"), HELLO } },
	{ "pktap in pktap", LINK_PKTAP, PARSE_FOREIGN,
	  .layers = { LAYER("\x0c\0\0\0\x01\0\0\0\x02\x01\0\0"), HELLO } },
	{ "pktap of a record that is no packet", LINK_PKTAP, PARSE_FOREIGN,
	  .layers = { LAYER("\x0c\0\0\0\x02\0\0\0\x01\0\0\0"), HELLO } },
	{ "pktap longer than its frame", LINK_PKTAP, PARSE_BROKEN,
	  .layers = { LAYER("\x6c\0\0\0\x01\0\0\0\x01\0\0\0"), HELLO } },
	{ "another use of user2", LINK_USER2, PARSE_FOREIGN,
	  .layers = { LAYER("\x45\0\0\x13\0\0\0\0\x40\x06\0\0" IP4_A IP4_B) } },
	{ "ip version 5", LINK_ETHERNET, PARSE_BROKEN,
	  .layers = { ETHER("\x08\0"), LAYER("\x55\0\0\x14\0\0\0\0\x40\x06\0\0" IP4_A IP4_B) } },
	{ "ip header of 16", LINK_RAW, PARSE_BROKEN,
	  .layers = { LAYER("\x44\0\0\x14\0\0\0\0\x40\x06\0\0" IP4_A IP4_B) } },
	{ "total less than header", LINK_RAW, PARSE_BROKEN,
	  .layers = { LAYER("\x45\0\0\x13\0\0\0\0\x40\x06\0\0" IP4_A IP4_B) } },
	{ "total 0", LINK_RAW, PARSE_OK, IP_TCP, 0, 49153, 443, 12, 12,
	  .layers = { LAYER("\x45\0\0\0\0\0\0\0\x40\x06\0\0" IP4_A IP4_B), TCP_DATA, HELLO } },
	{ "ip6 length 0", LINK_RAW, PARSE_OK, IP_TCP, 0, 49153, 443, 12, 12,
	  .layers = { LAYER("\x60\0\0\0\0\0\x06\x40" IP6_A IP6_B), TCP_DATA, HELLO } },
	{ "ethernet padding", LINK_RAW, PARSE_OK, IP_UDP, 0, 53, 53, 2, 2,
	  .layers = { LAYER("\x45\0\0\x1e\0\0\0\0\x40\x11\0\0" IP4_A IP4_B),
	              LAYER("\0\x35\0\x35\0\x0a\0\0"), LAYER("hipaddingpadding") } },
	{ "cut by the snaplen", LINK_RAW, PARSE_OK, IP_UDP, 0, 53, 53, 1000, 2,
	  .layers = { LAYER("\x45\0\x04\x04\0\0\0\0\x40\x11\0\0" IP4_A IP4_B),
	              LAYER("\0\x35\0\x35\x03\xf0\0\0"), LAYER("hi") } },
	{ "udp length 0", LINK_RAW, PARSE_OK, IP_UDP, 0, 53, 53, 12, 12,
	  .layers = { IP4("\x11"), LAYER("\0\x35\0\x35\0\0\0\0"), HELLO } },
	{ "udp length 7", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP4("\x11"), LAYER("\0\x35\0\x35\0\x07\0\0") } },
	{ "udp longer than ip", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP4("\x11"), LAYER("\0\x35\0\x35\0\x15\0\0"), HELLO } },
	{ "udp shorter than ip", LINK_RAW, PARSE_OK, IP_UDP, 0, 53, 53, 5, 5,
	  .layers = { IP4("\x11"), LAYER("\0\x35\0\x35\0\x0d\0\0"), HELLO } },
	{ "tcp header of 16", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP4("\x06"), LAYER("\0\x01\0\x02\0\0\0\0\0\0\0\0\x40\x02\0\0\0\0\0\0"),
	              HELLO } },
	{ "tcp options past the end", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP4("\x06"), LAYER("\0\x01\0\x02\0\0\0\0\0\0\0\0\xf0\x02\0\0\0\0\0\0"),
	              HELLO } },
	{ "icmp", LINK_RAW, PARSE_OK, IP_ICMP, 0, 8, 0, 12, 12,
	  .layers = { IP4("\x01"), LAYER("\x08\0\0\0\0\x01\0\x02"), HELLO } },
	{ "icmp6", LINK_RAW, PARSE_OK, IP_ICMP6, 0, 1, 4, 12, 12,
	  .layers = { IP6("\x3a"), LAYER("\x01\x04\0\0\0\0\0\0"), HELLO } },
	{ "sctp", LINK_RAW, PARSE_OK, IP_SCTP, 0, 49153, 443, 12, 12,
	  .layers = { IP4("\x84"), LAYER("\xc0\x01\x01\xbb\0\0\0\0\0\0\0\0"), HELLO } },
	{ "esp", LINK_RAW, PARSE_OK, 50, 0, 0, 0, 12, 12, .layers = { IP4("\x32"), HELLO } },
	{ "no next header", LINK_RAW, PARSE_OK, 59, 0, 0, 0, 0, 0, .layers = { IP6("\x3b") } },
	{ "extension past the end", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP6("\0"), LAYER("\x06\x01\0\0\0\0\0\0") } },
	{ "hop-by-hop means nothing in ip4", LINK_RAW, PARSE_OK, 0, 0, 0, 0, 12, 12,
	  .layers = { IP4("\0"), HELLO } },
	{ "gre keep-alive", LINK_RAW, PARSE_OK, 47, 0, 0, 0, 4, 4,
	  .layers = { IP4("\x2f"), LAYER("\0\0\0\0") } },
	{ "gre version 2", LINK_RAW, PARSE_OK, 47, 0, 0, 0, 16, 16,
	  .layers = { IP4("\x2f"), LAYER("\0\x02\x08\0"), HELLO } },
	{ "arp in vxlan", LINK_RAW, PARSE_OK, IP_UDP, 0, 49154, 4789, 34, 34,
	  .layers = { IP4("\x11"), UDP_PORTS("\xc0\x02\x12\xb5"), LAYER("\x08\0\0\0\0\0\x07\0"),
	              ETHER("\x08\x06"), HELLO } },
	{ "dns to a client at 4789", LINK_RAW, PARSE_OK, IP_UDP, 0, 53, 4789, 24, 24,
	  .layers = { IP4("\x11"), UDP_PORTS("\0\x35\x12\xb5"),
	              LAYER("\x08\0\x81\x80\0\x01\0\0\0\0\0\0"), HELLO } },
	{ "dns from 4789 that looks like vxlan", LINK_RAW, PARSE_OK, IP_UDP, 0, 4789, 53, 29, 29,
	  .layers = { IP4("\x11"), UDP_PORTS("\x12\xb5\0\x35"),
	              LAYER("\x08\0\0\0\0\x01\0\0\0\0\0\0"),
	              LAYER("\x07"
	                    "example\x03"
	                    "com\0\0\x01\0\x01") } },
	{ "three bytes to 4789", LINK_RAW, PARSE_OK, IP_UDP, 0, 49154, 4789, 3, 3,
	  .layers = { IP4("\x11"), UDP_PORTS("\xc0\x02\x12\xb5"), LAYER("abc") } },
	{ "dns from 6081", LINK_RAW, PARSE_OK, IP_UDP, 0, 6081, 53, 24, 24,
	  .layers = { IP4("\x11"), UDP_PORTS("\x17\xc1\0\x35"),
	              LAYER("\0\0\x01\0\0\x01\0\0\0\0\0\0"), HELLO } },
	{ "dns from 3544", LINK_RAW, PARSE_OK, IP_UDP, 0, 3544, 53, 52, 52,
	  .layers = { IP4("\x11"), UDP_PORTS("\x0d\xd8\0\x35"),
	              LAYER("\x60\0\x01\0\0\x01\0\0\0\0\0\0"),
	              LAYER("\x1b"
	                    "abcdefghijklmnopqrstuvwxyz1\x06"
	                    "suffix\0\0\x01\0\x01") } },
	{ "vxlan without its flag", LINK_RAW, PARSE_OK, IP_UDP, 0, 49154, 4789, 74, 74,
	  .layers = { IP4("\x11"), UDP_PORTS("\xc0\x02\x12\xb5"), LAYER("\0\0\0\0\0\0\x07\0"),
	              ETHER("\x08\0"), IP4("\x06"), TCP_DATA, HELLO } },
	{ "gtp echo", LINK_RAW, PARSE_OK, IP_UDP, 0, 2152, 2152, 8, 8,
	  .layers = { IP4("\x11"), UDP_PORTS("\x08\x68\x08\x68"), LAYER("\x30\x01\0\0\0\0\0\0") } },
	{ "gtp whose length lies", LINK_RAW, PARSE_OK, IP_UDP, 0, 2152, 2152, 20, 20,
	  .layers = { IP4("\x11"), UDP_PORTS("\x08\x68\x08\x68"), LAYER("\x30\xff\0\x0b\0\0\0\0"),
	              HELLO } },
	{ "gtp extension of length 0", LINK_RAW, PARSE_OK, IP_UDP, 0, 2152, 2152, 24, 24,
	  .layers = { IP4("\x11"), UDP_PORTS("\x08\x68\x08\x68"),
	              LAYER("\x34\xff\0\x10\0\0\0\0\0\0\0\x85"), LAYER("\0\0\0\0hello678") } },
	{ "l2tp control", LINK_RAW, PARSE_OK, IP_UDP, 0, 1701, 1701, 12, 12,
	  .layers = { IP4("\x11"), UDP_PORTS("\x06\xa5\x06\xa5"),
	              LAYER("\xc8\x02\0\x0c\0\x01\0\0\0\0\0\0") } },
	{ "capwap keep-alive", LINK_RAW, PARSE_OK, IP_UDP, 0, 49154, 5247, 20, 20,
	  .layers = { IP4("\x11"), UDP_PORTS("\xc0\x02\x14\x7f"), LAYER("\0\x10\x02\x08\0\0\0\0"),
	              HELLO } },
	{ "ip in ip that lies", LINK_RAW, PARSE_BROKEN,
	  .layers = { IP4_OUTER("\x04"), LAYER("\x45\0\0\x13\0\0\0\0\x40\x06\0\0" IP4_A IP4_B) } },
	{ "the fifth tunnel stays closed", LINK_RAW, PARSE_OK, 4, PACKET_TUNNELS_MAX, 0, 0, 52, 52,
	  .layers = { IP4_OUTER("\x04"), IP4_OUTER("\x04"), IP4_OUTER("\x04"), IP4_OUTER("\x04"),
	              IP4_OUTER("\x04"), IP4("\x06"), TCP_DATA, HELLO } },
	{ "a fifth layer without addresses", LINK_ETHERNET, PARSE_BROKEN,
	  .layers = { ETHER("\x88\xe7"), LAYER("\0\0\0\x01"), ETHER("\x88\xe7"),
	              LAYER("\0\0\0\x01"), ETHER("\x88\xe7"), LAYER("\0\0\0\x01"),
	              ETHER("\x88\xe7"), LAYER("\0\0\0\x01"), ETHER("\x88\xe7"),
	              LAYER("\0\0\0\x01"), ETHER("\x08\0"), IP4("\x06") } },
};

static void check_odd(const struct odd *s)
{
	uint8_t bytes[FRAME_MAX];
	struct packet p;

	memset(&p, 0xa5, sizeof p);
	size_t len = frame_build(s->layers, bytes);
	WANT(dissect_packet(s->link, (struct slice){ bytes, len }, &p) == s->answer);
	WANT(p.vlan_count == 0);
	WANT(s->answer != PARSE_FOREIGN || p.ip_version == 0);
	if (s->answer != PARSE_OK)
		return;
	WANT(p.protocol == s->protocol && p.tunnel_count == s->tunnel_count);
	WANT(p.src_port == s->src_port && p.dst_port == s->dst_port);
	WANT(p.payload_len == s->payload_len && p.payload.len == s->captured);
	WANT(p.protocol == IP_TCP || p.tcp_flags == 0);
}

static struct packet dissected(enum link_type link, const struct layer layers[FRAME_LAYERS_MAX],
                               uint8_t bytes[FRAME_MAX])
{
	struct packet p;
	size_t len = frame_build(layers, bytes);

	CHECK(dissect_packet(link, (struct slice){ bytes, len }, &p) == PARSE_OK);
	return p;
}

/* A tunnel that is given up leaves the outer frame's MACs and VLANs. */
static void check_given_up(void)
{
	static const struct layer layers[FRAME_LAYERS_MAX] = { ETHER("\x81\0"),
		                                               LAYER("\0\x0c\x08\0"),
		                                               IP4_OUTER("\x11"),
		                                               UDP_PORTS("\xc0\x02\x12\xb5"),
		                                               LAYER("\x08\0\0\0\0\0\x07\0"),
		                                               ETHER_OUTER("\x81\0"),
		                                               LAYER("\0\x0d\x08\x06"),
		                                               HELLO };
	uint8_t bytes[FRAME_MAX];
	struct packet p = dissected(LINK_ETHERNET, layers, bytes);

	CHECK(p.vlan_count == 1 && p.vlan[0] == 12 && p.has_mac);
	CHECK(memcmp(p.src_mac, MAC_A, 6) == 0 && p.tunnel_count == 0);
	CHECK(memcmp(p.src, outer4, 16) == 0);
}

static void check_checksum(void)
{
	static const struct layer good[FRAME_LAYERS_MAX] = { IP4("\x06"), TCP_SYN_ONLY };
	static const struct layer bad[FRAME_LAYERS_MAX] = {
		LAYER("\x45\0\0\x28\x12\x34\0\0\x40\x06\0\x01" IP4_A IP4_B), TCP_SYN_ONLY
	};
	uint8_t bytes[FRAME_MAX];

	CHECK(!dissected(LINK_RAW, good, bytes).bad_ip_checksum);
	CHECK(dissected(LINK_RAW, bad, bytes).bad_ip_checksum);
	CHECK(dissected(LINK_RAW, good, bytes).tcp_flags == TCP_SYN);
}

static void check_fragments(void)
{
	static const struct layer first[FRAME_LAYERS_MAX] = {
		IP4_FULL("\x20\0", "\x11", IP4_A, IP4_B), HELLO
	};
	static const struct layer last[FRAME_LAYERS_MAX] = {
		IP4_FULL("\0\x02", "\x11", IP4_A, IP4_B), HELLO
	};
	static const struct layer six[FRAME_LAYERS_MAX] = { IP6("\x2c"),
		                                            LAYER("\x11\0\0\x11\x01\x02\x03\x04"),
		                                            HELLO };
	uint8_t bytes[FRAME_MAX];
	struct packet p = dissected(LINK_RAW, first, bytes);

	CHECK(p.is_fragment && p.more_fragments && p.fragment_offset == 0);
	CHECK(p.fragment_id == 0x1234 && p.protocol == IP_UDP && p.src_port == 0);
	CHECK(p.payload.len == 12 && p.payload_len == 12);
	p = dissected(LINK_RAW, last, bytes);
	CHECK(p.is_fragment && !p.more_fragments && p.fragment_offset == 16);
	p = dissected(LINK_RAW, six, bytes);
	CHECK(p.is_fragment && p.more_fragments && p.fragment_offset == 16);
	CHECK(p.fragment_id == 0x01020304 && p.protocol == IP_UDP && p.payload.len == 12);
}

/* A whole datagram whose fragments' protocol was an extension header, then UDP with VXLAN in it. */
static void check_transport_again(void)
{
	static const struct layer fragment[FRAME_LAYERS_MAX] = { IP6_OUTER("\x2c"),
		                                                 LAYER("\x3c\0\0\x01\0\0\0\x01"),
		                                                 HELLO };
	static const struct layer whole[FRAME_LAYERS_MAX] = { LAYER("\x11\0\0\0\0\0\0\0"),
		                                              UDP_PORTS("\xc0\x02\x12\xb5"),
		                                              LAYER("\x08\0\0\0\0\0\x07\0"),
		                                              ETHER("\x08\0"),
		                                              IP4("\x06"),
		                                              TCP_DATA,
		                                              HELLO };
	uint8_t bytes[FRAME_MAX], datagram[FRAME_MAX];
	struct packet p = dissected(LINK_RAW, fragment, bytes);
	size_t len = frame_build(whole, datagram);

	CHECK(p.is_fragment && p.protocol == 60);
	CHECK(dissect_transport((struct slice){ datagram, len }, &p) == PARSE_OK);
	CHECK(!p.is_fragment && p.tunnel_count == 1 && p.tunnel[0].id == 7);
	CHECK(memcmp(p.tunnel[0].src, outer6, 16) == 0 && memcmp(p.src, address4[0], 16) == 0);
	CHECK(p.dst_port == 443 && p.payload.len == 12);
}

static const struct quote {
	const char *name;
	enum parse answer;
	uint8_t protocol;
	uint16_t src_port, dst_port;
	struct layer layers[FRAME_LAYERS_MAX];
} quotes[] = {
	{ "unreachable",
	  PARSE_OK,
	  IP_UDP,
	  49153,
	  443,
	  { IP4_OUTER("\x01"), LAYER("\x03\x03\0\0\0\0\0\0"), IP4("\x11"),
	    LAYER("\xc0\x01\x01\xbb\0\x14\0\0") } },
	{ "tcp's first 8 bytes",
	  PARSE_OK,
	  IP_TCP,
	  49153,
	  443,
	  { IP4_OUTER("\x01"), LAYER("\x0b\0\0\0\0\0\0\0"), IP4("\x06"),
	    LAYER("\xc0\x01\x01\xbb\x01\x02\x03\x04") } },
	{ "icmp6 with an extension",
	  PARSE_OK,
	  IP_TCP,
	  49153,
	  443,
	  { IP6_OUTER("\x3a"), LAYER("\x01\x04\0\0\0\0\0\0"), IP6("\x3c"),
	    LAYER("\x06\0\0\0\0\0\0\0"), TCP_DATA } },
	{ "of an icmp",
	  PARSE_OK,
	  IP_ICMP,
	  0,
	  0,
	  { IP4_OUTER("\x01"), LAYER("\x03\x01\0\0\0\0\0\0"), IP4("\x01"),
	    LAYER("\x08\0\0\0\0\0\0\0") } },
	{ "of a later fragment",
	  PARSE_OK,
	  IP_UDP,
	  0,
	  0,
	  { IP4_OUTER("\x01"), LAYER("\x03\x01\0\0\0\0\0\0"),
	    IP4_FULL("\0\x02", "\x11", IP4_A, IP4_B), HELLO } },
	{ "cut before the ports",
	  PARSE_BROKEN,
	  0,
	  0,
	  0,
	  { IP4_OUTER("\x01"), LAYER("\x03\x03\0\0\0\0\0\0"), IP4("\x11"),
	    LAYER("\xc0\x01\x01") } },
	{ "cut in the quoted header",
	  PARSE_BROKEN,
	  0,
	  0,
	  0,
	  { IP4_OUTER("\x01"), LAYER("\x03\x03\0\0\0\0\0\0"), LAYER("\x45\0\0\x28\0\0\0\0\0\0") } },
	{ "echo",
	  PARSE_FOREIGN,
	  0,
	  0,
	  0,
	  { IP4_OUTER("\x01"), LAYER("\x08\0\0\0\0\0\0\0"), IP4("\x11") } },
	{ "no icmp",
	  PARSE_FOREIGN,
	  0,
	  0,
	  0,
	  { IP4_OUTER("\x11"), UDP_PORTS("\0\x03\0\x03"), IP4("\x11") } },
};

static void check_quote(const struct quote *s)
{
	uint8_t bytes[FRAME_MAX];
	struct packet icmp = dissected(LINK_RAW, s->layers, bytes), quoted;

	WANT(dissect_icmp_quote(&icmp, &quoted) == s->answer);
	if (s->answer != PARSE_OK)
		return;
	const uint8_t(*address)[16] = quoted.ip_version == 4 ? address4 : address6;

	WANT(memcmp(quoted.src, address[0], 16) == 0 && memcmp(quoted.dst, address[1], 16) == 0);
	WANT(quoted.protocol == s->protocol);
	WANT(quoted.src_port == s->src_port && quoted.dst_port == s->dst_port);
	WANT(quoted.payload.len == 0 && quoted.payload_len == 0 && quoted.tunnel_count == 0);
}

int main(void)
{
	for (size_t i = 0; i < frame_specimen_count; i++)
		check_specimen(&frame_specimens[i]);
	for (size_t i = 0; i < frame_specimen_count; i++)
		check_usual(&frame_specimens[i]);
	for (size_t i = 0; i < frame_specimen_count; i++)
		check_properties(&frame_specimens[i]);
	for (size_t i = 0; i < COUNT_OF(odds); i++)
		check_odd(&odds[i]);
	for (size_t i = 0; i < COUNT_OF(quotes); i++)
		check_quote(&quotes[i]);
	check_given_up();
	check_checksum();
	check_fragments();
	check_transport_again();
	return 0;
}
