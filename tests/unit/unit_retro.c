/* SPDX-License-Identifier: Apache-2.0 */
/* What a feed would have reported: an event that was seen, the names it is held against, the line.
 */
#include <string.h>
#include <unistd.h>

#include "feeds/builder.h"
#include "sensor/retro/lines.h"
#include "sensor/retro/retro.h"
#include "tests/check.h"

#define TUPLE                                                                                      \
	"\"flow_id\":7,\"src_ip\":\"10.0.0.1\",\"src_port\":40000,\"dest_ip\":\"192.0.2.9\","      \
	"\"dest_port\":443,\"proto\":\"TCP\""
#define FLOW                                                                                       \
	"{\"timestamp\":\"2026-11-23T17:08:29.000001+0000\",\"event_type\":\"flow\"," TUPLE        \
	",\"flow\":{\"start\":\"2026-11-23T17:08:28.000001+0000\",\"state\":\"closed\"}"
#define NAMES(names)      ",\"names\":[" names "]}"
#define NAME(kind, value) "{\"kind\":\"" kind "\",\"value\":\"" value "\",\"count\":1}"
#define CONTACT                                                                                    \
	"{\"timestamp\":\"2026-11-23T17:08:29.000001+0000\",\"event_type\":\"contact\","           \
	"\"event_id\":\"00112233445566778899aabbccddeeff\"," TUPLE

static const struct {
	const char *line;
	enum seen_answer answer;
	unsigned reports;
	const char *has[4]; /* of the last report */
	const char *has_not;
} rows[] = {
	{ "", SEEN_NO_JSON, 0, { NULL }, NULL },
	{ "[]", SEEN_NO_JSON, 0, { NULL }, NULL },
	{ "{}", SEEN_NO_EVENT, 0, { NULL }, NULL },
	{ "{\"event_type\":7}", SEEN_NO_EVENT, 0, { NULL }, NULL },
	{ "{\"event_type\":\"stats\"}", SEEN_OTHER, 0, { NULL }, NULL },
	{ "{\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\"}", SEEN_NO_EVENT, 0, { NULL }, NULL },
	{ FLOW NAMES(NAME("tls_sni", "b.example")), SEEN_OK, 0, { NULL }, NULL },
	{ FLOW NAMES(NAME("tls_sni", "x.a.example")),
	  SEEN_OK,
	  1,
	  { "\"timestamp\":\"2026-11-23T17:08:28.000001+0000\",\"event_type\":\"contact\"",
	    "\"name\":\"x.a.example\",\"rule\":\"a.example\",\"feed\":\"new\"",
	    "\"confidence\":\"certain\",\"outcome\":\"established\"",
	    "\"evidence\":[{\"kind\":\"tls_sni\",\"value\":\"x.a.example\"}]" },
	  "names" },
	{ FLOW NAMES(NAME("dns_answer", "a.example") "," NAME("tls_sni", "a.example")),
	  SEEN_OK,
	  1,
	  { "\"confidence\":\"certain\"", "dns_answer", "tls_sni" },
	  NULL },
	{ FLOW NAMES(NAME("dns_answer", "www.b.example") "," NAME("dns_cname", "a.example")),
	  SEEN_OK,
	  1,
	  { "\"name\":\"www.b.example\",\"rule\":\"a.example\"", "\"confidence\":\"strong\"",
	    "{\"kind\":\"dns_cname\",\"value\":\"a.example\"}" },
	  NULL },
	{ FLOW NAMES(NAME("http_host", "a.example:8080")),
	  SEEN_OK,
	  1,
	  { "\"name\":\"a.example\"" },
	  NULL },
	{ FLOW NAMES(NAME("http_referer", "a.example")), SEEN_OK, 0, { NULL }, NULL },
	{ FLOW ",\"app_proto\":\"dns\"" NAMES(NAME("dns_query", "a.example")),
	  SEEN_OK,
	  1,
	  { "\"event_type\":\"lookup\"", "\"dns\":{\"version\":3,", "\"rrname\":\"a.example\"" },
	  NULL },
	{ FLOW NAMES(NAME("tls_sni", "a.example") "," NAME("tls_sni", "b.a.example")),
	  SEEN_OK,
	  2,
	  { "\"name\":\"b.a.example\"" },
	  NULL },
	{ CONTACT ",\"outcome\":\"reset\",\"tracker\":{\"name\":\"a.example\",\"rule\":\"old\"},"
	          "\"policy\":{\"verdict\":\"banned\"},"
	          "\"evidence\":[{\"kind\":\"tls_sni\",\"value\":\"a.example\",\"pcap_cnt\":5}]}",
	  SEEN_OK,
	  1,
	  { "00112233445566778899aabbccddeeff", "\"outcome\":\"reset\"", "\"pcap_cnt\":5" },
	  "old" },
	{ "{\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"198.51.100.7\"}",
	  SEEN_OK,
	  1,
	  { "\"confidence\":\"weak\"", "{\"kind\":\"ip_network\",\"value\":\"198.51.100.0/24\"}" },
	  "\"name\"" },
	/* A far side that begins the flow. */
	{ "{\"event_type\":\"flow\",\"src_ip\":\"198.51.100.7\",\"dest_ip\":\"10.0.0.1\","
	  "\"local\":{\"ip\":\"10.0.0.1\"}}",
	  SEEN_OK,
	  1,
	  { "ip_network" },
	  NULL },
	/* Hostile: values of other kinds, no UTF-8, keys that are none. */
	{ FLOW ",\"names\":{\"kind\":[]},\"evidence\":\"x\",\"local\":[1,{\"\":{}}]}",
	  SEEN_OK,
	  0,
	  { NULL },
	  NULL },
	{ FLOW ",\"tls\":{\"sni\":\"\xff\xfe\",\"\x01\":1,\"n\":-5,\"d\":0.25,\"b\":true,"
	       "\"o\":null}" NAMES(NAME("tls_sni", "a.example")),
	  SEEN_OK,
	  1,
	  { "\"tls\":{\"sni\":\"\\\\255\\\\254\",\"n\":-5,\"d\":0.25,\"b\":true}" },
	  NULL },
};

