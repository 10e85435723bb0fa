/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/fact.h"

#include "sensor/options.h"

static struct text string_in(const struct json *object, const char *key)
{
	return json_string(json_get(object, key));
}

static uint64_t number_in(const struct json *object, const char *key)
{
	uint64_t number = 0;

	return json_number(json_get(object, key), &number) ? number : 0;
}

static uint64_t time_in(const struct json *object, const char *key)
{
	uint64_t ns = 0;

	/* json_string() ends with a NUL: it is cJSON's. */
	return options_time(string_in(object, key).ptr, &ns) ? ns : 0;
}

/* The number of the word among those that `word_of` gives from 0 on; `count`: it is none. */
static int find_word(struct text word, const char *(*word_of)(int), int count)
{
	for (int i = 0; i < count; i++)
		if (word_of(i) != NULL && text_is(word, word_of(i)))
			return i;
	return count;
}

static const char *type_word_of(int i)
{
	return event_type_word((enum event_type)i);
}

static const char *outcome_word_of(int i)
{
	return outcome_word((enum outcome)i);
}

static const char *confidence_word_of(int i)
{
	return confidence_word((enum confidence)i);
}

static const char *severity_word_of(int i)
{
	return severity_word((enum severity)i);
}

static const char *verdict_word_of(int i)
{
	static const char *const words[] = { NULL, "banned", "allowed", "watch" };

	return words[i];
}

struct text fact_identity(const struct fact *f)
{
	if (f->mac.len > 0)
		return f->mac;
	return f->client_id.len > 0 ? f->client_id : f->host;
}

enum verdict fact_verdict(struct text word)
{
	int verdict = find_word(word, verdict_word_of, VERDICT_WATCH + 1);

	return verdict <= VERDICT_WATCH ? (enum verdict)verdict : VERDICT_NONE;
}

static void read_words(const struct json *line, struct fact *f)
{
	int outcome = find_word(string_in(line, "outcome"), outcome_word_of, OUTCOME_BLOCKED + 1);
	int sure = find_word(string_in(line, "confidence"), confidence_word_of,
	                     CONFIDENCE_CERTAIN + 1);
	int loud = find_word(string_in(line, "severity"), severity_word_of, SEVERITY_HIGH + 1);

	f->has_outcome = outcome <= OUTCOME_BLOCKED;
	f->outcome = f->has_outcome ? (enum outcome)outcome : OUTCOME_PENDING;
	f->confidence = sure <= CONFIDENCE_CERTAIN ? (enum confidence)sure : CONFIDENCE_NONE;
	f->severity = loud <= SEVERITY_HIGH ? (enum severity)loud : SEVERITY_INFO;
	f->verdict = fact_verdict(string_in(json_get(line, "policy"), "verdict"));
}

/* 16 hexadecimal digits. */
static uint64_t read_id(struct text id)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 16; i++) {
		char c = i < id.len ? id.ptr[i] : '?';
		bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'a' && c <= 'f';

		if (!is_digit && !is_letter)
			return 0;
		number = number << 4 | (unsigned)(is_digit ? c - '0' : c - 'a' + 10);
	}
	return number;
}

static void read_flow(const struct json *line, struct fact *f)
{
	const struct json *flow = json_get(line, "flow");

	f->sensor = string_in(line, "sensor");
	f->file = string_in(line, "pcap_filename");
	f->packet = number_in(line, "pcap_cnt");
	f->server = string_in(line, "dest_ip");
	f->has_flow_id = json_number(json_get(line, "flow_id"), &f->flow_id);
	f->bytes_out = number_in(flow, "bytes_toserver");
	f->bytes_in = number_in(flow, "bytes_toclient");
	f->is_interim = text_is(string_in(flow, "reason"), "interim");
}

static void read_local(const struct json *local, struct fact *f)
{
	f->host = string_in(local, "ip");
	f->host_name = string_in(local, "name");
	f->mac = string_in(local, "mac");
	f->client_id = string_in(local, "client_id");
	f->network = string_in(local, "network");
	f->organisation = string_in(local, "organisation");
	f->jurisdiction = string_in(local, "jurisdiction");
}

static void read_tracker(const struct json *line, struct fact *f)
{
	const struct json *tracker = json_get(line, "tracker"), *policy = json_get(line, "policy");
	const struct json *geo = json_get(line, "geo");

	f->entity = string_in(tracker, "entity");
	f->product = string_in(tracker, "product");
	f->category = string_in(tracker, "category");
	f->tracker = string_in(tracker, "name");
	f->rule = string_in(policy, "rule");
	f->reference = string_in(policy, "reference");
	f->country = string_in(geo, "country");
	f->as_org = string_in(geo, "as_org");
	f->asn = number_in(geo, "asn");
	f->is_cdn = json_is_true(json_get(geo, "cdn"));
	f->is_anycast = json_is_true(json_get(geo, "anycast"));
}

static void read_site(const struct json *site, struct fact *f)
{
	f->site = string_in(site, "name");
	f->domain = string_in(site, "domain");
	f->status = string_in(site, "status");
	f->site_organisation = string_in(site, "organisation");
	f->site_jurisdiction = string_in(site, "jurisdiction");
	f->sector = string_in(site, "sector");
	f->visits = number_in(site, "visits");
	f->pixel_visits = number_in(site, "pixel_visits");
	f->since_ns = time_in(site, "since");
	f->confirmed_ns = time_in(site, "last_confirmed");
	f->removed_ns = time_in(site, "removed_at");
	f->last_seen_ns = time_in(site, "last_seen");
}

enum fact_answer fact_read(const struct json *line, struct fact *f)
{
	if (!json_is_object(line))
		return FACT_NO_JSON;
	int type = find_word(string_in(line, "event_type"), type_word_of, EVENT_TYPES);

	if (type == EVENT_TYPES)
		return FACT_NO_EVENT;
	*f = (struct fact){ .type = (enum event_type)type,
		            .id = read_id(string_in(line, "event_id")),
		            .time_ns = time_in(line, "timestamp"),
		            .represents = number_in(line, "represents"),
		            .ban = string_in(json_get(line, "summary"), "ban"),
		            .visibility = json_get(json_get(line, "stats"), "visibility") };
	read_words(line, f);
	read_flow(line, f);
	read_local(json_get(line, "local"), f);
	read_tracker(line, f);
	read_site(json_get(line, "site"), f);
	return FACT_OK;
}
