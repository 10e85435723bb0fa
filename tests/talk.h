/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "dissect/packet.h"
#include "tests/rig.h"

/*
 * Two ends that talk past a worker: packets are built, shown to it, and what it says is kept as
 * text, one event a line.
 */

enum { TALK_FRAME_MAX = 16384, TALK_PAYLOAD_MAX = 16000 };

struct talk_ends {
	uint8_t address[2][16]; /* side 0 is the client's */
	uint16_t port[2];
	bool is_udp;
};

/* An Ethernet frame of the packet that `side` sends. The MACs follow from the addresses. */
size_t talk_frame(const struct talk_ends *, unsigned side, uint32_t seq, uint8_t flags,
                  uint16_t ip_id, struct slice payload, uint8_t out[TALK_FRAME_MAX]);

/* What is said. Each gives the length. */
size_t talk_hello(const char *name, uint8_t out[TALK_PAYLOAD_MAX]); /* a TLS record */

struct talk_answer {
	uint8_t rcode;
	uint32_t ttl;
	const char *aliases[4]; /* the chain; NULL behind its end */
	uint8_t address[4][4];
	size_t address_count;
};

size_t talk_question(uint16_t id, const char *name, uint16_t type, uint8_t out[TALK_PAYLOAD_MAX]);
size_t talk_answer(uint16_t id, const char *name, uint16_t type, const struct talk_answer *,
                   uint8_t out[TALK_PAYLOAD_MAX]);

struct talk {
	struct feed_set *feeds;
	struct rig rig;
	char *text; /* the events so far; ends with NUL */
	size_t text_len, text_room;
	const char *file;
	uint64_t now_ns, number;
	uint16_t ip_id;
};

/* `options` may leave out feeds, emit, source and context. Starts at a fixed time. */
void talk_begin(struct talk *, const struct worker_options *options);
/* Finishes the worker; its events stay. */
void talk_finish(struct talk *);
void talk_free(struct talk *);

/* One packet, now. */
void talk_say(struct talk *, const struct talk_ends *, unsigned side, uint32_t seq, uint8_t flags,
              struct slice payload);
/* Time passes, with a tick for each second. */
void talk_wait(struct talk *, double seconds);

/* SYN, SYN-ACK, ACK; the client's next byte is 1001, the server's 5001. */
void talk_handshake(struct talk *, const struct talk_ends *);
/* Client 10.0.0.HOST asks 10.0.0.53. */
void talk_ask(struct talk *, unsigned host, uint16_t id, const char *name, uint16_t type);
void talk_tell(struct talk *, unsigned host, uint16_t id, const char *name, uint16_t type,
               const struct talk_answer *);

struct talk_ends talk_between(unsigned host, uint16_t port, const uint8_t server[4],
                              uint16_t server_port);

/* How many events hold all of these texts; NULL behind the last. */
size_t talk_count(const struct talk *, const char *const *words);
#define TALK_COUNT(t, ...) talk_count(t, (const char *const[]){ __VA_ARGS__, NULL })

#endif
