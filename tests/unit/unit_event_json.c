/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native shape. With file names it also writes the specimens there, a line each: native, ECS,
 * OCSF, for the tests of the schema and the field lists.
 */
#include "sensor/event/event_json.h"

#include "sensor/event/json.h"
#include "sensor/event/wire_text.h"
#include "tests/check.h"
#include "tests/event_specimens.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>

static const char contact[] =
        "{\"timestamp\":\"2026-11-23T13:25:08.531207+0000\",\"event_type\":\"contact\",\"schema\":"
        "\"1.0\","
        "\"event_id\":\"6f8ca9c6e3001d3a577491aecbe80522\",\"severity\":\"high\",\"sensor\":\"span-"
        "7\","
        "\"flow_id\":1402387745903321,\"community_id\":\"1:d/FP5EW3wiY1vCndhwleRRKHowQ=\","
        "\"pcap_filename\":\"day.pcap\",\"pcap_cnt\":4711,\"in_iface\":\"eth1\",\"vlan\":[12,4095],"
        "\"src_ip\":\"10.20.0.101\",\"src_port\":55157,\"dest_ip\":\"198.51.100.10\",\"dest_port\":"
        "443,\"proto\":\"UDP\","
        "\"tunnel\":{\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\",\"depth\":2,\"layers\":[{"
        "\"kind\":\"mpls\",\"id\":16},"
        "{\"kind\":\"vxlan\",\"id\":5001,\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\"}]},"
        "\"app_proto\":\"quic\","
        "\"local\":{\"ip\":\"10.20.0.101\",\"mac\":\"02:00:5e:10:00:01\",\"mac_random\":true,"
        "\"name\":\"front-desk-3\","
        "\"name_source\":\"dhcp\",\"network\":\"Department of Health\",\"organisation\":\"State of "
        "Utah\","
        "\"jurisdiction\":\"UT\",\"sector\":\"health\",\"role\":\"proxy\"},"
        "\"tracker\":{\"entity\":\"ByteDance\",\"product\":\"TikTok\",\"category\":\"tracking_"
        "pixel\","
        "\"name\":\"analytics.tiktok.com\",\"rule\":\"analytics.tiktok.com\",\"feed\":"
        "\"bytedance\",\"feed_version\":\"2026-11-23\"},"
        "\"confidence\":\"certain\",\"outcome\":\"established\",\"represents\":12,"
        "\"evidence\":[{\"kind\":\"dns_cname\",\"value\":\"analytics.tiktok.com.edgekey.net\","
        "\"pcap_cnt\":17,\"pcap_filename\":\"before.pcap\"},"
        "{\"kind\":\"quic_sni\",\"value\":\"analytics.tiktok.com\",\"pcap_cnt\":4711}],"
        "\"policy\":{\"verdict\":\"banned\",\"rule\":\"state-ban\",\"reference\":\"Executive Order "
        "2022-31\"},"
        "\"geo\":{\"country\":\"US\",\"city\":\"Z\xc3\xbcrich\",\"asn\":20940,\"as_org\":\"Akamai "
        "\\\"International\\\"\","
        "\"anycast\":true,\"cdn\":true,\"source\":\"GeoLite2-City "
        "2026-11-20\",\"as_source\":\"GeoLite2-ASN 2026-11-20\"},"
        "\"site\":{\"name\":\"dmv.utah.example\",\"domain\":\"utah.example\",\"organisation\":"
        "\"Driver License Division\","
        "\"jurisdiction\":\"UT\",\"sector\":\"licences\",\"status\":\"removed\",\"since\":\"2023-"
        "11-14T22:13:20.000000+0000\","
        "\"last_confirmed\":\"2025-06-15T15:06:40.000000+0000\",\"removed_at\":\"2025-10-09T08:53:"
        "20.000000+0000\","
        "\"first_seen\":\"2023-07-22T04:26:40.000000+0000\",\"last_seen\":\"2026-11-23T13:25:08."
        "000000+0000\","
        "\"visits\":40,\"pixel_visits\":38,\"rate_low\":0.8312,\"rate_high\":0.99,\"chance\":0.015,"
        "\"method\":\"timing\",\"confidence\":0.94,\"lag_ms\":212},"
        "\"ndpi\":{\"protocol\":\"QUIC.TikTok\",\"category\":\"SocialNetwork\",\"risks\":[\"Known "
        "Proto on Non Std Port\",\"Susp Entropy\"]},"
        "\"quic\":{\"version\":\"1\",\"sni\":\"analytics.tiktok.com\",\"alpn\":\"h3\","
        "\"ja3\":{\"hash\":\"cd08e31494f9531f560d64c695473da9\"},\"ja4\":\"q13d0310h3_55b375c5d22e_"
        "cd85d2d88918\","
        "\"ech\":\"unknown\",\"post_quantum\":true,\"complete\":false}}";

