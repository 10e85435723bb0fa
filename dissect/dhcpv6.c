/* SPDX-License-Identifier: Apache-2.0 */
/* DHCPv6 (RFC 8415), the client's name (RFC 4704), its MAC as a relay saw it (RFC 6939). */
#include "dissect/host_name.h"
#include "dissect/reader.h"

enum {
	V6_ADVERTISE = 2,
	V6_REPLY = 7,
	V6_DECLINE = 9,
	V6_LAST = 11,
	RELAY_FORWARD = 12,
	RELAY_REPLY = 13
};
enum { OPTION_CLIENT = 1, OPTION_IA_NA = 3, OPTION_IA_TA = 4, OPTION_IAADDR = 5 };
enum { OPTION_RELAYED = 9, OPTION_FQDN = 39, OPTION_CLIENT_LINK = 79 };
enum { HARDWARE_ETHERNET = 1, RELAYS_MAX = 32 };

static struct reader read_option(struct reader *r, uint16_t *code)
{
	*code = read_u16(r);
	return read_block(r, 2);
}

static void set_mac(struct dhcp_lease *out, struct slice address)
{
	if (out->has_mac || address.len != sizeof out->mac)
		return;
	memcpy(out->mac, address.ptr, sizeof out->mac);
	out->has_mac = true;
}

/* Section 11: types 1 (with a time) and 3 hold a link-layer address. */
static void read_duid(struct dhcp_lease *out, struct reader duid)
{
	enum { DUID_LLT = 1, DUID_LL = 3 };

	out->client_id = duid.rest;
	uint16_t type = read_u16(&duid), hardware = read_u16(&duid);

	if (type == DUID_LLT)
		read_u32(&duid);
	if ((type == DUID_LLT || type == DUID_LL) && hardware == HARDWARE_ETHERNET)
		set_mac(out, duid.rest);
}

/* Section 21.6: address, preferred and valid lifetime; a lifetime of 0 takes the address away. */
static void read_iaaddr(struct dhcp_lease *out, struct reader body)
{
	struct slice address = read_bytes(&body, 16);

	read_u32(&body);
	uint32_t valid = read_u32(&body);

	if (body.state != PARSE_OK || out->has_address || (out->is_reply && valid == 0))
		return;
	memcpy(out->address, address.ptr, sizeof out->address);
	out->has_address = true;
}

/* Sections 21.4 and 21.5: identity and timers, then options. */
static enum parse read_ia(struct dhcp_lease *out, struct reader body, size_t head)
{
	read_bytes(&body, head);
	while (reader_more(&body)) {
		uint16_t code;
		struct reader option = read_option(&body, &code);

		if (code == OPTION_IAADDR && body.state == PARSE_OK)
			read_iaaddr(out, option);
	}
	return body.state;
}

static void put_char(struct scratch *text, uint8_t c)
{
	if (text->used < text->room)
		text->ptr[text->used++] = c;
}

/* As in DNS master files: what is no plain character is \DDD. */
static void put_octet(struct scratch *text, uint8_t c)
{
	bool is_plain = c > 0x20 && c < 0x7f && c != '.' && c != '\\';

	if (is_plain) {
		put_char(text, c);
		return;
	}
	put_char(text, '\\');
	put_char(text, (uint8_t)('0' + c / 100));
	put_char(text, (uint8_t)('0' + c / 10 % 10));
	put_char(text, (uint8_t)('0' + c % 10));
}

/* RFC 4704, section 4: flags, then labels; a name that is not fully qualified has no root. */
static void read_fqdn(struct dhcp_lease *out, struct reader body, struct scratch *text)
{
	enum { LABEL_MAX = 63 };
	size_t begin = text->used;

	read_u8(&body);
	while (reader_more(&body)) {
		struct slice label = read_block(&body, 1).rest;

		if (label.len == 0)
			break;
		if (label.len > LABEL_MAX)
			reader_fail(&body, PARSE_BROKEN);
		if (text->used > begin)
			put_char(text, '.');
		for (size_t i = 0; i < label.len; i++)
			put_octet(text, label.ptr[i]);
	}
	if (body.state != PARSE_OK || text->used == text->room) /* broken, or perhaps cut */
		text->used = begin;
	else
		out->host_name = (struct slice){ text->ptr + begin, text->used - begin };
}

static enum parse keep_option(struct dhcp_lease *out, uint16_t code, struct reader body,
                              struct scratch *text)
{
	switch (code) {
	case OPTION_CLIENT:
		read_duid(out, body);
		return PARSE_OK;
	case OPTION_IA_NA:
		return read_ia(out, body, 12);
	case OPTION_IA_TA:
		return read_ia(out, body, 4);
	case OPTION_FQDN:
		read_fqdn(out, body, text);
		return PARSE_OK;
	default:
		return PARSE_OK;
	}
}

static enum parse read_message(struct reader r, uint8_t type, struct scratch *text,
                               struct dhcp_lease *out)
{
	read_bytes(&r, 3); /* transaction */
	out->is_reply = type == V6_ADVERTISE || type == V6_REPLY;
	out->is_ack = type == V6_REPLY;
	while (reader_more(&r)) {
		uint16_t code;
		struct reader option = read_option(&r, &code);
		enum parse answer =
		        r.state == PARSE_OK ? keep_option(out, code, option, text) : r.state;

		if (answer != PARSE_OK)
			reader_fail(&r, answer);
	}
	if (type == V6_DECLINE)
		out->has_address = false; /* somebody else has it */
	return r.state;
}

/* Section 9: hops, two addresses, then options, one of them the message; the MAC may come after it.
 */
static struct reader open_relay(struct reader *r, struct dhcp_lease *out)
{
	struct reader inner = { .state = PARSE_BROKEN };

	read_bytes(r, 33);
	while (reader_more(r)) {
		uint16_t code;
		struct reader option = read_option(r, &code);

		if (code == OPTION_RELAYED && r->state == PARSE_OK)
			inner = option;
		else if (code == OPTION_CLIENT_LINK && read_u16(&option) == HARDWARE_ETHERNET)
			set_mac(out, option.rest);
	}
	if (r->state != PARSE_OK)
		reader_fail(&inner, r->state);
	return inner;
}

static bool is_relayed(uint8_t type)
{
	return type == RELAY_FORWARD || type == RELAY_REPLY;
}

enum parse dissect_dhcpv6(struct slice message, struct scratch *text, struct dhcp_lease *out)
{
	struct reader r = reader_whole(message);
	uint8_t type = read_u8(&r);

	*out = (struct dhcp_lease){ 0 };
	for (int i = 0; i < RELAYS_MAX && is_relayed(type); i++) {
		r = open_relay(&r, out);
		type = read_u8(&r);
	}
	if (r.state != PARSE_OK)
		return PARSE_BROKEN;
	if (type == 0 || type > V6_LAST)
		return is_relayed(type) ? PARSE_BROKEN : PARSE_FOREIGN;
	return read_message(r, type, text, out);
}
