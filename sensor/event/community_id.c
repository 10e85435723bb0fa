/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/community_id.h"

#include "dissect/packet.h"
#include "sensor/event/address_text.h"

/* ICMP types that ask, and those that answer them: the specification takes the pairs from Zeek. */
static const struct {
	uint8_t protocol, type, peer;
} pairs[] = {
	{ IP_ICMP, 8, 0 },      /* echo */
	{ IP_ICMP, 10, 9 },     /* router solicitation, advertisement */
	{ IP_ICMP, 13, 14 },    /* timestamp */
	{ IP_ICMP, 15, 16 },    /* information */
	{ IP_ICMP, 17, 18 },    /* address mask */
	{ IP_ICMP6, 128, 129 }, /* echo */
	{ IP_ICMP6, 130, 131 }, /* multicast listener query, report */
	{ IP_ICMP6, 133, 134 }, /* router solicitation, advertisement */
	{ IP_ICMP6, 135, 136 }, /* neighbour solicitation, advertisement */
	{ IP_ICMP6, 139, 140 }, /* node information */
	{ IP_ICMP6, 144, 145 }, /* home agent address discovery */
};

static bool is_icmp(uint8_t protocol)
{
	return protocol == IP_ICMP || protocol == IP_ICMP6;
}

bool has_ports(uint8_t protocol)
{
	return protocol == IP_TCP || protocol == IP_UDP || protocol == IP_SCTP;
}

/* The type that answers `t`, in place of the port; false for a message that nobody answers. */
static bool find_peer(const struct flow_tuple *t, uint16_t *peer)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (pairs[i].protocol != t->protocol)
			continue;
		if (pairs[i].type == t->src_port || pairs[i].peer == t->src_port) {
			*peer = pairs[i].type == t->src_port ? pairs[i].peer : pairs[i].type;
			return true;
		}
	}
	return false;
}

/* The smaller end comes first. */
static bool is_ordered(const struct flow_tuple *t)
{
	int order = memcmp(t->src, t->dst, sizeof t->src);

	return order < 0 || (order == 0 && t->src_port <= t->dst_port);
}

static uint8_t *put_u16(uint8_t *out, uint16_t value)
{
	*out++ = (uint8_t)(value >> 8);
	*out++ = (uint8_t)value;
	return out;
}

static uint8_t *put_address(uint8_t *out, const uint8_t address[16], bool is_ipv4)
{
	size_t skip = is_ipv4 ? 12 : 0;

	memcpy(out, address + skip, 16 - skip);
	return out + 16 - skip;
}

/* seed │ address │ address │ protocol │ 0 │ port │ port: in network order */
static struct slice hash_input(const struct flow_tuple *t, uint8_t bytes[40])
{
	bool is_ipv4 = address_is_ipv4(t->src) && address_is_ipv4(t->dst);
	uint8_t *end = put_u16(bytes, 0);

	end = put_address(end, t->src, is_ipv4);
	end = put_address(end, t->dst, is_ipv4);
	*end++ = t->protocol;
	*end++ = 0;
	if (has_ports(t->protocol) || is_icmp(t->protocol)) {
		end = put_u16(end, t->src_port);
		end = put_u16(end, t->dst_port);
	}
	return (struct slice){ bytes, (size_t)(end - bytes) };
}

/* RFC 4648, section 4. */
static void put_base64(struct slice s, char *out)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t three = (uint32_t)s.ptr[i] << 16;

		three |= i + 1 < s.len ? (uint32_t)s.ptr[i + 1] << 8 : 0;
		three |= i + 2 < s.len ? s.ptr[i + 2] : 0;
		*out++ = digits[three >> 18];
		*out++ = digits[three >> 12 & 63];
		*out++ = i + 1 < s.len ? digits[three >> 6 & 63] : '=';
		*out++ = i + 2 < s.len ? digits[three & 63] : '=';
	}
	*out = '\0';
}

bool community_id(struct digest *digest, const struct flow_tuple *flow, char out[COMMUNITY_ID_MAX])
{
	struct flow_tuple t = *flow;
	bool is_one_way = is_icmp(t.protocol) && !find_peer(flow, &t.dst_port);
	uint8_t bytes[40], sum[SHA1_LEN];

	if (!is_ordered(&t) && !is_one_way) {
		memcpy(t.src, flow->dst, sizeof t.src);
		memcpy(t.dst, flow->src, sizeof t.dst);
		uint16_t port = t.src_port;

		t.src_port = t.dst_port;
		t.dst_port = port;
	}
	out[0] = '\0';
	if (!digest_sha1(digest, hash_input(&t, bytes), sum))
		return false;
	out[0] = '1';
	out[1] = ':';
	put_base64((struct slice){ sum, sizeof sum }, out + 2);
	return true;
}
