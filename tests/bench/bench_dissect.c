/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each dissector costs: nanoseconds of one call (processor time, the best of several rounds),
 * and how often it asks for memory, which must be never. Run from the project's root: some messages
 * are seeds of the fuzzers.
 */
#include <stdio.h>
#include <time.h>

#include "dissect/dns.h"
#include "dissect/dns_chain.h"
#include "dissect/dtls.h"
#include "dissect/ech.h"
#include "dissect/gquic.h"
#include "dissect/host_name.h"
#include "dissect/http.h"
#include "dissect/prefix.h"
#include "dissect/quic_keys.h"
#include "dissect/tls_fingerprint.h"
#include "dissect/x509.h"
#include "tests/bench/allocations.h"
#include "tests/check.h"
#include "tests/dns_specimens.h"
#include "tests/frames.h"
#include "tests/unit/quic_specimens.h"
#include "tests/unit/tls_specimens.h"

enum { CALLS = 20000, ROUNDS = 12, SEED_MAX = 8192 };

#define ARRAY(bytes) ((struct slice){ (bytes), sizeof(bytes) })
#define TEXT(string) ((struct slice){ (const uint8_t *)(string), sizeof(string) - 1 })

/* What calls share: results too large for a stack, keys and a hello that were made before. */
static struct {
	struct quic_crypto_context *crypto;
	struct quic_packet initial;
	struct quic_keys keys;
	struct slice opened;
	struct tls_hello said;
	struct dns_message dns;
	enum link_type link;
	uint8_t memory[FINGERPRINT_TEXT_MAX];
	size_t total; /* of allocations */
} b;

static struct scratch room(void)
{
	return (struct scratch){ b.memory, sizeof b.memory, 0 };
}

static bool run_packet(struct slice frame)
{
	struct packet packet;

	return dissect_packet(b.link, frame, &packet) == PARSE_OK;
}

static bool run_dns(struct slice s)
{
	return dissect_dns(s, &b.dns) == PARSE_OK;
}

static bool run_dns_chain(struct slice s)
{
	return run_dns(s) && dns_chain(&b.dns, b.dns.questions[0].name) != 0;
}

static bool run_dns_likely(struct slice s)
{
	return dissect_dns_likely(s);
}

static bool run_dns_frame(struct slice s)
{
	struct slice one;

	return dissect_dns_frame(&s, &one) == PARSE_OK && run_dns(one);
}

static bool run_http(struct slice s)
{
	struct http_request request;

	return dissect_http_request(s, &request) == PARSE_OK;
}

static bool run_http_response(struct slice s)
{
	struct http_response response;

	return dissect_http_response(s, &response) == PARSE_OK;
}

static bool run_h2c(struct slice s)
{
	struct h2c_requests requests;
	struct scratch text = room();

	return dissect_h2c(s, &text, &requests) == PARSE_OK;
}

static bool run_prefix(struct slice s)
{
	struct prefix prefix;

	return dissect_prefix(s, &prefix) == PARSE_OK;
}

static bool run_no_prefix(struct slice s)
{
	struct prefix prefix;

	return dissect_prefix(s, &prefix) == PARSE_FOREIGN;
}

static bool run_client(struct slice s)
{
	struct scratch join = room();
	struct tls_hello out;

	return dissect_tls_client(s, &join, &out, NULL) == PARSE_OK;
}

static bool run_server(struct slice s)
{
	struct scratch join = room();
	struct tls_server server;

	return dissect_tls_server(s, &join, &server) == PARSE_OK;
}

static bool run_x509(struct slice s)
{
	struct slice names[4];
	uint8_t count;

	return dissect_x509_names(s, names, 4, &count) == PARSE_OK;
}

static bool run_ja4(struct slice s)
{
	struct scratch to = room();
	struct ja4_raw out;

	(void)s;
	return dissect_ja4_raw(&b.said, 't', &to, &out);
}

static bool run_ja3(struct slice s)
{
	struct scratch to = room();
	struct slice out;

	(void)s;
	return dissect_ja3_raw(&b.said, &to, &out);
}

