/* SPDX-License-Identifier: Apache-2.0 */
/* Each format with its traps: what a text is taken for, what is taken of it, and what it answers.
 */
#include <string.h>

#include "feeds/builder.h"
#include "tests/check.h"

#define STIX(more, pattern)                                                                        \
	"{\"type\":\"indicator\"," more "\"pattern_type\":\"stix\",\"pattern\":\"" pattern "\"}"
#define HIT(name)  "+" name
#define MISS(name) "-" name

static const struct row_of_text {
	const char *format; /* as found; NULL: in none */
	const char *text;
	unsigned taken, refused;
	const char *names[10]; /* HIT and MISS */
	bool is_exact, is_allow;
} rows
        [] = {
	        /* plain */
	        { "plain",
	          "a.example\n",
	          1,
	          0,
	          { HIT("a.example"), HIT("x.a.example"), MISS("xa.example") },
	          false,
	          false },
	        { "plain",
	          "a.example",
	          1,
	          0,
	          { HIT("a.example"), MISS("x.a.example") },
	          true,
	          false },
	        { "plain",
	          "\xef\xbb\xbf"
	          "a.example\r\n# comment\r\n\r\nB.Example.  # dot\r\n",
	          2,
	          0,
	          { HIT("a.example"), HIT("b.example"), MISS("c.example") },
	          false,
	          false },
	        { "plain",
	          "*.a.example\n.b.example\n",
	          2,
	          0,
	          { HIT("a.example"), HIT("x.b.example") },
	          true,
	          false },
	        { "plain",
	          "a.example\na.example\nA.EXAMPLE.\n",
	          3,
	          0,
	          { HIT("a.example") },
	          false,
	          false },
	        { "plain",
	          "com\nco.uk\ngithub.io\nok.example\nlocalhost\n",
	          1,
	          4,
	          { HIT("ok.example"), MISS("x.co.uk"), MISS("x.com"), MISS("me.github.io") },
	          false,
	          false },
	        { "plain",
	          "b\xc3\xbc"
	          "cher.example\nxn--bcher-kva.test\n",
	          2,
	          0,
	          { HIT("xn--bcher-kva.example"), HIT("xn--bcher-kva.test") },
	          false,
	          false },
	        { "plain",
	          "a..example\n-\na_b.example\nx y.example\nb.example\nc.example\nd.example\n",
	          4,
	          3,
	          { HIT("a_b.example"), MISS("a..example"), MISS("y.example") },
	          false,
	          false },
	        { "plain",
	          "71.18.0.0/16\na.example/path\n10.0.0.1\n0.0.0.0/0\n",
	          2,
	          2,
	          { MISS("a.example") },
	          false,
	          false },
	        { "plain",
	          "*\na.example\n",
	          1,
	          1,
	          { HIT("a.example"), MISS("b.example") },
	          false,
	          false },
	        { NULL, "just some words\nthat are no list\n", 0, 0, { NULL }, false, false },
	        { NULL, "", 0, 0, { NULL }, false, false },
	        { NULL, "\n\n# nothing\n", 0, 0, { NULL }, false, false },
	        /* hosts */
	        { "hosts",
	          "127.0.0.1 localhost\n0.0.0.0 a.example b.example # c.example\n:: d.example\n",
	          3,
	          1,
	          { HIT("a.example"), HIT("b.example"), HIT("d.example"), MISS("x.a.example"),
	            MISS("c.example") },
	          false,
	          false },
	        { "hosts",
	          "fe80::1%lo0 localhost\n0.0.0.0 "
	          "0.0.0.0\n0.0.0.0\ta.example\r\n0.0.0.0\nb.example\n",
	          1,
	          4,
	          { HIT("a.example"), MISS("b.example") },
	          false,
	          false },
	        /* Adblock; the last rule ends with the bytes, and has no mark there */
	        { "adblock",
	          "[Adblock Plus 2.0]\n||a.example^\n||b.example",
	          1,
	          1,
	          { HIT("a.example"), MISS("b.example") },
	          false,
	          false },
	        { "adblock",
	          "[Adblock Plus 2.0]\n! Title: x\n||a.example^\n||b.example^$third-party\n"
	          "||c.example^$3p,important\n",
	          3,
	          0,
	          { HIT("a.example"), HIT("x.a.example"), HIT("b.example"), HIT("c.example") },
	          false,
	          false },
	        { "adblock",
	          "||ok.example^\n||tiktok.com/captcha/report\n||p.example^path\n||w*.example^\n"
	          "/regex\\.example/\n|http://s.example|\n||n.example\n&action=x&\n",
	          1,
	          7,
	          { HIT("ok.example"), MISS("tiktok.com"), MISS("p.example"), MISS("w.example"),
	            MISS("s.example"), MISS("n.example") },
	          false,
	          false },
	        { "adblock",
	          "||a.example^$domain=b.example\n||c.example^$popup\n||d.example^$madeup\n"
	          "||e.example^$image\n||f.example^$~third-party\n||ok.example^$all\n",
	          1,
	          5,
	          { HIT("ok.example"), MISS("a.example"), MISS("c.example"), MISS("d.example") },
	          false,
	          false },
	        { "adblock",
	          "||ads.example^\n@@||ads.example^$popup\n@@||ok.ads.example^\n",
	          2,
	          1,
	          { HIT("ads.example"), HIT("x.ads.example"), MISS("ok.ads.example"),
	            MISS("x.ok.ads.example") },
	          false,
	          false },
	        { "adblock",
	          "||a.example^\n||a.example^$badfilter\n||example.net^\n||x.example.net^$"
	          "badfilter\n",
	          4,
	          0,
	          { MISS("a.example"), HIT("x.example.net") },
	          false,
	          false },
	        { "adblock",
	          "||a.example^$denyallow=b.a.example|c.a.example\n",
	          3,
	          0,
	          { HIT("a.example"), MISS("b.a.example"), MISS("c.a.example") },
	          false,
	          false },
	        { "adblock",
	          "||ok.example^\nexample.org##.ad\n##.ad\nexample.org#@#.ad\na.example#?#b\n"
	          "a.example#%#c\n||t.example^3p\n",
	          1,
	          6,
	          { HIT("ok.example"), MISS("example.org"), MISS("t.example") },
	          false,
	          false },
	        { "adblock",
	          "||a.example^\n@@||b.example^\n",
	          2,
	          0,
	          { MISS("a.example"), MISS("b.example") },
	          false,
	          true },
	        /* RPZ */
	        { "rpz",
	          "$TTL 3600\n@ SOA localhost. root.localhost. 1 2 3 4 5\n  NS localhost.\n; c\n"
	          "a.example CNAME .\n*.a.example CNAME .\nb.example CNAME *.\n",
	          3,
	          0,
	          { HIT("a.example"), HIT("x.a.example"), HIT("b.example"), MISS("x.b.example") },
	          false,
	          false },
	        { "rpz",
	          "$ORIGIN rpz.example.\n@ 3600 IN SOA ns.x. root.x. (\n 1 2\n 3 4 5 ) ; c\n"
	          "bad.example.net 1h IN CNAME .\n  IN TXT \"again ; (\"\nok.example.net CNAME "
	          "rpz-passthru.\n"
	          "*.example.net CNAME rpz-drop.\nabs.example.org.rpz.example. CNAME "
	          "rpz-tcp-only.\n",
	          5,
	          0,
	          { HIT("bad.example.net"), MISS("ok.example.net"), HIT("x.example.net"),
	            HIT("abs.example.org"), MISS("example.net") },
	          false,
	          false },
	        { "rpz",
	          "$TTL 1\n24.0.0.18.71.rpz-ip CNAME .\n8.0.0.0.10.rpz-client-ip CNAME .\n"
	          "ns.example.rpz-nsdname CNAME .\n32.zz.340.2605.rpz-ip CNAME .\nx.rpz-ip CNAME "
	          ".\n* "
	          "CNAME .\n",
	          2,
	          4,
	          { MISS("ns.example") },
	          false,
	          false },
	        { "rpz",
	          "$TTL 1\na.example CNAME a.example.\n*.b.example A 127.0.0.1\n$INCLUDE "
	          "x\nc.example"
	          " WHAT x\n",
	          2,
	          2,
	          { MISS("a.example"), HIT("x.b.example") },
	          false,
	          false },
	        /* dnsmasq */
	        { "dnsmasq",
	          "# c\naddress=/a.example/#\naddress=/b.example/c.example/0.0.0.0\n"
	          "local=/d.example/\nserver=/e.example/\nserver=/ok.a.example/#\n",
	          6,
	          0,
	          { HIT("a.example"), HIT("x.a.example"), HIT("b.example"), HIT("c.example"),
	            HIT("d.example"), HIT("e.example"), MISS("ok.a.example") },
	          false,
	          false },
	        { "dnsmasq",
	          "address=/.a.example/\naddress=/*.b.example/ # c\naddress=/*c.example/\n"
	          "address=/#/\nserver=/d.example/8.8.8.8\nserver=8.8.8.8\nnftset=/e.example/x\n"
	          "address=/f.example\n",
	          2,
	          6,
	          { HIT("x.a.example"), HIT("a.example"), MISS("b.example"), HIT("x.b.example"),
	            MISS("superc.example"), MISS("d.example"), MISS("other.example") },
	          false,
	          false },
	        /* unbound */
	        { "unbound",
	          "server:\n# c\nlocal-zone: \"a.example.\" always_null\n"
	          "  local-zone: b.example redirect\n  local-data: \"b.example A 0.0.0.0\"\n"
	          "local-zone: \"ok.a.example\" transparent\nlocal-zone: \".\" deny\n"
	          "local-zone: \"c.example\" madeup\nlocal-data: \"d.example A "
	          "192.0.2.1\"\nverbosity: 1\n",
	          4,
	          4,
	          { HIT("x.a.example"), HIT("x.b.example"), MISS("ok.a.example"), MISS("c.example"),
	            MISS("d.example") },
	          false,
	          false },
	        /* v2fly */
	        { "v2fly",
	          "include:other\na.example @ads # c\nfull:b.example @!cn\ndomain:c.example &x\n"
	          "keyword:tik\nregexp:^a\nd.example\ne.example f.example\n",
	          4,
	          4,
	          { HIT("x.a.example"), HIT("b.example"), MISS("x.b.example"), HIT("x.c.example"),
	            HIT("d.example"), MISS("e.example") },
	          false,
	          false },
	        /* Zeek */
	        { "zeek",
	          "#fields\tmeta.source\tindicator\tindicator_type\n# "
	          "c\nbd\tA.example\tIntel::DOMAIN\r\n"
	          "-\t71.18.0.0/16\tIntel::SUBNET\nx\t10.0.0.1\tIntel::ADDR\nx\ta.b/c\tIntel::URL\n"
	          "x\ty@z\tIntel::EMAIL\nb.example Intel::DOMAIN x\n",
	          3,
	          3,
	          { HIT("a.example"), MISS("x.a.example"), MISS("b.example") },
	          false,
	          false },
	        /* Suricata: a.example, .b.example, "c.example\n" */
	        { "suricata",
	          "YS5leGFtcGxl\nLmIuZXhhbXBsZQ==\nYy5leGFtcGxlCg==\nnot base64\n",
	          3,
	          1,
	          { HIT("a.example"), MISS("x.a.example"), HIT("x.b.example"), HIT("c.example") },
	          false,
	          false },
	        { "suricata",
	          "YS5leGFtcGxl,65535\nLmIuZXhhbXBsZQ==,65536\nLmIuZXhhbXBsZQ==,-1\n"
	          "LmIuZXhhbXBsZQ==\n",
	          1,
	          3,
	          { HIT("a.example"), MISS("b.example") },
	          false,
	          false },
	        { "iprep",
	          "ip,category,score\n71.18.0.0/"
	          "21,1,90\n#8.8.8.8,1,1\n1.2.3.4,60,1\n1.2.3.4,1,128\n",
	          1,
	          2,
	          { NULL },
	          false,
	          false },
	        /* CSV */
	        { "csv",
	          "# c\ndomain,match,category,product,note\na.example,suffix,ads,\"P, "
	          "\"\"Q\"\"\",n\n"
	          "b.example,exact,,,\nc.example,below,,,\n71.18.0.0/"
	          "16,cidr,,,\nd.example,near,,,\n"
	          "\"e.example,suffix\n",
	          4,
	          2,
	          { HIT("x.a.example"), HIT("b.example"), MISS("x.b.example"), MISS("c.example"),
	            HIT("x.c.example"), MISS("d.example"), MISS("e.example") },
	          false,
	          false },
	        { "csv",
	          "domain;tracker_id;category_id\r\na.example;t;6\r\n",
	          1,
	          0,
	          { HIT("a.example") },
	          false,
	          false },
	        { "csv", "prefix,asn\n71.18.0.0/16,1\nx,2\n", 1, 1, { NULL }, false, false },
	        /* JSON */
	        { "disconnect",
	          "{\"categories\":{\"Ads\":[{\"E\":{\"http://e/\":[\"a.example\","
	          "\"b.example/"
	          "path\"],\"dnt\":\"eff\"}}],\"Social\":[{\"E\":{\"u\":[\"a.example\"]}}]}}",
	          2,
	          1,
	          { HIT("x.a.example"), MISS("b.example") },
	          false,
	          false },
	        { "disconnect-entities",
	          "{\"entities\":{\"E\":{\"properties\":[\"a.example\"],\"resources\":"
	          "[\"b.example\"]}}}",
	          2,
	          0,
	          { HIT("a.example"), HIT("b.example") },
	          false,
	          false },
	        { "duckduckgo",
	          "{\"trackers\":{\"a.example\":{\"owner\":{\"name\":\"E\"},\"default\":\"block\"},"
	          "\"b.example\":{\"owner\":{},\"default\":\"ignore\",\"rules\":[{\"rule\":\"b\"}]}"
	          "},"
	          "\"cnames\":{\"c.example\":\"a.example\"}}",
	          2,
	          1,
	          { HIT("x.a.example"), MISS("b.example"), HIT("c.example") },
	          false,
	          false },
	        { "misp",
	          "{\"name\":\"n\",\"type\":\"hostname\",\"version\":1,\"list\":[\"a.example\","
	          "\".b.example\",3]}",
	          2,
	          1,
	          { HIT("x.a.example"), HIT("x.b.example") },
	          false,
	          false },
	        { "misp",
	          "{\"type\":\"string\",\"list\":[\"a.example\"]}",
	          1,
	          0,
	          { HIT("a.example"), MISS("x.a.example") },
	          false,
	          false },
	        { "misp",
	          "{\"type\":\"cidr\",\"list\":[\"71.18.0.0/16\"]}",
	          1,
	          0,
	          { NULL },
	          false,
	          true },
	        { "stix",
	          "{\"type\":\"bundle\",\"objects\":[{\"type\":\"identity\"},{\"type\":"
	          "\"indicator\","
	          "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'a.example' OR "
	          "ipv4-addr:value='71.18.0.0/"
	          "16']\"},{\"type\":\"indicator\",\"pattern_type\":\"stix\","
	          "\"pattern\":\"[domain-name:value = 'b.example' AND x:y = 'z']\"}]}",
	          2,
	          1,
	          { HIT("a.example"), MISS("b.example") },
	          false,
	          false },
	        { "stix",
	          "{\"type\":\"bundle\",\"objects\":[" STIX(
	                  "",
	                  "[domain-name:value IN ('a.example', 'b.example')] OR [ipv4-addr:value "
	                  "ISSUBSET '192.0.2.0/24']") "," STIX("",
	                                                       "[domain-name:value = 'c.example'] "
	                                                       "FOLLOWEDBY [domain-name:value = "
	                                                       "'d.example']") "," STIX("", "[domai"
	                                                                                    "n-"
	                                                                                    "name:"
	                                                                                    "value "
	                                                                                    "LIKE "
	                                                                                    "'e."
	                                                                                    "exampl"
	                                                                                    "e']") "," STIX("",
	                                                                                                    "[domain-name:value = 'f.example") "," STIX("",
	                                                                                                                                                "[domain-name:value = 'g\\\\'.example']") "," STIX("",
	                                                                                                                                                                                                   "[network-traffic:dst_ref.value = 'h.example'] WITHIN 5 SECONDS") "," STIX("",
	                                                                                                                                                                                                                                                                              "[network-traffic:dst_ref.value = 'i.example']") "]}",
	          4,
	          5,
	          { HIT("a.example"), HIT("b.example"), HIT("i.example"), MISS("c.example"),
	            MISS("e.example"), MISS("f.example"), MISS("h.example") },
	          false,
	          false },
	        /* Held against 2026-06-01. */
	        {
	                "stix",
	                "{\"type\":\"bundle\",\"objects\":[" STIX("\"revoked\":true,", "[domain-"
	                                                                               "name:value "
	                                                                               "= "
	                                                                               "'a.example'"
	                                                                               "]") "," STIX(
	                        "\"revoked\":false,\"valid_from\":\"2026-06-01T00:00:00Z\",", "[dom"
	                                                                                      "ain-"
	                                                                                      "name"
	                                                                                      ":val"
	                                                                                      "ue "
	                                                                                      "= "
	                                                                                      "'b."
	                                                                                      "exam"
	                                                                                      "ple'"
	                                                                                      "]") "," STIX("\"valid_from\":\"2026-06-01T00:00:01.000Z\",", "[domain-name:value = 'c.example']") "," STIX("\"valid_until\":\"2026-06-01T00:00:00Z\",", "[domain-name:value = 'd.example']") "," STIX("\"valid_until\":\"2028-02-29T23:59:59.9Z\",", "[domain-name:value = 'e.example']") "," STIX("\"valid_until\":\"2027-02-29T00:00:00Z\",", "[domain-name:value = 'f.example']") "," STIX("\"valid_from\":7,",
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "[domain-name:value = 'g.example']") "]}",
	                2,
	                5,
	                { HIT("b.example"), HIT("e.example"), MISS("a.example"), MISS("c.example"),
	                  MISS("d.example"), MISS("f.example"), MISS("g.example") },
	                false,
	                false },
	        { "json",
	          "{\"domain\":\".a.example\"}\n{\"host\":\"b.example\"}\nbroken\n",
	          2,
	          1,
	          { HIT("x.a.example"), HIT("b.example"), MISS("x.b.example") },
	          false,
	          false },
	        { "adguard",
	          "{\"trackerDomains\":{\"a.example\":\"t\"}}",
	          1,
	          0,
	          { HIT("a.example") },
	          false,
	          false },
	        { "adguard-services",
	          "[{\"service_name\":\"S\",\"domains\":[\"a.example\"]}]",
	          1,
	          0,
	          { HIT("a.example") },
	          false,
	          false },
	        { "xray",
	          "[{\"owner_name\":\"S\",\"doms\":[\"a.example\"]}]",
	          1,
	          0,
	          { HIT("a.example") },
	          false,
	          false },
	        { "asn",
	          "{\"asn\":1,\"subnets\":{\"ipv4\":[\"71.18.0.0/16\"],\"ipv6\":[\"x\"]}}",
	          1,
	          1,
	          { NULL },
	          false,
	          false },
	        { "json", "{\"deep\":", 0, 1, { NULL }, false, false },
        };

