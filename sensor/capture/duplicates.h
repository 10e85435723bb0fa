/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_DUPLICATES_H
#define SENSOR_CAPTURE_DUPLICATES_H

#include "dissect/packet.h"
#include "sensor/capture/capture.h"

/*
 * The copies that a span port makes of a packet: it mirrors a port's receiving and its sending
 * side, or two VLANs of a router, and every packet comes twice within microseconds, perhaps with
 * other MACs, another VLAN and a TTL of one less. A copy is told by what a second sending would
 * have changed:
 *
 *  - An IPv4 packet with an identification other than 0 is a copy of one seen at most 10 ms before
 *    with the same identification, addresses, protocol, ports, fragment, sequence and
 *    acknowledgement numbers, flags, length, end of transport header (checksum, options), and first
 *    16 bytes of payload. A retransmission has another identification.
 *  - A packet without one (IPv6, or an identification of 0) is a copy of one seen at most 1 ms
 *    before with all that and the same first 64 bytes of payload: a retransmission waits a round
 *    trip at least, and 200 ms where it is a timer's. A bare acknowledgement without one is never
 *    called a copy: macOS repeats it within microseconds.
 *  - A packet whose time is 0 is never a copy: nothing is known of its time.
 *
 * Only the last thousand packets or so are remembered.
 */
struct duplicates;

struct duplicates *duplicates_new(void);   /* NULL: no memory. One thread's */
void duplicates_free(struct duplicates *); /* NULL is nothing */

/*
 * By what a copy is known: 0 where nobody can tell. `packet` is what dissect_packet() made of
 * `frame` (PARSE_OK). Any thread may make it.
 */
uint64_t duplicate_mark(const struct duplicates *, const struct packet *, const struct frame *);
/*
 * Was a packet with this mark seen just now? Any source's packets go into one memory: two
 * interfaces may see one packet.
 */
bool duplicate_seen(struct duplicates *, uint64_t mark, uint64_t time_ns);
/* It will be asked for soon: another thread may have what is known of it in its cache. */
void duplicate_want(struct duplicates *, uint64_t mark);
uint64_t duplicates_count(const struct duplicates *);

#endif
