/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200), AH (RFC 4302). */
#include "dissect/layers.h"

enum { PROTOCOL_AH = 51, PROTOCOL_FRAGMENT = 44 };

/* What read_ip() leaves to later layers stands as if there were none. */
static void begin_ip(struct packet *out, uint8_t version, uint8_t protocol)
{
	out->ip_version = version;
	out->protocol = protocol;
	out->is_fragment = false;
	out->more_fragments = false;
	out->fragment_id = 0;
	out->bad_ip_checksum = false;
	out->src_port = 0;
	out->dst_port = 0;
	out->tcp_flags = 0;
}

static void set_ip4(uint8_t address[16], const uint8_t *ip4)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(address, mapped, sizeof mapped);
	memcpy(address + sizeof mapped, ip4, 4);
}

/* RFC 1071: the sum of the words in any byte order, carries added back in, is all ones. */
bool ip_checksum_right(struct slice header)
{
	uint64_t sum = 0;

	for (size_t at = 0; at + 4 <= header.len; at += 4) {
		uint32_t word;

		memcpy(&word, header.ptr + at, sizeof word);
		sum += word;
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static void set_fragment(struct packet *out, uint32_t id, uint32_t offset, bool has_more)
{
	if (offset == 0 && !has_more)
		return; /* whole; in IPv6 an "atomic" fragment, RFC 6946 */
	out->is_fragment = true;
	out->more_fragments = has_more;
	out->fragment_id = id;
	out->fragment_offset = offset;
}

static enum parse read_ip4(struct layers *l)
{
	enum { MORE = 0x2000, OFFSET = 0x1fff, LEAST = 20 };
	struct slice header = read_bytes(&l->at, LEAST);
	size_t header_len = (size_t)(field_u8(header, 0) & 0x0f) * 4;
	uint16_t total = field_u16(header, 2), flags = field_u16(header, 6);

	if (header.len == 0 || header.ptr[0] >> 4 != 4 || header_len < LEAST)
		return PARSE_BROKEN;
	if (header_len > LEAST) {
		header.len += read_bytes(&l->at, header_len - LEAST).len;
		if (header.len < header_len)
			return PARSE_BROKEN;
	}
	/* 0: the network card will cut it into segments and fill this in */
	if (total != 0 && total < header_len)
		return PARSE_BROKEN;
	l->wire = total != 0 ? (uint32_t)(total - header_len) : (uint32_t)l->at.rest.len;
	l->at.rest = slice_head(l->at.rest, l->wire);
	l->out->network = (struct slice){ header.ptr, header_len + l->at.rest.len };
	begin_ip(l->out, 4, field_u8(header, 9));
	set_ip4(l->out->src, header.ptr + 12);
	set_ip4(l->out->dst, header.ptr + 16);
	l->out->fragment_id = field_u16(header, 4); /* tells a copy from a packet sent again */
	l->out->bad_ip_checksum = !ip_checksum_right(header);
	set_fragment(l->out, field_u16(header, 4), (uint32_t)(flags & OFFSET) * 8, flags & MORE);
	return PARSE_OK;
}

static enum parse read_ip6(struct layers *l)
{
	struct slice header = read_bytes(&l->at, 40);
	uint16_t len = field_u16(header, 4);

	if (header.len == 0 || header.ptr[0] >> 4 != 6)
		return PARSE_BROKEN;
	/* 0: a jumbogram (RFC 2675), or left to the network card */
	l->wire = len != 0 ? len : (uint32_t)l->at.rest.len;
	l->at.rest = slice_head(l->at.rest, l->wire);
	l->out->network = (struct slice){ header.ptr, header.len + l->at.rest.len };
	begin_ip(l->out, 6, field_u8(header, 6));
	memcpy(l->out->src, header.ptr + 8, sizeof l->out->src);
	memcpy(l->out->dst, header.ptr + 24, sizeof l->out->dst);
	return PARSE_OK;
}

/* Each begins with the next header and its own length, in units, not counting the first 8 bytes. */
static const struct extension {
	uint8_t protocol;
	uint8_t unit;
	bool is_in_ip4;
} extensions[] = {
	{ 0, 8, false },          /* hop-by-hop options */
	{ 43, 8, false },         /* routing */
	{ 60, 8, false },         /* destination options */
	{ PROTOCOL_AH, 4, true }, /* RFC 4302, section 2.2 */
	{ 135, 8, false },        /* mobility, RFC 6275 */
	{ 139, 8, false },        /* host identity, RFC 7401 */
	{ 140, 8, false },        /* shim6, RFC 5533 */
};

static const struct extension *extension_find(const struct packet *out)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (extensions[i].protocol == out->protocol)
			return out->ip_version == 6 || extensions[i].is_in_ip4 ? &extensions[i]
			                                                       : NULL;
	return NULL;
}

static void skip_extension(struct layers *l, const struct extension *extension)
{
	struct slice header = layers_take(l, 8);

	l->out->protocol = field_u8(header, 0);
	layers_take(l, (size_t)field_u8(header, 1) * extension->unit);
}

/* RFC 8200, section 4.5 */
static void read_fragment(struct layers *l)
{
	struct slice header = layers_take(l, 8);
	uint16_t offset = field_u16(header, 2);

	l->out->protocol = field_u8(header, 0);
	set_fragment(l->out, field_u32(header, 4), offset & 0xfff8, offset & 1);
}

static enum parse skip_extensions(struct layers *l)
{
	struct packet *out = l->out;

	while (l->at.state == PARSE_OK && !out->is_fragment) { /* each round takes 8 bytes */
		const struct extension *extension = extension_find(out);

		if (extension != NULL)
			skip_extension(l, extension);
		else if (out->protocol == PROTOCOL_FRAGMENT && out->ip_version == 6)
			read_fragment(l);
		else
			break;
	}
	return l->at.state;
}

static bool may_be_extended(const struct packet *out)
{
	return out->ip_version == 6 || out->protocol == PROTOCOL_AH;
}

enum parse peel_upper(struct layers *l)
{
	struct packet *out = l->out;

	if (may_be_extended(out) && skip_extensions(l) != PARSE_OK)
		return PARSE_BROKEN;
	if (!out->is_fragment)
		return peel_protocol(l);
	out->payload = l->at.rest;
	out->payload_len = l->wire;
	return PARSE_OK;
}

enum parse peel_ip4(struct layers *l)
{
	return read_ip4(l) == PARSE_OK ? peel_upper(l) : PARSE_BROKEN;
}

enum parse peel_ip6(struct layers *l)
{
	return read_ip6(l) == PARSE_OK ? peel_upper(l) : PARSE_BROKEN;
}

enum parse peel_ip(struct layers *l)
{
	if (l->at.rest.len == 0)
		return PARSE_BROKEN;
	switch (l->at.rest.ptr[0] >> 4) {
	case 4:
		return peel_ip4(l);
	case 6:
		return peel_ip6(l);
	default:
		return PARSE_FOREIGN;
	}
}

enum parse read_ip(struct layers *l)
{
	bool is_ip6 = field_u8(l->at.rest, 0) >> 4 == 6;
	enum parse answer = is_ip6 ? read_ip6(l) : read_ip4(l);

	return answer == PARSE_OK && may_be_extended(l->out) ? skip_extensions(l) : answer;
}

enum parse dissect_transport(struct slice datagram, struct packet *out)
{
	struct layers l = { .at = reader_whole(datagram),
		            .wire = (uint32_t)datagram.len,
		            .has_vlans = out->vlan_count > 0,
		            .out = out };

	out->is_fragment = false;
	out->more_fragments = false;
	out->network = (struct slice){ 0 };
	return peel_upper(&l);
}
