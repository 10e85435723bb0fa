/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a contact is, and what speaks against its name, by what a worker says of packets. */
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/talk.h"

#define PIXEL "analytics.tiktok.com"

static const uint8_t server[4] = { 198, 51, 100, 10 }, its_own[4] = { 71, 18, 1, 21 };
static const struct talk_answer gives_server = { .ttl = 60,
	                                         .address = { { 198, 51, 100, 10 } },
	                                         .address_count = 1 };

/* A client asks for `asked` (NULL: nothing), then says `said` to the server, which answers. */
static void visit(struct talk *t, const char *config, const uint8_t address[4], const char *asked,
                  const char *said, struct config **c)
{
	struct talk_ends e = talk_between(1, 50000, address, 443);
	struct worker_options options = { .limits = { .flows = 1000, .budget = 64U << 20 } };
	uint8_t hello[TALK_PAYLOAD_MAX];
	size_t len = talk_hello(said, hello);

	*c = config != NULL ? config_read("c.yaml",
	                                  (struct slice){ (const uint8_t *)config, strlen(config) },
	                                  &(struct config_options){ 0 }, NULL, NULL)
	                    : NULL;
	CHECK((*c != NULL) == (config != NULL));
	options.config = *c;
	talk_begin(t, &options);
	if (asked != NULL) {
		talk_ask(t, 1, 7, asked, 1);
		talk_tell(t, 1, 7, asked, 1, &gives_server);
	}
	talk_handshake(t, &e);
	talk_say(t, &e, 0, 1001, TCP_ACK, (struct slice){ hello, len });
	talk_say(t, &e, 1, 5001, TCP_ACK, BYTES("\x16\3\3\0\x7a"));
	talk_finish(t);
}

#define CONTACT "\"event_type\":\"contact\""

static const struct {
	const char *config;
	const uint8_t *address;
	const char *asked, *said;
	const char *words[3];
	size_t conflicts;
} visits[] = {
	/* What DNS said and what the flow says are one, or nothing is known of the address. */
	{ NULL, server, PIXEL, PIXEL, { "\"confidence\":\"certain\"" }, 0 },
	{ NULL, server, NULL, PIXEL, { "\"confidence\":\"certain\"" }, 0 },
	/* DNS gave the address for another name only. */
	{ NULL,
	  server,
	  "shop.example",
	  PIXEL,
	  { "\"confidence\":\"certain\"",
	    "{\"kind\":\"dns_answer\",\"value\":\"shop.example\",\"conflicts\":true" },
	  1 },
	/* An address of ByteDance's, and somebody else's name. */
	{ NULL,
	  its_own,
	  NULL,
	  "shop.example",
	  { "\"confidence\":\"weak\"",
	    "{\"kind\":\"tls_sni\",\"value\":\"shop.example\",\"conflicts\":true",
	    "\"kind\":\"ip_network\"" },
	  1 },
	/* A sinkhole's answer is no contact that came through. */
	{ "sinkholes: 198.51.100.10\n", server, NULL, PIXEL, { "\"outcome\":\"blocked\"" }, 0 },
	{ "sinkholes: 198.51.100.11\n", server, NULL, PIXEL, { "\"outcome\":\"established\"" }, 0 },
	/* A network with public addresses is ours by the config: its hosts' MACs are known. */
	{ "home: 198.51.100.0/24\n",
	  server,
	  NULL,
	  PIXEL,
	  { "\"local\":{\"ip\":\"198.51.100.10\",\"mac\":\"02:", "\"direction\":\"inbound\"" },
	  0 },
};

