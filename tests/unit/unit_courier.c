/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between the journal and the servers, without servers: targets, lines, answers. */
#include "sensor/sink/bulk_reply.h"
#include "sensor/sink/http_api.h"
#include "sensor/sink/line.h"

#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *address, *host, *port, *path, *key, *value;
	bool is_good;
} targets[] = {
	{ "h", "h", "", "", "x", NULL, true },
	{ "h:1/p/q?a=1&b=%2fx%20&c", "h", "1", "p/q", "b", "/x ", true },
	{ "[2001:db8::1]:514?f=", "2001:db8::1", "514", "", "f", "", true },
	{ "[::1]", "::1", "", "", "f", NULL, true },
	{ "a:1,b:2/t", "a:1,b:2", "", "t", "f", NULL, true },
	{ "h/?q=a@b", "h", "", "", "q", "a@b", true },
	{ "u:p@h/", NULL, NULL, NULL, NULL, NULL, false },
	{ "u@h", NULL, NULL, NULL, NULL, NULL, false },
	{ "", NULL, NULL, NULL, NULL, NULL, false },
	{ ":1", NULL, NULL, NULL, NULL, NULL, false },
	{ "[::1", NULL, NULL, NULL, NULL, NULL, false },
	{ "h:", "h", "", "", "f", NULL, true },
	{ "h:65535/", "h", "65535", "", "f", NULL, true },
	{ "h:65536", NULL, NULL, NULL, NULL, NULL, false },
	{ "h:0", NULL, NULL, NULL, NULL, NULL, false },
	{ "h:http", NULL, NULL, NULL, NULL, NULL, false },
	{ "h:1x/", NULL, NULL, NULL, NULL, NULL, false },
	{ "[::1]:111111111111", NULL, NULL, NULL, NULL, NULL, false },
};

static void check_targets(void)
{
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		const char *reason = NULL;
		struct target t;

		CHECK(target_parse(targets[i].address, &t, &reason) == targets[i].is_good);
		CHECK(targets[i].is_good == (reason == NULL));
		if (!targets[i].is_good)
			continue;
		CHECK(strcmp(t.host, targets[i].host) == 0 && strcmp(t.port, targets[i].port) == 0);
		CHECK(strcmp(t.path, targets[i].path) == 0);
		const char *value = target_option(&t, targets[i].key, NULL);

		CHECK((value == NULL) == (targets[i].value == NULL));
		CHECK(value == NULL || strcmp(value, targets[i].value) == 0);
		target_free(&t);
	}
}

static void check_amounts(void)
{
	uint64_t value = 0;

	CHECK(parse_size("100M", &value) && value == 100000000);
	CHECK(parse_size("1kB", &value) && value == 1000 && parse_size("7", &value) && value == 7);
	CHECK(!parse_size("", &value) && !parse_size("-1", &value) && !parse_size("1x", &value));
	CHECK(!parse_size("99999999999999999999G", &value));
	CHECK(parse_seconds("2h", &value) && value == 7200 && !parse_seconds("1hB", &value));
}

static void check_secrets(void)
{
	const char *reason = NULL;
	struct target t;

	CHECK(target_parse("h?token_file=/nonexistent", &t, &reason));
	CHECK(setenv("DANCECARD_TEST", "word", 1) == 0);
	char *secret = target_secret(&t, "other_file", "DANCECARD_TEST", &reason);

	CHECK(secret != NULL && strcmp(secret, "word") == 0 && reason == NULL);
	free(secret);
	CHECK(target_secret(&t, "token_file", "DANCECARD_TEST", &reason) == NULL && reason != NULL);
	target_free(&t);
}

static const struct {
	const char *line, *id, *host, *type, *severity;
	uint64_t time_us;
} lines[] = {
	{ "{\"timestamp\":\"2026-11-23T13:25:08.531207+0000\",\"event_type\":\"contact\",\"event_"
	  "id\":"
	  "\"6f\",\"severity\":\"high\",\"local\":{\"ip\":\"10.0.0.1\"}}",
	  "6f", "10.0.0.1", "contact", "high", 1795440308531207 },
	{ "{\"@timestamp\":\"1972-02-29T00:00:00.000001Z\",\"event\":{\"id\":\"7f\",\"severity\":"
	  "73},"
	  "\"dancecard\":{\"event_type\":\"flow\",\"severity\":\"low\"}}",
	  "7f", "", "flow", "low", 68169600000001 },
	{ "{\"severity\":\"High\",\"time\":1795440308531,\"metadata\":{\"uid\":\"8f\",\"event_"
	  "code\":"
	  "\"lookup\"},\"unmapped\":{\"local\":{\"ip\":\"::1\"}}}",
	  "8f", "::1", "lookup", "High", 1795440308531000 },
	{ "{\"a\":\"\\\"event_id\\\":\\\"no\\\"\"}", "", "", "", "", 0 },
	{ "", "", "", "", "", 0 },
	{ "{\"event_id\":", "", "", "", "", 0 },
	{ "{\"event_id\":\"un", "", "", "", "", 0 },
	{ "{\"timestamp\":\"yesterday, or the day before it\"}", "", "", "", "", 0 },
};

