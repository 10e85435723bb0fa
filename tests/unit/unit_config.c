/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/config/config.h"

#include <inttypes.h>
#include <unistd.h>

#include "tests/check.h"

static const char *const option_names[] = { "output", "stats", "sensor", "all-flows", "feed" };
static const struct config_options options = { .names = option_names,
	                                       .count = COUNT_OF(option_names) };

/* What was told, a line each. */
struct told {
	char text[8192];
	size_t count;
};

static void keep(void *context, const char *line)
{
	struct told *t = context;

	snprintf(t->text + strlen(t->text), sizeof t->text - strlen(t->text), "%s\n", line);
	t->count++;
}

static struct config *read_text(const char *text, struct told *told)
{
	*told = (struct told){ .count = 0 };
	return config_read("tests/geo/c.yaml",
	                   (struct slice){ (const uint8_t *)text, strlen(text) }, &options, keep,
	                   told);
}

/* A mistake, the place where it is, and what is said of it. */
static const struct {
	const char *text, *place, *words;
} mistakes[] = {
	/* no YAML, or not the kind of it that is read */
	{ "", "", "nothing in it" },
	{ "# only a comment\n", "", "nothing in it" },
	{ "networks:\n\t- name: x\n", "2:", "no YAML" },
	{ "sensor: \"open\n", "1:", "no YAML" },
	{ "networks: [a, b\n", "2:", "no YAML" },
	{ "sensor: a\nsensor: b\n", "2:1", "twice; the first is in line 1" },
	{ "sensor: &a x\n", "1:12", "anchors" },
	{ "sensor: *a\n", "1:10", "anchors" },
	{ "sensor: !!str x\n", "1:", "tags" },
	{ "sensor: a\n---\nsensor: b\n", "2:1", "second document" },
	{ "? [a, b]\n: c\n", "1:", "a key is a word" },
	{ "networks: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n", "1:", "too deep" },
	{ "- name: x\n", "1:1", "the config is a map (key: value), and this is a list" },
	{ "just text\n", "1:1", "the config is a map (key: value), and this is text" },
	{ "a: b\n%YAML 1.2\n", "2:1", "directives (%) are not read here" },
	{ "sensor: caf\xe9 \n", "1:12", "byte 0xe9 is no UTF-8" },
	/* keys */
	{ "netwroks: []\n", "1:1", "no key 'netwroks'; is 'networks' meant?" },
	{ "zebra: 1\n", "1:1", "the config has no key 'zebra'" },
	{ "outputs: x\n", "1:1", "is 'output' meant?" },
	{ "networks:\n  - name: x\n    prefix: 10.0.0.0/8\n", "3:5", "is 'prefixes' meant?" },
	{ "networks:\n  - prefixes: 10.0.0.0/8\n", "2:5", "a network needs the key 'name'" },
	{ "policy:\n  - rule: r\n", "2:5", "a policy rule needs the key 'verdict'" },
	{ "networks:\n  name: x\n", "2:3", "'networks' is a list" },
	{ "networks: [x]\n", "1:12", "a network is a map" },
	{ "policy: [{rule: r, verdict: banned, who: everybody}]\n", "1:42", "who is a map" },
	{ "networks: [{name: [a], vlans: 1}]\n", "1:19", "'name' wants a text, and is a list" },
	{ "networks: [{name: , vlans: 1}]\n", "1:13", "'name' wants a text, and is empty" },
	{ "networks: [{name: '', vlans: 1}]\n", "1:19", "'name' is an empty text" },
	{ "networks: [{name: x, vlans: []}]\n", "1:29", "'vlans' is an empty list" },
	{ "networks: [{name: x, vlans: [{a: 1}]}]\n", "1:30", "and is a map" },
	/* values */
	{ "networks: [{name: x, prefixes: 10.0.0/8}]\n", "1:32", "no address or prefix" },
	{ "networks: [{name: x, prefixes: 10.0.0.0/33}]\n", "1:32", "from 0 to 32" },
	{ "networks: [{name: x, prefixes: 'fe80::/129'}]\n", "1:32", "from 0 to 128" },
	{ "networks: [{name: x, prefixes: 10.0.0.0/}]\n", "1:32", "from 0 to 32" },
	{ "networks: [{name: x, prefixes: 10.20.0.1/16}]\n", "1:32", "bits behind its length" },
	{ "networks: [{name: x, vlans: 4095}]\n", "1:29", "not in 1 to 4094" },
	{ "networks: [{name: x, vlans: 0}]\n", "1:29", "not in 1 to 4094" },
	{ "networks: [{name: x, vlans: 30-20}]\n", "1:29", "first is above the last" },
	{ "networks: [{name: x, vlans: ten}]\n", "1:29", "is no VLAN" },
	{ "networks: [{name: x, vlans: 10x}]\n", "1:29", "is no VLAN" },
	{ "hosts: [{name: x, mac: '02:00'}]\n", "1:24", "is no MAC" },
	{ "hosts: [{name: x, mac: '01:00:5e:00:00:01'}]\n", "1:24", "a group's MAC" },
	{ "hosts: [{name: x, address: front-desk}]\n", "1:28", "no address or prefix" },
	{ "policy: [{rule: r, verdict: baned}]\n", "1:29", "one of banned, allowed, watch" },
	{ "policy: [{rule: r, verdict: banned, since: yesterday}]\n", "1:44", "no time" },
	{ "policy: [{rule: r, verdict: banned, since: 2022-13-06}]\n", "1:44", "no time" },
	{ "severity: [{policy: banned, weak: loud}]\n", "1:35", "one of info, low, medium, high" },
	{ "sinkholes: [nowhere]\n", "1:13", "no address or prefix" },
	{ "policy: [{rule: r, verdict: banned, what: {name: 'https://a.b/'}}]\n", "1:50",
	  "leave out https://" },
	{ "inventory: [{site: 'a..b'}]\n", "1:13", "is no host name" },
	{ "sensor: {a: b}\n", "1:9", "wants a text or a list of texts" },
	/* what only the whole shows */
	{ "networks:\n  - {name: x, vlans: 1}\n  - {name: x, vlans: 2}\n", "3:5",
	  "two networks 'x'" },
	{ "networks: [{name: x}]\n", "1:12", "neither prefixes nor vlans" },
	{ "networks:\n  - {name: x, vlans: 1-9}\n  - {name: y, vlans: [12, 5]}\n", "3:27",
	  "VLAN 5 is also in network 'x'" },
	{ "networks:\n  - {name: x, prefixes: 10.0.0.0/8}\n  - {name: y, prefixes: 10.0.0.0/8}\n",
	  "3:5", "a prefix twice, or one of 'x'" },
	{ "hosts: [{mac: '02:00:5e:10:00:01'}]\n", "1:9", "needs a name or a role" },
	{ "hosts: [{name: x}]\n", "1:9", "one of mac, address, pattern" },
	{ "hosts:\n  - {name: x, address: 10.0.0.1}\n  - {name: y, address: 10.0.0.1}\n", "3:5",
	  "an address of the one in line 2" },
	{ "hosts:\n  - {name: x, mac: '02:00:5e:10:00:01'}\n  - {name: y, mac: "
	  "02-00-5E-10-00-01}\n",
	  "3:5", "a MAC of the one in line 2" },
	{ "policy:\n  - {rule: r, verdict: watch}\n  - {rule: r, verdict: banned}\n", "3:5",
	  "two rules 'r'" },
	{ "networks: [{name: health, vlans: 1}]\npolicy:\n"
	  "  - {rule: r, verdict: banned, who: {network: helth}}\n",
	  "3:47", "no network is called 'helth'; is 'health' meant?" },
	{ "policy: [{rule: r, verdict: banned, who: {host: desk}}]\n", "1:49",
	  "no host is called 'desk'" },
	{ "policy: [{rule: r, verdict: banned, who: {role: prox}}]\n", "1:49",
	  "is 'proxy' meant?" },
	{ "policy: [{rule: r, verdict: banned, who: {jurisdiction: MD}}]\n", "1:57",
	  "no network's jurisdiction is called 'MD'" },
	{ "policy: [{rule: r, verdict: banned, what: {category: tracking_pixle}}]\n", "1:54",
	  "is 'tracking_pixel' meant?" },
	{ "policy: [{rule: r, verdict: banned, since: 2024-01-01, until: 2023-01-01}]\n", "1:10",
	  "ends before it begins" },
	{ "policy:\n  - rule: r\n    verdict: banned\n    exemptions: [{until: 2023-01-01}]\n",
	  "4:18", "needs the key 'reason'" },
	{ "policy:\n  - rule: r\n    verdict: banned\n    exemptions: [{reason: x}]\n", "4:18",
	  "needs the key 'until'" },
	{ "policy:\n  - rule: r\n    verdict: banned\n    since: 2024-01-01\n"
	  "    exemptions: [{reason: x, until: 2023-01-01}]\n",
	  "5:18", "exemption ends before" },
	{ "severity: [{policy: banned}]\n", "1:12", "one of weak, strong, certain" },
	{ "inventory:\n  - site: a.example\n  - site: A.example.\n", "3:5", "already in line 2" },
	{ "inventory: no-such-file.csv\n", "1:12", "cannot be read: No such file" },
	{ "inventory: ../lab\n", "1:12", "no regular file" },
};

