/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces against a list of prefixes that is walked from end to end. */
#include <arpa/inet.h>
#include <string.h>

#include "feeds/networks.h"
#include "tests/check.h"

#define PREFIXES 60

struct plain_prefix {
	struct address first, last;
	unsigned bits;
	int feed;
	enum rule_verdict verdict;
};

static unsigned long long state = 11;

static unsigned random_below(unsigned most)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % most;
}

static bool holds(const struct plain_prefix *prefix, const uint8_t address[16])
{
	struct address a = { 0, 0 };

	for (int i = 0; i < 8; i++) {
		a.high = a.high << 8 | address[i];
		a.low = a.low << 8 | address[8 + i];
	}
	return (a.high > prefix->first.high ||
	        (a.high == prefix->first.high && a.low >= prefix->first.low)) &&
	       (a.high < prefix->last.high ||
	        (a.high == prefix->last.high && a.low <= prefix->last.low));
}

static const struct plain_prefix *find_plainly(const struct plain_prefix *list, size_t count,
                                               const uint8_t address[16])
{
	const struct plain_prefix *best = NULL;

	for (size_t i = 0; i < count; i++) {
		bool is_muted = false;

		if (!holds(&list[i], address))
			continue;
		if (list[i].verdict == RULE_ALLOW)
			return NULL;
		for (size_t j = 0; j < count; j++)
			is_muted |= list[j].verdict == RULE_EXCEPT && holds(&list[j], address) &&
			            list[j].feed == list[i].feed && list[j].bits >= list[i].bits;
		if (list[i].verdict == RULE_REPORT && !is_muted &&
		    (best == NULL || list[i].bits > best->bits))
			best = &list[i];
	}
	return best;
}

/* In a corner of the address space, so that prefixes nest; v4 and v6. */
static void random_address(char *out, size_t size)
{
	if (random_below(2) == 0)
		snprintf(out, size, "%u.%u.%u.%u", random_below(2) * 255, random_below(3),
		         random_below(256), random_below(256));
	else
		snprintf(out, size, "%s:%x::%x", random_below(2) == 0 ? "2605" : "ffff",
		         random_below(4), random_below(65536));
}

static void load(const char *text, uint8_t address[16])
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	CHECK(inet_pton(AF_INET, text, address + 12) == 1 ||
	      inet_pton(AF_INET6, text, address) == 1);
}

static void add_random(struct networks *networks, struct arena *arena, struct interner *in,
                       struct plain_prefix *plain, bool has_allow)
{
	char address[48], text[64], canonical[64];
	struct network network = { 0 };
	struct rule_tag tag;

	random_address(address, sizeof address);
	plain->bits = strchr(address, ':') != NULL ? random_below(129) : random_below(33);
	snprintf(text, sizeof text, "%s/%u", address, plain->bits);
	CHECK(network_parse(text, strlen(text), &plain->first, &plain->last, canonical));
	if (strchr(address, ':') == NULL)
		plain->bits += 96;
	plain->feed = (int)random_below(3);
	plain->verdict = random_below(6) == 0                 ? RULE_EXCEPT
	                 : has_allow && random_below(20) == 0 ? RULE_ALLOW
	                                                      : RULE_REPORT;
	memset(&tag, 0, sizeof tag);
	tag.number = (uint16_t)plain->feed;
	network.first = plain->first;
	network.last = plain->last;
	network.verdict = (uint8_t)plain->verdict;
	network.tag = intern(in, arena, &tag, sizeof tag);
	CHECK(networks_add(networks, &network));
}

static void run_world(size_t count, bool has_allow)
{
	struct networks networks = { 0 };
	struct arena arena;
	struct interner in = { 0 };
	struct plain_prefix list[PREFIXES];
	char text[48];
	uint8_t address[16];

	CHECK(arena_open(&arena));
	for (size_t i = 0; i < count; i++)
		add_random(&networks, &arena, &in, &list[i], has_allow);
	CHECK(networks_build(&networks, &arena));
	for (int i = 0; i < 300; i++) {
		random_address(text, sizeof text);
		load(text, address);
		const struct plain_prefix *truth = find_plainly(list, count, address);
		const struct network *found = networks_find(&networks, address);

		CHECK((found != NULL) == (truth != NULL));
		if (found != NULL)
			CHECK(memcmp(&found->first, &truth->first, sizeof found->first) == 0 &&
			      memcmp(&found->last, &truth->last, sizeof found->last) == 0);
	}
	networks_close(&networks);
	interner_close(&in);
	arena_close(&arena);
}

static void check_text(void)
{
	static const struct {
		const char *text;
		const char *canonical; /* NULL: it is none */
	} rows[] = {
		{ "71.18.0.0/16", "71.18.0.0/16" },
		{ "71.18.1.2/16", "71.18.0.0/16" },
		{ "71.18.1.2", "71.18.1.2/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "2605:340:0:0::/32", "2605:340::/32" },
		{ "::/0", "::/0" },
		{ "::ffff:1.2.3.4", "::ffff:1.2.3.4/128" },
		{ "71.18.0.0/33", NULL },
		{ "71.18.0.0/-1", NULL },
		{ "71.18.0.0/", NULL },
		{ "71.18.0.0/1x", NULL },
		{ "71.18.0/16", NULL },
		{ "::/129", NULL },
		{ "fe80::1%lo0", NULL },
		{ "tiktok.com", NULL },
		{ "dst-address=for_scripts_route/asnv4/AS150436.rsc", NULL },
		{ "", NULL },
	};
	struct address first, last;
	char text[64];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool is_one =
		        network_parse(rows[i].text, strlen(rows[i].text), &first, &last, text);

		CHECK(is_one == (rows[i].canonical != NULL));
		if (is_one)
			CHECK(strcmp(text, rows[i].canonical) == 0);
	}
}

int main(void)
{
	for (size_t i = 0; i < 600; i++)
		run_world(i % PREFIXES, i % 2 == 0);
	check_text();
	return 0;
}
