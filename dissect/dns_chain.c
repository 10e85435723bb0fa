/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns_chain.h"

_Static_assert(DNS_RECORDS_MAX <= 64, "a bit for each record");

/* The names of the chain in the order in which they were found; each is looked at once. */
struct names_found {
	struct slice name[DNS_RECORDS_MAX + 1];
	size_t count;
};

static bool is_found(const struct names_found *found, struct slice name)
{
	for (size_t i = 0; i < found->count; i++)
		if (slice_equal(found->name[i], name))
			return true;
	return false;
}

/* A PTR's target is what an address is called: its addresses do not answer the question. */
static bool leads_on(const struct dns_record *record)
{
	switch (record->type) {
	case DNS_CNAME:
	case DNS_SRV:
	case DNS_SVCB:
	case DNS_HTTPS:
		return record->target.len > 0;
	default:
		return false;
	}
}

uint64_t dns_chain(const struct dns_message *message, struct slice name)
{
	struct names_found found = { .count = 1 };
	uint64_t chain = 0;

	found.name[0] = name;
	for (size_t next = 0; next < found.count; next++) {
		for (size_t i = 0; i < message->record_count; i++) {
			const struct dns_record *record = &message->records[i];
			bool follows = leads_on(record);

			if (dns_chain_has(chain, i) ||
			    !slice_equal(record->owner, found.name[next]))
				continue;
			follows = follows && !is_found(&found, record->target);
			if (record->type == DNS_CNAME && !follows)
				continue;
			chain |= (uint64_t)1 << i;
			if (follows)
				found.name[found.count++] = record->target;
		}
	}
	return chain;
}