static void test_mistakes(void)
{
	size_t failures = 0;

	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		struct told told;
		struct config *c = read_text(mistakes[i].text, &told);
		char place[64];

		snprintf(place, sizeof place, "tests/geo/c.yaml:%s", mistakes[i].place);
		if (c == NULL && told.count == 1 && strstr(told.text, place) == told.text &&
		    strstr(told.text, mistakes[i].words) != NULL)
			continue;
		fprintf(stderr, "row %zu:\n%stold %zu: %s\n", i, mistakes[i].text, told.count,
		        told.text);
		failures++;
	}
	CHECK(failures == 0);
}

/* Several mistakes are told at once, in the order in which they stand. */
static void test_many_mistakes(void)
{
	struct told told;
	static const char text[] = "sinkholes: [x]\nnetworks:\n  - name: a\n    vlans: 9999\n"
	                           "zebra: 1\nhosts: [{mac: y, name: b}]\n";

	CHECK(read_text(text, &told) == NULL && told.count == 4);
	const char *first = strstr(told.text, ":1:13:"), *second = strstr(told.text, ":4:12:"),
	           *third = strstr(told.text, ":5:1:"), *fourth = strstr(told.text, ":6:15:");

	CHECK(first != NULL && second > first && third > second && fourth > third);

	/* More than are kept are counted. */
	char many[4096] = "sinkholes:\n";

	for (size_t i = 0; i < FAULTS_MAX + 7; i++)
		strcat(many, " - x\n");
	CHECK(read_text(many, &told) == NULL && told.count == FAULTS_MAX + 1);
	CHECK(strstr(told.text, ": 7 more mistakes") != NULL);
}

