/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels that are told by a UDP port. A port proves nothing, as any client may get it by chance:
 * each header is also checked in every bit that its norm fixes, and must carry something that is
 * known.
 */
#include "dissect/layers.h"

/*
 * RFC 7348, section 5. Extensions and some senders set bits that it reserves and that a receiver
 * has to ignore; then the frame inside must make sense.
 */
static enum parse read_vxlan(struct layers *l, struct inner *in)
{
	enum { FLAG_VNI = 0x08, LEAST_FRAME = 15 };
	struct slice header = layers_take(l, 8);
	bool is_strict =
	        field_u32(header, 0) == (uint32_t)FLAG_VNI << 24 && field_u8(header, 7) == 0;

	if (!(field_u8(header, 0) & FLAG_VNI))
		return PARSE_FOREIGN;
	if (!is_strict && l->at.rest.len < LEAST_FRAME)
		reader_fail(&l->at, PARSE_BROKEN);
	if (!is_strict && !ethernet_likely(l->at.rest))
		return PARSE_FOREIGN;
	*in = (struct inner){ TUNNEL_VXLAN, field_u32(header, 4) >> 8, peel_ethernet };
	return PARSE_OK;
}

/* draft-ietf-nvo3-vxlan-gpe, section 3; some senders name what is next without its flag. */
static enum parse read_vxlan_gpe(struct layers *l, struct inner *in)
{
	enum { FIXED = 0xfa, FLAG_VNI = 0x08 }; /* the flag for "next" may be either */
	static layer_peel *const next[] = { peel_ethernet, peel_ip4, peel_ip6, peel_ethernet };
	struct slice header = layers_take(l, 8);
	uint8_t flags = field_u8(header, 0), protocol = field_u8(header, 3);

	if ((flags & FIXED) != FLAG_VNI || field_u16(header, 1) != 0 || field_u8(header, 7) != 0 ||
	    protocol >= sizeof next / sizeof *next)
		return PARSE_FOREIGN;
	*in = (struct inner){ TUNNEL_VXLAN, field_u32(header, 4) >> 8, next[protocol] };
	return PARSE_OK;
}

/* RFC 8926, section 3.4 */
static enum parse read_geneve(struct layers *l, struct inner *in)
{
	enum { VERSION = 0xc0, OPTIONS = 0x3f, RESERVED = 0x3f };
	struct slice header = layers_take(l, 8);

	if (field_u8(header, 0) & VERSION || field_u8(header, 1) & RESERVED ||
	    field_u8(header, 7) != 0)
		return PARSE_FOREIGN;
	layers_take(l, (size_t)(field_u8(header, 0) & OPTIONS) * 4);
	*in = (struct inner){ TUNNEL_GENEVE, field_u32(header, 4) >> 8,
		              ethertype_inner(field_u16(header, 2)) };
	return PARSE_OK;
}

/* TS 29.281, section 5.2: each has its length in units of 4 bytes first, the next one's type last.
 */
static void skip_gtp_extensions(struct layers *l, uint8_t type)
{
	while (type != 0 && l->at.state == PARSE_OK) {
		size_t len = (size_t)field_u8(l->at.rest, 0) * 4;

		if (len == 0)
			reader_fail(&l->at, PARSE_BROKEN);
		type = field_u8(layers_take(l, len), len - 1);
	}
}

/* TS 29.281, section 5.1 */
static enum parse read_gtp_u(struct layers *l, struct inner *in)
{
	enum { FIXED = 0xf8, VERSION_1 = 0x30, HAS_NEXT = 0x04, HAS_MORE = 0x07, G_PDU = 255 };
	struct slice header = layers_take(l, 8);
	uint8_t flags = field_u8(header, 0);

	if ((flags & FIXED) != VERSION_1 || field_u8(header, 1) != G_PDU ||
	    field_u16(header, 2) != l->wire)
		return PARSE_FOREIGN;
	uint8_t next = flags & HAS_MORE ? field_u8(layers_take(l, 4), 3) : 0;

	skip_gtp_extensions(l, flags & HAS_NEXT ? next : 0);
	*in = (struct inner){ TUNNEL_GTP_U, field_u32(header, 4), peel_ip };
	return PARSE_OK;
}

/* A Teredo address on one side (RFC 4380, section 4), or a link-local one that asks for its own. */
static bool is_teredo_ip6(struct slice header)
{
	enum { PREFIX = 0x20010000, LINK_LOCAL = 0xfe80 };

	return field_u8(header, 0) >> 4 == 6 &&
	       (field_u32(header, 8) == PREFIX || field_u32(header, 24) == PREFIX ||
	        field_u16(header, 8) == LINK_LOCAL);
}

/*
 * RFC 4380, section 5.1.1: perhaps authentication, perhaps an origin, then an IPv6 packet, and
 * perhaps trailers behind it (RFC 6081, section 4).
 */
static enum parse read_teredo(struct layers *l, struct inner *in)
{
	enum { ORIGIN = 0x0000, AUTHENTICATION = 0x0001, IP6_HEADER = 40 };

	if (l->at.rest.len > 1 && field_u16(l->at.rest, 0) == AUTHENTICATION) {
		struct slice header = layers_take(l, 4);

		layers_take(l, field_u8(header, 2) + (size_t)field_u8(header, 3) + 9);
	}
	if (l->at.rest.len > 1 && field_u16(l->at.rest, 0) == ORIGIN)
		layers_take(l, 8);
	if (l->at.rest.len < IP6_HEADER)
		reader_fail(&l->at, PARSE_BROKEN);
	if (!is_teredo_ip6(l->at.rest) || field_u16(l->at.rest, 4) + 0u + IP6_HEADER > l->wire)
		return PARSE_FOREIGN;
	*in = (struct inner){ TUNNEL_TEREDO, 0, peel_ip6 };
	return PARSE_OK;
}

