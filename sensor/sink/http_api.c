/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/http_api.h"

#include "sensor/sink/bulk_reply.h"
#include "sensor/sink/line.h"

#include <stdlib.h>
#include <string.h>

static void all_taken(struct delivery *d)
{
	for (size_t i = 0; i < d->count; i++)
		d->parcels[i].fate = FATE_TAKEN;
}

static void tell(struct delivery *d, unsigned status, const char *reply, size_t len)
{
	size_t shown = len < 200 ? len : 200;

	snprintf(d->reason, sizeof d->reason, "HTTP %u: %.*s", status, (int)shown, reply);
	d->reason[strcspn(d->reason, "\r\n")] = '\0';
}

/*
 * 400, 413, 415 and 422 are about what was sent; all other failures (a wrong token, a path that is
 * not there, a server that is busy) are not, and pass when somebody mends them.
 */
static void judge_status(struct delivery *d, unsigned status, const char *reply, size_t len)
{
	if (status / 100 == 2) {
		all_taken(d);
		return;
	}
	tell(d, status, reply, len);
	d->is_bad = status == 400 || status == 413 || status == 415 || status == 422;
}

static void no_url(FILE *out, const struct target *t)
{
	(void)out;
	(void)t;
}

static void write_line(FILE *out, const struct target *t, const struct parcel *p)
{
	(void)t;
	fwrite(p->line, 1, p->len, out);
	fputc('\n', out);
}

/* RFC 3986: what is not unreserved is written %XX. */
static void write_escaped(FILE *out, const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
		           *s))
			fputc(*s, out);
		else
			fprintf(out, "%%%02X", *s);
}

/* Inside of a JSON string. */
static void write_json_escaped(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			fputc(c, out);
	}
}

/* Elasticsearch and OpenSearch: `create` with our id, so that what is sent again is there already.
 */
static void elastic_url(FILE *out, const struct target *t)
{
	fprintf(out, "/");
	write_escaped(out, target_option(t, "index", "dancecard"));
	fputs("/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason",
	      out);
}

static void elastic_parcel(FILE *out, const struct target *t, const struct parcel *p)
{
	struct text id = line_id(p->line, p->len);

	if (id.len > 0)
		fprintf(out, "{\"create\":{\"_id\":\"%.*s\"}}\n", (int)id.len, id.ptr);
	else
		fputs("{\"create\":{}}\n", out);
	write_line(out, t, p);
}

static void elastic_reply(struct delivery *d, unsigned status, const char *reply, size_t len)
{
	if (status / 100 != 2) {
		judge_status(d, status, reply, len);
		return;
	}
	bulk_reply_read(reply, len, d);
	if (d->reason[0] == '\0')
		snprintf(d->reason, sizeof d->reason, "the answer to _bulk has no items");
}

/* Splunk's HTTP Event Collector. */
static void splunk_url(FILE *out, const struct target *t)
{
	if (t->path[0] == '\0')
		fputs("/services/collector/event", out);
}

static void splunk_parcel(FILE *out, const struct target *t, const struct parcel *p)
{
	uint64_t us = line_time_us(p->line, p->len);
	const char *index = target_option(t, "index", NULL);

	fputc('{', out);
	if (us > 0)
		fprintf(out, "\"time\":%llu.%06u,", (unsigned long long)(us / 1000000),
		        (unsigned)(us % 1000000));
	fputs("\"sourcetype\":\"", out);
	write_json_escaped(out, target_option(t, "sourcetype", "dancecard:json"),
	                   strlen(target_option(t, "sourcetype", "dancecard:json")));
	fputc('"', out);
	if (index != NULL) {
		fputs(",\"index\":\"", out);
		write_json_escaped(out, index, strlen(index));
		fputc('"', out);
	}
	fprintf(out, ",\"event\":%.*s}\n", (int)p->len, p->line);
}

/* {"text":"Invalid data format","code":6,"invalid-event-number":2}: the others again, without it.
 */
static void splunk_reply(struct delivery *d, unsigned status, const char *reply, size_t len)
{
	static const char key[] = "\"invalid-event-number\":";
	const char *found = len > 0 ? memmem(reply, len, key, sizeof key - 1) : NULL;

	judge_status(d, status, reply, len);
	if (status != 400 || found == NULL)
		return;
	char digits[12] = "";
	size_t room = len - (size_t)(found + sizeof key - 1 - reply);

	memcpy(digits, found + sizeof key - 1, room < sizeof digits - 1 ? room : sizeof digits - 1);
	unsigned long bad = strtoul(digits, NULL, 10);

	d->is_bad = bad >= d->count;
	if (!d->is_bad)
		d->parcels[bad].fate = FATE_REFUSED;
}

/*
 * ClickHouse: a row is the event's id, its time, and the event as text, from which the table's
 * other columns are made (sensor/sink/clickhouse/). insert_distributed_sync: the answer comes when
 * the shards have it.
 */
static void clickhouse_url(FILE *out, const struct target *t)
{
	fputs("/?input_format_skip_unknown_fields=1&date_time_input_format=best_effort"
	      "&insert_distributed_sync=1&query=INSERT%20INTO%20",
	      out);
	write_escaped(out, target_option(t, "table", "dancecard.events"));
	fputs("%20(event_id,time_us,event)%20FORMAT%20JSONEachRow", out);
}

static void clickhouse_parcel(FILE *out, const struct target *t, const struct parcel *p)
{
	struct text id = line_id(p->line, p->len);

	(void)t;
	fprintf(out, "{\"event_id\":\"%.*s\",\"time_us\":%llu,\"event\":\"", (int)id.len,
	        id.len > 0 ? id.ptr : "", (unsigned long long)line_time_us(p->line, p->len));
	write_json_escaped(out, p->line, p->len);
	fputs("\"}\n", out);
}

/* Codes that say that the rows are at fault; all others pass with time. */
static bool is_data_error(unsigned code)
{
	static const unsigned codes[] = { 6, 26, 27, 33, 38, 41, 53, 69, 72, 117, 130 };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static void clickhouse_reply(struct delivery *d, unsigned status, const char *reply, size_t len)
{
	static const char key[] = "Code: ";
	const char *found = len > 0 ? memmem(reply, len, key, sizeof key - 1) : NULL;
	unsigned code = 0;

	judge_status(d, status, reply, len);
	if (status / 100 == 2)
		return;
	for (const char *s = found != NULL ? found + sizeof key - 1 : reply + len;
	     s < reply + len && *s >= '0' && *s <= '9' && code < 10000; s++)
		code = code * 10 + (unsigned)(*s - '0');
	d->is_bad = is_data_error(code);
}

static const struct http_api apis[] = {
	{ "plain", "application/x-ndjson", "Bearer", no_url, write_line, judge_status },
	{ "elastic", "application/x-ndjson", "ApiKey", elastic_url, elastic_parcel, elastic_reply },
	{ "splunk", "application/json", "Splunk", splunk_url, splunk_parcel, splunk_reply },
	{ "clickhouse", "application/x-ndjson", "Bearer", clickhouse_url, clickhouse_parcel,
	  clickhouse_reply },
};

const struct http_api *http_api_find(const char *name)
{
	for (size_t i = 0; i < sizeof apis / sizeof *apis; i++)
		if (strcmp(apis[i].name, name) == 0)
			return &apis[i];
	return NULL;
}
