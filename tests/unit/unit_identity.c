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

int main(void)
{
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
