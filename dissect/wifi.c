/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE 802.11 data frames (IEEE 802.11-2020, section 9.2 and 9.3.2), and radiotap before them. */
#include "dissect/layers.h"

enum { TYPE_MASK = 0x0f, TYPE_DATA = 0x08, SUBTYPE_NULL = 0x40, SUBTYPE_QOS = 0x80 };
enum { TO_DS = 0x01, FROM_DS = 0x02, PROTECTED = 0x40, ORDER = 0x80 };
enum { QOS_AMSDU = 0x80, FRAGMENT_NUMBER = 0x0f };

/* Which of the four addresses are the hosts', by the two DS bits. */
static const struct {
	uint8_t src, dst; /* offsets in the header */
} addresses[] = {
	{ 10, 4 },  /* between two stations */
	{ 10, 16 }, /* TO_DS */
	{ 16, 4 },  /* FROM_DS */
	{ 24, 16 }, /* both: bridged, with a fourth address */
};

static size_t header_len(uint8_t kind, uint8_t flags)
{
	size_t len = 24;

	if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
		len += 6;
	if (kind & SUBTYPE_QOS)
		len += flags & ORDER ? 6 : 2; /* QoS control, HT control */
	return len;
}

struct control {
	uint8_t kind, flags;
	uint8_t fragment_at; /* where the fragment's number is: half of a byte of the sequence
	                        control */
	uint8_t pad;         /* the header is padded to a multiple of it; 0: is not */
};

/* A fragment behind the first does not begin with LLC; a protected frame is not readable. */
static bool is_readable(const struct control *c, struct slice header)
{
	return !(c->kind & SUBTYPE_NULL) && !(c->flags & PROTECTED) &&
	       !(field_u8(header, c->fragment_at) & FRAGMENT_NUMBER);
}

/* QoS control stands at the end of the header, before the HT control. */
static bool is_aggregate(const struct control *c, struct slice header)
{
	size_t at = header.len - (c->flags & ORDER ? 6 : 2);

	return c->kind & SUBTYPE_QOS && field_u8(header, at) & QOS_AMSDU;
}

static enum parse peel_data(struct layers *l, const struct control *c)
{
	enum { AMSDU_HEADER = 14 };

	if (l->at.rest.len < 2)
		return PARSE_BROKEN;
	if ((c->kind & TYPE_MASK) != TYPE_DATA)
		return PARSE_FOREIGN;
	struct slice header = read_bytes(&l->at, header_len(c->kind, c->flags));

	if (header.len == 0)
		return PARSE_BROKEN;
	if (!is_readable(c, header))
		return PARSE_FOREIGN;
	if (c->pad > 0)
		read_bytes(&l->at, (c->pad - header.len % c->pad) % c->pad);
	unsigned ds = c->flags & (TO_DS | FROM_DS);

	packet_set_macs(l->out, header.ptr + addresses[ds].src, header.ptr + addresses[ds].dst);
	if (is_aggregate(c, header))
		read_bytes(&l->at, AMSDU_HEADER); /* of the first of them */
	return peel_ethertype(l, ETHER_LLC);
}

/* The fields of two bytes as the norm has them, low byte first. */
static struct control control_of(const struct layers *l)
{
	return (struct control){ field_u8(l->at.rest, 0), field_u8(l->at.rest, 1), 22, 0 };
}

enum parse peel_wifi(struct layers *l)
{
	struct control c = control_of(l);

	return peel_data(l, &c);
}

enum parse peel_wifi_capwap(struct layers *l)
{
	struct control c = control_of(l);

	if ((c.kind & TYPE_MASK) != TYPE_DATA && (c.flags & TYPE_MASK) == TYPE_DATA)
		c = (struct control){ c.flags, c.kind, 23, 0 };
	return peel_data(l, &c);
}

/*
 * Version, pad, length, then words of present bits; the last word has no bit 31. The first fields
 * are the TSFT (8 bytes, aligned) and the flags, which say whether the 802.11 header is padded.
 */
static uint8_t radiotap_flags(struct slice header)
{
	enum { HAS_TSFT = 1, HAS_FLAGS = 2 };
	uint32_t present = field_le32(header, 4);
	size_t at = 8;

	if (!(present & HAS_FLAGS))
		return 0;
	for (uint32_t word = present; word >> 31 && at < header.len; at += 4)
		word = field_le32(header, at);
	if (present & HAS_TSFT)
		at = ((at + 7) & ~(size_t)7) + 8;
	return field_u8(header, at);
}

enum parse peel_radiotap(struct layers *l)
{
	enum { FLAG_DATAPAD = 0x20 };
	struct slice whole = l->at.rest;
	struct slice header = read_bytes(&l->at, field_le16(whole, 2));

	if (header.len < 8)
		return PARSE_BROKEN;
	struct control c = control_of(l);

	c.pad = radiotap_flags(header) & FLAG_DATAPAD ? 4 : 0;
	return peel_data(l, &c);
}
