/* SPDX-License-Identifier: Apache-2.0 */
/* NetBIOS names that their owners claim: the name service and datagrams (RFC 1002, section 4). */
#include "dissect/host_name.h"
#include "dissect/reader.h"

enum { TYPE_NB = 0x0020, TYPE_NBSTAT = 0x0021, CLASS_IN = 1 };
enum { GROUP = 0x8000, ENCODED_LEN = 32, NAME_LEN = 16 };
enum { WORKSTATION = 0x00, SERVER = 0x20 };

static const uint8_t no_address[16];

static void set_address(struct netbios_name *out, struct slice ip4)
{
	memcpy(out->address, no_address, sizeof out->address);
	if (ip4.len != 4)
		return;
	memset(out->address + 10, 0xff, 2);
	memcpy(out->address + 12, ip4.ptr, 4);
}

/* Fifteen characters padded with blanks (or NULs), then the suffix. */
static void set_name(struct netbios_name *out, const uint8_t name[NAME_LEN])
{
	size_t len = NAME_LEN - 1;

	while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == 0))
		len--;
	memset(out->text, 0, sizeof out->text);
	memcpy(out->text, name, len);
	out->len = (uint8_t)len;
	out->suffix = name[NAME_LEN - 1];
}

/* Other suffixes name users, domains and workgroups, though some machine owns them. */
static bool names_a_machine(const struct netbios_name *out, uint16_t name_flags)
{
	return !(name_flags & GROUP) && out->len > 0 &&
	       (out->suffix == WORKSTATION || out->suffix == SERVER);
}

static void skip_scope(struct reader *r)
{
	while (read_block(r, 1).rest.len > 0)
		;
}

/* RFC 1001, section 14.1: each half byte is a letter from 'A' on; then the scope's labels. */
static void read_name(struct reader *r, struct netbios_name *out)
{
	struct slice label = read_block(r, 1).rest;
	uint8_t name[NAME_LEN];

	if (label.len != ENCODED_LEN) {
		reader_fail(r, PARSE_BROKEN);
		return;
	}
	for (size_t i = 0; i < NAME_LEN; i++) {
		unsigned high = label.ptr[2 * i] - 'A' + 0u, low = label.ptr[2 * i + 1] - 'A' + 0u;

		if (high > 15 || low > 15) {
			reader_fail(r, PARSE_BROKEN);
			return;
		}
		name[i] = (uint8_t)(high << 4 | low);
	}
	skip_scope(r);
	if (r->state == PARSE_OK)
		set_name(out, name);
}

/* A record's name is as a rule a pointer to the question's. */
static void read_record_name(struct reader *r, struct netbios_name *out)
{
	enum { POINTER = 0xc0 };

	if (r->rest.len > 0 && r->rest.ptr[0] >= POINTER)
		read_u16(r);
	else
		read_name(r, out);
}

/* Section 4.2.18: the first unique name of a machine among those that it lists. */
static void read_status(struct reader data, struct netbios_name *out)
{
	unsigned count = read_u8(&data);

	for (unsigned i = 0; i < count && !out->is_owner; i++) {
		struct slice name = read_bytes(&data, NAME_LEN);
		uint16_t flags = read_u16(&data);

		if (data.state != PARSE_OK)
			return;
		set_name(out, name.ptr);
		out->is_owner = names_a_machine(out, flags);
	}
}

/* Section 4.2.1.3; of an NB record the data are flags and the owner's address, perhaps several. */
static enum parse read_record(struct reader *r, bool is_claim, struct netbios_name *out)
{
	read_record_name(r, out);
	uint16_t type = read_u16(r), class = read_u16(r);

	read_u32(r);
	struct reader data = read_block(r, 2);

	if (r->state != PARSE_OK || class != CLASS_IN || !is_claim)
		return r->state;
	if (type == TYPE_NBSTAT)
		read_status(data, out);
	if (type != TYPE_NB)
		return PARSE_OK;
	uint16_t flags = read_u16(&data);

	set_address(out, read_bytes(&data, 4));
	out->is_owner = data.state == PARSE_OK && names_a_machine(out, flags);
	return data.state;
}

/* Which messages carry a record with which their sender, or a server, says that a name is owned. */
static bool is_claim(uint16_t flags)
{
	enum { RESPONSE = 0x8000, RCODE = 0x000f };
	enum { QUERY = 0, REGISTRATION = 5, REFRESH = 8, REFRESH_OLD = 9, MULTIHOMED = 15 };
	unsigned opcode = flags >> 11 & 0xf;

	if (opcode == QUERY)
		return flags & RESPONSE && !(flags & RCODE);
	if (flags & RCODE)
		return false;
	return opcode == REGISTRATION || opcode == REFRESH || opcode == REFRESH_OLD ||
	       opcode == MULTIHOMED;
}

static bool are_counts_sane(struct slice counts)
{
	return counts.len == 8 && counts.ptr[0] == 0 && counts.ptr[1] <= 1 && counts.ptr[2] == 0 &&
	       counts.ptr[4] == 0 && counts.ptr[6] == 0;
}

/* Section 4.2.1: as in DNS. A question has its name, a claim a record in answer or additional. */
enum parse dissect_netbios(struct slice message, struct netbios_name *out)
{
	struct reader r = reader_whole(message);

	*out = (struct netbios_name){ 0 };
	read_u16(&r); /* id */
	uint16_t flags = read_u16(&r);
	struct slice counts = read_bytes(&r, 8);

	if (r.state != PARSE_OK)
		return PARSE_BROKEN;
	if (!are_counts_sane(counts))
		return PARSE_FOREIGN;
	unsigned questions = counts.ptr[1];
	bool has_record = counts.ptr[3] | counts.ptr[5] | counts.ptr[7];

	if (questions > 0) {
		read_name(&r, out);
		read_u32(&r); /* type, class */
	}
	return has_record && r.state == PARSE_OK ? read_record(&r, is_claim(flags), out) : r.state;
}

/* Section 4.4: type, flags, id, source address and port, length, offset; then the source's name. */
enum parse dissect_netbios_datagram(struct slice message, struct netbios_name *out)
{
	enum { DIRECT_UNIQUE = 0x10, BROADCAST = 0x12 };
	struct reader r = reader_whole(message);

	*out = (struct netbios_name){ 0 };
	uint8_t type = read_u8(&r);

	if (r.state == PARSE_OK && (type < DIRECT_UNIQUE || type > BROADCAST))
		return PARSE_FOREIGN;
	read_bytes(&r, 3);
	struct slice address = read_bytes(&r, 4);

	read_bytes(&r, 6);
	read_name(&r, out);
	if (r.state != PARSE_OK)
		return r.state;
	set_address(out, address);
	out->is_owner = names_a_machine(out, 0);
	return PARSE_OK;
}
