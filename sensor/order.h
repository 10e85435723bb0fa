/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_ORDER_H
#define SENSOR_ORDER_H

#include <stdint.h>

/*
 * The order of events follows from the packets alone, so that any number of workers gives the same
 * bytes. A step is one packet, or one tick of packet time, counted from 1 over all inputs; what
 * happens in it is told in phases, and within a phase by keys that a flow has whoever owns it.
 *
 *   step │ phase │ first, second
 *   ─────┼───────┼──────────────────────────────────────────────────────────────────────────
 *   one  │ ICMP error, then the packet itself: each one worker's, so no key is needed
 *   tick │ questions given up │ the step at which the question was opened
 *        │ lookups given up, contacts whose wait is over │ where in the order they began
 *        │ flows ended        │ deadline (at the end of input: time last heard), last packet's step
 *        │ stats
 */
enum order_phase {
	PHASE_REFUSAL,
	PHASE_PACKET,
	PHASE_OVERDUE,
	PHASE_LOOKUPS,
	PHASE_CONTACTS,
	PHASE_FLOWS,
	PHASE_LATE_LOOKUPS, /* what a flow asked in its very end */
	PHASE_STATS,
};

struct order_key {
	uint64_t step, first, second;
	uint32_t phase; /* enum order_phase */
};

static inline int order_compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Below 0, 0, above 0: as `a` comes before, with, or after `b`. */
static inline int order_compare(const struct order_key *a, const struct order_key *b)
{
	int by = order_compare_numbers(a->step, b->step);

	if (by == 0)
		by = order_compare_numbers(a->phase, b->phase);
	if (by == 0)
		by = order_compare_numbers(a->first, b->first);
	return by != 0 ? by : order_compare_numbers(a->second, b->second);
}

#endif