static void address(const char *text, uint8_t out[16])
{
	struct address_prefix p;

	CHECK(prefix_parse(text, &p) == PREFIX_OK);
	memcpy(out, p.address, 16);
}

static struct config *load_example(void)
{
	struct told told = { .count = 0 };
	struct config *c = config_load("sensor/config/example.yaml", &options, keep, &told);

	if (c == NULL)
		fprintf(stderr, "%s", told.text);
	CHECK(c != NULL && told.count == 0);
	return c;
}

static void test_networks(void)
{
	static const struct {
		const char *address;
		uint16_t vlan;
		const char *network;
		bool is_inside;
	} rows[] = {
		{ "10.20.0.101", 0, "Department of Health", true },
		{ "10.20.255.255", 30, "Department of Health", true },
		{ "10.21.0.0", 0, NULL, false },
		{ "10.30.1.1", 0, "Transport Administration", true },
		{ "2001:db8:20::1", 0, "Department of Health", true },
		{ "2001:db8:21::1", 0, NULL, false },
		{ "203.0.113.9", 125, "Department of Health", false },
		{ "203.0.113.9", 30, "Transport Administration", false },
		{ "10.255.1.1", 0, NULL, true },
		{ "192.168.1.1", 0, NULL, false }, /* private, but nobody said that it is ours */
	};
	struct config *c = load_example();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t a[16];

		address(rows[i].address, a);
		const struct config_network *n = config_network_of(c, a, &rows[i].vlan, 1);

		CHECK((n == NULL) == (rows[i].network == NULL));
		CHECK(n == NULL || strcmp(n->name, rows[i].network) == 0);
		CHECK(config_is_inside(c, a) == rows[i].is_inside);
	}
	config_free(c);
	uint8_t a[16];

	address("192.168.1.1", a);
	CHECK(config_is_inside(NULL, a) && config_network_of(NULL, a, NULL, 0) == NULL);
	address("8.8.8.8", a);
	CHECK(!config_is_inside(NULL, a));
}

