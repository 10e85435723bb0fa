/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_INTAKE_H
#define SENSOR_INTAKE_H

#include "sensor/work.h"

/*
 * What is done once for every packet, before it is known whose it is: decoded down to the
 * transport, copies dropped, fragments put together, given to its owner.
 */
struct intake;

/*
 * Summed over the intake's life. Each packet becomes one of not_ip, malformed, duplicates,
 * fragments_held, tcp, udp, icmp, other. Nothing but uint64_t.
 */
struct intake_counters {
	uint64_t packets, bytes;
	uint64_t not_ip, malformed, bad_ip_checksum, fragments, fragments_held, truncated,
	        duplicates;
	uint64_t tcp, udp, icmp, other;
};

struct intake *intake_new(bool keep_duplicates, uint64_t seed); /* NULL: no memory */
void intake_free(struct intake *);

/*
 * Decodes the frames of a batch. What is done here needs no other packet, so any number of threads
 * may be at it, each with a batch of its own.
 */
void intake_decode(const struct intake *, struct work *);
/*
 * What depends on the packets before: copies are dropped, fragments put together, and the packets
 * and marks are put onto the lists of those whom they concern. Batch after batch, in order.
 */
void intake_settle(struct intake *, struct work *);

const struct intake_counters *intake_count(const struct intake *);

#endif