/* What the client's DNS said of the server's address, and what a flow says there. */
static const struct {
	const char *asked[2];
	struct talk_answer answer;
	const char *said;
	bool is_front;
} fronts[] = {
	{ { PIXEL },
	  { .ttl = 60, .address = { { 198, 51, 100, 10 } }, .address_count = 1 },
	  "shop.example",
	  true },
	/* The tracker's own alias is still nobody else's. */
	{ { PIXEL },
	  { .ttl = 60,
	    .aliases = { "edge.tiktok.com" },
	    .address = { { 198, 51, 100, 10 } },
	    .address_count = 1 },
	  "shop.example",
	  true },
	/* Shared: by what DNS said of it, by who delivers there. */
	{ { PIXEL, "shop.example" },
	  { .ttl = 60, .address = { { 198, 51, 100, 10 } }, .address_count = 1 },
	  "shop.example",
	  false },
	{ { PIXEL, "bank.example" },
	  { .ttl = 60, .address = { { 198, 51, 100, 10 } }, .address_count = 1 },
	  "shop.example",
	  false },
	{ { PIXEL },
	  { .ttl = 60,
	    .aliases = { PIXEL ".edgekey.net", "e1.a.akamaiedge.net" },
	    .address = { { 198, 51, 100, 10 } },
	    .address_count = 1 },
	  "shop.example",
	  false },
	/* Another address; nobody asked for a tracker. */
	{ { PIXEL },
	  { .ttl = 60, .address = { { 198, 51, 100, 11 } }, .address_count = 1 },
	  "shop.example",
	  false },
	{ { "bank.example" },
	  { .ttl = 60, .address = { { 198, 51, 100, 10 } }, .address_count = 1 },
	  "shop.example",
	  false },
};

static void check_front(size_t row)
{
	struct talk_ends e = talk_between(1, 50000, server, 443);
	struct worker_options options = { .limits = { .flows = 1000, .budget = 64U << 20 } };
	uint8_t hello[TALK_PAYLOAD_MAX];
	size_t len = talk_hello(fronts[row].said, hello);
	struct talk t;

	talk_begin(&t, &options);
	for (size_t i = 0; i < COUNT_OF(fronts[row].asked) && fronts[row].asked[i] != NULL; i++) {
		talk_ask(&t, 1, (uint16_t)(7 + i), fronts[row].asked[i], 1);
		talk_tell(&t, 1, (uint16_t)(7 + i), fronts[row].asked[i], 1, &fronts[row].answer);
	}
	talk_handshake(&t, &e);
	talk_say(&t, &e, 0, 1001, TCP_ACK, (struct slice){ hello, len });
	talk_say(&t, &e, 1, 5001, TCP_ACK, BYTES("\x16\3\3\0\x7a"));
	talk_finish(&t);
	size_t contacts = TALK_COUNT(&t, CONTACT);
	size_t told = TALK_COUNT(&t, CONTACT, "\"confidence\":\"weak\"",
	                         "\"kind\":\"dns_answer\",\"value\":\"" PIXEL "\"",
	                         "{\"kind\":\"tls_sni\",\"value\":\"shop.example\","
	                         "\"conflicts\":true");

	if (contacts != fronts[row].is_front || told != contacts)
		fprintf(stderr, "front %zu: %s\n", row, t.text);
	CHECK(contacts == fronts[row].is_front && told == contacts);
	talk_free(&t);
}

/* What a proxy says before the hello, and for whom that makes it speak. */
static const struct {
	struct slice said;
	const char *client; /* NULL: nobody is named */
	bool is_apart;      /* in a segment of its own */
} proxies[] = {
	{ BYTES("PROXY TCP4 10.1.2.3 198.51.100.10 40000 443\r\n"), "10.1.2.3", true },
	{ BYTES("PROXY TCP4 10.1.2.3 198.51.100.10 40000 443\r\n"), "10.1.2.3", false },
	{ BYTES("PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n"), "2001:db8::7", true },
	{ BYTES("PROXY UNKNOWN\r\n"), NULL, true },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\1\2\3\xc6\x33\x64\x0a\x9c\x40\1\xbb"),
	  "10.1.2.3", true },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\1\2\3\xc6\x33\x64\x0a\x9c\x40\1\xbb"),
	  "10.1.2.3", false },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
	        "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x9c\x40\1\xbb"),
	  "2001:db8::7", true },
	/* LOCAL: the proxy's own connection, RFC or no RFC (haproxy's text, section 2.2). */
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x20\x11\0\x0c\x0a\1\2\3\xc6\x33\x64\x0a\x9c\x40\1\xbb"), NULL,
	  true },
};

