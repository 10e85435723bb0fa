/* SPDX-License-Identifier: Apache-2.0 */
/* What the report counts, and that nothing of a text gets out of the page's data. */
#include "sensor/report/parts.h"

#include <stdlib.h>

#include "sensor/report/page_json.h"
#include "tests/check.h"

static char *data_of(struct report *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out != NULL && report_write_data(r, out));
	fclose(out);
	return text;
}

static void give(struct report *r, const char *line, enum fact_answer wanted)
{
	CHECK(report_line(r, text_of(line)) == wanted);
}

#define CONTACT(id, more)                                                                          \
	"{\"timestamp\":\"2026-11-23T10:00:00.5+0000\",\"event_type\":\"contact\",\"event_id\":"   \
	"\"" id                                                                                    \
	"0000000000000000\",\"flow_id\":7,\"local\":{\"ip\":\"10.0.0.1\",\"network\":\"Health\"}," \
	"\"tracker\":{\"entity\":\"ByteDance\",\"product\":\"TikTok\",\"category\":\"tracking_"    \
	"pixel\","                                                                                 \
	"\"name\":\"analytics.tiktok.com\"},\"confidence\":\"certain\"" more "}"

static void test_counts(void)
{
	struct report *r = report_new();

	give(r,
	     CONTACT("0000000000000001",
	             ",\"outcome\":\"established\",\"policy\":{\"verdict\":\"banned\"}"),
	     FACT_OK);
	give(r, CONTACT("0000000000000001", ",\"outcome\":\"established\""), FACT_OK);
	give(r,
	     CONTACT("0000000000000002", ",\"outcome\":\"reset\",\"represents\":3,"
	                                 "\"policy\":{\"verdict\":\"banned\"}"),
	     FACT_OK);
	CHECK(r->events == 2 && r->repeats == 1);
	CHECK(r->total.contacts == 4 && r->total.established == 1 && r->total.reset == 3);
	CHECK(r->total.through == 1 && r->total.held == 3 && r->total.certain == 4);
	CHECK(r->tables.hosts.count == 1 && r->tables.networks.rows[0].counts.hosts == 1);
	CHECK(r->listing.count == 2);
	report_settle(r);
	CHECK(r->total.hosts == 1 && r->tables.streams.rows[0].counts.contacts == 4);
	report_free(r);
}

/* Bytes come with the flow's end, the page's site with a placement. */
static void test_joins(void)
{
	struct report *r = report_new();

	give(r, CONTACT("0000000000000001", ""), FACT_OK);
	give(r,
	     "{\"event_type\":\"placement\",\"flow_id\":7,\"tracker\":{\"name\":\"analytics.tiktok."
	     "com\"},"
	     "\"site\":{\"name\":\"www.dmv.example\"}}",
	     FACT_OK);
	give(r,
	     "{\"event_type\":\"flow\",\"flow_id\":7,\"local\":{\"ip\":\"10.0.0.1\",\"network\":"
	     "\"Health\"},"
	     "\"tracker\":{\"product\":\"TikTok\",\"name\":\"analytics.tiktok.com\"},"
	     "\"flow\":{\"bytes_toserver\":10,\"bytes_toclient\":200,\"reason\":\"timeout\"}}",
	     FACT_OK);
	give(r,
	     "{\"event_type\":\"flow\",\"flow_id\":7,\"tracker\":{\"product\":\"TikTok\"},"
	     "\"flow\":{\"bytes_toserver\":10,\"reason\":\"interim\"}}",
	     FACT_OK);
	give(r,
	     "{\"event_type\":\"site\",\"tracker\":{\"entity\":\"ByteDance\"},\"site\":{\"name\":"
	     "\"dmv.example\",\"status\":\"removed\",\"removed_at\":\"2026-11-24T00:00:00Z\","
	     "\"visits\":9}}",
	     FACT_OK);
	CHECK(r->total.bytes_out == 10 && r->total.bytes_in == 200);
	report_settle(r);
	CHECK(r->tables.sites.count == 1 && r->tables.sites.rows[0].counts.contacts == 1);
	CHECK(r->tables.sites.rows[0].visits == 9 &&
	      r->tables.sites.rows[0].time_ns[SITE_REMOVED] > 0);
	CHECK(r->tables.streams.count == 1 && r->tables.streams.rows[0].counts.bytes_in == 200);
	report_free(r);
}