static bool run_dtls(struct slice s)
{
	struct dtls_fragments f;
	struct tls_hello out;

	return dissect_dtls_fragments(s, &f) == PARSE_OK &&
	       dissect_dtls_hello(f.fragment[0].bytes, f.fragment[0].length, &out) == PARSE_OK;
}

static bool run_ech(struct slice s)
{
	struct ech_configs configs;

	return dissect_ech_configs(s, &configs) == PARSE_OK;
}

static bool run_quic_impossible(struct slice s)
{
	return !dissect_quic_possible(s);
}

static bool run_quic(struct slice s)
{
	struct quic_packet packet;

	return dissect_quic(&s, &packet) == PARSE_OK;
}

static bool run_derive(struct slice s)
{
	(void)s;
	return quic_keys_derive(b.crypto, 1, b.initial.dcid, QUIC_CLIENT, &b.keys);
}

static bool run_open(struct slice s)
{
	struct scratch plain = room();

	(void)s;
	return quic_keys_open(b.crypto, &b.keys, &b.initial, &plain, &b.opened) == PARSE_OK;
}

static bool run_frames(struct slice s)
{
	struct quic_frames frames;

	return dissect_quic_frames(s, &frames) == PARSE_OK;
}

static bool run_gquic(struct slice s)
{
	struct quic_packet packet;
	struct quic_frames frames;
	struct gquic_hello out;

	return dissect_quic(&s, &packet) == PARSE_OK &&
	       dissect_gquic_frames(&packet, &frames) == PARSE_OK && frames.count > 0 &&
	       dissect_gquic_hello(frames.crypto[0].bytes, &out) != PARSE_FOREIGN;
}

static bool run_dhcp(struct slice s)
{
	struct dhcp_lease lease;

	return dissect_dhcp(s, &lease) == PARSE_OK;
}

static bool run_dhcpv6(struct slice s)
{
	struct scratch text = room();
	struct dhcp_lease lease;

	return dissect_dhcpv6(s, &text, &lease) == PARSE_OK;
}

static bool run_netbios(struct slice s)
{
	struct netbios_name name;

	return dissect_netbios(s, &name) == PARSE_OK;
}

static bool run_netbios_datagram(struct slice s)
{
	struct netbios_name name;

	return dissect_netbios_datagram(s, &name) == PARSE_OK;
}