struct heard {
	unsigned count;
};

static void hear(void *context, const char *place, const char *reason)
{
	struct heard *heard = context;

	CHECK(place[0] != '\0' && reason != NULL && reason[0] != '\0');
	heard->count++;
}

static void check_row(const struct row_of_text *row, size_t index)
{
	struct heard heard = { 0 };
	struct feed_options options = { .plain_is_exact = row->is_exact,
		                        .time = 1780272000, /* 2026-06-01 */
		                        .report = hear,
		                        .context = &heard };
	struct feed_builder *builder = feed_builder_new();
	struct feed_counts counts;

	CHECK(builder != NULL);
	if (row->is_allow) {
		/* What an allow list does is seen where something else would report. */
		const struct feed_options plain = { 0 };

		CHECK(feed_builder_add_text(builder, "t", text_of("a.example\nb.example\n"), &plain,
		                            &counts));
		options.is_allow_list = true;
	}
	/* In a block of its own, so that a byte too far is seen. */
	size_t len = strlen(row->text);
	char *text = malloc(len + (len == 0));

	CHECK(text != NULL);
	memcpy(text, row->text, len);
	bool is_taken = feed_builder_add_text(builder, "row", (struct text){ text, len }, &options,
	                                      &counts);

	free(text);
	const char *format = counts.format[0] != '\0' ? counts.format : NULL;

	if (counts.taken != row->taken || counts.refused != row->refused ||
	    is_taken != (row->taken > 0) || (format == NULL) != (row->format == NULL) ||
	    (format != NULL && strcmp(format, row->format) != 0)) {
		fprintf(stderr, "row %zu (%.30s): %s, %llu taken, %llu refused\n", index, row->text,
		        counts.format, (unsigned long long)counts.taken,
		        (unsigned long long)counts.refused);
		exit(1);
	}
	CHECK(heard.count <= FEED_REPORTS + 1 && (is_taken || heard.count > 0));
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(set != NULL);
	for (const char *const *name = row->names; *name != NULL; name++) {
		struct feed_entry entry;
		bool is_found =
		        feed_find_name(set, *name + 1, strlen(*name + 1), FEED_NAME, &entry);

		if (is_found != (**name == '+')) {
			fprintf(stderr, "row %zu (%.30s): %s\n", index, row->text, *name);
			exit(1);
		}
	}
	feed_set_free(set);
}

