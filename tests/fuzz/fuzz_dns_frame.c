/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"
#include "dissect/dns_chain.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A stream of messages; what is marked as a question's chain must be there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_message message;
	struct slice stream = { data, size };
	struct slice one;

	while (dissect_dns_frame(&stream, &one) == PARSE_OK) {
		if (dissect_dns(one, &message) == PARSE_FOREIGN)
			continue;
		for (size_t i = 0; i < message.question_count; i++) {
			uint64_t chain = dns_chain(&message, message.questions[i].name);

			CHECK(!(message.record_count < DNS_RECORDS_MAX &&
			        chain >> message.record_count != 0));
		}
	}
	return 0;
}
