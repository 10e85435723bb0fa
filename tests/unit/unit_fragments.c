/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/fragments.h"

#include "sensor/flow/siphash.h"
#include "tests/check.h"

enum { LARGE = 65535 };
#define SECOND_NS 1000000000ull

static uint8_t source[LARGE + 8];

struct step {
	uint32_t offset, len;
	bool is_last;
	uint8_t flip; /* xored into the first byte */
	bool is_whole;
};

static const struct script {
	const char *name;
	struct fragments_counters want;
	uint32_t total; /* 0: never whole */
	struct step steps[8];
} scripts[] = {
	{ "in order",
	  { .pieces = 3, .datagrams = 1 },
	  3000,
	  { { 0, 1480, false, 0, false },
	    { 1480, 1480, false, 0, false },
	    { 2960, 40, true, 0, true } } },
	{ "backwards",
	  { .pieces = 3, .datagrams = 1 },
	  3000,
	  { { 2960, 40, true, 0, false },
	    { 1480, 1480, false, 0, false },
	    { 0, 1480, false, 0, true } } },
	{ "hole in the middle is filled last",
	  { .pieces = 3, .datagrams = 1 },
	  25,
	  { { 0, 8, false, 0, false }, { 16, 9, true, 0, false }, { 8, 8, false, 0, true } } },
	{ "largest",
	  { .pieces = 2, .datagrams = 1 },
	  LARGE,
	  { { 0, 65528, false, 0, false }, { 65528, 7, true, 0, true } } },
	{ "a duplicate fills no hole",
	  { .pieces = 4, .duplicates = 2 },
	  0,
	  { { 0, 8, false, 0, false },
	    { 0, 8, false, 0, false },
	    { 16, 8, true, 0, false },
	    { 16, 8, true, 0, false } } },
	{ "duplicates of all",
	  { .pieces = 3, .duplicates = 1, .datagrams = 1 },
	  16,
	  { { 0, 8, false, 0, false }, { 0, 8, false, 0, false }, { 8, 8, true, 0, true } } },
	{ "same place, other bytes",
	  { .pieces = 3, .overlaps = 1, .refused = 1 },
	  0,
	  { { 0, 8, false, 0, false }, { 0, 8, false, 1, false }, { 8, 8, true, 0, false } } },
	{ "overlap from behind",
	  { .pieces = 3, .overlaps = 1, .refused = 1 },
	  0,
	  { { 0, 16, false, 0, false }, { 8, 16, true, 0, false }, { 16, 8, true, 0, false } } },
	{ "overlap from before",
	  { .pieces = 3, .overlaps = 1, .refused = 1 },
	  0,
	  { { 8, 16, false, 0, false }, { 0, 16, false, 0, false }, { 24, 8, true, 0, false } } },
	{ "overlap inside",
	  { .pieces = 2, .overlaps = 1 },
	  0,
	  { { 0, 32, false, 0, false }, { 8, 8, false, 0, false } } },
	{ "overlap around",
	  { .pieces = 2, .overlaps = 1 },
	  0,
	  { { 8, 8, false, 0, false }, { 0, 32, false, 0, false } } },
	{ "two ends",
	  { .pieces = 2, .malformed = 1 },
	  0,
	  { { 16, 8, true, 0, false }, { 32, 8, true, 0, false } } },
	{ "an earlier end",
	  { .pieces = 2, .malformed = 1 },
	  0,
	  { { 32, 8, false, 0, false }, { 16, 8, true, 0, false } } },
	{ "past the end",
	  { .pieces = 2, .malformed = 1 },
	  0,
	  { { 16, 8, true, 0, false }, { 24, 8, false, 0, false } } },
	{ "over 64 KB", { .pieces = 1, .malformed = 1 }, 0, { { 65528, 8, true, 0, false } } },
	{ "no multiple of 8", { .pieces = 1, .refused = 1 }, 0, { { 0, 9, false, 0, false } } },
	{ "empty", { .pieces = 1, .refused = 1 }, 0, { { 8, 0, true, 0, false } } },
};

static struct packet piece_of(uint32_t id, uint32_t offset, const uint8_t *bytes, size_t len,
                              bool is_last)
{
	return (struct packet){ .src = { [10] = 0xff, 0xff, 10, 0, 0, 1 },
		                .dst = { [10] = 0xff, 0xff, 10, 0, 0, 2 },
		                .ip_version = 4,
		                .protocol = IP_UDP,
		                .is_fragment = true,
		                .more_fragments = !is_last,
		                .fragment_id = id,
		                .fragment_offset = offset,
		                .payload = { bytes, len },
		                .payload_len = (uint32_t)len };
}

