/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_KIN_H
#define SENSOR_KIN_H

#include "sensor/work.h"

/*
 * Which addresses are one host's, so that one worker has them all: those of one MAC. An address
 * is judged once, when it is met, and then stays whose it is, since the packets of a flow must not
 * part. So the first address of a MAC is the host; IPv6 addresses, and one IPv4 address, that are
 * met after it are its kin.
 *
 * A router's MAC has everybody's addresses: none is kin where the MAC advertises itself, brings
 * packets whose hop limit was counted down on the way, or has two IPv4 addresses. Those of one MAC
 * that were taken for kin before that was seen stay it.
 *
 *   packet ─► met in the last two hours? a bit each ─► is it kin? a bit ─► the table
 *                  └ no: judge it
 */
struct kin;

struct kin *kin_new(uint64_t seed); /* NULL: no memory */
void kin_free(struct kin *);
/* Another time begins. */
void kin_clear(struct kin *);

/*
 * Whose worker the packet is: changes `owner` where it is kin's. True: an address was found to be
 * kin by it; then `kin_address` and `kin_host` say so to all workers. Packets come in order.
 */
bool kin_settle(struct kin *, struct work_packet *);
/* The same for a packet that is quoted, of which nothing is learned; `owner` is what it has itself.
 */
uint32_t kin_owner(const struct kin *, const struct packet *quoted, uint32_t owner);

#endif
