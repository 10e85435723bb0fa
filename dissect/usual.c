/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly all frames are, read in one go: Ethernet, perhaps one VLAN, IPv4 without options or
 * IPv6 without extensions, TCP or UDP, and every header whole.
 *
 *   MACs │ type │ (VLAN │ type) │ IP: 20 or 40 bytes │ TCP or UDP │ payload
 */
#include "dissect/layers.h"

enum { ETHER_HEAD = 14, VLAN_TAG = 4, IP4_HEAD = 20, IP6_HEAD = 40, TCP_HEAD = 20, UDP_HEAD = 8 };
enum { TYPE_IP4 = 0x0800, TYPE_IP6 = 0x86dd, TYPE_VLAN = 0x8100, VLAN_ID = 0x0fff };

#define IS_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline uint16_t load_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void begin(struct packet *out, uint8_t version, uint8_t protocol)
{
	out->ip_version = version;
	out->protocol = protocol;
	out->is_fragment = out->more_fragments = out->bad_ip_checksum = false;
}

/*
 * ::ffff:a.b.c.d in two words: read as words soon after, and a processor waits for what was written
 * in other pieces than it is read in.
 */
static inline void set_mapped(uint8_t address[16], const uint8_t *ip4)
{
	static const uint8_t start[8] = { [2] = 0xff, [3] = 0xff };
	uint64_t zero = 0, low, four = 0;

	memcpy(&low, start, sizeof low);
	memcpy(&four, ip4, 4);
	low |= IS_LITTLE_ENDIAN ? four << 32 : four >> 32;
	memcpy(address, &zero, sizeof zero);
	memcpy(address + 8, &low, sizeof low);
}

/* `rest` is from the IP header on. Gives the length of the header, 0: not the usual. */
static size_t read_ip4(struct slice rest, struct packet *out, uint32_t *wire)
{
	enum { FRAGMENT = 0x3fff, LEAST = IP4_HEAD + UDP_HEAD };
	const uint8_t *ip = rest.ptr;

	if (rest.len < LEAST || ip[0] != 0x45 || load_u16(ip + 2) < LEAST ||
	    (load_u16(ip + 6) & FRAGMENT) != 0)
		return 0;
	begin(out, 4, ip[9]);
	set_mapped(out->src, ip + 12);
	set_mapped(out->dst, ip + 16);
	out->fragment_id = load_u16(ip + 4);
	out->bad_ip_checksum = !ip_checksum_right((struct slice){ ip, IP4_HEAD });
	*wire = load_u16(ip + 2) - (uint32_t)IP4_HEAD;
	return IP4_HEAD;
}

static size_t read_ip6(struct slice rest, struct packet *out, uint32_t *wire)
{
	const uint8_t *ip = rest.ptr;

	if (rest.len < IP6_HEAD || ip[0] >> 4 != 6 || load_u16(ip + 4) < UDP_HEAD)
		return 0;
	begin(out, 6, ip[6]);
	memcpy(out->src, ip + 8, sizeof out->src);
	memcpy(out->dst, ip + 24, sizeof out->dst);
	out->fragment_id = 0;
	*wire = load_u16(ip + 4);
	return IP6_HEAD;
}

static bool read_tcp(struct slice rest, struct packet *out, uint32_t wire)
{
	const uint8_t *tcp = rest.ptr;
	size_t len = rest.len < TCP_HEAD ? 0 : (size_t)(tcp[12] >> 4) * 4;

	if (len < TCP_HEAD || len > rest.len)
		return false;
	out->src_port = load_u16(tcp);
	out->dst_port = load_u16(tcp + 2);
	out->tcp_seq = load_u32(tcp + 4);
	out->tcp_ack = load_u32(tcp + 8);
	out->tcp_flags = tcp[13];
	out->payload = (struct slice){ tcp + len, rest.len - len };
	out->payload_len = wire - (uint32_t)len;
	return true;
}

static bool read_udp(struct slice rest, struct packet *out, uint32_t wire)
{
	const uint8_t *udp = rest.ptr;

	if (rest.len < UDP_HEAD || load_u16(udp + 4) < UDP_HEAD || load_u16(udp + 4) > wire)
		return false;
	out->src_port = load_u16(udp);
	out->dst_port = load_u16(udp + 2);
	if (udp_may_tunnel(out->src_port) || udp_may_tunnel(out->dst_port))
		return false;
	out->tcp_flags = 0;
	out->payload_len = load_u16(udp + 4) - (uint32_t)UDP_HEAD;
	out->payload =
	        slice_head((struct slice){ udp + UDP_HEAD, rest.len - UDP_HEAD }, out->payload_len);
	return true;
}

static size_t read_ether(struct slice frame, struct packet *out, uint16_t *type)
{
	const uint8_t *head = frame.ptr;

	if (frame.len < ETHER_HEAD + VLAN_TAG)
		return 0;
	packet_set_macs(out, head + 6, head);
	*type = load_u16(head + 12);
	if (*type != TYPE_VLAN)
		return ETHER_HEAD;
	out->vlan[out->vlan_count++] = load_u16(head + 14) & VLAN_ID;
	*type = load_u16(head + 16);
	return ETHER_HEAD + VLAN_TAG;
}

bool dissect_usual(struct slice frame, struct packet *out)
{
	uint16_t type = 0;
	uint32_t wire = 0;
	struct slice rest = slice_skip(frame, read_ether(frame, out, &type));
	size_t head = type == TYPE_IP4   ? read_ip4(rest, out, &wire)
	              : type == TYPE_IP6 ? read_ip6(rest, out, &wire)
	                                 : 0;

	if (head == 0)
		return false;
	struct slice upper = slice_head(slice_skip(rest, head), wire);

	out->network = (struct slice){ rest.ptr, head + upper.len };
	if (out->protocol == IP_TCP)
		return read_tcp(upper, out, wire);
	return out->protocol == IP_UDP && read_udp(upper, out, wire);
}
