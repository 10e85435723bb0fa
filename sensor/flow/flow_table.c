/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/flow_table.h"

#include <stdlib.h>

#include "sensor/flow/large_table.h"

/*
 *  buckets (by hash)            pool (index 0 is nobody)
 *  ┌──┐                         ┌────┬────┬────┬────┬──
 *  │ 3├────────────────────────►│    │ 1  │ 2  │ 3 ─┼─ chain ─► 1
 *  ├──┤                         └────┴────┴────┴────┴──
 *  │ 0│      idle lists: oldest ◄─ older/newer ─► newest, one for each time-out,
 *  ├──┤      so that what must end stands at the head of one of them
 *  ┊  ┊
 *
 * The buckets grow with the flows, two for each, one at a time (linear hashing; Litwin, VLDB 1980):
 * those behind `bucket_count` are not touched yet, and what would lie there is still in the one
 * with a bit less. So there is neither a pause nor a table that is larger than what is in it.
 */
enum { BUCKETS_MIN = 1 << 16, BUCKETS_EACH = 2 };

struct idle_list {
	uint32_t oldest, newest;
};

struct flow_table {
	struct flow *pool;
	uint32_t *buckets;
	size_t capacity, count;
	size_t bucket_mask; /* a power of two less one: the least that holds bucket_count */
	size_t bucket_count, bucket_limit;
	uint32_t fresh; /* first index that was never used */
	uint32_t spare; /* freed ones, chained */
	struct idle_list lists[IDLE_LISTS];
	struct hash_secret secret;
	uint64_t evictions;
	flow_ended *ended;
	void *context;
};

static const uint64_t second_ns = 1000000000U;

/* Seconds; as Suricata's and Zeek's defaults are, with the unanswered given less. */
static const uint64_t timeouts[IDLE_KINDS] = {
	[IDLE_NEW] = 30,
	[IDLE_UDP] = 60,
	[IDLE_TCP] = 600,
	[IDLE_CLOSED] = 10,
};

struct hash_secret flow_table_secret(uint64_t seed)
{
	return hash_secret_from(seed);
}

struct flow_table *flow_table_new(size_t capacity, uint64_t seed, flow_ended *ended, void *context)
{
	struct flow_table *t = calloc(1, sizeof *t);
	size_t wanted = capacity * BUCKETS_EACH;
	size_t buckets = wanted > BUCKETS_MIN ? wanted : BUCKETS_MIN;

	if (t == NULL)
		return NULL;
	*t = (struct flow_table){ .capacity = capacity,
		                  .bucket_mask = BUCKETS_MIN - 1,
		                  .bucket_count = BUCKETS_MIN,
		                  .bucket_limit = buckets,
		                  .fresh = 1,
		                  .secret = flow_table_secret(seed),
		                  .ended = ended,
		                  .context = context };
	t->pool = large_table(capacity + 1, sizeof *t->pool);
	t->buckets = large_table(buckets, sizeof *t->buckets);
	if (t->pool != NULL && t->buckets != NULL)
		return t;
	flow_table_free(t);
	return NULL;
}

void flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	free(t->pool);
	free(t->buckets);
	free(t);
}

/* Which end is written first: the hash is the same for both directions. */
static bool is_forward(const uint64_t *src, const uint64_t *dst, const struct packet *p)
{
	if (src[0] != dst[0])
		return src[0] < dst[0];
	if (src[1] != dst[1])
		return src[1] < dst[1];
	return p->src_port <= p->dst_port;
}

/* Senders choose all of it: without a secret that they cannot aim at they could fill one bucket. */
uint32_t flow_table_hash(const struct hash_secret *secret, const struct packet *p)
{
	uint64_t src[2], dst[2];

	memcpy(src, p->src, sizeof src);
	memcpy(dst, p->dst, sizeof dst);
	bool forward = is_forward(src, dst, p);
	uint64_t ports = forward ? (uint64_t)p->src_port << 16 | p->dst_port
	                         : (uint64_t)p->dst_port << 16 | p->src_port;
	const uint64_t *first = forward ? src : dst, *second = forward ? dst : src;
	const uint64_t words[6] = { first[0], first[1], second[0], second[1],
		                    ports << 8 | p->protocol };

	return keyed_hash(secret, words, 6);
}

static bool is_flow_of(const struct flow *f, const struct packet *p)
{
	if (f->protocol != p->protocol)
		return false;
	unsigned side = flow_side(f, p);

	return memcmp(f->address[side], p->src, 16) == 0 &&
	       memcmp(f->address[1 - side], p->dst, 16) == 0 && f->port[side] == p->src_port &&
	       f->port[1 - side] == p->dst_port;
}

