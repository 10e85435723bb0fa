/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_message message;
	struct slice bytes = { data, size };
	enum parse answer = dissect_dns(bytes, &message);

	if (dissect_dns_likely(bytes) && answer == PARSE_FOREIGN)
		__builtin_trap();
	if (message.text_len > DNS_TEXT_MAX || message.record_count > DNS_RECORDS_MAX)
		__builtin_trap();
	return 0;
}