static double now_ns(void)
{
	struct timespec t;

	CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The best of the rounds: the others met somebody else on the processor. */
static void measure(const char *name, bool (*run)(struct slice), struct slice bytes)
{
	double best = 1e18;

	for (int warm = 0; warm < 2; warm++)
		CHECK(run(bytes));
	size_t before = allocations();

	for (int round = 0; round < ROUNDS; round++) {
		double begin = now_ns();
		size_t good = 0;

		for (int i = 0; i < CALLS; i++)
			good += run(bytes);
		CHECK(good == CALLS);
		double each = (now_ns() - begin) / CALLS;

		best = each < best ? each : best;
	}
	size_t asked = allocations() - before;

	printf("%-44s %5zu bytes %7.0f ns %4zu allocations\n", name, bytes.len, best, asked);
	b.total += asked;
}

static void measure_seed(const char *name, bool (*run)(struct slice), const char *file)
{
	static uint8_t bytes[SEED_MAX];
	char path[256];

	snprintf(path, sizeof path, "tests/fuzz/seeds/%s", file);
	FILE *in = fopen(path, "rb");

	CHECK(in != NULL);
	size_t len = fread(bytes, 1, sizeof bytes, in);

	fclose(in);
	measure(name, run, (struct slice){ bytes, len });
}

static const struct row {
	const char *name;
	bool (*run)(struct slice);
	const char *seed; /* under tests/fuzz/seeds; NULL: `bytes` */
	struct slice bytes;
} rows[] = {
	{ "DNS question", run_dns, NULL, TEXT(DNS_SITE_QUERY) },
	{ "DNS answer, 3 records", run_dns, NULL, TEXT(DNS_CHAIN_ANSWER) },
	{ "the same, and its chain", run_dns_chain, NULL, TEXT(DNS_CHAIN_ANSWER) },
	{ "is it DNS, on another port", run_dns_likely, NULL, TEXT(DNS_SITE_QUERY) },
	{ "DNS off a TCP stream", run_dns_frame, "dns_frame/two", { 0 } },
	{ "HTTP/1 request", run_http, NULL,
	  TEXT("GET /v1/pixel.js?id=1 HTTP/1.1\r\nHost: www.example.com\r\nConnection: "
	       "keep-alive\r\n"
	       "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
	       "Referer: http://www.example.org/\r\nAccept-Encoding: gzip, deflate\r\n"
	       "Accept-Language: en\r\n\r\n") },
	{ "HTTP/1 response", run_http_response, "http/response", { 0 } },
	{ "HTTP/2 request in the clear", run_h2c, NULL,
	  TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x11\1\5\0\0\0\1\x82\x86\x84\x41\x8c"
	       "\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff") },
	{ "a TLS hello that has no prefix", run_no_prefix, NULL,
	  TEXT("\x16\3\1\2\0\1\0\1\xfc\3\3") },
	{ "prefix: HTTP CONNECT", run_prefix, "prefix/connect", { 0 } },
	{ "prefix: PROXY version 1", run_prefix, "prefix/proxy_1", { 0 } },
	{ "prefix: STARTTLS of IMAP", run_prefix, "prefix/imap", { 0 } },
	{ "TLS hello", run_client, NULL, ARRAY(client) },
	{ "TLS hello in three records", run_client, NULL, ARRAY(split_client) },
	{ "JA4, before hashing", run_ja4, NULL, { 0 } },
	{ "JA3, before hashing", run_ja3, NULL, { 0 } },
	{ "TLS 1.2 server's flight, its certificate", run_server, NULL, ARRAY(server_12) },
	{ "certificate's names", run_x509, NULL, ARRAY(certificate_san) },
	{ "DTLS hello", run_dtls, NULL, ARRAY(dtls_hello) },
	{ "ECH configurations", run_ech, NULL, ARRAY(ech_configs) },
	{ "a TLS hello that is no QUIC", run_quic_impossible, NULL, ARRAY(hello) },
	{ "QUIC Initial: header", run_quic, NULL, ARRAY(rfc9001_client) },
	{ "QUIC: keys of a connection id", run_derive, NULL, { 0 } },
	{ "QUIC: an Initial opened", run_open, NULL, { 0 } },
	{ "QUIC: frames of an Initial", run_frames, NULL, ARRAY(rfc_client_frames) },
	{ "Google's Q043: packet, frames, hello", run_gquic, NULL, ARRAY(google_q043) },
	{ "Google's Q046: packet, frames, hello", run_gquic, NULL, ARRAY(google_q046) },
	{ "DHCP", run_dhcp, "dhcp/acknowledged", { 0 } },
	{ "DHCPv6", run_dhcpv6, "dhcpv6/request", { 0 } },
	{ "NetBIOS name", run_netbios, "netbios/answer", { 0 } },
	{ "NetBIOS datagram", run_netbios_datagram, "netbios/datagram", { 0 } },
};

static void prepare(void)
{
	static uint8_t memory[4096];
	struct scratch join = { memory, sizeof memory, 0 };
	struct slice rest = ARRAY(rfc9001_client);

	b.crypto = quic_crypto_context_new();
	CHECK(b.crypto != NULL);
	CHECK(dissect_tls_client(ARRAY(client), &join, &b.said, NULL) == PARSE_OK);
	CHECK(dissect_quic(&rest, &b.initial) == PARSE_OK);
}

static void measure_frame(const struct frame_specimen *s)
{
	uint8_t bytes[FRAME_MAX];

	b.link = s->link;
	measure(s->name, run_packet, (struct slice){ bytes, frame_build(s->layers, bytes) });
}

int main(void)
{
	prepare();
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].seed != NULL)
			measure_seed(rows[i].name, rows[i].run, rows[i].seed);
		else
			measure(rows[i].name, rows[i].run, rows[i].bytes);
	for (size_t i = 0; i < frame_specimen_count; i++)
		measure_frame(&frame_specimens[i]);
	quic_crypto_context_free(b.crypto);
	printf("%zu allocations in all\n", b.total);
	return b.total != 0;
}
