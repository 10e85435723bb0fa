/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/duplicates.h"

#include <stdlib.h>

enum {
	SLOTS = 1024, /* a power of 2 */
	HEAD_OF_KNOWN = 16,
	HEAD_OF_NAMELESS = 64,
	TCP_TAIL = 20, /* of the header: checksum, or options with SACK and timestamps */
	UDP_TAIL = 8,
};
static const uint64_t window_known_ns = 10000000;
static const uint64_t window_nameless_ns = 1000000;

/* One place for each hash: who comes later takes it over, so old packets are forgotten. */
struct slot {
	uint64_t hash, time_ns;
};

struct duplicates {
	uint64_t count;
	struct slot slots[SLOTS];
};

struct duplicates *duplicates_new(void)
{
	return calloc(1, sizeof(struct duplicates));
}

void duplicates_free(struct duplicates *d)
{
	free(d);
}

uint64_t duplicates_count(const struct duplicates *d)
{
	return d->count;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t mix_bytes(uint64_t hash, const uint8_t *bytes, size_t len)
{
	uint64_t word;

	for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
		memcpy(&word, bytes, sizeof word);
		hash = mix(hash, word);
	}
	word = len;
	for (size_t i = 0; i < len; i++)
		word = word << 8 | bytes[i];
	return mix(hash, word);
}

static size_t tail_len(const struct packet *p)
{
	if (p->is_fragment)
		return 0;
	return p->protocol == IP_TCP ? TCP_TAIL : p->protocol == IP_UDP ? UDP_TAIL : 0;
}

/* The transport's last header bytes stand before the payload, if that is in this frame at all. */
static uint64_t mix_tail(uint64_t hash, const struct packet *p, const struct frame *frame)
{
	uintptr_t start = (uintptr_t)frame->bytes.ptr, at = (uintptr_t)p->payload.ptr;
	size_t len = tail_len(p);

	if (at < start + len || at > start + frame->bytes.len)
		return hash;
	return mix_bytes(hash, p->payload.ptr - len, len);
}

static uint64_t mix_transport(uint64_t hash, const struct packet *p)
{
	if (p->is_fragment)
		return mix(hash, (uint64_t)p->fragment_offset << 1 | p->more_fragments);
	hash = mix(hash, (uint64_t)p->src_port << 16 | p->dst_port);
	if (p->protocol == IP_TCP)
		hash = mix(mix(hash, (uint64_t)p->tcp_seq << 32 | p->tcp_ack), p->tcp_flags);
	return hash;
}

static uint64_t hash_packet(const struct packet *p, const struct frame *frame, size_t head)
{
	uint64_t hash = mix((uint64_t)p->protocol << 32 | p->payload_len, p->fragment_id);

	hash = mix_bytes(hash, p->src, sizeof p->src);
	hash = mix_bytes(hash, p->dst, sizeof p->dst);
	hash = mix_tail(mix_transport(hash, p), p, frame);
	return mix_bytes(hash, p->payload.ptr, p->payload.len < head ? p->payload.len : head);
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

bool duplicate_seen(struct duplicates *d, const struct packet *p, const struct frame *frame)
{
	bool is_known = p->ip_version == 4 && p->fragment_id != 0;
	if (is_beyond_telling(p, frame, is_known))
		return false;
	uint64_t window = is_known ? window_known_ns : window_nameless_ns;
	uint64_t hash = hash_packet(p, frame, is_known ? HEAD_OF_KNOWN : HEAD_OF_NAMELESS);
	struct slot *slot = &d->slots[hash % SLOTS];
	uint64_t apart = frame->time_ns > slot->time_ns ? frame->time_ns - slot->time_ns
	                                                : slot->time_ns - frame->time_ns;

	if (slot->hash == hash && apart <= window) {
		d->count++;
		return true;
	}
	*slot = (struct slot){ hash, frame->time_ns };
	return false;
}
