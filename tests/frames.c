/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/frames.h"

#include "tests/check.h"

static void write_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void write_checksum(uint8_t *header)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	write_u16(header + 10, ~sum & 0xffff);
}

size_t frame_build(const struct layer layers[FRAME_LAYERS_MAX], uint8_t out[FRAME_MAX])
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < FRAME_LAYERS_MAX; i++)
		total += layers[i].len;
	CHECK(total <= FRAME_MAX);
	for (size_t i = 0; i < FRAME_LAYERS_MAX && layers[i].bytes != NULL; i++) {
		const struct layer *layer = &layers[i];
		size_t behind = total - at - layer->len;

		memcpy(out + at, layer->bytes, layer->len);
		if (layer->length_adds != 0)
			write_u16(out + at + layer->length_at, behind + layer->length_adds);
		if (layer->is_ip4)
			write_checksum(out + at);
		at += layer->len;
	}
	return total;
}

#define TCP                             "\x06"
#define UDP                             "\x11"
#define IS_IP4                          "\x08\0"
#define IS_IP6                          "\x86\xdd"
#define CLIENT_TO(port)                 UDP_PORTS("\xc0\x02" port)
#define TCP4                            IP4(TCP), TCP_DATA, HELLO
#define TCP6                            IP6(TCP), TCP_DATA, HELLO
#define SNAP                            "\xaa\xaa\x03\0\0\0"
#define VXLAN                           LAYER("\x08\0\0\0\0\x01\x02\0")
#define PORT_VXLAN                      CLIENT_TO("\x12\xb5")
#define RADIOTAP                        "\0\0\x12\0\x2e\x48\0\0" /* 18 bytes; flags follow */
#define WIFI_ADDRESSES(one, two, three) "\0\0" one two three "\x10\0"
#define PLAIN                           .has_mac = true, .protocol = IP_TCP, .ip_version = 4
#define PLAIN6                          .has_mac = true, .protocol = IP_TCP, .ip_version = 6
#define BARE                            .protocol = IP_TCP, .ip_version = 4
#define BARE6                           .protocol = IP_TCP, .ip_version = 6
#define TUNNEL(kind, number)            .tunnels = { kind }, .tunnel_count = 1, .id = number

