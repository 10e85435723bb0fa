/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_DNS_CHAIN_H
#define DISSECT_DNS_CHAIN_H

#include "dissect/dns.h"

/*
 * Which records of `message` answer the question `name`: bit n stands for records[n]. Those whose
 * owner is the name, then those whose owner is the target of one of these (CNAME, SRV, SVCB,
 * HTTPS), and so on, in whatever order they stand. A record that leads back to a name of the chain
 * is left out, so loops end. What is not marked is somebody else's, and says nothing about `name`.
 * `name` is spelled as struct dns_message spells names.
 */
uint64_t dns_chain(const struct dns_message *message, struct slice name);

static inline bool dns_chain_has(uint64_t chain, size_t record)
{
	return chain >> record & 1;
}

#endif
