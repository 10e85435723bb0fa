/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels that have an IP protocol number: IP in IP, GRE and what GRE carries, MPLS in IP. */
#include "dissect/layers.h"

/* RFC 2003, RFC 2473 */
static enum parse read_ip4_in_ip(struct layers *l, struct inner *in)
{
	(void)l;
	*in = (struct inner){ TUNNEL_IP_IN_IP, 0, peel_ip4 };
	return PARSE_OK;
}

/* RFC 4213, RFC 2473 */
static enum parse read_ip6_in_ip(struct layers *l, struct inner *in)
{
	(void)l;
	*in = (struct inner){ TUNNEL_IP_IN_IP, 0, peel_ip6 };
	return PARSE_OK;
}

/* RFC 4023: peel_mpls() notes the label itself; the IP addresses stay those of this layer. */
static enum parse read_mpls_in_ip(struct layers *l, struct inner *in)
{
	(void)l;
	*in = (struct inner){ TUNNEL_IP_IN_IP, 0, peel_mpls };
	return PARSE_OK;
}

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007,
};

struct gre {
	uint16_t flags, type;
	uint32_t key;
};

/* draft-foschiano-erspan: type I has no header of its own, and no sequence number in GRE's. */
static void read_erspan2(struct layers *l, const struct gre *gre, struct inner *in)
{
	*in = (struct inner){ TUNNEL_ERSPAN, 0, peel_ethernet };
	if (gre->flags & GRE_SEQUENCE)
		in->id = field_u16(layers_take(l, 8), 2) & 0x3ff;
}

/* Type III: a frame type (0 Ethernet, 2 IP), and a flag for 8 bytes of platform header. */
static void read_erspan3(struct layers *l, const struct gre *gre, struct inner *in)
{
	struct slice header = layers_take(l, 12);
	uint16_t flags = field_u16(header, 10);
	unsigned frame_type = flags >> 10 & 0x1f;

	(void)gre;
	*in = (struct inner){ TUNNEL_ERSPAN, field_u16(header, 2) & 0x3ff, NULL };
	in->peel = frame_type == 0 ? peel_ethernet : frame_type == 2 ? peel_ip : NULL;
	if (flags & 1)
		layers_take(l, 8);
}

/* A redirected packet stands behind 4 bytes (version 2) or behind nothing (version 1). */
static void read_wccp(struct layers *l, const struct gre *gre, struct inner *in)
{
	*in = (struct inner){ TUNNEL_GRE, gre->key, peel_ip4 };
	if (field_u8(l->at.rest, 0) >> 4 != 4)
		layers_take(l, 4);
}

static const struct {
	uint16_t type;
	void (*read)(struct layers *l, const struct gre *gre, struct inner *in);
} gre_types[] = {
	{ 0x88be, read_erspan2 },
	{ 0x22eb, read_erspan3 },
	{ 0x883e, read_wccp },
};

/* RFC 1701: source routes, each with family, offset and length, up to an empty one. */
static void skip_gre_routes(struct layers *l)
{
	size_t len;

	do {
		len = field_u8(layers_take(l, 4), 3);
		layers_take(l, len);
	} while (len > 0);
}

/* RFC 2784, RFC 2890; the routing field of RFC 1701 */
static void read_gre0(struct layers *l, struct gre *gre)
{
	if (gre->flags & (GRE_CHECKSUM | GRE_ROUTING))
		layers_take(l, 4);
	if (gre->flags & GRE_KEY)
		gre->key = field_u32(layers_take(l, 4), 0);
	if (gre->flags & GRE_SEQUENCE)
		layers_take(l, 4);
	if (gre->flags & GRE_ROUTING)
		skip_gre_routes(l);
}

/* MikroTik's EoIP calls itself version 1: the key is a length and, little-endian, the tunnel's id.
 */
static enum parse read_eoip(struct layers *l, struct inner *in)
{
	uint32_t id = field_le16(layers_take(l, 4), 2);

	*in = (struct inner){ TUNNEL_GRE, id, peel_ethernet };
	return PARSE_OK;
}

/* RFC 2637, section 4.1: the key is the payload's length and the call; no sequence, no payload. */
static bool read_gre1(struct layers *l, struct gre *gre)
{
	if (!(gre->flags & GRE_KEY) || !(gre->flags & GRE_SEQUENCE))
		return false;
	gre->key = field_u16(layers_take(l, 8), 2);
	if (gre->flags & GRE_ACK)
		layers_take(l, 4);
	return true;
}

static enum parse read_gre(struct layers *l, struct inner *in)
{
	enum { EOIP_FLAGS = GRE_KEY | 1, EOIP_TYPE = 0x6400 };
	struct slice header = layers_take(l, 4);
	struct gre gre = { field_u16(header, 0), field_u16(header, 2), 0 };
	unsigned version = gre.flags & GRE_VERSION;

	if (gre.flags == EOIP_FLAGS && gre.type == EOIP_TYPE)
		return read_eoip(l, in);
	if (version > 1 || (version == 1 && !read_gre1(l, &gre)))
		return PARSE_FOREIGN;
	if (version == 0)
		read_gre0(l, &gre);
	*in = (struct inner){ TUNNEL_GRE, gre.key, ethertype_inner(gre.type) };
	for (size_t i = 0; i < sizeof gre_types / sizeof *gre_types; i++)
		if (gre_types[i].type == gre.type)
			gre_types[i].read(l, &gre, in);
	return PARSE_OK;
}

static const struct {
	uint8_t protocol;
	enum parse (*read)(struct layers *l, struct inner *in);
} protocols[] = {
	{ 4, read_ip4_in_ip },
	{ 41, read_ip6_in_ip },
	{ 47, read_gre },
	{ 137, read_mpls_in_ip },
};

enum parse peel_ip_tunnel(struct layers *l)
{
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (protocols[i].protocol == l->out->protocol)
			return tunnel_try(l, protocols[i].read);
	return PARSE_FOREIGN;
}