static struct fragments *new_fragments(size_t datagrams, size_t bytes)
{
	struct fragments_options options = { datagrams, bytes, { 1, 2 } };
	struct fragments *f = fragments_new(&options);

	CHECK(f != NULL);
	return f;
}

/* Each piece in a heap block of its size, as ASan then sees a byte too far. */
static bool add(struct fragments *f, uint64_t now_ns, uint32_t id, const struct step *step,
                struct slice *datagram)
{
	uint8_t *bytes = malloc(step->len > 0 ? step->len : 1);

	CHECK(bytes != NULL);
	memcpy(bytes, source + step->offset, step->len);
	bytes[0] ^= step->flip;
	struct packet p = piece_of(id, step->offset, bytes, step->len, step->is_last);
	bool is_whole = fragments_add(f, now_ns, &p, datagram);

	free(bytes);
	return is_whole;
}

static void check_script(const struct script *s)
{
	struct fragments *f = new_fragments(4, 0);
	bool was_whole = false;

	for (size_t i = 0; i < COUNT_OF(s->steps) && s->steps[i].len + s->steps[i].offset > 0;
	     i++) {
		struct slice whole = { 0 };
		bool is_whole = add(f, 0, 7, &s->steps[i], &whole);

		if (is_whole != s->steps[i].is_whole) {
			fprintf(stderr, "%s: step %zu\n", s->name, i);
			exit(1);
		}
		if (is_whole)
			CHECK(slice_equal(whole, (struct slice){ source, s->total }));
		was_whole |= is_whole;
	}
	if (memcmp(fragments_count(f), &s->want, sizeof s->want) != 0) {
		fprintf(stderr, "%s: counters\n", s->name);
		exit(1);
	}
	CHECK(was_whole == (s->total > 0));
	fragments_free(f);
}

static const struct step head = { 0, 8, false, 0, false }, tail = { 8, 8, true, 0, true };

static void check_expiry(void)
{
	struct fragments *f = new_fragments(4, 0);
	struct slice whole;

	CHECK(!add(f, 100 * SECOND_NS, 1, &head, &whole));
	CHECK(!add(f, 99 * SECOND_NS, 2, &head, &whole)); /* time may go back a little */
	CHECK(add(f, 130 * SECOND_NS, 1, &tail, &whole));
	CHECK(!add(f, 130 * SECOND_NS, 2, &tail, &whole));
	CHECK(fragments_count(f)->expired == 1);
	/* kept busy it is not idle, but it still ends 30 seconds after its first piece */
	CHECK(!add(f, 200 * SECOND_NS, 3, &head, &whole));
	CHECK(!add(f, 220 * SECOND_NS, 3, &head, &whole));
	CHECK(!add(f, 231 * SECOND_NS, 3, &tail, &whole));
	CHECK(fragments_count(f)->expired == 3); /* and the tail of 2 */
	fragments_free(f);
}

static void check_longest_idle_gives_way(void)
{
	struct fragments *f = new_fragments(2, 0);
	struct slice whole;

	CHECK(!add(f, 1, 1, &head, &whole));
	CHECK(!add(f, 2, 2, &head, &whole));
	CHECK(!add(f, 3, 1, &head, &whole)); /* a duplicate, but not idle */
	CHECK(!add(f, 4, 3, &head, &whole)); /* 2 gives way */
	CHECK(fragments_count(f)->evicted == 1);
	CHECK(add(f, 5, 1, &tail, &whole));
	CHECK(add(f, 6, 3, &tail, &whole));
	CHECK(!add(f, 7, 2, &tail, &whole));
	fragments_free(f);
}

/* 64 KB in all: a second large datagram takes the pages of the first. */
static void check_bytes_are_bounded(void)
{
	static const struct step large = { 0, 65528, false, 0, false },
	                         end = { 65528, 7, true, 0, true };
	struct fragments *f = new_fragments(8, 65536);
	struct slice whole;

	CHECK(!add(f, 1, 1, &large, &whole));
	CHECK(!add(f, 2, 2, &large, &whole));
	CHECK(fragments_count(f)->evicted == 1);
	CHECK(add(f, 3, 2, &end, &whole));
	CHECK(slice_equal(whole, (struct slice){ source, LARGE }));
	CHECK(!add(f, 4, 1, &end, &whole));
	fragments_free(f);
}

