/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/flow.h"

#include <string.h>

/* One packet of the flow's own, unless its quirk hides it. */
void say(struct stage *t, struct flow *f, int side, uint8_t flags, uint64_t time_us, size_t len)
{
	bool hidden = (f->quirk == QUIRK_CLIENT_ONLY && side == 1) ||
	              (f->quirk == QUIRK_SERVER_ONLY && side == 0) ||
	              (f->quirk == QUIRK_LATE && f->step < 4);

	frame_end(&t->out, &f->ends, side, flags, time_us, len, hidden);
}

void put_filler(struct stage *t, uint8_t *at, size_t len)
{
	memcpy(at, t->filler + noise_below(&t->noise, sizeof t->filler - FRAME_PAYLOAD_MAX), len);
}

/* UDP has no sequence numbers: `ends.seq` stays what it was, and the ids are made from it. */
void say_datagram(struct stage *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint32_t seq = f->ends.seq[side];

	say(t, f, side, 0, now, len);
	f->ends.seq[side] = seq;
}

static uint64_t (*const steps[])(struct stage *, struct flow *, uint64_t now) = {
	[SCRIPT_DNS] = step_dns,
	[SCRIPT_TLS] = step_tcp,
	[SCRIPT_HTTP] = step_tcp,
	[SCRIPT_QUIC] = step_quic,
	[SCRIPT_UNANSWERED] = step_unanswered,
};

uint64_t flow_step(struct stage *t, struct flow *f, uint64_t now)
{
	uint64_t wait_us = steps[f->script](t, f, now);

	f->step++;
	return wait_us;
}
