/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_FLOW_H
#define BENCH_FLOW_H

#include "tests/bench/frame.h"
#include "tests/bench/web.h"

/* What the flows of the benchmark say, step by step. */

enum script { SCRIPT_DNS, SCRIPT_TLS, SCRIPT_HTTP, SCRIPT_QUIC, SCRIPT_UNANSWERED };
enum quirk {
	QUIRK_NONE,
	QUIRK_CLIENT_ONLY, /* the server's direction is not seen */
	QUIRK_SERVER_ONLY,
	QUIRK_LATE,      /* the capture began after the handshake */
	QUIRK_ABANDONED, /* it simply stops */
	QUIRK_REORDERED, /* the hello's segments are swapped */
	QUIRK_REPEATED,  /* the hello's first segment is sent again */
};

struct flow {
	struct ends ends;
	enum script script;
	enum quirk quirk;
	uint32_t name, step, rtt_us;
	uint64_t down_left;   /* bytes that the server still has to send */
	uint32_t record_left; /* of the TLS record that the server is in */
	uint32_t next_free;
};

/* What all flows share. */
struct stage {
	struct frame_file out;
	struct noise noise;
	struct web *web;
	struct initials *initials;
	uint8_t filler[65536]; /* what is encrypted, or a picture */
	bool failed;
};

/* Says the flow's next packets, all of the time `now_us`; gives how long until the next ones, in
 * microseconds; 0: it has ended. */
uint64_t flow_step(struct stage *, struct flow *, uint64_t now_us);

/* The steps of each script, for flow_step. */
uint64_t step_tcp(struct stage *, struct flow *, uint64_t now);
uint64_t step_unanswered(struct stage *, struct flow *, uint64_t now);
uint64_t step_quic(struct stage *, struct flow *, uint64_t now);
uint64_t step_dns(struct stage *, struct flow *, uint64_t now);

/* For those: one packet of the flow, unless its quirk hides it; its payload was put at
 * frame_payload(). */
void say(struct stage *, struct flow *, int side, uint8_t flags, uint64_t time_us, size_t len);
void say_datagram(struct stage *, struct flow *, int side, uint64_t now, size_t len);
void put_filler(struct stage *, uint8_t *at, size_t len);

#endif
