/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of open flows, driven with segments and datagrams made by hand. */
#include "sensor/flow/inspect.h"

#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/talk.h"
#include "tests/unit/quic_specimens.h"
#include "tests/unit/tls_specimens.h"

enum { STEPS_MAX = 12, SYN = 1, SYN_ACK = 2, RESET = 3 };

/* Where a payload is NULL it is bytes `from` to `to` of a hello for www.a.example. */
struct step {
	unsigned side;
	uint32_t seq;
	int kind; /* 0: data */
	const char *text;
	size_t from, to;
};

struct talk_case {
	const char *what;
	uint16_t server_port;
	struct step steps[STEPS_MAX];
	const char *names; /* "kind value …", in the order in which they were read */
	bool is_open;      /* the question goes on */
};

#define HELLO(from, to)    NULL, from, to
#define TEXT(text)         text, 0, 0
#define GET(host)          "GET / HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define POST(host, length) "POST / HTTP/1.1\r\nHost: " host "\r\nContent-Length: " length "\r\n\r\n"
#define CHUNKED(host)      "POST / HTTP/1.1\r\nHost: " host "\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct talk_case cases[] = {
	{ "whole",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) }, { 0, 1000, 0, HELLO(0, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "in two",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, HELLO(0, 30) },
	    { 0, 1030, 0, HELLO(30, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "swapped",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1030, 0, HELLO(30, 500) },
	    { 0, 1000, 0, HELLO(0, 30) } },
	  "tls_sni www.a.example",
	  false },
	{ "shuffled and overlapping",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1060, 0, HELLO(60, 500) },
	    { 0, 1020, 0, HELLO(20, 45) },
	    { 0, 1010, 0, HELLO(10, 70) },
	    { 0, 1000, 0, HELLO(0, 15) } },
	  "tls_sni www.a.example",
	  false },
	{ "sent again",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, HELLO(0, 40) },
	    { 0, 1000, 0, HELLO(0, 40) },
	    { 0, 1000, 0, HELLO(0, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "around the end of the numbers",
	  443,
	  { { 0, 0xfffffff0, SYN, HELLO(0, 0) },
	    { 0, 0xfffffff1 + 30, 0, HELLO(30, 500) },
	    { 0, 0xfffffff1, 0, HELLO(0, 30) } },
	  "tls_sni www.a.example",
	  false },
	{ "a keep-alive in between",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, HELLO(0, 30) },
	    { 0, 1029, 0, HELLO(29, 30) },
	    { 0, 1030, 0, HELLO(30, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "the SYN comes late",
	  443,
	  { { 0, 1000, 0, HELLO(0, 30) },
	    { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1030, 0, HELLO(30, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "the SYN again, behind data",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, HELLO(0, 30) },
	    { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1030, 0, HELLO(30, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "no SYN", 443, { { 0, 7000, 0, HELLO(0, 500) } }, "tls_sni www.a.example", false },
	{ "in the middle of something",
	  443,
	  { { 0, 7000, 0, TEXT("what nobody knows") }, { 0, 7017, 0, HELLO(0, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "the server is heard first",
	  443,
	  { { 0, 4999, SYN_ACK, HELLO(0, 0) }, { 1, 1000, 0, HELLO(0, 500) } },
	  "tls_sni www.a.example",
	  false },
	{ "cut behind its name",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, HELLO(0, 75) },
	    { 1, 1, RESET, HELLO(0, 0) } },
	  "tls_sni www.a.example",
	  false },
	{ "one request",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) }, { 0, 1000, 0, TEXT(GET("a.example")) } },
	  "http_host a.example",
	  true },
	{ "with a port",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) }, { 0, 1000, 0, TEXT(GET("[2001:db8::1]:8080")) } },
	  "http_host [2001:db8::1]",
	  true },
	{ "kept alive",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(GET("a.example")) },
	    { 0, 1035, 0, TEXT(GET("b.example")) },
	    { 0, 1070, 0, TEXT(GET("a.example")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "in one segment",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(GET("a.example") GET("b.example") GET("c.example")) } },
	  "http_host a.example http_host b.example http_host c.example",
	  true },
	{ "over a body",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(POST("a.example", "37") GET("not.example") GET("b.example")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "over a body that nobody saw",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(POST("a.example", "100000")) },
	    { 0, 1000 + 60 + 100000, 0, TEXT(GET("b.example")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "over chunks",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0,
	      TEXT(CHUNKED("a.example") "5\r\nhello\r\n0a;x=y\r\n0123456789\r\n0\r\n\r\n") },
	    { 0, 1099, 0, TEXT(GET("b.example")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "a length that would go back",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(GET("a.example") POST("b.example", "18446744073709551507")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "a length that is none",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT(POST("a.example", "99999999999999999999") GET("b.example")) } },
	  "http_host a.example http_host b.example",
	  true },
	{ "a CONNECT, and what is inside",
	  8080,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT("CONNECT p.example:443 HTTP/1.1\r\nHost: p.example:443\r\n\r\n") },
	    { 0, 1055, 0, HELLO(0, 500) } },
	  "http_host p.example tls_sni www.a.example",
	  false },
	{ "h2c",
	  80,
	  { { 0, 999, SYN, HELLO(0, 0) },
	    { 0, 1000, 0, TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") },
	    { 0, 1024, 0, HELLO(0, 0) } },
	  "",
	  true },
	{ "a reset before anything",
	  443,
	  { { 0, 999, SYN, HELLO(0, 0) }, { 1, 1, RESET, HELLO(0, 0) } },
	  "",
	  false },
};