/* Pieces that the line of the specimen at `index` must have, or must not (from '!' on). */
static const struct {
	size_t index;
	const char *piece;
} pieces[] = {
	{ 1, "!null" },
	{ 1, "!\"geo\"" },
	{ 1, "!{}" },
	{ 1, "![]" },
	{ 1, "!\"\"" },
	{ 1, "\"evidence\":[{\"kind\":\"ip_network\",\"value\":\"71.18.0.0/16\"}," },
	{ 1, "{\"kind\":\"tls_sni\",\"value\":\"public.cdn.example\",\"outer\":true,\"conflicts\":"
	     "true,\"shared\":true,\"pcap_cnt\":"
	     "4711}]}" },
	{ 2, "\"url\":\"/i18n/pixel/events.js?sdkid=\\\"x\\\"&lib=ttq\\\\255\"" },
	{ 2, "\"http_refer\":\"http://dmv.utah.example/renew\"" },
	{ 3, "\"dns\":{\"version\":3,\"type\":\"response\",\"id\":4711,\"rrname\":\"analytics."
	     "tiktok.com\",\"rrtype\":\"A\","
	     "\"rcode\":\"NOERROR\",\"transport\":\"udp\",\"queries\":[{\"rrname\":\"analytics."
	     "tiktok.com\",\"rrtype\":\"A\"}]," },
	{ 3, "\"grouped\":{\"CNAME\":[\"analytics.tiktok.com.edgekey.net\"],\"A\":[\"198.51.100."
	     "10\",\"198.51.100.11\"],\"AAAA\":[\"2001:db8::1\"]}" },
	{ 3,
	  "{\"rrname\":\"analytics.tiktok.com.edgekey.net\",\"rrtype\":\"TYPE65280\",\"ttl\":0}" },
	{ 4, "\"bytes_toserver\":9007199254740993,\"bytes_toclient\":18446744073709551615," },
	{ 4, "\"age\":62,\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":true" },
	{ 4, "\"tcp\":{\"tcp_flags\":\"1f\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"16\","
	     "\"syn\":true,\"fin\":true,\"rst\":true,\"psh\":true,\"ack\":true}" },
	{ 4, "\"tls\":{\"version\":\"TLS "
	     "1.3\",\"sni\":\"analytics.tiktok.com\",\"client_alpns\":[\"h2\",\"http/1.1\"]," },
	{ 4,
	  "\"names\":[{\"kind\":\"dns_query\",\"value\":\"analytics.tiktok.com\",\"count\":1}," },
	{ 5, "\"src_ip\":\"::1\",\"dest_ip\":\"::ff:c633:640a\",\"proto\":\"IPv6-ICMP\",\"icmp_"
	     "type\":128,\"icmp_code\":0" },
	{ 5, "!src_port" },
	{ 8, "\"visits\":0,\"pixel_visits\":0,\"lag_ms\":-3" },
	{ 9, "\"summary\":{\"product\":\"TikTok\",\"categories\":[\"tracking_pixel\",\"cdn_media\"]"
	     "," },
	{ 10, "\"capture\":{\"packets\":32000,\"bytes\":9007199254740993,\"drops\":{\"kernel\":0,"
	      "\"interface\":0}},\"flows\":{\"seen\":1200}" },
	{ 10, "\"flows_named\":{\"count\":1100,\"share\":0.9167}" },
	{ 10, "\"drops\":{\"count\":8,\"share\":0.0002}" },
	{ 10, "\"geo\":[\"GeoLite2-City 2026-11-20\",\"dancecard-country 2026-06-25\"]" },
	{ 11, "\"flows_named\":{\"count\":0}" },
};

static void check_pieces(struct event_json *j)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		bool unwanted = pieces[i].piece[0] == '!';
		struct event e;

		event_specimen(pieces[i].index, &e);
		const char *line = (const char *)event_json_native(j, &e).ptr;
		bool found = strstr(line, pieces[i].piece + unwanted) != NULL;

		if (found == unwanted)
			fprintf(stderr, "%s\nin %s\n", pieces[i].piece, line);
		CHECK(found != unwanted);
	}
}