/* Tags of one byte (padding, end) or of type, length, value. */
static bool skip_tzsp_tags(struct layers *l)
{
	enum { PADDING = 0, END = 1 };

	while (reader_more(&l->at)) {
		uint8_t tag = field_u8(layers_take(l, 1), 0);

		if (tag == END)
			return true;
		if (tag != PADDING)
			layers_take(l, field_u8(layers_take(l, 1), 0));
	}
	reader_fail(&l->at, PARSE_BROKEN);
	return false;
}

static enum parse read_tzsp(struct layers *l, struct inner *in)
{
	enum { VERSION = 1, TYPE_SENT = 1, CARRIES_ETHERNET = 1, CARRIES_80211 = 18 };
	struct slice header = layers_take(l, 4);
	uint16_t carries = field_u16(header, 2);

	if (field_u8(header, 0) != VERSION || field_u8(header, 1) > TYPE_SENT ||
	    (carries != CARRIES_ETHERNET && carries != CARRIES_80211) || !skip_tzsp_tags(l))
		return PARSE_FOREIGN;
	*in = (struct inner){ TUNNEL_TZSP, 0,
		              carries == CARRIES_ETHERNET ? peel_ethernet : peel_wifi };
	return PARSE_OK;
}

/*
 * RFC 5415, section 4.3: preamble, then 5 bits header length in words, 5 radio, 5 binding, and the
 * flags native, fragment, last, two for optional fields inside that length, keep-alive.
 */
static enum parse read_capwap(struct layers *l, struct inner *in)
{
	enum { NATIVE = 0x100, FRAGMENT = 0x80, KEEP_ALIVE = 0x08, RESERVED = 0x07 };
	struct slice header = layers_take(l, 8);
	uint32_t flags = field_u32(header, 0);
	size_t len = (size_t)(flags >> 19 & 0x1f) * 4;
	unsigned binding = flags >> 9 & 0x1f;

	if (flags >> 24 != 0 || flags & (FRAGMENT | KEEP_ALIVE | RESERVED) || len < 8 ||
	    binding != 1)
		return PARSE_FOREIGN;
	layers_take(l, len - 8);
	*in = (struct inner){ TUNNEL_CAPWAP, flags >> 14 & 0x1f,
		              flags & NATIVE ? peel_wifi_capwap : peel_ethernet };
	return PARSE_OK;
}

/* RFC 2661, section 3.1: data messages, whose id is the tunnel's and the session's. */
static enum parse read_l2tp(struct layers *l, struct inner *in)
{
	enum { HAS_LENGTH = 0x4000, HAS_SEQUENCE = 0x0800, HAS_OFFSET = 0x0200 };
	enum { FIXED = 0xb4ff, VERSION_2 = 0x0002 };
	uint32_t whole = l->wire;
	uint16_t flags = field_u16(layers_take(l, 2), 0);

	if ((flags & FIXED) != VERSION_2)
		return PARSE_FOREIGN;
	if (flags & HAS_LENGTH && field_u16(layers_take(l, 2), 0) != whole)
		return PARSE_FOREIGN;
	uint32_t id = field_u32(layers_take(l, 4), 0);

	if (flags & HAS_SEQUENCE)
		layers_take(l, 4);
	if (flags & HAS_OFFSET)
		layers_take(l, field_u16(layers_take(l, 2), 0));
	*in = (struct inner){ TUNNEL_L2TP, id, peel_ppp };
	return PARSE_OK;
}

enum {
	L2TP = 1701,      /* control, too, which carries nothing */
	GTP_U = 2152,     /* user plane */
	TEREDO = 3544,    /* servers and relays */
	VXLAN = 4789,     /* as registered */
	VXLAN_GPE = 4790, /* as registered */
	CAPWAP = 5247,    /* data; 5246 is control */
	GENEVE = 6081,    /* as registered */
	VXLAN_LINUX = 8472,
	TZSP = 37008, /* MikroTik's sniffer */
};

static const struct {
	uint16_t port;
	enum parse (*read)(struct layers *l, struct inner *in);
} ports[] = {
	{ L2TP, read_l2tp },     { GTP_U, read_gtp_u },       { TEREDO, read_teredo },
	{ VXLAN, read_vxlan },   { VXLAN_LINUX, read_vxlan }, { VXLAN_GPE, read_vxlan_gpe },
	{ CAPWAP, read_capwap }, { GENEVE, read_geneve },     { TZSP, read_tzsp },
};

bool udp_may_tunnel(uint16_t port)
{
	switch (port) {
	case L2TP:
	case GTP_U:
	case TEREDO:
	case VXLAN:
	case VXLAN_GPE:
	case CAPWAP:
	case GENEVE:
	case VXLAN_LINUX:
	case TZSP:
		return true;
	default:
		return false;
	}
}

enum parse peel_udp_tunnel(struct layers *l)
{
	enum parse answer = PARSE_FOREIGN;

	if (!udp_may_tunnel(l->out->dst_port) && !udp_may_tunnel(l->out->src_port))
		return answer;
	for (size_t i = 0; i < sizeof ports / sizeof *ports && answer == PARSE_FOREIGN; i++)
		if (ports[i].port == l->out->dst_port || ports[i].port == l->out->src_port)
			answer = tunnel_try(l, ports[i].read);
	return answer;
}
