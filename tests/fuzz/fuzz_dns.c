/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_message message;
	struct slice bytes = { data, size };
	enum parse answer = dissect_dns(bytes, &message);

	CHECK(!(dissect_dns_likely(bytes) && answer == PARSE_FOREIGN));
	CHECK(!(message.text_len > DNS_TEXT_MAX || message.record_count > DNS_RECORDS_MAX));
	return 0;
}
