/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_BALANCE_H
#define SENSOR_BALANCE_H

#include "sensor/totals.h"

/*
 * Packets in are the sum of what became of them. It holds at every step, for whatever counters were
 * taken at that step, and is looked at whenever they are (`stats`, metrics, the end of the run):
 *
 *   capture.packets    = decoder.pkts
 *   decoder.pkts       = tcp + udp + icmp + other + not_ip + malformed + duplicates
 *                        + fragments_held
 *   tcp + udp + icmp + other = packets that the workers put on a flow
 *   flow.total         = flow.active + flows that ended
 *   contacts.total     = certain + strong + weak
 */
struct imbalance {
	const char *what; /* the equation's left side */
	uint64_t left, right;
};

/* False: an equation does not hold, which is a fault of ours; the first that does not. */
bool totals_balance(const struct totals *, const struct capture_counters *, struct imbalance *);

#endif
