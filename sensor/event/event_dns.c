/* SPDX-License-Identifier: Apache-2.0 */
/* EVE's dns object, version 3, with the question also at its top (`rrname`, as version 2 had it).
 */
#include "sensor/event/event_parts.h"

#include <stdio.h>

#include "dissect/dns.h"
#include "sensor/event/service_text.h"

/* Names from the IANA registry; others as RFC 3597, section 5 writes them. */
static const struct {
	uint16_t type;
	const char *word;
} types[] = {
	{ 1, "A" },       { 2, "NS" },     { 5, "CNAME" },   { 6, "SOA" },    { 12, "PTR" },
	{ 13, "HINFO" },  { 15, "MX" },    { 16, "TXT" },    { 28, "AAAA" },  { 29, "LOC" },
	{ 33, "SRV" },    { 35, "NAPTR" }, { 39, "DNAME" },  { 43, "DS" },    { 44, "SSHFP" },
	{ 46, "RRSIG" },  { 47, "NSEC" },  { 48, "DNSKEY" }, { 50, "NSEC3" }, { 52, "TLSA" },
	{ 53, "SMIMEA" }, { 59, "CDS" },   { 64, "SVCB" },   { 65, "HTTPS" }, { 99, "SPF" },
	{ 249, "TKEY" },  { 250, "TSIG" }, { 251, "IXFR" },  { 252, "AXFR" }, { 255, "ANY" },
	{ 256, "URI" },   { 257, "CAA" },
};

static const char *const rcodes[] = {
	"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
};

const char *record_type_word(uint16_t type, char memory[RECORD_WORD_MAX])
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].word;
	snprintf(memory, RECORD_WORD_MAX, "TYPE%u", type);
	return memory;
}

static void put_type(struct cJSON *object, uint16_t type)
{
	char memory[RECORD_WORD_MAX];

	json_put_string(object, "rrtype", record_type_word(type, memory));
}

const char *response_code_word(uint8_t rcode, char memory[RECORD_WORD_MAX])
{
	if (rcode < sizeof rcodes / sizeof *rcodes)
		return rcodes[rcode];
	snprintf(memory, RECORD_WORD_MAX, "RCODE%u", rcode);
	return memory;
}

static void put_rcode(struct cJSON *dns, uint8_t rcode)
{
	char memory[RECORD_WORD_MAX];

	json_put_string(dns, "rcode", response_code_word(rcode, memory));
}

void put_record_data(struct cJSON *parent, const char *key, const struct event_dns_answer *a)
{
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };

	if (a->address.len == 4) {
		memcpy(address + 12, a->address.ptr, 4);
		json_put_address(parent, key, address);
	} else if (a->address.len == 16) {
		json_put_address(parent, key, a->address.ptr);
	} else if (a->type == DNS_SVCB || a->type == DNS_HTTPS) {
		char text[SERVICE_TEXT_MAX];

		service_text(a, text);
		json_put_string(parent, key, text);
	} else {
		json_put_wire(parent, key, a->target, WIRE_NAME);
	}
}

bool has_record_data(const struct event_dns_answer *a)
{
	return a->address.len > 0 || a->target.len > 0 || a->type == DNS_SVCB ||
	       a->type == DNS_HTTPS;
}

static void put_question(struct cJSON *object, const struct event_dns *d)
{
	json_put_wire(object, "rrname", d->rrname, WIRE_NAME);
	if (d->rrtype != 0)
		put_type(object, d->rrtype);
}

static void put_queries(struct cJSON *dns, const struct event_dns *d)
{
	struct cJSON *queries = json_array(), *query = json_object();

	put_question(query, d);
	json_put(queries, NULL, query);
	json_put(dns, "queries", queries);
}

size_t record_count(const struct event_dns *d)
{
	return d->answer_count < EVENT_ANSWERS_MAX ? d->answer_count : EVENT_ANSWERS_MAX;
}

static void put_answers(struct cJSON *dns, const struct event_dns *d)
{
	struct cJSON *answers = json_array();

	for (size_t i = 0; i < record_count(d); i++) {
		const struct event_dns_answer *a = &d->answers[i];
		struct cJSON *row = json_object();

		json_put_wire(row, "rrname", a->name, WIRE_NAME);
		put_type(row, a->type);
		json_put_count(row, "ttl", a->ttl);
		put_record_data(row, "rdata", a);
		json_put(answers, NULL, row);
	}
	json_put(dns, "answers", answers);
}

static bool is_first_of_type(const struct event_dns *d, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (d->answers[i].type == d->answers[at].type)
			return false;
	return true;
}

/* EVE's `grouped`: the data of the answers by their types. */
static void put_grouped(struct cJSON *dns, const struct event_dns *d)
{
	struct cJSON *grouped = json_object();

	for (size_t first = 0; first < record_count(d); first++) {
		char memory[RECORD_WORD_MAX];
		const char *word = record_type_word(d->answers[first].type, memory);
		struct cJSON *group = json_array();

		if (word == memory || !is_first_of_type(d, first))
			continue;
		for (size_t i = first; i < record_count(d); i++)
			if (d->answers[i].type == d->answers[first].type)
				put_record_data(group, NULL, &d->answers[i]);
		json_put(grouped, word, group);
	}
	json_put(dns, "grouped", grouped);
}

void put_dns(struct cJSON *line, const struct event *e)
{
	const struct event_dns *d = e->dns;

	if (d == NULL)
		return;
	struct cJSON *dns = json_object();

	json_put_count(dns, "version", 3);
	json_put_word(dns, "type", d->is_answer ? "response" : "request");
	json_put_count(dns, "id", d->id);
	put_question(dns, d);
	if (d->is_answer)
		put_rcode(dns, d->rcode);
	json_put_string(dns, "transport", d->transport);
	put_queries(dns, d);
	put_answers(dns, d);
	put_grouped(dns, d);
	json_put(line, "dns", dns);
}