static char last[1 << 16];
static unsigned reports;

static void keep(void *context, struct slice line)
{
	(void)context;
	reports++;
	CHECK(line.len < sizeof last);
	memcpy(last, line.ptr, line.len);
	last[line.len] = '\0';
}

static void check_row(const struct feed_set *set, size_t i)
{
	struct retro *retro = retro_new(set);
	struct json *tree = json_open(text_of(rows[i].line), NULL);
	struct seen seen;
	struct retro_counts counts;

	CHECK(retro != NULL);
	reports = 0;
	last[0] = '\0';
	bool is_good = seen_read(tree, &seen) == rows[i].answer;

	if (rows[i].answer == SEEN_OK)
		for (int again = 0; again < 2; again++)
			retro_ask(retro, &seen, keep, NULL);
	retro_counts(retro, &counts);
	/* Told once, however often it is seen; without a flow_id nobody knows that it is the same.
	 */
	is_good &= reports == rows[i].reports ||
	           (strstr(rows[i].line, "flow_id") == NULL && reports == 2 * rows[i].reports);
	is_good &= counts.reports == reports && (reports > 0) == (counts.hosts == 1);
	for (size_t k = 0; k < 4 && rows[i].has[k] != NULL; k++)
		is_good &= strstr(last, rows[i].has[k]) != NULL;
	is_good &= rows[i].has_not == NULL || strstr(last, rows[i].has_not) == NULL;
	if (!is_good)
		fprintf(stderr, "row %zu: %s\n%u reports; %s\n", i, rows[i].line, reports, last);
	CHECK(is_good);
	json_close(tree);
	retro_free(retro);
}

static void check_lines(void)
{
	char path[] = "/tmp/dancecard-lines-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct text line;
	const char *fault;

	CHECK(file != NULL);
	fputs("one\r\n\n", file);
	for (int i = 0; i < LINES_MAX_LEN; i++)
		fputc('x', file);
	fputc('\n', file);
	for (int i = 0; i < 3 * LINES_MAX_LEN; i++)
		fputc('y', file);
	fputs("\nlast", file);
	fclose(file);
	struct lines *lines = lines_open(path, &fault);

	CHECK(lines != NULL);
	CHECK(lines_next(lines, &line, &fault) == LINES_LINE && text_is(line, "one"));
	CHECK(lines_next(lines, &line, &fault) == LINES_LINE && line.len == 0);
	CHECK(lines_next(lines, &line, &fault) == LINES_LINE && line.len == LINES_MAX_LEN);
	CHECK(lines_next(lines, &line, &fault) == LINES_LONG);
	CHECK(lines_next(lines, &line, &fault) == LINES_LINE && text_is(line, "last"));
	CHECK(lines_next(lines, &line, &fault) == LINES_END);
	lines_close(lines);
	unlink(path);
	CHECK(lines_open("/no/such", &fault) == NULL && fault != NULL);
	lines = lines_open("/", &fault);
	CHECK(lines == NULL || lines_next(lines, &line, &fault) == LINES_FAULT);
	lines_close(lines);
}

int main(void)
{
	struct feed_builder *builder = feed_builder_new();
	const struct feed_options options = { .tag = "new" };
	struct feed_counts counts;

	CHECK(feed_builder_add_text(builder, "t", text_of("a.example\n198.51.100.0/24\n"), &options,
	                            &counts));
	struct feed_set *set = feed_builder_finish(builder);

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_row(set, i);
	check_lines();
	feed_set_free(set);
	return 0;
}
