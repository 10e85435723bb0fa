/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"

#include "dissect/dns_name.h"

enum {
	HEADER_LEN = 12,
	ANSWER_BIT = 0x8000,
	TRUNCATED_BIT = 0x0200,
	ANSWERED_BITS = 0x0480, /* AA and RA: only an answer has them */
	ZERO_BIT = 0x0040,
	OPCODE_SHIFT = 11,
	OPCODE_BITS = 0x0f,
	RCODE_BITS = 0x0f,
	CLASS_IN = 1,
	CLASS_BITS = 0x7fff, /* mDNS: the top bit asks for unicast or flushes a cache */
	QUESTIONS_SANE = 256,
	RECORDS_SANE = 6000, /* 65,535 bytes hold no more */
};

/* Opcodes that are in use: QUERY, STATUS, NOTIFY, UPDATE. */
enum { OPCODES_KNOWN = 1 << 0 | 1 << 2 | 1 << 4 | 1 << 5 };

enum section { QUESTIONS, ANSWERS, AUTHORITY, ADDITIONAL, SECTIONS };

/* RFC 1035, section 4.1.1 */
struct header {
	uint16_t id, flags;
	uint16_t counts[SECTIONS];
};

static struct header read_header(struct reader *r)
{
	struct header header = { .id = read_u16(r) };

	header.flags = read_u16(r);
	for (size_t i = 0; i < SECTIONS; i++)
		header.counts[i] = read_u16(r);
	return header;
}

static uint8_t header_opcode(const struct header *header)
{
	return header->flags >> OPCODE_SHIFT & OPCODE_BITS;
}

/* A query that holds nothing at all is none; an answer may be (of an error, say). */
static bool is_plausible(const struct header *header)
{
	const uint16_t *counts = header->counts;
	unsigned sum = counts[QUESTIONS];

	for (size_t i = ANSWERS; i < SECTIONS; i++) {
		if (counts[i] > RECORDS_SANE)
			return false;
		sum += counts[i];
	}
	return OPCODES_KNOWN >> header_opcode(header) & 1 && counts[QUESTIONS] <= QUESTIONS_SANE &&
	       (header->flags & ANSWER_BIT || sum > 0);
}

static void keep_header(const struct header *header, struct dns_message *out)
{
	out->id = header->id;
	out->is_answer = header->flags & ANSWER_BIT;
	out->is_truncated = header->flags & TRUNCATED_BIT;
	out->opcode = header_opcode(header);
	out->rcode = header->flags & RCODE_BITS;
	out->question_count_wire = header->counts[QUESTIONS];
	out->answer_count_wire = header->counts[ANSWERS];
	out->question_count = 0;
	out->record_count = 0;
	out->text_len = 0;
}

static void read_questions(struct dns_names *names, struct reader *r)
{
	struct dns_message *out = names->out;

	for (size_t i = 0; i < out->question_count_wire && r->state == PARSE_OK; i++) {
		bool has_room = out->question_count < DNS_QUESTIONS_MAX;
		struct dns_question *question = &out->questions[out->question_count];
		bool fits = false;

		if (has_room)
			fits = dns_name_read(names, r, &question->name);
		else
			dns_name_skip(r);

		uint16_t type = read_u16(r);

		read_u16(r); /* class; of mDNS also the QU bit */
		if (!fits || r->state != PARSE_OK)
			continue;
		question->type = type;
		out->question_count++;
	}
}

static bool read_address(struct dns_names *names, struct reader *data, struct dns_record *record)
{
	size_t expected = record->type == DNS_A ? 4 : 16;

	(void)names;
	record->address = read_bytes(data, expected);
	if (reader_more(data))
		reader_fail(data, PARSE_BROKEN);
	return data->state == PARSE_OK;
}

static bool read_target(struct dns_names *names, struct reader *data, struct dns_record *record)
{
	return dns_name_read(names, data, &record->target);
}

/* RFC 2782: priority, weight and port stand before the target. */
static bool read_server(struct dns_names *names, struct reader *data, struct dns_record *record)
{
	read_bytes(data, 6);
	return dns_name_read(names, data, &record->target);
}

static const struct {
	uint16_t type;
	bool (*read)(struct dns_names *names, struct reader *data, struct dns_record *record);
} bodies[] = {
	{ DNS_A, read_address },    /* RFC 1035, section 3.4.1 */
	{ DNS_AAAA, read_address }, /* RFC 3596 */
	{ DNS_CNAME, read_target }, /* RFC 1035, section 3.3.1 */
	{ DNS_NS, read_target },    /* RFC 1035, section 3.3.11 */
	{ DNS_PTR, read_target },   /* RFC 1035, section 3.3.12 */
	{ DNS_HTTPS, dns_service_read }, { DNS_SVCB, dns_service_read }, { DNS_SRV, read_server },
};

static bool read_body(struct dns_names *names, struct reader *data, struct dns_record *record)
{
	record->address = (struct slice){ 0 };
	record->target = (struct slice){ 0 };
	record->priority = 0;
	record->ipv4_hints = (struct slice){ 0 };
	record->ipv6_hints = (struct slice){ 0 };
	record->alpn = (struct slice){ 0 };
	record->ech = (struct slice){ 0 };
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		if (bodies[i].type == record->type)
			return bodies[i].read(names, data, record);
	return true;
}

