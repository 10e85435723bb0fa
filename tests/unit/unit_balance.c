/* SPDX-License-Identifier: Apache-2.0 */
/* What adds up is let through; one packet, flow or contact too many or too few is told. */
#include "sensor/balance.h"

#include "tests/check.h"

#include <string.h>

static struct totals balanced(void)
{
	return (struct totals){
		.intake = { .packets = 36,
		            .tcp = 1,
		            .udp = 2,
		            .icmp = 3,
		            .other = 4,
		            .not_ip = 5,
		            .malformed = 6,
		            .duplicates = 7,
		            .fragments_held = 8 },
		.workers = { .packets = 10,
		             .flows = 5,
		             .flows_ended = 3,
		             .contacts = 6,
		             .contacts_by_confidence = { [CONFIDENCE_CERTAIN] = 1,
		                                         [CONFIDENCE_STRONG] = 2,
		                                         [CONFIDENCE_WEAK] = 3 } },
		.state = { .flows_open = 2 },
	};
}

int main(void)
{
	struct totals t = balanced();
	const struct {
		uint64_t *counter;
		const char *what;
	} rows[] = {
		{ &t.intake.packets, "capture.packets" },
		{ &t.intake.tcp, "decoder.pkts" },
		{ &t.intake.udp, "decoder.pkts" },
		{ &t.intake.icmp, "decoder.pkts" },
		{ &t.intake.other, "decoder.pkts" },
		{ &t.intake.not_ip, "decoder.pkts" },
		{ &t.intake.malformed, "decoder.pkts" },
		{ &t.intake.duplicates, "decoder.pkts" },
		{ &t.intake.fragments_held, "decoder.pkts" },
		{ &t.workers.packets, "decoder.tcp, udp, icmp and other" },
		{ &t.workers.flows, "flow.total" },
		{ &t.workers.flows_ended, "flow.total" },
		{ &t.state.flows_open, "flow.total" },
		{ &t.workers.contacts, "contacts.total" },
		{ &t.workers.contacts_by_confidence[CONFIDENCE_WEAK], "contacts.total" },
	};
	const struct capture_counters capture = { .packets = 36, .filtered = 9, .outside = 9 };
	struct imbalance wrong = { 0 };

	CHECK(totals_balance(&t, &capture, &wrong));
	CHECK(!totals_balance(&t, &(struct capture_counters){ .packets = 37 }, &wrong));
	CHECK(wrong.left == 37 && wrong.right == 36);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (int step = -1; step <= 1; step += 2) {
			t = balanced();
			*rows[i].counter += (uint64_t)(int64_t)step;
			CHECK(!totals_balance(&t, &capture, &wrong));
			CHECK(strcmp(wrong.what, rows[i].what) == 0);
			CHECK(wrong.left != wrong.right);
		}
	return 0;
}
