/* SPDX-License-Identifier: Apache-2.0 */
/* judge and lookup, by what a worker says of packets. */
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/talk.h"

static const uint8_t server[4] = { 198, 51, 100, 10 };
static const struct worker_options plain = { .limits = { .flows = 1000, .budget = 64U << 20 } };

#define PIXEL "analytics.tiktok.com"

static void say_hello(struct talk *t, const struct talk_ends *e, uint32_t seq, const char *name)
{
	uint8_t hello[TALK_PAYLOAD_MAX];
	size_t len = talk_hello(name, hello);

	talk_say(t, e, 0, seq, TCP_ACK, (struct slice){ hello, len });
}

/* What comes behind the SYN of a client, and what the contact then says. */
enum ending { ANSWERS, RESETS, IS_SILENT, SAYS_NOTHING, ONLY_ACKS };

static const struct {
	enum ending ending;
	const char *outcome;
} outcomes[] = {
	{ ANSWERS, "\"outcome\":\"established\"" },
	{ RESETS, "\"outcome\":\"reset\"" },
	{ IS_SILENT, "\"outcome\":\"unanswered\"" },
	{ SAYS_NOTHING, "\"outcome\":\"unanswered\"" },
};

static void end_as(struct talk *t, const struct talk_ends *e, enum ending ending)
{
	if (ending == IS_SILENT) {
		talk_say(t, e, 0, 1000, TCP_SYN, (struct slice){ 0 });
		return;
	}
	talk_handshake(t, e);
	say_hello(t, e, 1001, PIXEL);
	if (ending == ANSWERS)
		talk_say(t, e, 1, 5001, TCP_ACK, BYTES("\x16\3\3\0\x7a"));
	if (ending == RESETS)
		talk_say(t, e, 1, 5001, TCP_RST | TCP_ACK, (struct slice){ 0 });
}

static const struct talk_answer gives_server = { .ttl = 60,
	                                         .address = { { 198, 51, 100, 10 } },
	                                         .address_count = 1 };

static void check_outcomes(void)
{
	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		struct talk_ends e = talk_between(1, 50000, server, 443);
		struct talk t;

		talk_begin(&t, &plain);
		talk_ask(&t, 1, 7, PIXEL, 1);
		talk_tell(&t, 1, 7, PIXEL, 1, &gives_server);
		end_as(&t, &e, outcomes[i].ending);
		talk_wait(&t, 60);
		talk_finish(&t);
		CHECK(TALK_COUNT(&t, "\"contact\"", outcomes[i].outcome,
		                 "\"name\":\"" PIXEL "\"") == 1);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"") == 1);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"flow\"") == 1);
		talk_free(&t);
	}
}

/* A tap that sees one direction: the client goes on, so it was answered, but nobody knows how. */
static void check_one_direction(void)
{
	struct talk_ends e = talk_between(1, 50000, server, 443);
	struct talk t;

	talk_begin(&t, &plain);
	talk_say(&t, &e, 0, 1000, TCP_SYN, (struct slice){ 0 });
	talk_say(&t, &e, 0, 1001, TCP_ACK, (struct slice){ 0 });
	say_hello(&t, &e, 1001, PIXEL);
	talk_wait(&t, 60);
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"contact\"", "\"outcome\":\"pending\"") == 1);
	talk_free(&t);
}

/* What DNS said before a flow that does not name itself, and how sure that makes us. */
static const struct {
	const char *what;
	const char *name, *alias;
	uint32_t ttl;
	double wait;
	bool is_shared, is_somebody_elses;
	const char *confidence; /* NULL: no contact */
} dns_rows[] = {
	{ "its own answer", PIXEL, NULL, 60, 1, false, false, "strong" },
	{ "in the grace behind the TTL", PIXEL, NULL, 60, 110, false, false, "strong" },
	{ "after TTL and grace", PIXEL, NULL, 60, 125, false, false, NULL },
	{ "an address of others too", PIXEL, NULL, 60, 1, true, false, "weak" },
	{ "another host's answer", PIXEL, NULL, 60, 1, false, true, NULL },
	{ "an alias only", "metrics.shop.example", "shop.tiktok.com", 60, 1, false, false,
	  "strong" },
	{ "nobody's name", "www.shop.example", NULL, 60, 1, false, false, NULL },
};