static void check_proxy(size_t row)
{
	struct talk_ends e = talk_between(1, 50000, server, 443);
	struct worker_options options = { .limits = { .flows = 1000, .budget = 64U << 20 } };
	uint8_t said[TALK_PAYLOAD_MAX];
	size_t before = proxies[row].said.len, at = proxies[row].is_apart ? before : 0;
	char client[64];
	struct talk t;

	memcpy(said, proxies[row].said.ptr, before);
	size_t len = before + talk_hello(PIXEL, said + before);

	snprintf(client, sizeof client, "\"on_behalf_of\":\"%s\"",
	         proxies[row].client != NULL ? proxies[row].client : "");
	talk_begin(&t, &options);
	talk_handshake(&t, &e);
	if (at > 0)
		talk_say(&t, &e, 0, 1001, TCP_ACK, (struct slice){ said, at });
	talk_say(&t, &e, 0, 1001 + (uint32_t)at, TCP_ACK, (struct slice){ said + at, len - at });
	talk_say(&t, &e, 1, 5001, TCP_ACK, BYTES("\x16\3\3\0\x7a"));
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, CONTACT, "\"confidence\":\"certain\"") == 1);
	if (TALK_COUNT(&t, CONTACT, client) != (proxies[row].client != NULL))
		fprintf(stderr, "proxy %zu: %s\n", row, t.text);
	CHECK(TALK_COUNT(&t, CONTACT, client) == (proxies[row].client != NULL));
	CHECK(proxies[row].client != NULL || TALK_COUNT(&t, "on_behalf_of") == 0);
	talk_free(&t);
}

/* A proxy's header in a request: the first of its addresses; it is believed before PROXY's. */
static void check_forwarded(void)
{
	struct talk_ends e = talk_between(1, 50000, server, 80);
	struct worker_options options = { .limits = { .flows = 1000, .budget = 64U << 20 } };
	struct talk t;

	talk_begin(&t, &options);
	talk_handshake(&t, &e);
	talk_say(&t, &e, 0, 1001, TCP_ACK,
	         BYTES("PROXY TCP4 10.1.2.3 198.51.100.10 40000 80\r\n"
	               "GET /p HTTP/1.1\r\nHost: " PIXEL "\r\n"
	               "X-Forwarded-For: 10.9.9.9, 10.8.8.8\r\n\r\n"));
	talk_say(&t, &e, 1, 5001, TCP_ACK, BYTES("HTTP/1.1 204 No Content\r\n\r\n"));
	talk_finish(&t);
	CHECK(TALK_COUNT(&t, CONTACT, "\"on_behalf_of\":\"10.9.9.9\"") == 1);
	talk_free(&t);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(proxies); i++)
		check_proxy(i);
	check_forwarded();
	for (size_t i = 0; i < COUNT_OF(fronts); i++)
		check_front(i);
	for (size_t i = 0; i < COUNT_OF(visits); i++) {
		struct config *c;
		struct talk t;

		visit(&t, visits[i].config, visits[i].address, visits[i].asked, visits[i].said, &c);
		size_t said = talk_count(&t, (const char *const[]){ CONTACT, visits[i].words[0],
		                                                    visits[i].words[1],
		                                                    visits[i].words[2], NULL });

		if (said != 1)
			fprintf(stderr, "visit %zu: %s\n", i, t.text);
		CHECK(said == 1);
		CHECK(TALK_COUNT(&t, CONTACT, "\"conflicts\"") == visits[i].conflicts);
		talk_free(&t);
		config_free(c);
	}
	return 0;
}