/* What a network holds that has no prefix nobody says: what is private is ours. */
static void test_networks_by_vlan(void)
{
	static const char networks[] = "networks:\n"
	                               " - {name: A, prefixes: 10.20.0.0/16}\n"
	                               " - {name: B, vlans: 12}\n";
	struct told told = { .count = 0 };
	struct config *c = read_text(networks, &told);
	uint8_t a[16];

	CHECK(c != NULL);
	address("192.168.1.1", a);
	CHECK(config_is_inside(c, a));
	address("203.0.113.9", a);
	CHECK(!config_is_inside(c, a));
	config_free(c);
	char with_home[256];

	snprintf(with_home, sizeof with_home, "%shome: 172.16.0.0/12\n", networks);
	c = read_text(with_home, &told);
	CHECK(c != NULL && told.count == 0);
	address("192.168.1.1", a);
	CHECK(!config_is_inside(c, a));
	config_free(c);
}

static void test_hosts(void)
{
	static const uint8_t mac[6] = { 2, 0, 0x5e, 0x10, 0, 7 }, other[6] = { 2, 0, 0, 0, 0, 1 };
	struct config *c = load_example();
	uint8_t a[16];

	address("10.20.0.53", a);
	CHECK(strcmp(config_host_of(c, NULL, a, (struct slice){ 0 })->role, "resolver") == 0);
	CHECK(strcmp(config_host_of(c, mac, a, (struct slice){ 0 })->name, "social-media-desk") ==
	      0);
	CHECK(strcmp(config_host_of(c, other, a, (struct slice){ 0 })->name, "health-resolver") ==
	      0);
	address("10.20.0.54", a);
	CHECK(config_host_of(c, other, a, (struct slice){ 0 }) == NULL);
	static const struct {
		const char *name;
		bool is_kiosk;
	} names[] = {
		{ "kiosk-7", true }, { "KIOSK-", true }, { "kiosk", false }, { "a-kiosk-7", false }
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct slice own = { (const uint8_t *)names[i].name, strlen(names[i].name) };

		CHECK((config_host_of(c, NULL, a, own) != NULL) == names[i].is_kiosk);
	}
	config_free(c);
}

static const uint64_t second_ns = 1000000000U;

static void test_policy(void)
{
	static const struct {
		const char *from, *mac_host, *product, *category, *name;
		uint64_t seconds;
		const char *verdict, *rule, *reference;
	} rows[] = {
		{ "10.20.0.101", NULL, "TikTok", "tracking_pixel", "analytics.tiktok.com",
		  1700000000, "banned", "state-ban", "Emergency Directive 2022-12-001" },
		{ "10.20.0.101", NULL, "TikTok", "login_sdk", "x.tiktok.com", 1700000000, "watch",
		  "sdk-of-others", "part of apps that are not ByteDance's own" },
		/* 2022-12-05T23:59:59Z and a second later */
		{ "10.20.0.101", NULL, "TikTok", "website", "tiktok.com", 1670284799, NULL, NULL,
		  NULL },
		{ "10.20.0.101", NULL, "TikTok", "website", "tiktok.com", 1670284800, "banned",
		  "state-ban", "Emergency Directive 2022-12-001" },
		{ "10.255.0.1", NULL, "TikTok", "website", "tiktok.com", 1700000000, NULL, NULL,
		  NULL },
		/* the exemption, its product, and its end with the last of 2027-06-30 */
		{ "10.20.0.7", "desk", "TikTok", "website", "tiktok.com", 1700000000, "allowed",
		  "state-ban", "investigations, memo 2023-04" },
		{ "10.20.0.7", "desk", "Lark", "website", "larksuite.com", 1700000000, "banned",
		  "state-ban", "Emergency Directive 2022-12-001" },
		{ "10.20.0.7", "desk", "TikTok", "website", "tiktok.com", 1814399999, "allowed",
		  "state-ban", "investigations, memo 2023-04" },
		{ "10.20.0.7", "desk", "TikTok", "website", "tiktok.com", 1814400000, "banned",
		  "state-ban", "Emergency Directive 2022-12-001" },
	};
	static const uint8_t mac[6] = { 2, 0, 0x5e, 0x10, 0, 7 };
	struct config *c = load_example();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t a[16];
		struct event_policy got;

		address(rows[i].from, a);
		struct event_tracker t = { .entity = "ByteDance",
			                   .product = rows[i].product,
			                   .category = rows[i].category,
			                   .name = { (const uint8_t *)rows[i].name,
			                             strlen(rows[i].name) } };
		struct config_subject s = {
			.network = config_network_of(c, a, NULL, 0),
			.host = config_host_of(c, rows[i].mac_host != NULL ? mac : NULL, a,
			                       (struct slice){ 0 }),
			.tracker = &t,
			.time_ns = rows[i].seconds * second_ns,
		};

		CHECK(config_policy(c, &s, &got) == (rows[i].verdict != NULL));
		if (rows[i].verdict == NULL)
			continue;
		CHECK(strcmp(got.verdict, rows[i].verdict) == 0);
		CHECK(strcmp(got.rule, rows[i].rule) == 0);
		CHECK(strcmp(got.reference, rows[i].reference) == 0);
	}
	config_free(c);
}

