/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/duplicates.h"

#include <stdlib.h>

#include "sensor/keyed_hash.h"

enum {
	SLOTS = 1024, /* a power of 2 */
	HEAD_OF_KNOWN = 16,
	HEAD_OF_NAMELESS = 64,
	WORDS = 8 + 4 + HEAD_OF_NAMELESS / 8, /* what is set, a tail, a head */
	TCP_TAIL = 20, /* of the header: checksum, or options with SACK and timestamps */
	UDP_TAIL = 8,
};

/* A mark: how long it counts, that it is one, and the hash. */
enum { IS_KNOWN = 1, IS_ANY = 2, HASH_AT = 2 };

static const uint64_t window_known_ns = 10000000;
static const uint64_t window_nameless_ns = 1000000;

/* One place for each hash: who comes later takes it over, so old packets are forgotten. */
struct slot {
	uint64_t mark, time_ns;
};

struct duplicates {
	struct hash_secret words; /* the same in every run, and with it who is forgotten */
	uint64_t count;
	struct slot slots[SLOTS];
};

struct duplicates *duplicates_new(void)
{
	struct duplicates *d = calloc(1, sizeof *d);

	if (d != NULL)
		d->words = hash_secret_from(0);
	return d;
}

void duplicates_free(struct duplicates *d)
{
	free(d);
}

uint64_t duplicates_count(const struct duplicates *d)
{
	return d->count;
}

static size_t tail_len(const struct packet *p)
{
	if (p->is_fragment)
		return 0;
	return p->protocol == IP_TCP ? TCP_TAIL : p->protocol == IP_UDP ? UDP_TAIL : 0;
}

static uint64_t load(const uint8_t *p, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, p, len);
	return word;
}

/* The transport's last header bytes stand before the payload, if that is in this frame at all. */
static void put_tail(uint64_t *words, const struct packet *p, const struct frame *frame)
{
	uintptr_t start = (uintptr_t)frame->bytes.ptr, at = (uintptr_t)p->payload.ptr;
	size_t len = tail_len(p);
	bool is_there = at >= start + len && at <= start + frame->bytes.len;

	words[0] = words[1] = words[2] = words[3] = 0;
	if (is_there && len == TCP_TAIL) {
		const uint8_t *tail = p->payload.ptr - TCP_TAIL;

		words[0] = load(tail, 8);
		words[1] = load(tail + 8, 8);
		words[2] = load(tail + 16, 4);
	} else if (is_there && len == UDP_TAIL) {
		words[0] = load(p->payload.ptr - UDP_TAIL, 8);
	}
}

static void put_transport(uint64_t words[2], const struct packet *p)
{
	words[0] = p->is_fragment ? (uint64_t)p->fragment_offset << 1 | p->more_fragments
	                          : (uint64_t)p->src_port << 16 | p->dst_port |
	                                    (uint64_t)p->tcp_flags << 32;
	words[1] = !p->is_fragment && p->protocol == IP_TCP
	                   ? (uint64_t)p->tcp_seq << 32 | p->tcp_ack
	                   : 0;
}

static void put_head(uint64_t *words, const struct packet *p, size_t head)
{
	if (head == HEAD_OF_KNOWN && p->payload.len >= HEAD_OF_KNOWN) {
		memcpy(words, p->payload.ptr, HEAD_OF_KNOWN);
		return;
	}
	if (head == HEAD_OF_NAMELESS && p->payload.len >= HEAD_OF_NAMELESS) {
		memcpy(words, p->payload.ptr, HEAD_OF_NAMELESS);
		return;
	}
	memset(words, 0, head);
	if (p->payload.len > 0)
		memcpy(words, p->payload.ptr, p->payload.len < head ? p->payload.len : head);
}

/* The words' places are the same whatever the packet is; what it has not is 0. */
static inline uint64_t hash_packet(const struct duplicates *d, const struct packet *p,
                                   const struct frame *frame, size_t head)
{
	size_t captured = p->payload.len < head ? p->payload.len : head;
	uint64_t words[WORDS];

	words[0] = (uint64_t)p->protocol << 40 | (uint64_t)p->is_fragment << 48 | p->payload_len;
	words[1] = (uint64_t)captured << 32 | p->fragment_id;
	put_transport(words + 2, p);
	memcpy(words + 4, p->src, sizeof p->src);
	memcpy(words + 6, p->dst, sizeof p->dst);
	put_tail(words + 8, p, frame);
	put_head(words + 12, p, head);
	return keyed_hash64(&d->words, words, 12 + head / 8);
}

/*
 * Nobody can tell: macOS sends the same bare acknowledgement several times within microseconds,
 * with an identification of 0; and where time stands still (0) nothing is soon after another.
 */
static bool is_beyond_telling(const struct packet *p, const struct frame *frame, bool is_known)
{
	bool is_bare = p->protocol == IP_TCP && p->payload_len == 0 && p->tcp_flags == TCP_ACK;

	return frame->time_ns == 0 || (!is_known && !p->is_fragment && is_bare);
}

uint64_t duplicate_mark(const struct duplicates *d, const struct packet *p,
                        const struct frame *frame)
{
	bool is_known = p->ip_version == 4 && p->fragment_id != 0;

	if (is_beyond_telling(p, frame, is_known))
		return 0;
	uint64_t hash = is_known ? hash_packet(d, p, frame, HEAD_OF_KNOWN)
	                         : hash_packet(d, p, frame, HEAD_OF_NAMELESS);

	return hash << HASH_AT | IS_ANY | (is_known ? IS_KNOWN : 0);
}

bool duplicate_seen(struct duplicates *d, uint64_t mark, uint64_t time_ns)
{
	if (mark == 0)
		return false;
	uint64_t window = (mark & IS_KNOWN) != 0 ? window_known_ns : window_nameless_ns;
	struct slot *slot = &d->slots[(mark >> HASH_AT) % SLOTS];
	uint64_t apart =
	        time_ns > slot->time_ns ? time_ns - slot->time_ns : slot->time_ns - time_ns;

	if (slot->mark == mark && apart <= window) {
		d->count++;
		return true;
	}
	*slot = (struct slot){ mark, time_ns };
	return false;
}