struct bench {
	struct budget budget;
	struct feed_set *feeds;
	struct name_table *names;
	struct classify *classify;
	struct inspector *inspector;
	struct flow flow;
	uint64_t number;
	size_t dns_count;
	char dns[512];
};

static void dns_was_seen(void *context, const struct sight *s, const struct dns_message *m,
                         const char *transport)
{
	struct bench *b = context;
	size_t used = strlen(b->dns);

	(void)s;
	b->dns_count++;
	snprintf(b->dns + used, sizeof b->dns - used, "%s%s%s %.*s", used > 0 ? " " : "", transport,
	         m->is_answer ? "!" : "?", (int)m->questions[0].name.len,
	         (const char *)m->questions[0].name.ptr);
}

static void bench_begin(struct bench *b)
{
	*b = (struct bench){ .budget = { .limit = SIZE_MAX } };
	b->feeds = feed_builder_finish(feed_builder_new());
	b->names = name_table_new(&b->budget, b->feeds, 1);
	b->classify = classify_new(&b->budget);
	b->inspector = inspector_new(&(struct inspect_options){ .budget = &b->budget,
	                                                        .names = b->names,
	                                                        .classify = b->classify,
	                                                        .keep_all = true,
	                                                        .dns = dns_was_seen,
	                                                        .context = b });
	CHECK(b->names != NULL && b->classify != NULL && b->inspector != NULL);
}

static void bench_end(struct bench *b)
{
	inspect_give_up(b->inspector, &b->flow);
	notes_drop(&b->flow, &b->budget, b->names);
	CHECK(b->flow.question == NULL && b->budget.used == 0);
	inspector_free(b->inspector);
	classify_free(b->classify);
	CHECK(name_table_count(b->names) == 0);
	name_table_free(b->names);
	feed_set_free(b->feeds);
}

static struct packet packet_of(unsigned side, uint16_t server_port, uint8_t protocol)
{
	struct packet p = { .protocol = protocol, .ip_version = 4 };

	p.src[15] = (uint8_t)(1 + side);
	p.dst[15] = (uint8_t)(2 - side);
	p.src_port = side == 0 ? 40000 : server_port;
	p.dst_port = side == 0 ? server_port : 40000;
	return p;
}

/* What the worker does with a packet, of which the readers know. */
static void show(struct bench *b, struct packet *p)
{
	struct flow *f = &b->flow;
	struct frame frame = { .number = ++b->number };
	struct sight s = { .flow = f, .packet = p, .frame = &frame };

	if (b->number == 1) {
		memcpy(f->address[0], p->src, 16);
		memcpy(f->address[1], p->dst, 16);
		f->port[0] = p->src_port;
		f->port[1] = p->dst_port;
		f->protocol = p->protocol;
		f->has_syn = f->is_client_sure = (p->tcp_flags & TCP_SYN) != 0;
		f->client = p->tcp_flags == (TCP_SYN | TCP_ACK);
		CHECK(inspect_open(b->inspector, &s));
	}
	s.side = flow_side(f, p);
	if (f->question != NULL)
		(void)inspect_packet(b->inspector, &s);
	if (f->question != NULL && (p->tcp_flags & TCP_RST) != 0)
		inspect_give_up(b->inspector, f);
}