static bool parses(struct slice line)
{
	cJSON *json = cJSON_ParseWithLength((const char *)line.ptr, line.len);
	bool ok = json != NULL;

	cJSON_Delete(json);
	return ok && memchr(line.ptr, '\n', line.len) == NULL;
}

/* Every byte, also in twos, in every place that the wire can fill: always one line of valid JSON.
 */
static void check_any_bytes(struct event_json *j)
{
	struct event e;
	struct event_http http = { 0 };

	for (unsigned pair = 0; pair < 65536; pair += 13) {
		const uint8_t bytes[] = { 'a', (uint8_t)(pair >> 8), (uint8_t)pair, 'z' };
		struct slice value = { bytes, sizeof bytes };

		event_specimen(0, &e);
		e.evidence[0].value = e.evidence[1].value = value;
		http.hostname = http.url = value;
		e.http = &http;
		struct slice line = event_json_native(j, &e);

		CHECK(parses(line));
		for (size_t at = 0; at < line.len;) {
			size_t step = utf8_char(slice_skip(line, at));

			CHECK(step > 0);
			at += step;
		}
	}
}

/* The largest event there can be: bounded, and the memory it took is given back. */
static void check_largest(struct event_json *j)
{
	static uint8_t bytes[1 << 20];
	struct slice huge = { bytes, sizeof bytes };
	struct event e;

	memset(bytes, 1, sizeof bytes); /* \u0001: six characters for a byte */
	event_specimen(4, &e);
	for (size_t i = 0; i < EVENT_NAMES_MAX; i++)
		e.names[i] = (struct event_name){ EVIDENCE_TLS_SNI, huge, UINT64_MAX };
	e.name_count = EVENT_NAMES_MAX + 1000; /* a count that lies stays within the array */
	e.evidence_count = EVENT_EVIDENCE_MAX + 1000;
	for (size_t i = 0; i < EVENT_EVIDENCE_MAX; i++)
		e.evidence[i] = (struct event_evidence){ .kind = EVIDENCE_TLS_SNI,
			                                 .value = huge,
			                                 .packet = 1 };
	struct slice line = event_json_native(j, &e);

	CHECK(line.ptr != NULL && parses(line));
	CHECK(line.len < (EVENT_NAMES_MAX + EVENT_EVIDENCE_MAX + 1) * 6 * WIRE_TEXT_MAX);
	event_specimen(0, &e);
	CHECK(event_json_native(j, &e).len == strlen(contact));
}

static const struct {
	double number;
	const char *text;
} decimals[] = {
	{ 0, "{\"n\":0}" },
	{ 1, "{\"n\":1}" },
	{ 0.94, "{\"n\":0.94}" },
	{ 0.00004, "{\"n\":0}" },
	{ 0.99996, "{\"n\":1}" },
	{ -0.5, "{\"n\":-0.5}" },
	{ -0.00001, "{\"n\":0}" },
	{ 1234.5678, "{\"n\":1234.5678}" },
	{ 1e13, "{}" },
};

