/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/flow_table.h"

#include "tests/check.h"

/*
 * The table beside a list that is searched from end to end: the same flows, ended for the same
 * reason in the same order.
 */
enum { MODEL_MAX = 64, PAIRS = 40 };

static const uint64_t second_ns = 1000000000u;

struct known {
	unsigned pair; /* 0: free */
	uint8_t state;
	bool is_udp;
	uint64_t last_ns, touched; /* `touched` orders those of one time */
};

struct ended {
	unsigned pair;
	enum flow_end why;
};

static struct known model[MODEL_MAX];
static size_t model_count;
static struct ended expected[MODEL_MAX], told[MODEL_MAX];
static size_t expected_count, told_count;
static uint64_t state, clock_ns, turn;

static uint32_t draw(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % limit;
}

static struct packet packet_of(unsigned pair, bool is_back)
{
	struct packet p = { .protocol = pair % 2 ? IP_UDP : IP_TCP };

	p.src[15] = is_back ? 2 : 1;
	p.dst[15] = is_back ? 1 : 2;
	p.src_port = is_back ? 443 : (uint16_t)(1000 + pair);
	p.dst_port = is_back ? (uint16_t)(1000 + pair) : 443;
	return p;
}

static unsigned pair_of(const struct flow *f)
{
	return f->port[0] == 443 ? f->port[1] - 1000U : f->port[0] - 1000U;
}

static void ended(void *context, struct flow *f, enum flow_end why)
{
	(void)context;
	CHECK(told_count < MODEL_MAX);
	told[told_count++] = (struct ended){ pair_of(f), why };
}

static enum flow_list list_of(const struct known *k)
{
	if (k->state != FLOW_ESTABLISHED)
		return k->state == FLOW_NEW ? IDLE_NEW : IDLE_CLOSED;
	return k->is_udp ? IDLE_UDP : IDLE_TCP;
}

static uint64_t deadline_of(const struct known *k)
{
	static const uint64_t seconds[IDLE_LISTS] = {
		[IDLE_NEW] = 30, [IDLE_UDP] = 60, [IDLE_TCP] = 600, [IDLE_CLOSED] = 10
	};

	return k->last_ns + seconds[list_of(k)] * second_ns;
}

static void expect_end(struct known *k, enum flow_end why)
{
	expected[expected_count++] = (struct ended){ k->pair, why };
	*k = (struct known){ 0 };
	model_count--;
}

/* Which goes first of two; `by` says by what. */
typedef bool goes_first(const struct known *, const struct known *);

static bool by_deadline(const struct known *a, const struct known *b)
{
	if (deadline_of(a) != deadline_of(b))
		return deadline_of(a) < deadline_of(b);
	return list_of(a) != list_of(b) ? list_of(a) < list_of(b) : a->touched < b->touched;
}

static bool by_worth(const struct known *a, const struct known *b)
{
	static const int rank[IDLE_LISTS] = {
		[IDLE_CLOSED] = 0, [IDLE_NEW] = 1, [IDLE_UDP] = 2, [IDLE_TCP] = 3
	};

	return list_of(a) != list_of(b) ? rank[list_of(a)] < rank[list_of(b)]
	                                : a->touched < b->touched;
}

static bool by_age(const struct known *a, const struct known *b)
{
	if (a->last_ns != b->last_ns)
		return a->last_ns < b->last_ns;
	return list_of(a) != list_of(b) ? list_of(a) < list_of(b) : a->touched < b->touched;
}

static struct known *first_by(goes_first *before)
{
	struct known *first = NULL;

	for (size_t i = 0; i < MODEL_MAX; i++)
		if (model[i].pair != 0 && (first == NULL || before(&model[i], first)))
			first = &model[i];
	return first;
}

static struct known *find(unsigned pair)
{
	size_t i = 0;

	while (i < MODEL_MAX && model[i].pair != pair)
		i++;
	return i < MODEL_MAX ? &model[i] : NULL;
}

static void hear(struct flow_table *t, size_t capacity)
{
	unsigned pair = 1 + draw(PAIRS);
	struct packet p = packet_of(pair, draw(2));
	struct known *k = find(pair);
	bool is_new;

	CHECK((flow_table_look(t, &p) != NULL) == (k != NULL));
	struct flow *f = flow_table_find(t, &p, &is_new);

	CHECK(f != NULL && is_new == (k == NULL) && pair_of(f) == pair);
	if (k == NULL && model_count == capacity)
		expect_end(first_by(by_worth), FLOW_END_EVICTED);
	if (k == NULL) {
		k = find(0);
		*k = (struct known){ .pair = pair, .is_udp = pair % 2 };
		model_count++;
	}
	f->state = k->state = (uint8_t)(draw(3) > 0 && !is_new ? draw(3) : k->state);
	f->bytes[0] += pair;
	flow_table_touch(t, f, clock_ns);
	k->last_ns = clock_ns;
	k->touched = ++turn;
}

static void end_one(struct flow_table *t)
{
	unsigned pair = 1 + draw(PAIRS);
	struct packet p = packet_of(pair, draw(2));
	struct flow *f = flow_table_look(t, &p);

	if (f == NULL)
		return;
	flow_table_end(t, f, FLOW_END_REUSED);
	expect_end(find(pair), FLOW_END_REUSED);
	CHECK(flow_table_look(t, &p) == NULL);
}

