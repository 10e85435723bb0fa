/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sensor/retro/seen.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "sensor/options.h"

static struct text string_in(const struct json *object, const char *key)
{
	return json_string(json_get(object, key));
}

bool seen_address(struct text text, uint8_t out[16])
{
	char buffer[INET6_ADDRSTRLEN + 1];

	if (text.len == 0 || text.len >= sizeof buffer)
		return false;
	memcpy(buffer, text.ptr, text.len);
	buffer[text.len] = '\0';
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	return inet_pton(AF_INET, buffer, out + 12) == 1 || inet_pton(AF_INET6, buffer, out) == 1;
}

static uint64_t read_time(const struct json *object, const char *key)
{
	uint64_t ns = 0;

	/* json_string() ends with a NUL: it is cJSON's. */
	return options_time(string_in(object, key).ptr, &ns) ? ns : 0;
}

static uint16_t read_port(const struct json *line, const char *key)
{
	uint64_t port = 0;

	return json_number(json_get(line, key), &port) && port <= UINT16_MAX ? (uint16_t)port : 0;
}

static uint8_t read_protocol(struct text word)
{
	static const struct {
		const char *word;
		uint8_t number;
	} words[] = { { "TCP", 6 }, { "UDP", 17 }, { "SCTP", 132 } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_is(word, words[i].word))
			return words[i].number;
	return 0;
}

static bool read_kind(struct text word, enum evidence_kind *out)
{
	for (int kind = 0; kind < EVIDENCE_KINDS; kind++)
		if (text_is(word, evidence_word((enum evidence_kind)kind))) {
			*out = (enum evidence_kind)kind;
			return true;
		}
	return false;
}

/* A Referer is of the page, an address and nDPI's word are asked for anew. */
static bool is_name(enum evidence_kind kind)
{
	return kind != EVIDENCE_HTTP_REFERER && kind != EVIDENCE_IP_NETWORK &&
	       kind != EVIDENCE_NDPI;
}

/* "Host" may carry a port. */
static struct text without_port(struct text host)
{
	size_t colon = text_find(host, ':');

	host.len = colon;
	return host;
}

/* `names` of a flow, `evidence` of a contact: both are [{"kind": …, "value": …}]. */
static void read_names(const struct json *array, struct seen *seen)
{
	const struct json *item = json_first(array);

	for (; item != NULL && seen->name_count < SEEN_NAMES_MAX; item = json_next(item)) {
		struct seen_name *name = &seen->names[seen->name_count];

		if (!read_kind(string_in(item, "kind"), &name->kind) || !is_name(name->kind))
			continue;
		name->value = string_in(item, "value");
		name->packet = 0;
		(void)json_number(json_get(item, "pcap_cnt"), &name->packet);
		if (name->kind == EVIDENCE_HTTP_HOST || name->kind == EVIDENCE_H2C_AUTHORITY)
			name->value = without_port(name->value);
		seen->name_count += name->value.len > 0;
	}
}

static bool read_tuple(const struct json *line, struct seen *seen)
{
	uint8_t local[16];

	if (!seen_address(string_in(line, "src_ip"), seen->src) ||
	    !seen_address(string_in(line, "dest_ip"), seen->dst))
		return false;
	seen->src_port = read_port(line, "src_port");
	seen->dst_port = read_port(line, "dest_port");
	seen->protocol = read_protocol(string_in(line, "proto"));
	seen->is_far_src = seen_address(string_in(json_get(line, "local"), "ip"), local) &&
	                   memcmp(local, seen->dst, 16) == 0;
	seen->has_flow_id = json_number(json_get(line, "flow_id"), &seen->flow_id);
	return true;
}

static bool read_type(struct text word, enum event_type *out)
{
	for (int type = 0; type < EVENT_TYPES; type++)
		if (text_is(word, event_type_word((enum event_type)type))) {
			*out = (enum event_type)type;
			return true;
		}
	return false;
}

static bool is_dns(const struct json *line, enum event_type type)
{
	struct text app = string_in(line, "app_proto");

	return type == EVENT_LOOKUP || text_is(app, "dns") || text_is(app, "mdns") ||
	       text_is(app, "llmnr");
}

enum seen_answer seen_read(const struct json *line, struct seen *seen)
{
	if (line == NULL || !json_is_object(line))
		return SEEN_NO_JSON;
	if (!read_type(string_in(line, "event_type"), &seen->type))
		return SEEN_NO_EVENT;
	if (seen->type != EVENT_CONTACT && seen->type != EVENT_LOOKUP && seen->type != EVENT_FLOW)
		return SEEN_OTHER;
	if (!read_tuple(line, seen))
		return SEEN_NO_EVENT;
	seen->line = line;
	seen->is_dns = is_dns(line, seen->type);
	seen->tracker = string_in(json_get(line, "tracker"), "name");
	seen->first_ns = read_time(json_get(line, "flow"), "start");
	if (seen->first_ns == 0)
		seen->first_ns = read_time(line, "timestamp");
	seen->name_count = 0;
	read_names(json_get(line, "names"), seen);
	read_names(json_get(line, "evidence"), seen);
	return SEEN_OK;
}