static void check_confidence(void)
{
	for (size_t i = 0; i < COUNT_OF(dns_rows); i++) {
		struct talk_answer answer = gives_server;
		struct talk_ends e = talk_between(1, 50000, server, 443);
		unsigned asker = dns_rows[i].is_somebody_elses ? 2 : 1;
		char confidence[64];
		struct talk t;

		answer.ttl = dns_rows[i].ttl;
		answer.aliases[0] = dns_rows[i].alias;
		snprintf(confidence, sizeof confidence, "\"confidence\":\"%s\"",
		         dns_rows[i].confidence != NULL ? dns_rows[i].confidence : "");
		talk_begin(&t, &plain);
		talk_ask(&t, asker, 7, dns_rows[i].name, 1);
		talk_tell(&t, asker, 7, dns_rows[i].name, 1, &answer);
		if (dns_rows[i].is_shared)
			talk_tell(&t, 1, 8, "www.shop.example", 1, &gives_server);
		talk_wait(&t, dns_rows[i].wait);
		talk_handshake(&t, &e);
		talk_say(&t, &e, 0, 1001, TCP_ACK, BYTES("nothing that anybody knows"));
		talk_say(&t, &e, 1, 5001, TCP_ACK, BYTES("nor this"));
		talk_wait(&t, 60);
		talk_finish(&t);
		size_t expected = dns_rows[i].confidence != NULL;

		if (TALK_COUNT(&t, "\"event_type\":\"contact\"") != expected ||
		    TALK_COUNT(&t, "\"event_type\":\"contact\"", confidence) != expected)
			fprintf(stderr, "%s\n%s", dns_rows[i].what, t.text);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"") == expected);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"", confidence) == expected);
		talk_free(&t);
	}
}

/* The flow states a name that is nobody's; its alias is ByteDance's: the name asked for is told. */
static void check_cloaking(void)
{
	struct talk_answer answer = gives_server;
	struct talk_ends e = talk_between(1, 50000, server, 443);
	struct talk t;

	answer.aliases[0] = "shop.tiktok.com";
	answer.aliases[1] = "shop.edge.example";
	talk_begin(&t, &plain);
	talk_ask(&t, 1, 7, "metrics.shop.example", 1);
	talk_tell(&t, 1, 7, "metrics.shop.example", 1, &answer);
	talk_handshake(&t, &e);
	say_hello(&t, &e, 1001, "metrics.shop.example");
	talk_say(&t, &e, 1, 5001, TCP_ACK, BYTES("\x16\3\3\0\x7a"));
	talk_wait(&t, 60);
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"") == 1);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"", "\"confidence\":\"strong\"",
	                 "\"name\":\"metrics.shop.example\"",
	                 "\"kind\":\"dns_cname\",\"value\":\"shop.tiktok.com\"") == 1);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"lookup\"", "\"name\":\"metrics.shop.example\"") ==
	      1);
	talk_free(&t);
}

/* What a resolver said to a question for a tracker. */
static const struct {
	const char *what;
	bool is_answered;
	uint16_t type;
	struct talk_answer answer;
	const char *outcome;
} lookups[] = {
	{ "an address",
	  true,
	  1,
	  { .ttl = 60, .address = { { 198, 51, 100, 10 } }, .address_count = 1 },
	  "established" },
	{ "no such name", true, 1, { .rcode = 3 }, "blocked" },
	{ "refused", true, 1, { .rcode = 5 }, "blocked" },
	{ "a sinkhole",
	  true,
	  1,
	  { .ttl = 60, .address = { { 0, 0, 0, 0 } }, .address_count = 1 },
	  "blocked" },
	{ "nothing for A", true, 1, { .rcode = 0 }, "blocked" },
	{ "nothing for AAAA", true, 28, { .rcode = 0 }, "pending" },
	{ "the server's fault", true, 1, { .rcode = 2 }, "pending" },
	{ "silence", false, 1, { .rcode = 0 }, "unanswered" },
};

static void check_lookups(void)
{
	for (size_t i = 0; i < COUNT_OF(lookups); i++) {
		char outcome[64];
		struct talk t;

		snprintf(outcome, sizeof outcome, "\"outcome\":\"%s\"", lookups[i].outcome);
		talk_begin(&t, &plain);
		talk_ask(&t, 1, 7, PIXEL, lookups[i].type);
		talk_ask(&t, 1, 7, PIXEL, lookups[i].type); /* asked again: the same question */
		if (lookups[i].is_answered)
			talk_tell(&t, 1, 7, PIXEL, lookups[i].type, &lookups[i].answer);
		talk_wait(&t, 10);
		talk_finish(&t);
		if (TALK_COUNT(&t, "\"lookup\"", outcome) != 1)
			fprintf(stderr, "%s\n%s", lookups[i].what, t.text);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"lookup\"") == 1);
		CHECK(TALK_COUNT(&t, "\"event_type\":\"lookup\"", outcome) == 1);
		talk_free(&t);
	}
}