/* One host with two addresses, in two networks; another one had one of them before. */
static void test_hosts(void)
{
#define OF(id, local)                                                                              \
	"{\"event_type\":\"contact\",\"event_id\":\"" id "\",\"local\":{" local "},\"tracker\":{"  \
	"\"product\":\"TikTok\"}}"
	static const char *const lines[] = {
		OF("00000000000000010000000000000000",
		   "\"ip\":\"10.0.0.1\",\"mac\":\"a\",\"network\":\"Health\""),
		OF("00000000000000020000000000000000",
		   "\"ip\":\"10.0.0.2\",\"mac\":\"b\",\"network\":\"Health\""),
		OF("00000000000000030000000000000000",
		   "\"ip\":\"10.0.0.2\",\"mac\":\"a\",\"network\":\"Health\""),
		OF("00000000000000040000000000000000",
		   "\"ip\":\"10.1.0.9\",\"client_id\":\"0102\",\"network\":\"Courts\""),
		OF("00000000000000050000000000000000",
		   "\"ip\":\"10.1.0.2\",\"mac\":\"a\",\"network\":\"Courts\""),
	};
#undef OF
	struct report *r = report_new();

	for (size_t i = 0; i < COUNT_OF(lines); i++)
		give(r, lines[i], FACT_OK);
	report_settle(r);
	CHECK(r->total.hosts == 3 && r->tables.hosts.count == 3 && r->tables.matrix.count == 3);
	CHECK(r->tables.hosts.rows[0].counts.addresses == 3);
	CHECK(text_is(words_get(&r->words, r->tables.hosts.rows[0].attribute[HOST_ADDRESS]),
	              "10.1.0.2"));
	CHECK(r->tables.networks.rows[0].counts.hosts == 2);
	CHECK(r->tables.networks.rows[1].counts.hosts == 2);
	report_free(r);
}

/* Of equal rows not the one that came first: workers come in any order. */
static void test_order(void)
{
#define AT(id, host)                                                                               \
	"{\"timestamp\":\"2026-11-23T10:00:00Z\",\"event_type\":\"contact\",\"event_id\":\"" id    \
	"\",\"local\":{\"ip\":\"" host "\"},\"tracker\":{\"name\":\"a.example\"}}"
	static const char *const lines[] = {
		AT("00000000000000010000000000000000", "10.0.0.1"),
		AT("00000000000000020000000000000000", "10.0.0.2"),
		AT("00000000000000030000000000000000", "10.0.0.10"),
	};
#undef AT
	for (size_t first = 0; first < COUNT_OF(lines); first++) {
		struct report *r = report_new();

		for (size_t i = 0; i < COUNT_OF(lines); i++)
			give(r, lines[(first + i) % COUNT_OF(lines)], FACT_OK);
		report_settle(r);
		CHECK(text_is(words_get(&r->words, r->listing.rows[0].host), "10.0.0.1"));
		CHECK(text_is(words_get(&r->words, r->listing.rows[1].host), "10.0.0.10"));
		CHECK(text_is(words_get(&r->words, r->listing.rows[2].host), "10.0.0.2"));
		report_free(r);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *line;
		enum fact_answer answer;
	} rows[] = {
		{ "", FACT_NO_JSON },
		{ "{", FACT_NO_JSON },
		{ "[]", FACT_NO_JSON },
		{ "{}", FACT_NO_EVENT },
		{ "\"contact\"", FACT_NO_JSON },
		{ "{\"event_type\":\"alert\"}", FACT_NO_EVENT },
		{ "{\"event_type\":7}", FACT_NO_EVENT },
		{ "{\"event_type\":\"stats\"}", FACT_OK },
		{ "{\"event_type\":\"contact\",\"local\":[],\"flow_id\":-1,\"timestamp\":{}}",
		  FACT_OK },
	};
	struct report *r = report_new();

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		give(r, rows[i].line, rows[i].answer);
	free(data_of(r));
	report_free(r);
}

