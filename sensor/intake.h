/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_INTAKE_H
#define SENSOR_INTAKE_H

#include "sensor/config/config.h"
#include "sensor/work.h"

/*
 * What is done once for every packet, before it is known whose it is: decoded down to the
 * transport, copies dropped, fragments put together, given to its owner. One thread's.
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
/* From the next packet on, that config (NULL: none) says who is ours. Kept, not copied. */
void intake_use(struct intake *, const struct config *);

/* Decodes `frame`, of the batch in `work`, and puts it on the lists of those whom it concerns. */
void intake_packet(struct intake *, struct work *work, const struct frame *frame, uint64_t step,
                   uint64_t now_ns);

const struct intake_counters *intake_count(const struct intake *);

#endif
