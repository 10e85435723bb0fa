/* SPDX-License-Identifier: Apache-2.0 */
/* What the name dissectors cost: nanoseconds a message. */
#include <stdio.h>
#include <time.h>

#include "dissect/dns.h"
#include "dissect/dns_chain.h"
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/dns_specimens.h"

enum { ROUNDS = 2000000, TRIES = 5 };

static void run_dns(struct slice bytes)
{
	static struct dns_message message;

	CHECK(dissect_dns(bytes, &message) == PARSE_OK);
}

static void run_dns_chain(struct slice bytes)
{
	static struct dns_message message;

	CHECK(dissect_dns(bytes, &message) == PARSE_OK);
	CHECK(dns_chain(&message, message.questions[0].name) == 7);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The best of some tries: the others met somebody else on the processor. */
static double measure(void (*run)(struct slice), struct slice bytes)
{
	double best = 1e18;

	for (int try = 0; try < TRIES; try++) {
		double begin = now_ns();

		for (int i = 0; i < ROUNDS; i++)
			run(bytes);

		double each = (now_ns() - begin) / ROUNDS;

		best = each < best ? each : best;
	}
	return best;
}

int main(void)
{
	const struct {
		const char *name;
		void (*run)(struct slice);
		struct slice bytes;
	} rows[] = {
		{ "DNS query", run_dns, BYTES(DNS_SITE_QUERY) },
		{ "DNS answer, 3 records", run_dns, BYTES(DNS_CHAIN_ANSWER) },
		{ "DNS answer, 3 records, and its chain", run_dns_chain, BYTES(DNS_CHAIN_ANSWER) },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		printf("%-40s %4zu bytes %6.0f ns\n", rows[i].name, rows[i].bytes.len,
		       measure(rows[i].run, rows[i].bytes));
	return 0;
}