/* Lines that cannot be written down as a row: a NUL, a megabyte. */
static void check_hostile_lines(void)
{
	static char text[(1 << 20) + 100];
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { 0 };
	struct feed_counts counts;
	size_t len = (size_t)snprintf(text, sizeof text, "a.example\nb.exa");

	memcpy(text + len, "\0mple\n", 6);
	len += 6;
	memset(text + len, 'x', 1 << 20);
	len += 1 << 20;
	memcpy(text + len, "\nc.example\n", 11);
	len += 11;
	CHECK(feed_builder_add_text(builder, "t", (struct text){ text, len }, &options, &counts));
	CHECK(counts.taken == 2 && counts.refused == 2 && counts.lines == 4);
	CHECK(counts.refused_for[FEED_NUL] == 1 && counts.refused_for[FEED_LINE_LENGTH] == 1);
	feed_builder_free(builder);
}

/* The longest name wins; of equal ones the feed that came first; exceptions stay in their feed. */
static void check_precedence(void)
{
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options first = { .tag = "first", .category = "one" };
	const struct feed_options second = { .tag = "second" };
	struct feed_counts counts;
	struct feed_entry entry;

	CHECK(feed_builder_add_text(builder, "t", text_of("a.example\n"), &first, &counts));
	CHECK(feed_builder_add_text(builder, "t",
	                            text_of("||a.example^\n||b.a.example^\n@@||c.a.example^\n"),
	                            &second, &counts));
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(feed_find_name(set, "x.a.example", 11, FEED_NAME, &entry));
	CHECK(strcmp(entry.feed, "first") == 0 && strcmp(entry.category, "one") == 0);
	CHECK(feed_find_name(set, "x.b.a.example", 13, FEED_NAME, &entry));
	CHECK(strcmp(entry.feed, "second") == 0 && strcmp(entry.category, "tracker") == 0);
	CHECK(strcmp(entry.rule, "b.a.example") == 0);
	CHECK(feed_find_name(set, "c.a.example", 11, FEED_NAME, &entry));
	CHECK(strcmp(entry.feed, "first") == 0);
	CHECK(feed_set_names(set) == 4);
	feed_set_free(set);
}