static void show_segment(struct bench *b, const struct talk_case *c, const struct step *step,
                         struct slice record)
{
	static const uint8_t flags[] = { TCP_ACK, TCP_SYN, TCP_SYN | TCP_ACK, TCP_RST };
	struct packet p = packet_of(step->side, c->server_port, IP_TCP);

	p.tcp_seq = step->seq;
	p.tcp_flags = flags[step->kind];
	if (step->kind == 0 && step->text != NULL)
		p.payload = (struct slice){ (const uint8_t *)step->text, strlen(step->text) };
	else if (step->kind == 0)
		p.payload = slice_skip(slice_head(record, step->to), step->from);
	p.payload_len = (uint32_t)p.payload.len;
	show(b, &p);
}

static void names_text(const struct flow *f, char out[512])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; f->notes != NULL && i < f->notes->name_count; i++) {
		struct slice text = name_text(f->notes->names[i].name);

		used += (size_t)snprintf(out + used, 512 - used, "%s%s %.*s", used > 0 ? " " : "",
		                         evidence_word(f->notes->names[i].kind), (int)text.len,
		                         (const char *)text.ptr);
	}
}

static void check_names(const struct bench *b, const char *what, const char *names)
{
	char text[512];

	names_text(&b->flow, text);
	if (strcmp(text, names) != 0)
		fprintf(stderr, "%s: '%s', not '%s'\n", what, text, names);
	CHECK(strcmp(text, names) == 0);
}

static void check_streams(void)
{
	static uint8_t bytes[TALK_PAYLOAD_MAX];
	struct slice hello_record = { bytes, talk_hello("www.a.example", bytes) };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench b;

		bench_begin(&b);
		for (size_t s = 0; s < STEPS_MAX && (cases[i].steps[s].seq | s) != 0; s++)
			if (cases[i].steps[s].seq != 0)
				show_segment(&b, &cases[i], &cases[i].steps[s], hello_record);
		check_names(&b, cases[i].what, cases[i].names);
		if ((b.flow.question != NULL) != cases[i].is_open)
			fprintf(stderr, "%s\n", cases[i].what);
		CHECK((b.flow.question != NULL) == cases[i].is_open);
		bench_end(&b);
	}
}

/* A byte in each segment, forwards, backwards, and with its neighbour swapped. */
static void check_every_byte(void)
{
	static uint8_t bytes[TALK_PAYLOAD_MAX];
	struct slice record = { bytes, talk_hello("www.a.example", bytes) };

	for (unsigned order = 0; order < 3; order++) {
		struct talk_case c = { .server_port = 443 };
		struct bench b;

		bench_begin(&b);
		show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, record);
		for (size_t i = 0; i < record.len; i++) {
			size_t at = order == 0 ? i : order == 1 ? record.len - 1 - i : i ^ 1;

			if (at < record.len)
				show_segment(&b, &c,
				             &(struct step){ 0, 1000 + (uint32_t)at, 0, NULL, at,
				                             at + 1 },
				             record);
		}
		if (record.len % 2 == 1 && order == 2)
			show_segment(&b, &c, &(struct step){ 0, 1000, 0, NULL, 0, record.len },
			             record);
		check_names(&b, "byte for byte", "tls_sni www.a.example");
		bench_end(&b);
	}
}

/* Specimens of every reader of streams: seeds of the fuzzers; behind a prefix comes a hello. */
static const struct {
	const char *seed;
	uint16_t server_port;
	bool has_hello;
} streams[] = {
	{ "tls/client", 443, false },     { "tls/split", 443, false },
	{ "http/request", 80, false },    { "h2c/two", 80, false },
	{ "h2c/continued", 80, false },   { "dns_frame/two", 53, false },
	{ "prefix/connect", 3128, true }, { "prefix/ftp", 21, true },
	{ "prefix/imap", 143, true },     { "prefix/ldap", 389, true },
	{ "prefix/mysql", 3306, true },   { "prefix/postgresql", 5432, true },
	{ "prefix/proxy_1", 443, true },  { "prefix/proxy_2", 443, true },
	{ "prefix/rdp", 3389, true },     { "prefix/smtp", 25, true },
	{ "prefix/socks4a", 1080, true }, { "prefix/socks5", 1080, true },
	{ "prefix/xmpp", 5222, true },
};

static struct slice read_stream_seed(size_t n, uint8_t bytes[TALK_PAYLOAD_MAX])
{
	char path[256];

