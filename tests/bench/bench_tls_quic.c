/* SPDX-License-Identifier: Apache-2.0 */
/* What a hello and an Initial cost, step by step: nanoseconds of one call, the best of five rounds.
 */
#include <time.h>

#include "dissect/quic_keys.h"
#include "dissect/tls.h"
#include "dissect/tls_fingerprint.h"
#include "tests/check.h"
#include "tests/unit/expect.h"
#include "tests/unit/quic_specimens.h"
#include "tests/unit/tls_specimens.h"

enum { CALLS = 100000, ROUNDS = 5 };

struct bench {
	struct quic_crypto_context *c;
	struct quic_packet packet;
	struct quic_keys keys;
	struct slice opened;
	struct tls_hello hello;
	uint8_t memory[FINGERPRINT_TEXT_MAX];
};

static void run_client(struct bench *b)
{
	struct scratch join = { b->memory, sizeof b->memory, 0 };

	CHECK(dissect_tls_client(BYTES(client), &join, &b->hello, NULL) == PARSE_OK);
}

static void run_split_client(struct bench *b)
{
	static uint8_t memory[sizeof split_client]; /* outlives the hello, which run_ja4 reads */
	struct scratch join = { memory, sizeof memory, 0 };

	CHECK(dissect_tls_client(BYTES(split_client), &join, &b->hello, NULL) == PARSE_OK);
}

static void run_server(struct bench *b)
{
	struct scratch join = { b->memory, sizeof b->memory, 0 };
	struct tls_server out;

	CHECK(dissect_tls_server(BYTES(server_12), &join, &out) == PARSE_OK);
}

static void run_ja4(struct bench *b)
{
	struct scratch to = { b->memory, sizeof b->memory, 0 };
	struct ja4_raw out;

	CHECK(dissect_ja4_raw(&b->hello, 't', &to, &out));
}

static void run_impossible(struct bench *b)
{
	(void)b;
	CHECK(!dissect_quic_possible(BYTES(hello)));
}

static void run_packet(struct bench *b)
{
	struct slice rest = BYTES(rfc9001_client);

	CHECK(dissect_quic(&rest, &b->packet) == PARSE_OK);
}

static void run_derive(struct bench *b)
{
	CHECK(quic_keys_derive(b->c, 1, b->packet.dcid, QUIC_CLIENT, &b->keys));
}

static void run_open(struct bench *b)
{
	struct scratch plain = { b->memory, sizeof b->memory, 0 };

	CHECK(quic_keys_open(b->c, &b->keys, &b->packet, &plain, &b->opened) == PARSE_OK);
}

static void run_frames(struct bench *b)
{
	struct quic_frames out;

	CHECK(dissect_quic_frames(b->opened, &out) == PARSE_OK);
}

static const struct {
	const char *name;
	void (*run)(struct bench *);
} rows[] = {
	{ "tls_client", run_client },
	{ "tls_client_three_records", run_split_client },
	{ "ja4_raw", run_ja4 },
	{ "tls_server_certificate", run_server },
	{ "quic_possible_no", run_impossible },
	{ "quic_packet", run_packet },
	{ "quic_derive", run_derive },
	{ "quic_open_1200", run_open },
	{ "quic_frames", run_frames },
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double round_ns(struct bench *b, void (*run)(struct bench *))
{
	double start = now_ns();

	for (int i = 0; i < CALLS; i++)
		run(b);
	return (now_ns() - start) / CALLS;
}

int main(void)
{
	static struct bench b;

	b.c = quic_crypto_context_new();
	CHECK(b.c != NULL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		double best = round_ns(&b, rows[i].run);

		for (int round = 1; round < ROUNDS; round++) {
			double ns = round_ns(&b, rows[i].run);

			best = ns < best ? ns : best;
		}
		printf("%-26s %8.1f ns\n", rows[i].name, best);
	}
	quic_crypto_context_free(b.c);
	return 0;
}