static void check_too_many_pieces(void)
{
	struct fragments *f = new_fragments(8, 0);
	struct slice whole;

	for (uint32_t i = 0; i < FRAGMENT_PIECES_MAX; i++)
		CHECK(!add(f, 1, 1, &(struct step){ i * 8, 8, false, 0, false }, &whole));
	CHECK(fragments_count(f)->too_many == 0);
	CHECK(!add(f, 1, 1, &(struct step){ 8 * FRAGMENT_PIECES_MAX, 8, true, 0, false }, &whole));
	CHECK(fragments_count(f)->too_many == 1);
	fragments_free(f);
}

/* What is part of a datagram's name, and what is not. */
static void check_keys(void)
{
	struct fragments *f = new_fragments(16, 0);
	struct slice whole;
	struct packet a = piece_of(1, 0, source, 8, false), b = piece_of(1, 8, source + 8, 8, true);

	b.protocol = IP_TCP;
	CHECK(!fragments_add(f, 1, &a, &whole) && !fragments_add(f, 1, &b, &whole));
	b.protocol = IP_UDP;
	b.dst[15] = 3;
	CHECK(!fragments_add(f, 1, &b, &whole));
	b.dst[15] = 2;
	b.vlan_count = 1;
	b.tunnel_count = 1;
	CHECK(fragments_add(f, 1, &b, &whole) && whole.len == 16);

	a.ip_version = b.ip_version = 6; /* the first piece's protocol counts */
	b.protocol = 60;
	CHECK(!fragments_add(f, 2, &b, &whole) && fragments_add(f, 2, &a, &whole));
	b.protocol = 60;
	CHECK(!fragments_add(f, 2, &a, &whole) && fragments_add(f, 2, &b, &whole));
	CHECK(b.protocol == IP_UDP);
	fragments_free(f);
}

static void check_cut(void)
{
	struct fragments *f = new_fragments(4, 0);
	struct slice whole;
	struct packet a = piece_of(1, 0, source, 8, false), b = piece_of(1, 8, source + 8, 8, true);
	struct packet cut = b;

	cut.payload.len = 4;
	CHECK(!fragments_add(f, 1, &a, &whole) && !fragments_add(f, 1, &cut, &whole));
	CHECK(fragments_count(f)->cut == 1);
	CHECK(fragments_add(f, 1, &b, &whole));
	fragments_free(f);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/*
 * Model: cut a datagram at random places, deal the pieces in random order with repeats among them.
 * It must be whole just when a plain map of its bytes has no hole.
 */
static void check_random_order(uint32_t seed)
{
	struct fragments *f = new_fragments(4, 0);
	struct step pieces[64];
	bool is_there[64] = { false };
	uint32_t state = seed, total = 1 + next_random(&state) % 20000, at = 0;
	size_t count = 0, missing, i;

	while (at < total && count < COUNT_OF(pieces) - 1) {
		uint32_t len = 8 * (1 + next_random(&state) % 180);

		pieces[count] = (struct step){ at, len < total - at ? len : total - at,
			                       len >= total - at, 0, false };
		at += pieces[count++].len;
	}
	if (at < total)
		pieces[count++] = (struct step){ at, total - at, true, 0, false };
	for (missing = count; missing > 0;) {
		struct slice whole;

		i = next_random(&state) % count;
		missing -= !is_there[i];
		is_there[i] = true;
		if (add(f, 1, seed, &pieces[i], &whole) != (missing == 0)) {
			fprintf(stderr, "seed %u\n", seed);
			exit(1);
		}
		if (missing == 0)
			CHECK(slice_equal(whole, (struct slice){ source, total }));
	}
	CHECK(fragments_count(f)->overlaps == 0 && fragments_count(f)->datagrams == 1);
	fragments_free(f);
}

/* The published vector of SipHash-1-3 for no bytes; and all of the seed counts. */
static void check_hash(void)
{
	static const uint64_t key[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
	static const uint64_t words[2] = { 1, 2 };
	static const uint64_t seeds[][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1ull << 63, 0 } };

	for (size_t i = 1; i < COUNT_OF(seeds); i++)
		CHECK(siphash(seeds[0], words, 2) != siphash(seeds[i], words, 2));
	CHECK(siphash(seeds[0], words, 1) != siphash(seeds[0], words, 2));
	CHECK(siphash(key, NULL, 0) == 0xabac0158050fc4dcu);
}

int main(void)
{
	for (size_t i = 0; i < sizeof source; i++)
		source[i] = (uint8_t)(i * 7 + i / 251);
	for (size_t i = 0; i < COUNT_OF(scripts); i++)
		check_script(&scripts[i]);
	check_expiry();
	check_longest_idle_gives_way();
	check_bytes_are_bounded();
	check_too_many_pieces();
	check_keys();
	check_cut();
	check_hash();
	for (uint32_t seed = 1; seed <= 500; seed++)
		check_random_order(seed);
	return 0;
}