	snprintf(path, sizeof path, "tests/fuzz/seeds/%s", streams[n].seed);
	FILE *in = fopen(path, "rb");

	CHECK(in != NULL);
	size_t len = fread(bytes, 1, 4096, in);

	fclose(in);
	if (streams[n].has_hello)
		len += talk_hello("www.a.example", bytes + len);
	return (struct slice){ bytes, len };
}

/* What a stream that comes in two segments, cut at `cut`, says; swapped: the second one first. */
static void say_split(const char *what, uint16_t port, struct slice stream, size_t cut,
                      bool swapped, char out[1100])
{
	const struct step head = { 0, 1000, 0, NULL, 0, cut };
	const struct step tail = { 0, 1000 + (uint32_t)cut, 0, NULL, cut, stream.len };
	struct talk_case c = { .what = what, .server_port = port };
	char names[512];
	struct bench b;

	bench_begin(&b);
	show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, stream);
	show_segment(&b, &c, swapped ? &tail : &head, stream);
	show_segment(&b, &c, swapped ? &head : &tail, stream);
	names_text(&b.flow, names);
	snprintf(out, 1100, "%s | %s", names, b.dns);
	bench_end(&b);
}

/* Cut anywhere, in either order, it says what it says whole. */
static void check_splits(void)
{
	static uint8_t bytes[TALK_PAYLOAD_MAX];
	char whole[1100], split[1100];

	for (size_t n = 0; n < COUNT_OF(streams); n++) {
		struct slice stream = read_stream_seed(n, bytes);
		uint16_t port = streams[n].server_port;

		say_split(streams[n].seed, port, stream, stream.len, false, whole);
		if (strlen(whole) <= 3)
			fprintf(stderr, "%s: no name\n", streams[n].seed);
		CHECK(strlen(whole) > 3);
		for (size_t cut = 1; cut < stream.len; cut++)
			for (unsigned swapped = 0; swapped < 2; swapped++) {
				say_split(streams[n].seed, port, stream, cut, swapped, split);
				if (strcmp(whole, split) != 0)
					fprintf(stderr, "%s cut at %zu: '%s', not '%s'\n",
					        streams[n].seed, cut, split, whole);
				CHECK(strcmp(whole, split) == 0);
			}
	}
}

/* Copies that differ: whichever the receiver takes, its name is told. */
static void check_two_readings(void)
{
	static uint8_t one[TALK_PAYLOAD_MAX], other[TALK_PAYLOAD_MAX];
	size_t len = talk_hello("www.a.example", one);
	struct talk_case c = { .server_port = 443 };
	struct bench b;

	CHECK(talk_hello("www.b.example", other) == len);
	bench_begin(&b);
	show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, (struct slice){ 0 });
	show_segment(&b, &c, &(struct step){ 0, 1010, 0, NULL, 10, len },
	             (struct slice){ one, len });
	show_segment(&b, &c, &(struct step){ 0, 1010, 0, NULL, 10, len },
	             (struct slice){ other, len });
	show_segment(&b, &c, &(struct step){ 0, 1000, 0, NULL, 0, 10 }, (struct slice){ one, len });
	check_names(&b, "two readings", "tls_sni www.b.example tls_sni www.a.example");
	bench_end(&b);
}

/* What the capture lost is never waited for longer than it is worth. */
static void check_gap(void)
{
	static char filler[1200];
	struct talk_case c = { .server_port = 80 };
	struct bench b;

	memset(filler, 'x', sizeof filler - 1);
	bench_begin(&b);
	show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, (struct slice){ 0 });
	show_segment(&b, &c, &(struct step){ 0, 1000, 0, GET("a.example"), 0, 0 },
	             (struct slice){ 0 });
	for (uint32_t i = 0; i < 40; i++)
		show_segment(&b, &c, &(struct step){ 0, 2000 + i * 1199, 0, filler, 0, 0 },
		             (struct slice){ 0 });
	CHECK(inspector_counters(b.inspector)->gaps_skipped == 1);
	show_segment(&b, &c, &(struct step){ 0, 2000 + 40 * 1199, 0, GET("b.example"), 0, 0 },
	             (struct slice){ 0 });
	check_names(&b, "behind a gap", "http_host a.example http_host b.example");
	bench_end(&b);
}

