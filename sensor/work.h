/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORK_H
#define SENSOR_WORK_H

#include "dissect/packet.h"
#include "sensor/capture/capture.h"

/*
 * A batch on its way: frames as they were read, decoded up to the transport, and for each worker
 * the list of what is for it, in the order of steps (see order.h).
 *
 *   frames   0 1 2 3 4 …        lists   worker 0: 0  tick  3 …
 *   packets  0 1 2 3 4 …                worker 1: 1  2  tick  4 …
 *
 * Read only, once it is handed over; every worker gets every batch.
 */

/* What a worker does with a packet. */
enum {
	TODO_HOST = 1,    /* its sender's MAC is news: every worker keeps all hosts */
	TODO_NAMES = 2,   /* a host may say its name in it: for every worker too */
	TODO_REFUSAL = 4, /* an ICMP error: for the owner of the flow it is about */
	TODO_FOLLOW = 8,  /* for the owner */
	TODO_MARK = 16,   /* no packet: `index` is a mark's */
	TODO_ROLE = 32,   /* it shows what one of its ends is: for every worker */
	TODO_KIN = 64,    /* it shows whose address one of its ends is: for every worker */
};

struct todo {
	uint16_t index;
	uint8_t what;
};

/* What becomes of a packet in the counters, see intake.h. */
enum packet_kind {
	PACKET_NOT_IP,
	PACKET_MALFORMED,
	PACKET_TCP,
	PACKET_UDP,
	PACKET_ICMP,
	PACKET_OTHER
};

/* One for each frame; what is asked of every packet stands first, in a cache line or so. */
struct work_packet {
	const struct frame *frame;
	uint64_t step, now_ns;
	uint64_t copy_mark;   /* see duplicates.h; 0: none */
	uint64_t card;        /* the hash of who has which MAC; 0: nothing to learn */
	uint32_t owner, hash; /* the second: of its flow, for the table */
	uint32_t refused;     /* an ICMP error: the owner of the flow that it is about */
	uint8_t kind;         /* enum packet_kind */
	uint8_t what;         /* TODO_NAMES, TODO_ROLE and TODO_REFUSAL, where they may be to do */
	struct packet packet;
	uint8_t kin_address[16], kin_host[16]; /* TODO_KIN: the one is the other's; kin.h */
};

struct config;          /* see config/config.h */
struct stats_gathering; /* see totals.h */
struct knowledge_swap;  /* see knowledge.h */

/* Something that happens to every worker at the same step. */
enum mark_kind { MARK_TICK, MARK_FINISH, MARK_STATS, MARK_RELOAD, MARK_SETTLE };
struct mark {
	enum mark_kind kind;
	size_t before; /* the frame that it comes before; the count of frames: after them all */
	uint64_t step, now_ns;
	struct stats_gathering *stats;
	struct knowledge_swap *swap;
};

/* Before each frame three at most; five more in all. */
enum { MARKS_MAX = FRAME_BATCH_MAX * 3 + 5, TODOS_MAX = FRAME_BATCH_MAX + MARKS_MAX };

struct work_list {
	size_t count;
	struct todo todos[TODOS_MAX];
};

struct work {
	struct frame_batch frames;
	size_t mark_count, kept_count;
	uint64_t step, now_ns;       /* before the first of it */
	uint64_t last_step;          /* of all in it */
	const struct config *config; /* who is ours, for these packets; NULL: none */
	bool is_last;                /* nothing comes after it */
	struct mark marks[MARKS_MAX];
	void *kept[FRAME_BATCH_MAX]; /* datagrams that were put together from fragments */
	struct work_packet packets[FRAME_BATCH_MAX];
	size_t list_count;
	struct work_list lists[]; /* one for each worker */
};

struct work *work_new(size_t workers); /* NULL: no memory */
void work_free(struct work *);
/* Ready for the next batch: what was put together goes, the frames stay for capture_read(). */
void work_clear(struct work *);
/* A copy of `bytes` that lives as long as the batch; false: no memory. */
bool work_keep(struct work *, struct slice *bytes);

/* Adds what is to be done to one worker's list, or to everyone's. */
void work_add(struct work *, uint32_t owner, size_t index, unsigned what);
void work_add_all(struct work *, size_t index, unsigned what);
/* Adds a mark; it goes onto every worker's list in its turn. */
void work_mark(struct work *, const struct mark *);

#endif
