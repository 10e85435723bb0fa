/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that carry whole frames between switches: MPLS, PBB (802.1ah), TRILL. */
#include "dissect/layers.h"

/*
 * Nothing in the label stack says what it carries (RFC 3032, section 2.2). IP is told by its
 * version; a pseudowire's Ethernet by a control word of 0 (RFC 4385, section 3), or, without one,
 * by a type that makes sense, as a MAC may begin with a 4 or a 6.
 */
static enum parse peel_labelled(struct layers *l)
{
	struct slice rest = l->at.rest;
	unsigned nibble = field_u8(rest, 0) >> 4;
	size_t control = 4;

	if (rest.len == 0)
		return PARSE_BROKEN;
	if (nibble == 4 && ip_checksum_right(slice_head(rest, 20)))
		return peel_ip4(l);
	if (nibble == 0 && (rest.len < 18 || ethernet_likely(slice_skip(rest, control)))) {
		read_bytes(&l->at, control);
		return peel_ethernet(l);
	}
	if (ethernet_likely(rest))
		return peel_ethernet(l);
	return peel_ip(l);
}

/* The stack is one layer; its id is the label at the bottom, which names the service. */
enum parse peel_mpls(struct layers *l)
{
	enum { BOTTOM = 0x100, LABEL_SHIFT = 12 };
	uint32_t entry = 0;

	while (l->at.state == PARSE_OK && !(entry & BOTTOM))
		entry = read_u32(&l->at);
	if (l->at.state != PARSE_OK || !tunnel_push(l, TUNNEL_MPLS, entry >> LABEL_SHIFT))
		return PARSE_BROKEN;
	return peel_labelled(l);
}

/* The I-TAG: 24 bits of service id; the customer's frame follows. */
enum parse peel_pbb(struct layers *l)
{
	uint32_t tag = read_u32(&l->at);

	if (l->at.state != PARSE_OK || !tunnel_push(l, TUNNEL_PBB, tag & 0xffffff))
		return PARSE_BROKEN;
	return peel_ethernet(l);
}

/* RFC 6325, section 3 */
enum parse peel_trill(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 6);
	size_t options = (size_t)(field_u16(header, 0) >> 6 & 0x1f) * 4;

	read_bytes(&l->at, options);
	if (l->at.state != PARSE_OK || !tunnel_push(l, TUNNEL_TRILL, field_u32(header, 2)))
		return PARSE_BROKEN;
	return peel_ethernet(l);
}