/* Questions that nobody answers, more than are kept: the oldest is told early, and none is lost. */
static void check_many_lookups(void)
{
	enum { MANY = 8500 };
	struct talk t;

	talk_begin(&t, &plain);
	for (unsigned i = 0; i < MANY; i++) {
		char name[64];

		snprintf(name, sizeof name, "n%u.tiktok.com", i);
		t.now_ns -= 900000; /* all of them within the patience */
		talk_ask(&t, 1, (uint16_t)i, name, 1);
	}
	talk_wait(&t, 10);
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"lookup\"") == MANY);
	talk_free(&t);
}

/* HTTP/1 that is kept open: one contact for a name, however often it is asked for. */
static void check_once(void)
{
	struct talk_ends e = talk_between(1, 50000, server, 80);
	uint32_t seq = 1001;
	struct talk t;

	talk_begin(&t, &plain);
	talk_handshake(&t, &e);
	for (unsigned i = 0; i < 200; i++) {
		char request[128];
		size_t len = (size_t)snprintf(request, sizeof request,
		                              "GET /%u HTTP/1.1\r\nHost: h%u.tiktok.com\r\n\r\n", i,
		                              i % 100);

		talk_say(&t, &e, 0, seq, TCP_ACK, (struct slice){ (uint8_t *)request, len });
		talk_say(&t, &e, 1, 5001 + i, TCP_ACK, BYTES("x"));
		seq += (uint32_t)len;
	}
	talk_wait(&t, 700);
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"") == 100);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"", "\"name\":\"h99.tiktok.com\"") == 1);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"flow\"", "\"reason\":\"interim\"") >= 1);
	talk_free(&t);
}

/* The proxy's client asks for ever new names: what is kept of one flow has a bound. */
static void check_many_contacts(void)
{
	enum { MANY = 3000 };
	struct talk_ends e = talk_between(1, 50000, server, 80);
	uint32_t seq = 1001;
	struct talk t;

	talk_begin(&t, &plain);
	talk_handshake(&t, &e);
	for (unsigned i = 0; i < MANY; i++) {
		char request[128];
		size_t len = (size_t)snprintf(request, sizeof request,
		                              "GET / HTTP/1.1\r\nHost: h%u.tiktok.com\r\n\r\n", i);

		talk_say(&t, &e, 0, seq, TCP_ACK, (struct slice){ (uint8_t *)request, len });
		seq += (uint32_t)len;
	}
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"contact\"") >= 128);
	talk_free(&t);
}

static const char *value_of(const struct talk *t, const char *type, const char *key, char out[64])
{
	const char *line = strstr(t->text, type), *at = strstr(line, key) + strlen(key);

	snprintf(out, 64, "%.*s", (int)strcspn(at, "\""), at);
	return out;
}

static void say_all(struct talk *t, uint64_t first_number, const char *file)
{
	struct talk_ends e = talk_between(1, 50000, server, 443);

	talk_begin(t, &plain);
	t->number = first_number;
	t->file = file;
	talk_ask(t, 1, 7, PIXEL, 1);
	talk_tell(t, 1, 7, PIXEL, 1, &gives_server);
	end_as(t, &e, ANSWERS);
	talk_wait(t, 700);
	talk_finish(t);
}

/* An id tells what happened, never in which file or at which number it stood. */
static void check_event_ids(void)
{
	static const char *const types[] = { "\"event_type\":\"contact\"",
		                             "\"event_type\":\"lookup\"",
		                             "\"event_type\":\"flow\"" };
	struct talk one, other;

	say_all(&one, 0, "a.pcap");
	say_all(&other, 4000, "b.pcap");
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		char a[64], b[64];

		CHECK(strcmp(value_of(&one, types[i], "\"event_id\":\"", a),
		             value_of(&other, types[i], "\"event_id\":\"", b)) == 0);
		CHECK(strlen(a) == 32);
	}
	talk_free(&one);
	talk_free(&other);
}

/* With -a a resolver's flow says every name, 64 in an event; no event repeats another's id. */
static void check_interim(void)
{
	struct worker_options all = plain;
	struct talk t;

	all.all_flows = true;
	talk_begin(&t, &all);
	for (unsigned i = 0; i < 300; i++) {
		char name[64];

		snprintf(name, sizeof name, "n%u.example", i);
		talk_ask(&t, 1, (uint16_t)i, name, 1);
	}
	talk_wait(&t, 120);
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, "\"reason\":\"interim\"") == 4);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"flow\"", "n0.example") == 1);
	CHECK(TALK_COUNT(&t, "\"event_type\":\"flow\"", "n299.example") == 1);
	CHECK(TALK_COUNT(&t, "\"timestamp\":\"1970") == 0);
	talk_free(&t);
}

int main(void)
{
	check_outcomes();
	check_one_direction();
	check_confidence();
	check_cloaking();
	check_lookups();
	check_once();
	check_event_ids();
	check_interim();
	check_many_lookups();
	check_many_contacts();
	return 0;
}