static bool names_rule(const struct config *c, const char *name)
{
	struct event_policy got;
	struct event_tracker t = { .entity = "E",
		                   .product = "P",
		                   .category = "C",
		                   .name = { (const uint8_t *)name, strlen(name) } };

	return config_policy(c, &(struct config_subject){ .tracker = &t }, &got);
}

static void test_names(void)
{
	struct told told;
	struct config *c = read_text(
	        "policy: [{rule: r, verdict: watch, what: {name: [TikTok.com, x.example]}}]\n",
	        &told);

	CHECK(c != NULL && names_rule(c, "tiktok.com") && names_rule(c, "a.tiktok.com"));
	CHECK(!names_rule(c, "nottiktok.com") && !names_rule(c, "com") &&
	      names_rule(c, "x.example"));
	config_free(c);
}

static void test_rest(void)
{
	struct config *c = load_example();
	uint8_t a[16];

	address("10.20.0.66", a);
	CHECK(config_is_sinkhole(c, a) && !config_is_sinkhole(NULL, a));
	address("127.0.0.1", a);
	CHECK(config_is_sinkhole(c, a) && config_is_sinkhole(NULL, a));
	struct slice site = { (const uint8_t *)"www.mva.maryland.example", 24 };

	CHECK(strcmp(config_site_of(c, site)->sector, "transport") == 0);
	site.len = 7;
	CHECK(config_site_of(c, site) == NULL && config_site_of(NULL, site) == NULL);
	CHECK(config_severity_of(c, "banned", "tracking_pixel", CONFIDENCE_CERTAIN) ==
	      SEVERITY_MEDIUM);
	CHECK(config_severity_of(c, "banned", "website", CONFIDENCE_CERTAIN) == SEVERITY_HIGH);
	CHECK(config_severity_of(NULL, "banned", "tracking_pixel", CONFIDENCE_CERTAIN) ==
	      SEVERITY_HIGH);
	const struct config_setting *s = c->settings.items;

	CHECK(c->settings.count == 2 && strcmp(s[0].key, "sensor") == 0);
	CHECK(strcmp(((const struct config_text *)s[1].values.items)->text, "300") == 0);
	config_free(c);
}

static struct config *with_inventory(const char *name, const char *text, struct told *told)
{
	char yaml[256], path[128];

	snprintf(path, sizeof path, "/tmp/dancecard-%d-%s", (int)getpid(), name);
	FILE *out = fopen(path, "wb");

	CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
	snprintf(yaml, sizeof yaml, "inventory: %s\n", path);
	struct config *c = read_text(yaml, told);

	CHECK(unlink(path) == 0);
	return c;
}

static void test_inventory(void)
{
	struct told told;
	struct config *c = with_inventory("a.csv",
	                                  "\xef\xbb\xbfSite;Organisation;State;Sector\r\ndmv.utah."
	                                  "example;\"Driver; Licences\";UT;x\r\n"
	                                  "\r\nA.example;;;\r\n",
	                                  &told);
	const struct config_site *s = c != NULL ? c->sites.items : NULL;

	CHECK(s != NULL && c->sites.count == 2 && strcmp(s[0].name, "a.example") == 0);
	CHECK(strcmp(s[1].organisation, "Driver; Licences") == 0 && s[0].sector == NULL);
	CHECK(strcmp(s[1].jurisdiction, "UT") == 0);
	config_free(c);
	c = with_inventory("b.yaml", "- {site: b.example, sector: y}\n", &told);
	CHECK(c != NULL && c->sites.count == 1);
	config_free(c);
	CHECK(with_inventory("c.csv", "url,sector\nx,y\n", &told) == NULL);
	CHECK(strstr(told.text, "c.csv:1:1: the header has no column 'site'") != NULL);
	CHECK(with_inventory("d.csv", "site\na.example\nb c\na.example\n", &told) == NULL);
	CHECK(strstr(told.text, "d.csv:3:1: 'b c' is no host name") != NULL);
	CHECK(with_inventory("e.csv", "site\na.example\na.example\n", &told) == NULL);
	CHECK(strstr(told.text, "e.csv:3:1: site 'a.example' is already in line 2") != NULL);
	CHECK(with_inventory("f.csv", "site,sector\n\"a,b\n", &told) == NULL);
	CHECK(strstr(told.text, "f.csv:2:1: quotes do not close") != NULL);
	CHECK(with_inventory("g.csv", "site,sector\n,b\n", &told) == NULL);
	CHECK(strstr(told.text, "g.csv:2:1: the cell with the site's name is empty") != NULL);
}