static void check_forced(void)
{
	struct feed_builder *builder = feed_builder_new();
	struct feed_options options = { .format = "v2fly" };
	struct feed_counts counts;

	CHECK(feed_builder_add_text(builder, "t", text_of("a.example\n"), &options, &counts));
	CHECK(strcmp(counts.format, "v2fly") == 0);
	options.format = "no-such";
	CHECK(!feed_builder_add_text(builder, "t", text_of("a.example\n"), &options, &counts));
	CHECK(!feed_builder_add_file(builder, "/", NULL, &counts));
	CHECK(!feed_builder_add_file(builder, "/dev/zero", NULL, &counts));
	CHECK(!feed_builder_add_file(builder, "/no/such/file", NULL, &counts));
	for (int i = 1; i < 64; i++)
		feed_builder_add_text(builder, "t", text_of("||b.example^\n@@||b.example^\n"),
		                      &(struct feed_options){ 0 }, &counts);
	CHECK(!feed_builder_add_text(builder, "t", text_of("c.example\n"),
	                             &(struct feed_options){ 0 }, &counts));
	feed_builder_free(builder);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_row(&rows[i], i);
	check_hostile_lines();
	check_precedence();
	check_forced();
	for (size_t i = 0; feed_format_name(i) != NULL; i++)
		CHECK(feed_format_name(i)[0] != '\0');
	return 0;
}
