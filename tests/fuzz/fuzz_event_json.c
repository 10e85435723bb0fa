/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from the wire wherever an event takes them: the line is always valid JSON, and one line. */
#include "sensor/event/event_json.h"
#include "tests/check.h"
#include "tests/event_specimens.h"

#include <cjson/cJSON.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next piece of the input: a length byte and so many bytes. */
static struct slice piece(struct slice *rest)
{
	if (rest->len == 0)
		return *rest;
	struct slice taken = slice_head(slice_skip(*rest, 1), rest->ptr[0]);

	*rest = slice_skip(*rest, 1 + taken.len);
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { data, size };
	struct event_json *json = event_json_new();
	struct event e;

	CHECK(json != NULL);
	event_specimen(size > 0 ? data[0] % event_specimen_count() : 0, &e);
	struct event_http http = { piece(&rest), piece(&rest), piece(&rest),
		                   piece(&rest), piece(&rest), piece(&rest) };
	struct event_hello hello = { .is_quic = size & 1,
		                     .sni = piece(&rest),
		                     .alpn = { piece(&rest) },
		                     .alpn_count = 255 };
	struct event_dns dns = { .rrname = piece(&rest),
		                 .answer_count = UINT16_MAX,
		                 .is_answer = size & 2,
		                 .rcode = (uint8_t)size };

	for (size_t i = 0; i < EVENT_ANSWERS_MAX; i++)
		dns.answers[i] = (struct event_dns_answer){ .name = piece(&rest),
			                                    .type = (uint16_t)(i * size),
			                                    .address = piece(&rest),
			                                    .target = piece(&rest) };
	for (size_t i = 0; i < EVENT_NAMES_MAX; i++)
		e.names[i] = (struct event_name){ (enum evidence_kind)(i % EVIDENCE_KINDS),
			                          piece(&rest), i };
	e.name_count = EVENT_NAMES_MAX;
	e.http = &http;
	e.hello = &hello;
	e.dns = &dns;
	struct slice line = event_json_line(json, (enum event_shape)(size / 4 % 3), &e);

	CHECK(line.ptr != NULL && memchr(line.ptr, '\n', line.len) == NULL);
	cJSON *parsed = cJSON_ParseWithLength((const char *)line.ptr, line.len);

	CHECK(parsed != NULL);
	cJSON_Delete(parsed);
	event_json_free(json);
	return 0;
}
