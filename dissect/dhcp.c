/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP (RFC 2131) with the options of RFC 2132 and RFC 4702 that tell who a host is. */
#include "dissect/host_name.h"
#include "dissect/reader.h"

enum { BOOT_REQUEST = 1, BOOT_REPLY = 2, HARDWARE_ETHERNET = 1 };
enum { DHCP_REQUEST = 3, DHCP_DECLINE = 4, DHCP_ACK = 5, DHCP_NAK = 6 };
enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

/* Values that count only once all options are known. */
struct options {
	uint8_t type, overload;
	struct slice requested; /* address */
	struct slice host_name, fqdn, client_id;
};

static uint8_t first_byte(struct slice s)
{
	return s.len > 0 ? s.ptr[0] : 0;
}

static void keep_option(struct options *o, uint8_t code, struct slice value)
{
	switch (code) {
	case 12:
		o->host_name = value;
		break;
	case 50:
		o->requested = value;
		break;
	case 52:
		o->overload = first_byte(value);
		break;
	case 53:
		o->type = first_byte(value);
		break;
	case 61:
		o->client_id = value;
		break;
	case 81:
		o->fqdn = value;
		break;
	}
}

static enum parse read_options(struct slice bytes, struct options *o)
{
	enum { PAD = 0, END = 255 };
	struct reader r = reader_whole(bytes);

	while (reader_more(&r)) {
		uint8_t code = read_u8(&r);

		if (code == END)
			break;
		if (code == PAD)
			continue;
		struct reader value = read_block(&r, 1);

		if (r.state == PARSE_OK)
			keep_option(o, code, value.rest);
	}
	return r.state;
}

/* Some clients count a final NUL. */
static struct slice without_nuls(struct slice s)
{
	while (s.len > 0 && s.ptr[s.len - 1] == 0)
		s.len--;
	return s;
}

/*
 * RFC 4702, section 2: flags, two result codes, and the name: as text, or (flag E) as in DNS,
 * whose first label is the host's.
 */
static struct slice fqdn_name(struct slice option)
{
	enum { ENCODED = 0x04, HEAD = 3 };

	if (option.len <= HEAD)
		return (struct slice){ 0 };
	struct slice name = slice_skip(option, HEAD);

	if (!(option.ptr[0] & ENCODED))
		return without_nuls(name);
	struct reader r = reader_whole(name);

	return read_block(&r, 1).rest;
}

static bool set_address(struct dhcp_lease *out, struct slice ip4)
{
	static const uint8_t zero[4];

	if (ip4.len != sizeof zero || memcmp(ip4.ptr, zero, sizeof zero) == 0)
		return false;
	memset(out->address, 0, 10);
	memset(out->address + 10, 0xff, 2);
	memcpy(out->address + 12, ip4.ptr, 4);
	out->has_address = true;
	return true;
}

/* A refused address is nobody's; one in DHCPDISCOVER is a wish, which the server may not grant. */
static void choose_address(struct dhcp_lease *out, const struct options *o, struct slice ciaddr,
                           struct slice yiaddr)
{
	if (o->type == DHCP_DECLINE || o->type == DHCP_NAK)
		return;
	if (out->is_reply && set_address(out, yiaddr))
		return;
	if (!set_address(out, ciaddr) && o->type == DHCP_REQUEST)
		set_address(out, o->requested);
}

static void choose_names(struct dhcp_lease *out, const struct options *o)
{
	out->is_ack = out->is_reply && o->type == DHCP_ACK;
	out->client_id = o->client_id;
	out->host_name = without_nuls(o->host_name);
	if (out->host_name.len == 0)
		out->host_name = fqdn_name(o->fqdn);
}

static void set_mac(struct dhcp_lease *out, uint8_t hardware, uint8_t len, struct slice chaddr)
{
	if (hardware != HARDWARE_ETHERNET || len != sizeof out->mac || chaddr.len < len)
		return;
	memcpy(out->mac, chaddr.ptr, sizeof out->mac);
	out->has_mac = true;
}

/* RFC 2131, section 2 */
enum parse dissect_dhcp(struct slice message, struct dhcp_lease *out)
{
	enum { MAGIC = 0x63825363 };
	struct reader r = reader_whole(message);
	struct options options = { 0 };

	*out = (struct dhcp_lease){ 0 };
	uint8_t op = read_u8(&r), hardware = read_u8(&r), hardware_len = read_u8(&r);

	read_bytes(&r, 9); /* hops, transaction, seconds, flags */
	struct slice ciaddr = read_bytes(&r, 4), yiaddr = read_bytes(&r, 4);

	read_bytes(&r, 8); /* next server, relay */
	struct slice chaddr = read_bytes(&r, 16), sname = read_bytes(&r, 64);
	struct slice file = read_bytes(&r, 128);
	uint32_t magic = read_u32(&r);

	if (message.len > 0 && op != BOOT_REQUEST && op != BOOT_REPLY)
		return PARSE_FOREIGN;
	if (r.state == PARSE_OK && magic != MAGIC)
		return PARSE_FOREIGN; /* BOOTP */
	enum parse answer = r.state == PARSE_OK ? read_options(r.rest, &options) : r.state;

	if (options.overload & OVERLOAD_FILE)
		(void)read_options(file, &options);
	if (options.overload & OVERLOAD_SNAME)
		(void)read_options(sname, &options);
	out->is_reply = op == BOOT_REPLY;
	set_mac(out, hardware, hardware_len, chaddr);
	choose_address(out, &options, ciaddr, yiaddr);
	choose_names(out, &options);
	return answer;
}