static bool is_text(struct text text, const char *wanted)
{
	return text.len == strlen(wanted) &&
	       (text.len == 0 || memcmp(text.ptr, wanted, text.len) == 0);
}

static void check_lines(void)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		size_t len = strlen(lines[i].line);
		char *line = malloc(len + 1);

		CHECK(line != NULL);
		memcpy(line, lines[i].line, len);
		CHECK(is_text(line_id(line, len), lines[i].id));
		CHECK(is_text(line_host(line, len), lines[i].host));
		CHECK(is_text(line_type(line, len), lines[i].type));
		CHECK(is_text(line_severity(line, len), lines[i].severity));
		CHECK(line_time_us(line, len) == lines[i].time_us);
		free(line);
	}
}

enum { PARCELS = 4 };

/* T taken, R refused, W waiting. */
static const struct {
	const char *api;
	unsigned status;
	const char *reply, *fates;
	bool is_bad;
} replies[] = {
	{ "plain", 200, "", "TTTT", false },
	{ "plain", 400, "no", "WWWW", true },
	{ "plain", 401, "who?", "WWWW", false },
	{ "plain", 500, "", "WWWW", false },
	{ "elastic", 200,
	  "{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":409,"
	  "\"error\":{\"status\":400,\"reason\":\"a } in \\\" it\"}}},{\"create\":{\"error\":{"
	  "\"reason\":\"busy\"},\"status\":429}},{\"create\":{\"status\":400}}]}",
	  "TTWR", false },
	{ "elastic", 200, "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}}", "TWWW",
	  false },
	{ "elastic", 200, "{}", "WWWW", false },
	{ "elastic", 200, "{\"items\":[{\"create\":{}},{},[],7", "WWWW", false },
	{ "elastic", 429, "", "WWWW", false },
	{ "elastic", 413, "", "WWWW", true },
	{ "splunk", 400, "{\"code\":6,\"invalid-event-number\":2}", "WWRW", false },
	{ "splunk", 400, "{\"code\":6,\"invalid-event-number\":4}", "WWWW", true },
	{ "splunk", 503, "{\"code\":9}", "WWWW", false },
	{ "clickhouse", 200, "", "TTTT", false },
	{ "clickhouse", 500, "Code: 117, e.displayText() = ", "WWWW", true },
	{ "clickhouse", 400, "Code: 27. DB::Exception", "WWWW", true },
	{ "clickhouse", 500, "Code: 279, all connection tries failed", "WWWW", false },
	{ "clickhouse", 500, "Code: ", "WWWW", false },
};

static void check_replies(void)
{
	for (size_t i = 0; i < COUNT_OF(replies); i++) {
		struct parcel parcels[PARCELS] = { 0 };
		struct delivery d = { .parcels = parcels, .count = PARCELS };
		size_t len = strlen(replies[i].reply);
		char *reply = malloc(len + 1);

		CHECK(reply != NULL);
		memcpy(reply, replies[i].reply, len + 1);
		http_api_find(replies[i].api)->read_reply(&d, replies[i].status, reply, len);
		for (size_t p = 0; p < PARCELS; p++)
			if ("WTR"[parcels[p].fate] != replies[i].fates[p] ||
			    d.is_bad != replies[i].is_bad) {
				fprintf(stderr, "row %zu, parcel %zu: %c\n", i, p,
				        "WTR"[parcels[p].fate]);
				CHECK(false);
			}
		free(reply);
	}
	CHECK(http_api_find("carrier-pigeon") == NULL);
}

/* A good answer cut at every length, each copy in memory of its own: never a byte too far. */
static void check_cut_replies(void)
{
	static const char whole[] =
	        "{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{"
	        "\"status\":400,\"error\":{\"type\":\"x\",\"reason\":\"y\\\"z\"}}}]}";

	for (size_t len = 1; len < sizeof whole; len++) {
		struct parcel parcels[PARCELS] = { 0 };
		struct delivery d = { .parcels = parcels, .count = PARCELS };
		char *reply = malloc(len);

		CHECK(reply != NULL);
		memcpy(reply, whole, len);
		bulk_reply_read(reply, len, &d);
		CHECK(parcels[2].fate == FATE_WAITING && parcels[3].fate == FATE_WAITING);
		free(reply);
	}
}

int main(void)
{
	check_targets();
	check_amounts();
	check_secrets();
	check_lines();
	check_replies();
	check_cut_replies();
	return 0;
}
