/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_DNS_NAME_H
#define DISSECT_DNS_NAME_H

#include "dissect/dns.h"
#include "dissect/reader.h"

enum { DNS_NAMES_KNOWN_MAX = 16 };

/*
 * Spells the names of one message into its `text`. What was spelled is remembered by where it
 * stands in the message, since most names of an answer are one pointer to an earlier one:
 *
 *   offset 12: 3 www 7 example 3 com 0        → known { 12, "www.example.com" }
 *   offset 33: c0 0c                          → the same slice, nothing is spelled again
 */
struct dns_names {
	struct slice message;
	struct dns_message *out;
	size_t known_count;
	struct dns_name_known {
		size_t at;
		size_t octets; /* on the wire, uncompressed, without the root */
		struct slice name;
	} known[DNS_NAMES_KNOWN_MAX];
};

/*
 * Reads the name at `r`, which is left behind it, and fails where the name breaks its rules
 * (RFC 1035, sections 3.1 and 4.1.4). False: broken, or `text` has no room for it.
 */
bool dns_name_read(struct dns_names *names, struct reader *r, struct slice *name);

/* Steps over a name without looking where its pointer leads. */
void dns_name_skip(struct reader *r);

/*
 * The body of an SVCB or HTTPS record (RFC 9460, section 2.2). False as above; a parameter that
 * breaks its rules fails `data`.
 */
bool dns_service_read(struct dns_names *names, struct reader *data, struct dns_record *record);

#endif