static void test_seeing(void)
{
	static const char *const lines[] = {
		"{\"event_type\":\"stats\",\"stats\":{\"visibility\":{\"packets\":10,\"doh\":{"
		"\"count\":1}}}}",
		"{\"event_type\":\"stats\",\"stats\":{\"visibility\":{\"packets\":30,\"doh\":{"
		"\"count\":2}}}}",
		"{\"event_type\":\"stats\",\"stats\":{\"visibility\":{\"packets\":5}}}",
		"{\"event_type\":\"stats\",\"sensor\":\"b\",\"stats\":{\"visibility\":{\"packets\":"
		"100}}}",
	};
	struct report *r = report_new();

	for (size_t i = 0; i < COUNT_OF(lines); i++)
		give(r, lines[i], FACT_OK);
	report_settle(r);
	CHECK(r->seeing.before[0] == 135 && r->seeing.before[9] == 2);
	report_free(r);
}

static void test_escapes(void)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "plain \xc3\xa9", "\"plain \xc3\xa9\"" },
		{ "</script>", "\"\\u003c/script\\u003e\"" },
		{ "a\"\\&\n\x7f", "\"a\\u0022\\u005c\\u0026\\u000a\\u007f\"" },
		{ "\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6", "\"\\u2028\\u202e\\u2066\"" },
		{ "\xe2\x82\xac", "\"\xe2\x82\xac\"" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = NULL;
		size_t len = 0;
		struct page_json j = { .out = open_memstream(&text, &len) };

		page_text(&j, text_of(rows[i].text));
		fclose(j.out);
		CHECK(strcmp(text, rows[i].wanted) == 0);
		free(text);
	}
}

static void test_words(void)
{
	struct words w;
	char *million = malloc(1000000);

	CHECK(words_init(&w) && million != NULL);
	memset(million, 'x', 1000000);
	uint32_t one = words_add(&w, text_of("a")), two = words_add(&w, text_of("b\xff"));

	CHECK(words_add(&w, text_of("")) == WORD_NONE && one != two);
	CHECK(words_add(&w, text_of("a")) == one && text_is(words_get(&w, two), "b\\255"));
	CHECK(words_get(&w, words_add(&w, (struct text){ million, 1000000 })).len <= WORD_MAX);
	for (size_t i = 0; i < 20000; i++) {
		char text[16];

		snprintf(text, sizeof text, "%zu", i);
		CHECK(text_is(words_get(&w, words_add(&w, text_of(text))), text));
	}
	free(million);
	words_free(&w);
}

/* However the times lie, no count is lost and there are not too many pieces. */
static void test_timeline(void)
{
	static const uint64_t seconds[][3] = {
		{ 1000, 1001, 1399 },
		{ 1800000000, 1800000001, 1800000000 - 86400 * 700 },
		{ 0, 253402300799, 5 },
		{ UINT64_MAX / 1000000000, 0, 1 },
	};

	for (size_t i = 0; i < COUNT_OF(seconds); i++) {
		struct timeline t = { .seconds = 0 };
		uint64_t sum = 0;

		for (size_t k = 0; k < 300; k++)
			timeline_at(&t, (seconds[i][k % 3] + k / 3) % (UINT64_MAX / 1000000000) *
			                        1000000000)
			        ->established++;
		CHECK(t.last - t.first < TIMELINE_MAX);
		for (uint64_t k = t.first; k <= t.last; k++)
			sum += t.pieces[k - t.first].established;
		CHECK(sum == 300);
	}
}

static void test_packed(void)
{
	struct packed p = { .lines = 0 };
	char *huge = malloc(PACKED_LINE_MAX + 1);

	memset(huge, 'x', PACKED_LINE_MAX + 1);
	for (uint32_t i = 0; i < 3 * PACKED_LINES; i++)
		CHECK(packed_add(&p, text_of("{\"a\":1}")) == i);
	CHECK(packed_add(&p, (struct text){ huge, PACKED_LINE_MAX + 1 }) == PACKED_NOT);
	CHECK(packed_add(&p, text_of("a\nb")) == PACKED_NOT);
	CHECK(packed_finish(&p) && p.blocks == 3 && packed_block(&p, 2).len > 0);
	free(huge);
	packed_free(&p);
}

int main(void)
{
	test_counts();
	test_joins();
	test_hosts();
	test_order();
	test_refusals();
	test_seeing();
	test_escapes();
	test_words();
	test_timeline();
	test_packed();
	return 0;
}