static uint32_t *bucket_of(const struct flow_table *t, uint32_t hash)
{
	size_t i = hash & t->bucket_mask;

	return &t->buckets[i < t->bucket_count ? i : i & t->bucket_mask >> 1];
}

static struct flow *find(struct flow_table *t, const struct packet *p, uint32_t hash)
{
	uint32_t i = *bucket_of(t, hash);

	while (i != 0 && (t->pool[i].hash != hash || !is_flow_of(&t->pool[i], p)))
		i = t->pool[i].chain;
	return i == 0 ? NULL : &t->pool[i];
}

static uint32_t index_of(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(f - t->pool);
}

static void unlink_idle(struct flow_table *t, struct flow *f)
{
	struct idle_list *list = &t->lists[f->list];

	if (f->older != 0)
		t->pool[f->older].newer = f->newer;
	else
		list->oldest = f->newer;
	if (f->newer != 0)
		t->pool[f->newer].older = f->older;
	else
		list->newest = f->older;
}

static void link_newest(struct flow_table *t, struct flow *f, unsigned which)
{
	struct idle_list *list = &t->lists[which];
	uint32_t index = index_of(t, f);

	f->list = (uint8_t)which;
	f->older = list->newest;
	f->newer = 0;
	if (list->newest != 0)
		t->pool[list->newest].newer = index;
	else
		list->oldest = index;
	list->newest = index;
}

static void unlink_bucket(struct flow_table *t, const struct flow *f)
{
	uint32_t *link = bucket_of(t, f->hash), index = index_of(t, f);

	while (*link != index)
		link = &t->pool[*link].chain;
	*link = f->chain;
}

/* Flows end in the order of their list: the next one is on its way while this one is told. */
static void want_next(const struct flow_table *t, const struct flow *f)
{
	const char *next = (const char *)&t->pool[f->newer];

	for (size_t at = 0; at < sizeof *f; at += 64)
		__builtin_prefetch(next + at, 1);
}

void flow_table_end(struct flow_table *t, struct flow *f, enum flow_end why)
{
	want_next(t, f);
	t->ended(t->context, f, why);
	unlink_idle(t, f);
	unlink_bucket(t, f);
	f->chain = t->spare;
	t->spare = index_of(t, f);
	t->count--;
}

uint64_t flow_table_deadline(const struct flow *f)
{
	return f->last_ns + timeouts[f->list % IDLE_KINDS] * second_ns;
}

static const struct flow *oldest_of(const struct flow_table *t, size_t list)
{
	uint32_t oldest = t->lists[list].oldest;

	return oldest == 0 ? NULL : &t->pool[oldest];
}

static bool is_sooner(const struct flow *a, const struct flow *b)
{
	uint64_t left = flow_table_deadline(a), right = flow_table_deadline(b);

	return left != right ? left < right : a->last_step < b->last_step;
}

/* The flow that must end first; NULL: there is none. */
static struct flow *most_urgent(const struct flow_table *t)
{
	const struct flow *first = NULL;

	for (size_t i = 0; i < IDLE_LISTS; i++) {
		const struct flow *f = oldest_of(t, i);

		if (f != NULL && (first == NULL || is_sooner(f, first)))
			first = f;
	}
	return first == NULL ? NULL : &t->pool[index_of(t, first)];
}

/* What gives way under pressure: the unanswered and the closed before the living. */
static bool evict_of(struct flow_table *t, unsigned lists)
{
	static const uint8_t order[IDLE_KINDS] = { IDLE_CLOSED, IDLE_NEW, IDLE_UDP, IDLE_TCP };

	for (size_t i = 0; i < IDLE_KINDS; i++) {
		uint32_t oldest = t->lists[lists + order[i]].oldest;

		if (oldest == 0)
			continue;
		t->evictions++;
		flow_table_end(t, &t->pool[oldest], FLOW_END_EVICTED);
		return true;
	}
	return false;
}

bool flow_table_evict_contact(struct flow_table *t)
{
	return evict_of(t, IDLE_CONTACT);
}

static void evict(struct flow_table *t)
{
	if (!evict_of(t, 0))
		(void)flow_table_evict_contact(t);
}