/* Keeps a record that is whole; false: its body breaks the rules (the next one can be read). */
static bool read_record(struct dns_names *names, struct reader *r)
{
	struct dns_message *out = names->out;
	struct dns_record *record = &out->records[out->record_count];
	size_t text_len = out->text_len;
	size_t known_count = names->known_count;
	bool fits = dns_name_read(names, r, &record->owner);

	record->type = read_u16(r);

	uint16_t class = read_u16(r) & CLASS_BITS;

	record->ttl = read_u32(r);

	struct reader data = read_block(r, 2);

	if (r->state != PARSE_OK || class != CLASS_IN)
		return true;
	if (read_body(names, &data, record) && fits) {
		out->record_count++;
	} else {
		out->text_len = text_len;
		names->known_count = known_count;
	}
	return data.state == PARSE_OK;
}

static void skip_record(struct reader *r)
{
	dns_name_skip(r);
	read_bytes(r, 8); /* type, class, TTL */
	read_block(r, 2);
}

static void skip_records(struct reader *r, size_t count)
{
	for (size_t i = 0; i < count && r->state == PARSE_OK; i++)
		skip_record(r);
}

static bool read_records(struct dns_names *names, struct reader *r, size_t count)
{
	bool are_sound = true;
	size_t i = 0;

	for (; i < count && r->state == PARSE_OK && names->out->record_count < DNS_RECORDS_MAX; i++)
		if (!read_record(names, r))
			are_sound = false;
	skip_records(r, count - i);
	return are_sound;
}

/* RFC 6762, section 18: a multicast answer has id 0, and repeats no question (section 6). */
static bool is_multicast_answer(const struct dns_message *m)
{
	return m->is_answer && m->id == 0 && m->question_count_wire == 0;
}

/* Types that clients ask for. */
static bool is_known_type(uint16_t type)
{
	static const uint16_t types[] = {
		DNS_A,   DNS_NS,   DNS_CNAME, DNS_PTR, DNS_AAAA,
		DNS_SRV, DNS_SVCB, DNS_HTTPS, 6, /* SOA */
		10,                              /* NULL, as tunnels use it */
		13,                              /* HINFO */
		15,                              /* MX */
		16,                              /* TXT */
		35,                              /* NAPTR */
		43,                              /* DS */
		48,                              /* DNSKEY */
		52,                              /* TLSA */
		99,                              /* SPF */
		255,                             /* ANY */
		257,                             /* CAA */
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i] == type)
			return true;
	return false;
}

/* A whole question of a kind that clients ask, which is left behind. */
static bool skip_likely_question(struct reader *r)
{
	dns_name_skip(r);

	uint16_t type = read_u16(r);
	uint16_t class = read_u16(r) & CLASS_BITS;

	return r->state == PARSE_OK && is_known_type(type) && class == CLASS_IN;
}

/* Behind a header that nobody sends: a damaged message if it begins with a question, else none. */
static enum parse read_damaged(struct dns_names *names, struct reader *r)
{
	struct reader ahead = *r;

	if (names->out->question_count_wire == 0 || !skip_likely_question(&ahead))
		return PARSE_FOREIGN;
	read_questions(names, r);
	return PARSE_BROKEN;
}

enum parse dissect_dns(struct slice message, struct dns_message *out)
{
	struct reader r = reader_whole(message);
	struct header header = read_header(&r);
	struct dns_names names;

	names.message = message;
	names.out = out;
	names.known_count = 0;
	keep_header(&header, out);
	if (r.state != PARSE_OK)
		return r.state;
	if (!is_plausible(&header))
		return read_damaged(&names, &r);
	read_questions(&names, &r);

	bool are_sound = read_records(&names, &r, header.counts[ANSWERS]);

	skip_records(&r, header.counts[AUTHORITY]);
	if (!is_multicast_answer(out))
		skip_records(&r, header.counts[ADDITIONAL]);
	else if (!read_records(&names, &r, header.counts[ADDITIONAL]))
		are_sound = false;
	return r.state == PARSE_OK && !are_sound ? PARSE_BROKEN : r.state;
}

enum parse dissect_dns_frame(struct slice *stream, struct slice *message)
{
	struct reader r = reader_stream(*stream);
	struct reader ahead;
	size_t len = read_u16(&r);

	if (r.state == PARSE_OK && len < HEADER_LEN)
		return PARSE_FOREIGN;
	ahead = r;

	struct header header = read_header(&ahead);

	if (ahead.state == PARSE_OK && !is_plausible(&header))
		return PARSE_FOREIGN;
	*message = read_bytes(&r, len);
	if (r.state == PARSE_OK)
		*stream = r.rest;
	return r.state;
}

/* RFC 1035 leaves the Z bit zero; a query says nothing of errors, and brings at most OPT and TSIG.
 */
static bool is_likely_header(const struct header *header)
{
	const uint16_t *counts = header->counts;

	if (header_opcode(header) != 0 || header->flags & ZERO_BIT || counts[QUESTIONS] != 1)
		return false;
	if (header->flags & ANSWER_BIT)
		return counts[ANSWERS] <= DNS_RECORDS_MAX && counts[AUTHORITY] <= DNS_RECORDS_MAX &&
		       counts[ADDITIONAL] <= DNS_RECORDS_MAX;
	return (header->flags & (RCODE_BITS | ANSWERED_BITS)) == 0 && counts[ANSWERS] == 0 &&
	       counts[AUTHORITY] == 0 && counts[ADDITIONAL] <= 2;
}

bool dissect_dns_likely(struct slice message)
{
	struct reader r = reader_whole(message);
	struct header header = read_header(&r);

	if (r.state != PARSE_OK || !is_likely_header(&header))
		return false;
	if (!skip_likely_question(&r))
		return false;
	for (size_t i = ANSWERS; i < SECTIONS; i++)
		skip_records(&r, header.counts[i]);
	return r.state == PARSE_OK && !reader_more(&r);
}
