/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC version 1: Initials under their true keys, then what nobody can read. */
#include <string.h>

#include "tests/bench/flow.h"

static void put_cids(const struct flow *f, uint8_t client[QUIC_CID], uint8_t server[QUIC_CID])
{
	put32(client, f->ends.seq[0]);
	put32(client + 4, f->ends.port[0] * 2654435761u);
	put32(server, f->ends.seq[1]);
	put32(server + 4, f->ends.seq[0] ^ 0x55aa55aa);
}

static void say_initials(struct stage *t, struct flow *f, uint64_t now)
{
	uint8_t hello[HELLO_MAX], client[QUIC_CID], server[QUIC_CID];
	size_t len = hello_client(&t->noise, web_name(t->web, f->name), true, hello);
	size_t cut = 950 + noise_below(&t->noise, 150);
	bool scatter = noise_below(&t->noise, 2) == 0;

	put_cids(f, client, server);
	t->failed |= !initials_begin(t->initials, client, server);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t number = f->quirk == QUIRK_REORDERED ? 1 - i : i;
		size_t from = number == 0 ? 0 : cut, count = number == 0 ? cut : len - cut;

		t->failed |= !initials_write(t->initials, &t->noise, 0, number, hello, from, count,
		                             scatter, frame_payload(&t->out, &f->ends));
		say_datagram(t, f, 0, now, QUIC_DATAGRAM);
	}
}

static void say_long(struct stage *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint8_t *at = frame_payload(&t->out, &f->ends), client[QUIC_CID], server[QUIC_CID];

	put_cids(f, client, server);
	put_filler(t, at, len);
	put32(at, 0xe1000000); /* Handshake, version 1 */
	at[4] = 1;
	at[5] = side == 0 ? QUIC_CID : 0;
	memcpy(at + 6, server, side == 0 ? QUIC_CID : 0);
	at += 6 + at[5];
	*at++ = side == 0 ? 0 : QUIC_CID;
	memcpy(at, server, side == 0 ? 0 : QUIC_CID);
	at += side == 0 ? 0 : QUIC_CID;
	put16(at, 0x4000 | (uint32_t)(len - 17));
	say_datagram(t, f, side, now, len);
}

static void say_short(struct stage *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint8_t *at = frame_payload(&t->out, &f->ends), client[QUIC_CID], server[QUIC_CID];

	put_cids(f, client, server);
	put_filler(t, at, len);
	at[0] = (uint8_t)(0x40 | (at[0] & 0x3f));
	if (side == 0)
		memcpy(at + 1, server, QUIC_CID);
	say_datagram(t, f, side, now, len);
}

static void say_server_initial(struct stage *t, struct flow *f, uint64_t now)
{
	uint8_t hello[160], client[QUIC_CID], server[QUIC_CID];
	size_t len = hello_server(&t->noise, hello);

	put_cids(f, client, server);
	t->failed |= !initials_begin(t->initials, client, server) ||
	             !initials_write(t->initials, &t->noise, 1, 0, hello, 0, len, false,
	                             frame_payload(&t->out, &f->ends));
	say_datagram(t, f, 1, now, QUIC_DATAGRAM);
	say_long(t, f, 1, now, 1250);
	say_long(t, f, 1, now, 900);
}

uint64_t step_quic(struct stage *t, struct flow *f, uint64_t now)
{
	switch (f->step) {
	case 0:
		say_initials(t, f, now);
		return f->rtt_us;
	case 1:
		say_server_initial(t, f, now);
		return 900;
	case 2:
		say_long(t, f, 0, now, 80);
		say_short(t, f, 0, now, 400 + noise_below(&t->noise, 500));
		return f->rtt_us;
	}
	for (int i = 0; i < 3 && f->down_left > 0; i++) {
		size_t len = f->down_left < 1250 ? (size_t)f->down_left : 1250;

		f->down_left -= len;
		say_short(t, f, 1, now, len < 30 ? 30 : len);
	}
	say_short(t, f, 0, now, 32 + noise_below(&t->noise, 12));
	if (f->down_left == 0 || (f->quirk == QUIRK_ABANDONED && f->step > 40))
		return 0;
	return noise_below(&t->noise, 8) == 0 ? f->rtt_us : 30 + noise_below(&t->noise, 900);
}
