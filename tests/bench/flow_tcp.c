/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: TLS 1.3, HTTP/1, and those that nobody answers. */
#include <string.h>

#include "tests/bench/flow.h"

static void say_bytes(struct stage *t, struct flow *f, int side, uint64_t time_us,
                      const uint8_t *bytes, size_t len)
{
	memcpy(frame_payload(&t->out, &f->ends), bytes, len);
	say(t, f, side, FRAME_PSH | FRAME_ACK, time_us, len);
}

/* The next segment of the server's application data, with the records' headers where they fall. */
static void say_data(struct stage *t, struct flow *f, uint64_t time_us)
{
	uint8_t *payload = frame_payload(&t->out, &f->ends);
	size_t len = f->down_left < FRAME_PAYLOAD_MAX ? (size_t)f->down_left : FRAME_PAYLOAD_MAX;

	put_filler(t, payload, len);
	f->down_left -= len;
	for (size_t at = 0; f->script == SCRIPT_TLS && at < len;) {
		if (f->record_left == 0) {
			if (len - at < 5) {
				len = at == 0 ? 5 : at; /* no header is split */
				if (at > 0)
					break;
			}
			f->record_left = 16384;
			put32(payload + at, 0x17030340);
			payload[at + 4] = 0;
			at += 5;
		}

		size_t part = len - at < f->record_left ? len - at : f->record_left;

		f->record_left -= (uint32_t)part;
		at += part;
	}
	say(t, f, 1, FRAME_ACK | (f->down_left == 0 ? FRAME_PSH : 0), time_us, len);
}

static void say_hello(struct stage *t, struct flow *f, uint64_t time_us)
{
	uint8_t hello[HELLO_MAX + 5];
	size_t len = 5 + hello_client(&t->noise, web_name(t->web, f->name), false, hello + 5),
	       cut = 1400;
	uint32_t begin = f->ends.seq[0];

	put32(hello, 0x16030100 | (uint32_t)(len - 5) >> 8);
	hello[4] = (uint8_t)(len - 5);
	if (f->quirk == QUIRK_REORDERED) {
		f->ends.seq[0] = begin + (uint32_t)cut;
		say_bytes(t, f, 0, time_us, hello + cut, len - cut);
		f->ends.seq[0] = begin;
		say_bytes(t, f, 0, time_us, hello, cut);
		f->ends.seq[0] = begin + (uint32_t)len;
		return;
	}
	say_bytes(t, f, 0, time_us, hello, cut);
	if (f->quirk == QUIRK_REPEATED) {
		f->ends.seq[0] = begin;
		say_bytes(t, f, 0, time_us, hello, cut);
	}
	say_bytes(t, f, 0, time_us, hello + cut, len - cut);
}

/* ServerHello, ChangeCipherSpec, and what is encrypted, over three segments. */
static void say_server_flight(struct stage *t, struct flow *f, uint64_t time_us)
{
	static const uint8_t change[] = { 20, 3, 3, 0, 1, 1 };
	uint8_t flight[2 * FRAME_PAYLOAD_MAX + 900];
	size_t len = 5 + hello_server(&t->noise, flight + 5);

	put32(flight, 0x16030300);
	flight[4] = (uint8_t)(len - 5);
	memcpy(flight + len, change, sizeof change);
	len += sizeof change;

	size_t rest = sizeof flight - len - 5;

	put32(flight + len, 0x17030300 | (uint32_t)rest >> 8);
	flight[len + 4] = (uint8_t)rest;
	for (size_t at = len + 5; at < sizeof flight; at += FRAME_PAYLOAD_MAX)
		put_filler(t, flight + at,
		           sizeof flight - at < FRAME_PAYLOAD_MAX ? sizeof flight - at
		                                                  : FRAME_PAYLOAD_MAX);
	for (size_t at = 0; at < sizeof flight; at += FRAME_PAYLOAD_MAX)
		say_bytes(t, f, 1, time_us, flight + at,
		          sizeof flight - at < FRAME_PAYLOAD_MAX ? sizeof flight - at
		                                                 : FRAME_PAYLOAD_MAX);
}