static bool is_of(const struct config *c, const char *name, const char *organisation)
{
	const struct config_site *s =
	        config_site_of(c, (struct slice){ (const uint8_t *)name, strlen(name) });

	if (organisation == NULL || s == NULL)
		return s == NULL && organisation == NULL;
	return s->organisation != NULL && strcmp(s->organisation, organisation) == 0;
}

/* The same reader for the ledger's review: an inventory without a config. */
static void test_inventory_alone(void)
{
	struct told told = { .count = 0 };
	char path[128];

	snprintf(path, sizeof path, "/tmp/dancecard-%d-alone.csv", (int)getpid());
	FILE *out = fopen(path, "wb");

	CHECK(out != NULL &&
	      fputs("sector,site,organisation\n# all of them\nx,WWW.A.example,\"Health, "
	            "\"\"State\"\" Office\"\ny,b.example,B\n",
	            out) >= 0 &&
	      fclose(out) == 0);
	struct config *c = config_load_inventory(path, keep, &told);

	CHECK(c != NULL && c->sites.count == 2);
	CHECK(is_of(c, "a.example", "Health, \"State\" Office"));
	CHECK(is_of(c, "www.a.example", "Health, \"State\" Office"));
	CHECK(is_of(c, "other.a.example", NULL)); /* www.a.example is no name above it */
	CHECK(is_of(c, "www.b.example", "B") && is_of(c, "deep.below.b.example", "B"));
	CHECK(is_of(c, "example", NULL) && is_of(c, "www.example", NULL));
	config_free(c);
	CHECK(unlink(path) == 0);
	CHECK(config_load_inventory(path, keep, &told) == NULL);
	CHECK(strstr(told.text, "cannot be read: No such file") != NULL);
}

/* The table against a walk over all rows, which cannot be wrong. */
static void test_prefix_table(void)
{
	enum { ROWS = 200, ASKED = 4000 };
	struct prefix_row rows[ROWS], sorted[ROWS];
	struct prefix_table table;
	uint64_t state = 88172645463325252U;

	for (uint32_t i = 0; i < ROWS; i++) {
		char text[64];

		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		snprintf(text, sizeof text, "10.%u.%u.%u/%u", (unsigned)(state & 3),
		         (unsigned)(state >> 8 & 7), (unsigned)(state >> 16 & 255),
		         (unsigned)(8 + (state >> 24) % 25));
		(void)prefix_parse(text, &rows[i].prefix);
		rows[i].value = i;
		sorted[i] = rows[i];
	}
	prefix_table_build(&table, sorted, ROWS);
	for (size_t n = 0; n < ASKED; n++) {
		uint8_t a[16] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
		const struct prefix_row *best = NULL;

		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		a[13] = state & 3, a[14] = state >> 8 & 7, a[15] = (uint8_t)(state >> 16);
		for (size_t i = 0; i < ROWS; i++)
			if (address_in(a, &rows[i].prefix) &&
			    (best == NULL || rows[i].prefix.bits > best->prefix.bits))
				best = &rows[i];
		CHECK(prefix_table_find(&table, a) ==
		      (best != NULL ? (int64_t)best->value : NO_PREFIX));
	}
}

int main(void)
{
	test_mistakes();
	test_many_mistakes();
	test_networks();
	test_networks_by_vlan();
	test_hosts();
	test_policy();
	test_names();
	test_rest();
	test_inventory();
	test_inventory_alone();
	test_prefix_table();
	return 0;
}
