/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/balance.h"

static bool is_equal(const char *what, uint64_t left, uint64_t right, struct imbalance *wrong)
{
	if (left == right)
		return true;
	*wrong = (struct imbalance){ .what = what, .left = left, .right = right };
	return false;
}

bool totals_balance(const struct totals *t, const struct capture_counters *capture,
                    struct imbalance *wrong)
{
	const struct intake_counters *in = &t->intake;
	const struct worker_counters *w = &t->workers;
	const uint64_t *sure = w->contacts_by_confidence;
	uint64_t followed = in->tcp + in->udp + in->icmp + in->other;
	uint64_t left_out = in->not_ip + in->malformed + in->duplicates + in->fragments_held;

	return is_equal("capture.packets", capture->packets, in->packets, wrong) &&
	       is_equal("decoder.pkts", in->packets, followed + left_out, wrong) &&
	       is_equal("decoder.tcp, udp, icmp and other", followed, w->packets, wrong) &&
	       is_equal("flow.total", w->flows, t->state.flows_open + w->flows_ended, wrong) &&
	       is_equal("contacts.total", w->contacts,
	                sure[CONFIDENCE_CERTAIN] + sure[CONFIDENCE_STRONG] + sure[CONFIDENCE_WEAK],
	                wrong);
}