static void expire(struct flow_table *t)
{
	clock_ns += draw(20) * second_ns;
	flow_table_expire(t, clock_ns);
	for (struct known *k = first_by(by_deadline); k != NULL && deadline_of(k) <= clock_ns;
	     k = first_by(by_deadline))
		expect_end(k, FLOW_END_TIMEOUT);
}

static void check_told(void)
{
	CHECK(told_count == expected_count);
	for (size_t i = 0; i < told_count; i++)
		CHECK(told[i].pair == expected[i].pair && told[i].why == expected[i].why);
	told_count = expected_count = 0;
}

static void check_one_history(uint64_t seed, size_t capacity)
{
	struct flow_table *t = flow_table_new(capacity, seed, ended, NULL);
	uint64_t evicted = 0;

	CHECK(t != NULL);
	state = seed;
	clock_ns = 1795441679u * second_ns;
	for (unsigned step = 0; step < 3000; step++) {
		uint32_t kind = draw(20);

		if (kind < 17)
			hear(t, capacity);
		else if (kind == 17)
			end_one(t);
		else
			expire(t);
		for (size_t i = 0; i < told_count; i++)
			evicted += told[i].why == FLOW_END_EVICTED;
		check_told();
		CHECK(flow_table_count(t) == model_count);
		CHECK(flow_table_evictions(t) == evicted);
	}
	flow_table_finish(t);
	while (model_count > 0)
		expect_end(first_by(by_age), FLOW_END_FORCED);
	check_told();
	CHECK(flow_table_count(t) == 0);
	flow_table_free(t);
}

/* A flow between a host and itself, by one port: both sides are one. */
static void check_mirror(void)
{
	struct flow_table *t = flow_table_new(4, 1, ended, NULL);
	struct packet p = {
		.protocol = IP_UDP, .src = { 1 }, .dst = { 1 }, .src_port = 5, .dst_port = 5
	};
	bool is_new;
	struct flow *f = flow_table_find(t, &p, &is_new);

	CHECK(is_new && flow_table_find(t, &p, &is_new) == f && !is_new);
	flow_table_finish(t);
	told_count = 0;
	flow_table_free(t);
}

static struct packet numbered(uint32_t i)
{
	struct packet p = { .protocol = IP_TCP, .src_port = 1000, .dst_port = 443 };

	memcpy(p.src, &i, sizeof i);
	return p;
}

static size_t ends;

static void count_end(void *context, struct flow *f, enum flow_end why)
{
	(void)context;
	(void)f;
	(void)why;
	ends++;
}

/* The buckets grow with the flows, and each is still found; then all but a third go. */
static void check_growth(void)
{
	enum { FLOWS = 200000 };
	struct flow_table *t = flow_table_new(FLOWS, 7, count_end, NULL);
	bool is_new;

	for (uint32_t i = 0; i < FLOWS; i++) {
		struct packet p = numbered(i);
		struct flow *f = flow_table_find(t, &p, &is_new);

		CHECK(is_new);
		f->source = i;
	}
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct packet p = numbered(i);
		struct flow *f = flow_table_look(t, &p);

		CHECK(f != NULL && f->source == i);
		if (i % 3 != 0)
			flow_table_end(t, f, FLOW_END_FORCED);
	}
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct packet p = numbered(i);

		CHECK((flow_table_look(t, &p) != NULL) == (i % 3 == 0));
	}
	CHECK(flow_table_evictions(t) == 0);
	flow_table_finish(t);
	CHECK(ends == FLOWS);
	flow_table_free(t);
}

/* Of all states some with a contact: under pressure those go last, whatever their state. */
enum { CROWD = 96 };
static bool went_with_contact[CROWD];
static size_t went;

static void note_end(void *context, struct flow *f, enum flow_end why)
{
	(void)context;
	if (why == FLOW_END_EVICTED && went < CROWD)
		went_with_contact[went++] = f->has_contact;
}

static void check_contacts_last(void)
{
	struct flow_table *t = flow_table_new(CROWD, 7, note_end, NULL);
	bool is_new;

	for (uint32_t i = 0; i < CROWD; i++) {
		struct packet p = numbered(i);

		p.protocol = i / 2 % 2 ? IP_UDP : IP_TCP;
		struct flow *f = flow_table_find(t, &p, &is_new);

		f->state = (uint8_t)(i % 3);
		f->has_contact = i < CROWD / 4; /* they are also the longest idle */
		flow_table_touch(t, f, second_ns + i);
	}
	for (uint32_t i = 0; i < CROWD; i++) {
		struct packet p = numbered(CROWD + i);
		struct flow *f = flow_table_find(t, &p, &is_new);

		f->has_contact = true; /* so that what gives way is never one of these */
		f->state = FLOW_ESTABLISHED;
		flow_table_touch(t, f, 2 * second_ns);
	}
	CHECK(went == CROWD && flow_table_evictions(t) == CROWD);
	for (size_t i = 0; i < CROWD; i++)
		CHECK(went_with_contact[i] == (i >= CROWD - CROWD / 4));
	flow_table_finish(t);
	flow_table_free(t);
}

int main(void)
{
	static const size_t capacities[] = { 1, 2, 7, 30, 60 };

	for (size_t c = 0; c < COUNT_OF(capacities); c++)
		for (uint64_t seed = 1; seed <= 6; seed++)
			check_one_history(seed, capacities[c]);
	check_mirror();
	check_growth();
	check_contacts_last();
	return 0;
}