/* One bucket more: what belongs there comes out of the one that it is split from. */
static void split(struct flow_table *t)
{
	size_t added = t->bucket_count;

	if (added > t->bucket_mask)
		t->bucket_mask = t->bucket_mask * 2 + 1;
	uint32_t *link = &t->buckets[added & t->bucket_mask >> 1], *new_link = &t->buckets[added];

	t->bucket_count++;
	while (*link != 0) {
		struct flow *f = &t->pool[*link];

		if ((f->hash & t->bucket_mask) != added) {
			link = &f->chain;
			continue;
		}
		*new_link = *link;
		*link = f->chain;
		new_link = &f->chain;
		*new_link = 0;
	}
}

static void widen(struct flow_table *t)
{
	size_t wanted = t->count * BUCKETS_EACH;

	while (t->bucket_count < wanted && t->bucket_count < t->bucket_limit)
		split(t);
}

static struct flow *take(struct flow_table *t)
{
	if (t->spare == 0 && t->fresh > t->capacity)
		evict(t);
	uint32_t index = t->spare;

	if (index != 0)
		t->spare = t->pool[index].chain;
	else
		index = t->fresh++;
	t->count++;
	return &t->pool[index];
}

static struct flow *add(struct flow_table *t, const struct packet *p, uint32_t hash)
{
	struct flow *f = take(t);

	widen(t);
	uint32_t *bucket = bucket_of(t, hash);

	*f = (struct flow){ .hash = hash, .protocol = p->protocol, .chain = *bucket };
	memcpy(f->address[0], p->src, 16);
	memcpy(f->address[1], p->dst, 16);
	f->port[0] = p->src_port;
	f->port[1] = p->dst_port;
	*bucket = index_of(t, f);
	link_newest(t, f, IDLE_NEW);
	return f;
}

void flow_table_want_bucket(const struct flow_table *t, uint32_t hash)
{
	__builtin_prefetch(bucket_of(t, hash), 1);
}

void flow_table_want_flow(const struct flow_table *t, uint32_t hash)
{
	const char *f = (const char *)&t->pool[*bucket_of(t, hash)];

	__builtin_prefetch(f, 1);
	__builtin_prefetch(f + 64, 1);
}

struct flow *flow_table_find(struct flow_table *t, const struct packet *p, bool *is_new)
{
	return flow_table_find_hashed(t, p, flow_table_hash(&t->secret, p), is_new);
}

struct flow *flow_table_find_hashed(struct flow_table *t, const struct packet *p, uint32_t hash,
                                    bool *is_new)
{
	struct flow *f = find(t, p, hash);

	*is_new = f == NULL;
	return f != NULL ? f : add(t, p, hash);
}

struct flow *flow_table_look(struct flow_table *t, const struct packet *p)
{
	return find(t, p, flow_table_hash(&t->secret, p));
}

static enum flow_list kind_of(const struct flow *f)
{
	if (f->state == FLOW_NEW)
		return IDLE_NEW;
	if (f->state == FLOW_CLOSED)
		return IDLE_CLOSED;
	return f->protocol == IP_TCP ? IDLE_TCP : IDLE_UDP;
}

static unsigned list_of(const struct flow *f)
{
	return kind_of(f) + (f->has_contact ? IDLE_CONTACT : 0);
}

void flow_table_touch(struct flow_table *t, struct flow *f, uint64_t now_ns)
{
	unsigned which = list_of(f);

	f->last_ns = now_ns;
	if (f->newer == 0 && f->list == which)
		return;
	unlink_idle(t, f);
	link_newest(t, f, which);
}

void flow_table_expire(struct flow_table *t, uint64_t now_ns)
{
	struct flow *first = most_urgent(t);

	while (first != NULL && flow_table_deadline(first) <= now_ns) {
		flow_table_end(t, first, FLOW_END_TIMEOUT);
		first = most_urgent(t);
	}
}

static bool was_earlier(const struct flow *a, const struct flow *b)
{
	return a->last_ns != b->last_ns ? a->last_ns < b->last_ns : a->last_step < b->last_step;
}

static size_t longest_idle(const struct flow_table *t)
{
	size_t found = IDLE_LISTS;
	const struct flow *first = NULL;

	for (size_t i = 0; i < IDLE_LISTS; i++) {
		const struct flow *f = oldest_of(t, i);

		if (f == NULL || (first != NULL && !was_earlier(f, first)))
			continue;
		first = f;
		found = i;
	}
	return found;
}

void flow_table_finish(struct flow_table *t)
{
	for (size_t i = longest_idle(t); i < IDLE_LISTS; i = longest_idle(t))
		flow_table_end(t, &t->pool[t->lists[i].oldest], FLOW_END_FORCED);
}

size_t flow_table_count(const struct flow_table *t)
{
	return t->count;
}

uint64_t flow_table_evictions(const struct flow_table *t)
{
	return t->evictions;
}