static void check_decimals(void)
{
	struct json_line *json = json_line_new();

	CHECK(json != NULL);
	for (size_t i = 0; i < COUNT_OF(decimals); i++) {
		json_put_decimal(json_line_begin(json), "n", decimals[i].number);
		CHECK(strcmp((const char *)json_line_end(json).ptr, decimals[i].text) == 0);
	}
	json_put_decimal(json_line_begin(json), "n", (double)NAN);
	CHECK(strcmp((const char *)json_line_end(json).ptr, "{}") == 0);
	json_put_signed(json_line_begin(json), "n", INT64_MIN);
	CHECK(strcmp((const char *)json_line_end(json).ptr, "{\"n\":-9223372036854775808}") == 0);
	json_line_free(json);
}

/* A name that is a counter and an object at once is a mistake of ours, and no invalid JSON. */
static void check_clashing_counters(struct event_json *j)
{
	static const struct event_counter counters[] = {
		{ "a", 1 }, { "a.b", 2 }, { "a", 3 }, { "c.", 4 }, { ".d", 5 }, { "", 6 },
	};
	const struct event_stats stats = { .counters = counters,
		                           .counter_count = COUNT_OF(counters) };
	struct event e;

	event_specimen(11, &e);
	e.stats = &stats;
	CHECK(parses(event_json_native(j, &e)));
	CHECK(strstr((const char *)event_json_native(j, &e).ptr, "\"stats\":{\"a\":1,") != NULL);
}

/* Workers at once, each with its own, while somebody else parses: all get what they would alone. */
static void *work(void *unused)
{
	struct event_json *j = event_json_new();

	(void)unused;
	CHECK(j != NULL);
	for (size_t round = 0; round < 300; round++) {
		struct event e;

		event_specimen(0, &e);
		struct slice line = event_json_native(j, &e);

		CHECK(line.len == strlen(contact) && memcmp(line.ptr, contact, line.len) == 0);
		CHECK(parses(line));
	}
	event_json_free(j);
	return NULL;
}

static void check_threads(void)
{
	pthread_t threads[4];

	for (size_t i = 0; i < COUNT_OF(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

/* Every specimen in a shape, a line each. */
static void write_specimens(struct event_json *j, enum event_shape shape, const char *path)
{
	FILE *out = fopen(path, "w");

	CHECK(out != NULL);
	for (size_t i = 0; i < event_specimen_count(); i++) {
		struct event e;

		event_specimen(i, &e);
		fprintf(out, "%s\n", (const char *)event_json_line(j, shape, &e).ptr);
	}
	CHECK(fclose(out) == 0);
}

static void check_shape_words(void)
{
	enum event_shape shape;

	CHECK(event_shape("ocsf", &shape) && shape == EVENT_OCSF);
	CHECK(!event_shape("", &shape) && !event_shape("ECS", &shape));
}

/* Every way in which a packet may be wrapped has a word. */
static void check_tunnels(struct event_json *j)
{
	struct packet wrapped = { .tunnel_count = 1 };
	struct event e;

	event_specimen(0, &e);
	e.packet = &wrapped;
	for (unsigned kind = 0; kind < TUNNEL_KINDS; kind++) {
		wrapped.tunnel[0].kind = (enum tunnel_kind)kind;
		struct slice line = event_json_native(j, &e);

		CHECK(line.ptr != NULL && parses(line));
		CHECK(strstr((const char *)line.ptr, "\"layers\":[{\"kind\":\"") != NULL);
	}
}

int main(int argc, char **argv)
{
	struct event_json *j = event_json_new();
	struct event e;

	CHECK(j != NULL);
	event_specimen(0, &e);
	struct slice line = event_json_native(j, &e);

	if (strcmp((const char *)line.ptr, contact) != 0)
		fprintf(stderr, "%s\n", (const char *)line.ptr);
	CHECK(line.len == strlen(contact) && memcmp(line.ptr, contact, line.len) == 0);
	check_pieces(j);
	check_any_bytes(j);
	check_largest(j);
	check_tunnels(j);
	check_clashing_counters(j);
	check_decimals();
	check_threads();
	check_shape_words();
	for (int i = 1; i < argc && i < 4; i++)
		write_specimens(j, (enum event_shape)(i - 1), argv[i]);
	event_json_free(j);
	event_json_free(NULL);
	return 0;
}
