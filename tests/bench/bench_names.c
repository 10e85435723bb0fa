/* SPDX-License-Identifier: Apache-2.0 */
/* What the name dissectors cost: nanoseconds a message. */
#include <stdio.h>
#include <time.h>

#include "dissect/dns.h"
#include "dissect/dns_chain.h"
#include "dissect/http.h"
#include "dissect/prefix.h"
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/dns_specimens.h"

enum { ROUNDS = 20000, TRIES = 50 };

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

static void run_http(struct slice bytes)
{
	struct http_request request;

	CHECK(dissect_http_request(bytes, &request) == PARSE_OK);
}

static void run_h2c(struct slice bytes)
{
	static uint8_t memory[16384];
	struct scratch text = { memory, sizeof memory, 0 };
	struct h2c_requests requests;

	CHECK(dissect_h2c(bytes, &text, &requests) == PARSE_OK);
}

static void run_no_prefix(struct slice bytes)
{
	struct prefix prefix;

	CHECK(dissect_prefix(bytes, &prefix) == PARSE_FOREIGN);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
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
		{ "HTTP/1 request", run_http,
		  BYTES("GET /v1/pixel.js?id=1 HTTP/1.1\r\nHost: www.example.com\r\n"
		        "Connection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
		        "Accept: */*\r\nReferer: http://www.example.org/\r\n"
		        "Accept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n\r\n") },
		{ "HTTP/2 request in the clear", run_h2c,
		  BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x11\1\5\0\0\0\1\x82\x86\x84\x41\x8c"
		        "\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff") },
		{ "TLS hello that has no prefix", run_no_prefix,
		  BYTES("\x16\3\1\2\0\1\0\1\xfc\3\3") },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		printf("%-40s %4zu bytes %6.0f ns\n", rows[i].name, rows[i].bytes.len,
		       measure(rows[i].run, rows[i].bytes));
	return 0;
}