static void say_tls_request(struct stage *t, struct flow *f, uint64_t time_us)
{
	uint8_t *payload = frame_payload(&t->out, &f->ends);
	size_t len = 300 + noise_below(&t->noise, 700);

	put_filler(t, payload, len);
	put32(payload, 0x17030300 | (uint32_t)(len - 5) >> 8);
	payload[4] = (uint8_t)(len - 5);
	say(t, f, 0, FRAME_PSH | FRAME_ACK, time_us, len);
}

static void say_http_request(struct stage *t, struct flow *f, uint64_t time_us)
{
	char head[600];
	int len = snprintf(head, sizeof head,
	                   "GET /%u/index.html HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 "
	                   "(X11; Linux x86_64) "
	                   "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
	                   "Safari/537.36\r\nAccept: text/html,*/*;q=0.8\r\n"
	                   "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n",
	                   noise_below(&t->noise, 10000), web_name(t->web, f->name));

	say_bytes(t, f, 0, time_us, (const uint8_t *)head, (size_t)len);
}

static void say_http_head(struct stage *t, struct flow *f, uint64_t time_us)
{
	char head[300];
	int len = snprintf(head, sizeof head,
	                   "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: "
	                   "image/jpeg\r\nContent-Length: %llu\r\n\r\n",
	                   (unsigned long long)f->down_left);

	say_bytes(t, f, 1, time_us, (const uint8_t *)head, (size_t)len);
}

/* The end of a connection: as it should be, by a reset, or not at all. */
static uint64_t say_goodbye(struct stage *t, struct flow *f, uint64_t time_us)
{
	uint32_t how = f->quirk == QUIRK_ABANDONED ? 9 : noise_below(&t->noise, 10);

	if (how < 8) {
		say(t, f, 0, FRAME_FIN | FRAME_ACK, time_us, 0);
		say(t, f, 1, FRAME_FIN | FRAME_ACK, time_us, 0);
		say(t, f, 0, FRAME_ACK, time_us, 0);
	} else if (how == 8) {
		say(t, f, 0, FRAME_RST | FRAME_ACK, time_us, 0);
	}
	return 0;
}

/* Each step says something and gives how long until the next one, in microseconds; 0: it was the
 * last. */
uint64_t step_tcp(struct stage *t, struct flow *f, uint64_t now)
{
	bool is_tls = f->script == SCRIPT_TLS;

	switch (f->step) {
	case 0:
		say(t, f, 0, FRAME_SYN, now, 0);
		return f->rtt_us;
	case 1:
		say(t, f, 1, FRAME_SYN | FRAME_ACK, now, 0);
		return 150;
	case 2:
		say(t, f, 0, FRAME_ACK, now, 0);
		if (is_tls)
			say_hello(t, f, now);
		else
			say_http_request(t, f, now);
		return f->rtt_us;
	case 3:
		say(t, f, 1, FRAME_ACK, now, 0);
		return 1000;
	case 4:
		if (is_tls)
			say_server_flight(t, f, now);
		else
			say_http_head(t, f, now);
		return 500;
	case 5:
		say(t, f, 0, FRAME_ACK, now, 0);
		if (is_tls)
			say_tls_request(t, f, now);
		return f->rtt_us;
	}
	if (f->down_left == 0)
		return say_goodbye(t, f, now);
	if (f->quirk == QUIRK_ABANDONED && f->step > 40)
		return 0;
	for (uint32_t i = noise_below(&t->noise, 2); i < 2 && f->down_left > 0; i++)
		say_data(t, f, now);
	say(t, f, 0, FRAME_ACK, now, 0);
	if (f->down_left == 0) /* kept open for a while */
		return 100000 + noise_below(&t->noise, 20000000);
	return noise_below(&t->noise, 8) == 0 ? f->rtt_us : 30 + noise_below(&t->noise, 900);
}

uint64_t step_unanswered(struct stage *t, struct flow *f, uint64_t now)
{
	uint32_t seq = f->ends.seq[0];

	say(t, f, 0, FRAME_SYN, now, 0);
	f->ends.seq[0] = seq;
	return f->step < 3 ? 1000000u << f->step : 0;
}