static void put_message(uint8_t *out, size_t *used, uint16_t id, const char *name)
{
	uint8_t message[TALK_PAYLOAD_MAX];
	size_t len = talk_question(id, name, 1, message);

	out[(*used)++] = (uint8_t)(len >> 8);
	out[(*used)++] = (uint8_t)len;
	memcpy(out + *used, message, len);
	*used += len;
}

static void check_dns_stream(void)
{
	static uint8_t stream[TALK_PAYLOAD_MAX];
	size_t len = 0;
	struct talk_case c = { .server_port = 53 };
	struct bench b;

	put_message(stream, &len, 1, "a.example");
	put_message(stream, &len, 2, "b.example");
	bench_begin(&b);
	show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, (struct slice){ 0 });
	for (uint32_t at = 0; at < len; at += 7)
		show_segment(&b, &c, &(struct step){ 0, 1000 + at, 0, NULL, at, at + 7 },
		             (struct slice){ stream, len });
	CHECK(strcmp(b.dns, "tcp? a.example tcp? b.example") == 0 && b.flow.app == APP_DNS);
	bench_end(&b);
}

static const struct {
	const char *what;
	struct slice datagram;
	uint16_t port;
	const char *names;
} datagrams[] = {
	{ "RFC 9001", { rfc9001_client, sizeof rfc9001_client }, 443, "quic_sni example.com" },
	{ "RFC 9369", { rfc9369_client, sizeof rfc9369_client }, 443, "quic_sni example.com" },
	{ "DTLS", { dtls_hello, sizeof dtls_hello }, 4433, "dtls_sni analytics.example" },
	{ "a cut Initial", { rfc9001_client, 600 }, 443, "quic_sni example.com" },
	{ "noise", { (const uint8_t *)"no protocol that is known", 25 }, 443, "" },
};

static void check_datagrams(void)
{
	for (size_t i = 0; i < COUNT_OF(datagrams); i++) {
		struct packet p = packet_of(0, datagrams[i].port, IP_UDP);
		struct bench b;

		p.payload = datagrams[i].datagram;
		p.payload_len = (uint32_t)p.payload.len;
		bench_begin(&b);
		show(&b, &p);
		inspect_give_up(b.inspector, &b.flow);
		check_names(&b, datagrams[i].what, datagrams[i].names);
		bench_end(&b);
	}
}

/* One datagram with many ids: RFC 9000, section 12.2 has it ignored, and each would cost keys. */
static void check_many_ids(void)
{
	static uint8_t bytes[1400];
	struct packet p = packet_of(0, 443, IP_UDP);
	size_t len = 0;
	struct bench b;

	for (unsigned i = 0; len + 48 <= sizeof bytes; i++, len += 48) {
		static const uint8_t head[] = { 0xc0, 0, 0, 0, 1, 8, 0, 0,    0,
			                        0,    0, 0, 0, 0, 0, 0, 0x40, 30 };

		memcpy(bytes + len, head, sizeof head);
		bytes[len + 13] = (uint8_t)i;
	}
	p.payload = (struct slice){ bytes, len };
	p.payload_len = (uint32_t)len;
	bench_begin(&b);
	show(&b, &p);
	CHECK(inspector_counters(b.inspector)->quic_keys_derived <= 4);
	bench_end(&b);
}

/* Memory is refused at each height: nothing leaks, and what was noted is right. */
static void check_refusals(void)
{
	static uint8_t bytes[TALK_PAYLOAD_MAX];
	struct slice record = { bytes, talk_hello("www.a.example", bytes) };
	struct talk_case c = { .server_port = 443 };

	for (size_t limit = 0; limit < 12000; limit += 128) {
		struct flow *f;
		struct bench b;

		bench_begin(&b);
		f = &b.flow;
		b.budget.limit = 2000; /* enough for the question itself */
		show_segment(&b, &c, &(struct step){ 0, 999, SYN, NULL, 0, 0 }, record);
		b.budget.limit = b.budget.used + limit;
		show_segment(&b, &c, &(struct step){ 0, 1040, 0, NULL, 40, 500 }, record);
		show_segment(&b, &c, &(struct step){ 0, 1000, 0, NULL, 0, 40 }, record);
		CHECK(f->notes == NULL || f->notes->name_count <= 1);
		bench_end(&b);
	}
}

int main(void)
{
	check_streams();
	check_every_byte();
	check_splits();
	check_two_readings();
	check_gap();
	check_dns_stream();
	check_datagrams();
	check_many_ids();
	check_refusals();
	return 0;
}
