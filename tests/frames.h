/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include "dissect/packet.h"

enum { FRAME_LAYERS_MAX = 12, FRAME_MAX = 2048 };

/*
 * A header as bytes, and what in it depends on what follows: a 16 bit length at `length_at` that
 * counts the bytes behind the header and `length_adds` more (no length where adds is 0), and IPv4's
 * checksum.
 */
struct layer {
	const char *bytes;
	size_t len;
	size_t length_at, length_adds;
	bool is_ip4;
};

/* A length without the header: 65536 more are 0 in 16 bits, yet say that there is a length. */
#define LENGTH_BEHIND 65536
#define LAYER(text)                                                                                \
	{                                                                                          \
		text, sizeof(text) - 1, 0, 0, false                                                \
	}
#define LAYER_LENGTH(text, at, adds)                                                               \
	{                                                                                          \
		text, sizeof(text) - 1, at, adds, false                                            \
	}

#define MAC_A "\x02\0\0\0\0\x0a"
#define MAC_B "\x02\0\0\0\0\x0b"
#define MAC_C "\x02\0\0\0\0\x0c"
#define MAC_D "\x02\0\0\0\0\x0d"
#define IP4_A "\x0a\0\0\x01"
#define IP4_B "\x0a\0\0\x02"
#define IP6_A "\x20\x01\0\0\x0d\xb8\0\0\0\0\0\0\0\0\0\x01"
#define IP6_B "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"

/* Hosts A (whose IPv6 address is a Teredo one) and B talk in the tunnel; its ends are 192.0.2.1 and
 * .2, or 2001:db8:f::1 and ::2. */
#define ETHER(type)       LAYER(MAC_B MAC_A type)
#define ETHER_OUTER(type) LAYER(MAC_D MAC_C type)
#define IP4_FULL(flags, protocol, src, dst)                                                        \
	{                                                                                          \
		"\x45\0\0\0\x12\x34" flags "\x40" protocol "\0\0" src dst, 20, 2, 20, true         \
	}
#define IP4(protocol)       IP4_FULL("\0\0", protocol, IP4_A, IP4_B)
#define IP4_OUTER(protocol) IP4_FULL("\x40\0", protocol, "\xc0\0\x02\x01", "\xc0\0\x02\x02")
#define IP6_OF(protocol, src, dst)                                                                 \
	{                                                                                          \
		"\x60\0\0\0\0\0" protocol "\x40" src dst, 40, 4, LENGTH_BEHIND, false              \
	}
#define IP6(protocol) IP6_OF(protocol, IP6_A, IP6_B)
#define IP6_OUTER(protocol)                                                                        \
	IP6_OF(protocol, "\x20\x01\x0d\xb8\0\x0f\0\0\0\0\0\0\0\0\0\x01",                           \
	       "\x20\x01\x0d\xb8\0\x0f\0\0\0\0\0\0\0\0\0\x02")
#define UDP_PORTS(ports) LAYER_LENGTH(ports "\0\0\0\0", 4, 8)
#define TCP_SYN_ONLY     LAYER("\xc0\x01\x01\xbb\x01\x02\x03\x04\0\0\0\0\x50\x02\xff\xff\0\0\0\0")
#define TCP_DATA         LAYER("\xc0\x01\x01\xbb\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\xff\xff\0\0\0\0")
#define HELLO            LAYER("hello, world")

/* Writes the layers one after the other and fills in lengths and checksums. Returns the length. */
size_t frame_build(const struct layer layers[FRAME_LAYERS_MAX], uint8_t out[FRAME_MAX]);

/* A frame for each way that a packet can come: all of them carry A:49153 to B:443, "hello, world".
 */
struct frame_specimen {
	const char *name;
	enum link_type link;
	enum tunnel_kind tunnels[PACKET_TUNNELS_MAX];
	uint8_t tunnel_count;
	uint32_t id; /* of the last one */
	uint8_t vlan_count;
	uint16_t vlan;    /* the last one */
	bool has_mac;     /* A to B */
	uint8_t protocol; /* TCP, or UDP */
	uint8_t ip_version;
	struct layer layers[FRAME_LAYERS_MAX];
};

extern const struct frame_specimen frame_specimens[];
extern const size_t frame_specimen_count;

#endif
