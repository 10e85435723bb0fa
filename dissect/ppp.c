/* SPDX-License-Identifier: Apache-2.0 */
/* PPP (RFC 1661, 1662), PPPoE sessions (RFC 2516), and Cisco's HDLC, which shares its link type. */
#include "dissect/layers.h"

static const struct {
	uint16_t protocol;
	layer_peel *peel;
} protocols[] = {
	{ 0x0021, peel_ip4 },
	{ 0x0057, peel_ip6 },
	{ 0x0281, peel_mpls },
	{ 0x0283, peel_mpls },
};

/* The last byte is the odd one: a compressed protocol has only that (RFC 1661, section 6.5). */
static uint16_t read_protocol(struct layers *l)
{
	uint16_t first = read_u8(&l->at);

	if (first & 1)
		return first;
	return (uint16_t)(first << 8 | read_u8(&l->at));
}

enum parse peel_ppp(struct layers *l)
{
	enum { ADDRESS_CONTROL = 0xff03 }; /* may be compressed away */

	if (l->at.rest.len < 2)
		return PARSE_BROKEN;
	if (field_u16(l->at.rest, 0) == ADDRESS_CONTROL)
		read_u16(&l->at);
	uint16_t protocol = read_protocol(l);

	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (protocols[i].protocol == protocol && l->at.state == PARSE_OK)
			return protocols[i].peel(l);
	return layers_foreign(l);
}

enum parse peel_ppp_hdlc(struct layers *l)
{
	enum { CISCO_UNICAST = 0x0f00, CISCO_MULTICAST = 0x8f00 };
	uint16_t head = field_u16(l->at.rest, 0);

	if (head != CISCO_UNICAST && head != CISCO_MULTICAST)
		return peel_ppp(l);
	read_u16(&l->at);
	uint16_t type = read_u16(&l->at);

	return l->at.state == PARSE_OK ? peel_ethertype(l, type) : PARSE_BROKEN;
}

enum parse peel_pppoe(struct layers *l)
{
	enum { VERSION_TYPE = 0x11, CODE_SESSION = 0 };
	struct slice header = read_bytes(&l->at, 6);

	if (header.len == 0)
		return PARSE_BROKEN;
	if (field_u8(header, 0) != VERSION_TYPE || field_u8(header, 1) != CODE_SESSION)
		return PARSE_FOREIGN;
	if (!tunnel_push(l, TUNNEL_PPPOE, field_u16(header, 2)))
		return PARSE_BROKEN;
	return peel_ppp(l);
}