const struct frame_specimen frame_specimens[] = {
	{ "ethernet-ip4-tcp", LINK_ETHERNET, PLAIN, .layers = { ETHER(IS_IP4), TCP4 } },
	{ "ethernet-ip6-tcp", LINK_ETHERNET, PLAIN6, .layers = { ETHER(IS_IP6), TCP6 } },
	{ "ethernet-ip4-udp", LINK_ETHERNET, .has_mac = true, .protocol = IP_UDP, .ip_version = 4,
	  .layers = { ETHER(IS_IP4), IP4(UDP), UDP_PORTS("\xc0\x01\x01\xbb"), HELLO } },
	{ "ip4-options", LINK_ETHERNET, PLAIN,
	  .layers = { ETHER(IS_IP4),
	              { "\x46\0\0\0\x12\x34\0\0\x40\x06\0\0" IP4_A IP4_B "\x94\x04\0\0", 24, 2, 24,
	                false },
	              TCP_DATA,
	              HELLO } },
	{ "vlan", LINK_ETHERNET, PLAIN, .vlan_count = 1, .vlan = 12,
	  .layers = { ETHER("\x81\0"), LAYER("\xa0\x0c" IS_IP4), TCP4 } },
	{ "qinq-88a8", LINK_ETHERNET, PLAIN, .vlan_count = 2, .vlan = 12,
	  .layers = { ETHER("\x88\xa8"), LAYER("\0\x64\x81\0"), LAYER("\0\x0c" IS_IP4), TCP4 } },
	{ "qinq-9100", LINK_ETHERNET, PLAIN6, .vlan_count = 2, .vlan = 13,
	  .layers = { ETHER("\x91\0"), LAYER("\0\x64\x81\0"), LAYER("\0\x0d" IS_IP6), TCP6 } },
	{ "vlans-over-the-most", LINK_ETHERNET, PLAIN, .vlan_count = 4, .vlan = 4,
	  .layers = { ETHER("\x81\0"), LAYER("\0\x01\x81\0\0\x02\x81\0\0\x03\x81\0"),
	              LAYER("\0\x04\x81\0\0\x05" IS_IP4), TCP4 } },
	{ "llc-snap", LINK_ETHERNET, PLAIN,
	  .layers = { LAYER_LENGTH(MAC_B MAC_A "\0\0", 12, LENGTH_BEHIND), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "cisco-metadata", LINK_ETHERNET, PLAIN,
	  .layers = { ETHER("\x89\x09"), LAYER("\x01\x01\0\x01\0\x02" IS_IP4), TCP4 } },
	{ "mpls", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_MPLS, 17),
	  .layers = { ETHER("\x88\x47"), LAYER("\0\x01\0\x40\0\x01\x11\x40"), TCP4 } },
	{ "mpls-ip6", LINK_ETHERNET, PLAIN6, TUNNEL(TUNNEL_MPLS, 17),
	  .layers = { ETHER("\x88\x47"), LAYER("\0\x01\x11\x40"), TCP6 } },
	{ "mpls-pseudowire", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_MPLS, 17),
	  .layers = { ETHER_OUTER("\x88\x47"), LAYER("\0\x01\x11\x40\0\0\0\x07"), ETHER(IS_IP4),
	              TCP4 } },
	{ "mpls-pseudowire-no-control-word", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_MPLS, 17),
	  .layers = { ETHER_OUTER("\x88\x47"), LAYER("\0\x01\x11\x40"), ETHER(IS_IP4), TCP4 } },
	{ "pppoe", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_PPPOE, 0x2a),
	  .layers = { ETHER("\x88\x64"), LAYER_LENGTH("\x11\0\0\x2a\0\0", 4, LENGTH_BEHIND),
	              LAYER("\0\x21"), TCP4 } },
	{ "pppoe-ip6", LINK_ETHERNET, PLAIN6, TUNNEL(TUNNEL_PPPOE, 0x2a),
	  .layers = { ETHER("\x88\x64"), LAYER("\x11\0\0\x2a\0\0"), LAYER("\0\x57"), TCP6 } },
	{ "pbb", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_PBB, 0x010203), .vlan_count = 1, .vlan = 5,
	  .layers = { ETHER_OUTER("\x88\xa8"), LAYER("\0\x05\x88\xe7\0\x01\x02\x03"), ETHER(IS_IP4),
	              TCP4 } },
	{ "trill", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_TRILL, 0x00100020),
	  .layers = { ETHER_OUTER("\x22\xf3"), LAYER("\0\x7f\0\x10\0\x20nops"), ETHER(IS_IP4),
	              TCP4 } },
	{ "ppp", LINK_PPP, BARE, .layers = { LAYER("\xff\x03\0\x21"), TCP4 } },
	{ "ppp-compressed", LINK_PPP, BARE, .layers = { LAYER("\x21"), TCP4 } },
	{ "ppp-hdlc", LINK_PPP_HDLC, BARE6, .layers = { LAYER("\xff\x03\0\x57"), TCP6 } },
	{ "cisco-hdlc", LINK_C_HDLC, BARE, .layers = { LAYER("\x0f\0" IS_IP4), TCP4 } },
	{ "null-little", LINK_NULL, BARE, .layers = { LAYER("\x02\0\0\0"), TCP4 } },
	{ "null-big", LINK_NULL, BARE6, .layers = { LAYER("\0\0\0\x1e"), TCP6 } },
	{ "null-freebsd", LINK_NULL, BARE6, .layers = { LAYER("\x1c\0\0\0"), TCP6 } },
	{ "null-openbsd", LINK_NULL, BARE6, .layers = { LAYER("\x18\0\0\0"), TCP6 } },
	{ "null-linux", LINK_NULL, BARE6, .layers = { LAYER("\x0a\0\0\0"), TCP6 } },
	{ "null-windows", LINK_NULL, BARE6, .layers = { LAYER("\x17\0\0\0"), TCP6 } },
	{ "loop", LINK_LOOP, BARE, .layers = { LAYER("\0\0\0\x02"), TCP4 } },
	{ "raw-ip4", LINK_RAW, BARE, .layers = { TCP4 } },
	{ "raw-ip6", LINK_RAW, BARE6, .layers = { TCP6 } },
	{ "pktap", LINK_PKTAP, PLAIN,
	  .layers = { LAYER("\x10\0\0\0\x01\0\0\0\x01\0\0\0en0\0"), ETHER(IS_IP4), TCP4 } },
	{ "pktap-raw", LINK_USER2, BARE6,
	  .layers = { LAYER("\x10\0\0\0\x01\0\0\0\x65\0\0\0en0\0"), TCP6 } },
	{ "ipv4-that-is-ipv6", LINK_IPV4, BARE6, .layers = { TCP6 } },
	{ "ipv4", LINK_IPV4, BARE, .layers = { TCP4 } },
	{ "ipv6", LINK_IPV6, BARE6, .layers = { TCP6 } },
	{ "sll", LINK_LINUX_SLL, BARE,
	  .layers = { LAYER("\0\0\0\x01\0\0\0\0\0\0\0\0\0\0" IS_IP4), TCP4 } },
	{ "sll2", LINK_LINUX_SLL2, BARE6,
	  .layers = { LAYER(IS_IP6 "\0\0\0\0\0\x02\0\x01\0\0\0\0\0\0\0\0\0\0"), TCP6 } },
	{ "wifi-to-ds", LINK_IEEE802_11, PLAIN,
	  .layers = { LAYER("\x08\x01" WIFI_ADDRESSES(MAC_C, MAC_A, MAC_B)), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "wifi-qos-from-ds", LINK_IEEE802_11, PLAIN,
	  .layers = { LAYER("\x88\x02" WIFI_ADDRESSES(MAC_B, MAC_C, MAC_A) "\0\0"),
	              LAYER(SNAP IS_IP4), TCP4 } },
	{ "wifi-four-addresses", LINK_IEEE802_11, PLAIN,
	  .layers = { LAYER("\x88\x83" WIFI_ADDRESSES(MAC_C, MAC_D, MAC_B) MAC_A "\0\0\0\0\0\0"),
	              LAYER(SNAP IS_IP4), TCP4 } },
	{ "wifi-aggregate", LINK_IEEE802_11, PLAIN,
	  .layers = { LAYER("\x88\x01" WIFI_ADDRESSES(MAC_C, MAC_A, MAC_B) "\x80\0" MAC_B MAC_A
	                                                                   "\0\x40"),
	              LAYER(SNAP IS_IP4), TCP4 } },
	{ "radiotap", LINK_RADIOTAP, PLAIN,
	  .layers = { LAYER(RADIOTAP "\0\x02\x6c\x09\xa0\0\0\0\0\0"),
	              LAYER("\x08\0" WIFI_ADDRESSES(MAC_B, MAC_A, MAC_C)), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "radiotap-padded", LINK_RADIOTAP, PLAIN,
	  .layers = { LAYER("\0\0\x19\0\x03\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20"),
	              LAYER("\x88\x01" WIFI_ADDRESSES(MAC_C, MAC_A, MAC_B) "\0\0\0\0"),
	              LAYER(SNAP IS_IP4), TCP4 } },
	{ "ppi", LINK_PPI, PLAIN,
	  .layers = { LAYER("\0\0\x0c\0\x69\0\0\0\x02\0\0\0"),
	              LAYER("\x08\0" WIFI_ADDRESSES(MAC_B, MAC_A, MAC_C)), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "nflog", LINK_NFLOG, BARE,
	  .layers = { LAYER("\x02\0\0\x01\x08\0\x01\0\x08\0\x01\0\x05\0\x0a\0x\0\0\0"),
	              LAYER("\x40\0\x09\0"), TCP4 } },
	{ "nflog-big", LINK_NFLOG, BARE6,
	  .layers = { LAYER("\x0a\0\0\x01\0\x08\0\x01\x86\xdd\x01\0"), LAYER("\0\x50\0\x09"),
	              TCP6 } },
	{ "ip6-extensions", LINK_ETHERNET, PLAIN6,
	  .layers = { ETHER(IS_IP6), IP6("\0"), LAYER("\x2b\0\x05\x02\0\0\0\0"),
	              LAYER("\x3c\0\0\0\0\0\0\0"), LAYER("\x33\0\x01\x04\0\0\0\0"),
	              LAYER("\x87\x04\0\0\0\0\0\x01\0\0\0\x01icv-icv-icv-"),
	              LAYER("\x2c\0\0\0\0\0\0\0"), LAYER("\x06\0\0\0\0\0\0\x07"), TCP_DATA,
	              HELLO } },
	{ "ip4-ah", LINK_ETHERNET, PLAIN,
	  .layers = { ETHER(IS_IP4), IP4("\x33"),
	              LAYER("\x06\x04\0\0\0\0\0\x01\0\0\0\x01icv-icv-icv-"), TCP_DATA, HELLO } },
	{ "ip-in-ip", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_IP_IN_IP, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x04"), TCP4 } },
	{ "6in4", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_IP_IN_IP, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x29"), TCP6 } },
	{ "4in6", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_IP_IN_IP, 0),
	  .layers = { ETHER_OUTER(IS_IP6), IP6_OUTER("\x04"), TCP4 } },
	{ "6in6", LINK_RAW, BARE6, TUNNEL(TUNNEL_IP_IN_IP, 0),
	  .layers = { IP6_OUTER("\x29"), TCP6 } },
	{ "gre", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GRE, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\0\0" IS_IP4), TCP4 } },
	{ "gre-all-fields", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_GRE, 99),
	  .layers = { ETHER_OUTER(IS_IP6), IP6_OUTER("\x2f"), LAYER("\xb0\0" IS_IP6),
	              LAYER("\0\0\0\0\0\0\0\x63\0\0\0\x01"), TCP6 } },
	{ "gre-routed", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GRE, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\x40\0" IS_IP4),
	              LAYER("\0\0\0\0" IS_IP4 "\0\x04" IP4_A "\0\0\0\0"), TCP4 } },
	{ "gre-ethernet", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_GRE, 7), .vlan_count = 1, .vlan = 9,
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\x20\0\x65\x58\0\0\0\x07"),
	              ETHER("\x81\0"), LAYER("\0\x09" IS_IP4), TCP4 } },
	{ "gre-pptp", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GRE, 0x0102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"),
	              LAYER("\x30\x81\x88\x0b\0\x40\x01\x02\0\0\0\x01\0\0\0\x01"),
	              LAYER("\xff\x03\0\x21"), TCP4 } },
	{ "gre-wccp", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GRE, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\0\0\x88\x3e\0\0\0\0"),
	              TCP4 } },
	{ "gre-mpls", LINK_ETHERNET, BARE, .tunnels = { TUNNEL_GRE, TUNNEL_MPLS },
	  .tunnel_count = 2, .id = 17,
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\0\0\x88\x47\0\x01\x11\x40"),
	              TCP4 } },
	{ "erspan-1", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_ERSPAN, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\0\0\x88\xbe"), ETHER(IS_IP4),
	              TCP4 } },
	{ "erspan-2", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_ERSPAN, 100), .vlan_count = 1, .vlan = 6,
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"),
	              LAYER("\x10\0\x88\xbe\0\0\0\x01\x10\x06\x18\x64\0\0\0\0"), ETHER("\x81\0"),
	              LAYER("\0\x06" IS_IP4), TCP4 } },
	{ "erspan-3", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_ERSPAN, 100),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\x10\0\x22\xeb\0\0\0\x01"),
	              LAYER("\x20\x06\x18\x64time\0\0\0\x01platform"), ETHER(IS_IP4), TCP4 } },
	{ "erspan-3-ip", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_ERSPAN, 100),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\x10\0\x22\xeb\0\0\0\x01"),
	              LAYER("\x20\x06\x18\x64time\0\0\x08\0"), TCP4 } },
	{ "vxlan", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_VXLAN, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), PORT_VXLAN, VXLAN, ETHER(IS_IP4),
	              TCP4 } },
	{ "vxlan-policy-8472", LINK_ETHERNET, PLAIN6, TUNNEL(TUNNEL_VXLAN, 0x102),
	  .layers = { ETHER_OUTER(IS_IP6), IP6_OUTER(UDP), CLIENT_TO("\x21\x18"),
	              LAYER("\x88\x08\x12\x34\0\x01\x02\0"), ETHER(IS_IP6), TCP6 } },
	{ "vxlan-gpe", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_VXLAN, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x12\xb6"),
	              LAYER("\x0c\0\0\x01\0\x01\x02\0"), TCP4 } },
	{ "geneve", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_GENEVE, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x17\xc1"),
	              LAYER("\x02\x40\x65\x58\0\x01\x02\0\x01\x02\x03\x01opt-"), ETHER(IS_IP4),
	              TCP4 } },
	{ "geneve-ip", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_GENEVE, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x17\xc1"),
	              LAYER("\0\0" IS_IP6 "\0\x01\x02\0"), TCP6 } },
	{ "gtp-u", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GTP_U, 0x01020304),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x08\x68"),
	              LAYER_LENGTH("\x30\xff\0\0\x01\x02\x03\x04", 2, LENGTH_BEHIND), TCP4 } },
	{ "gtp-u-extended", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_GTP_U, 0x01020304),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x08\x68"),
	              LAYER_LENGTH("\x36\xff\0\0\x01\x02\x03\x04", 2, LENGTH_BEHIND),
	              LAYER("\0\x01\0\x85\x01\x10\x09\xc0\x02zzzzzz\0"), TCP6 } },
	{ "teredo", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_TEREDO, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x0d\xd8"), TCP6 } },
	{ "teredo-indications", LINK_ETHERNET, BARE6, TUNNEL(TUNNEL_TEREDO, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x0d\xd8"),
	              LAYER("\0\x01\x02\x04idauthnonce678\0\0\0\x11\x22\xc0\0\x02\x02"), TCP6 } },
	{ "tzsp", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_TZSP, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x90\x90"),
	              LAYER("\x01\0\0\x01\0\x0a\x01\xc8\x01"), ETHER(IS_IP4), TCP4 } },
	{ "capwap", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_CAPWAP, 1),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x14\x7f"),
	              LAYER("\0\x10\x43\x00\0\0\0\0"),
	              LAYER("\x08\x01" WIFI_ADDRESSES(MAC_C, MAC_A, MAC_B)), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "capwap-swapped", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_CAPWAP, 1),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x14\x7f"),
	              LAYER("\0\x10\x43\x00\0\0\0\0"),
	              LAYER("\x01\x08\0\0" MAC_C MAC_A MAC_B "\x01\x10"), LAYER(SNAP IS_IP4),
	              TCP4 } },
	{ "l2tp", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_L2TP, 0x00010002),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), CLIENT_TO("\x06\xa5"),
	              LAYER_LENGTH("\x4a\x02\0\0\0\x01\0\x02\0\x01\0\x01\0\x02zz", 2, 16),
	              LAYER("\xff\x03\0\x21"), TCP4 } },
	{ "mpls-in-ip", LINK_ETHERNET, BARE, .tunnels = { TUNNEL_IP_IN_IP, TUNNEL_MPLS },
	  .tunnel_count = 2, .id = 17,
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x89"), LAYER("\0\x01\x11\x40"), TCP4 } },
	{ "fddi", LINK_FDDI, PLAIN, .layers = { LAYER("\x50" MAC_B MAC_A SNAP IS_IP4), TCP4 } },
	{ "gre-metadata", LINK_ETHERNET, BARE, TUNNEL(TUNNEL_GRE, 0),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"),
	              LAYER("\0\0\x89\x09" IS_IP4 "\x01\x01\0\x01\0\x02"), TCP4 } },
	{ "gre-eoip", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_GRE, 0x0201),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER("\x2f"), LAYER("\x20\x01\x64\0\0\x42\x01\x02"),
	              ETHER(IS_IP4), TCP4 } },
	{ "vxlan-reserved-bits", LINK_ETHERNET, PLAIN, TUNNEL(TUNNEL_VXLAN, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), PORT_VXLAN,
	              LAYER("\x0c\x01\x02\x03\0\x01\x02\x04"), ETHER(IS_IP4), TCP4 } },
	{ "vxlan-gpe-from-4789", LINK_ETHERNET, PLAIN6, TUNNEL(TUNNEL_VXLAN, 0x102),
	  .layers = { ETHER_OUTER(IS_IP4), IP4_OUTER(UDP), UDP_PORTS("\x12\xb5\x12\xb6"),
	              LAYER("\x0c\0\0\x03\0\x01\x02\0"), ETHER(IS_IP6), TCP6 } },
	{ "pppoe-gre-vxlan-6in4", LINK_ETHERNET, BARE6,
	  .tunnels = { TUNNEL_PPPOE, TUNNEL_GRE, TUNNEL_VXLAN, TUNNEL_IP_IN_IP }, .tunnel_count = 4,
	  .layers = { ETHER_OUTER("\x88\x64"), LAYER("\x11\0\0\x2a\0\0\0\x21"), IP4_OUTER("\x2f"),
	              LAYER("\0\0" IS_IP4), IP4_OUTER(UDP), PORT_VXLAN, VXLAN, ETHER_OUTER(IS_IP4),
	              IP4_OUTER("\x29"), TCP6 } },
};

const size_t frame_specimen_count = COUNT_OF(frame_specimens);
