/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture of web-like traffic for the benchmark: pages are visited, each a burst of flows
 * to the site and to what it embeds, DNS first; flows of heavy-tailed sizes run side by side. The
 * same options give the same bytes.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/frame.h"
#include "tests/bench/web.h"

enum script { SCRIPT_DNS, SCRIPT_TLS, SCRIPT_HTTP, SCRIPT_QUIC, SCRIPT_UNANSWERED };
enum quirk {
	QUIRK_NONE,
	QUIRK_CLIENT_ONLY, /* the server's direction is not seen */
	QUIRK_SERVER_ONLY,
	QUIRK_LATE,      /* the capture began after the handshake */
	QUIRK_ABANDONED, /* it simply stops */
	QUIRK_REORDERED, /* the hello's segments are swapped */
	QUIRK_REPEATED,  /* the hello's first segment is sent again */
};

struct flow {
	struct ends ends;
	enum script script;
	enum quirk quirk;
	uint32_t name, step, rtt_us;
	uint64_t down_left;   /* bytes that the server still has to send */
	uint32_t record_left; /* of the TLS record that the server is in */
	uint32_t next_free;
};

/* What is to happen next, earliest first; `order` decides between equal times. */
struct appointment {
	uint64_t time_us, order;
	uint32_t flow;
};

struct options {
	const char *path;
	uint64_t flows, packets, seed;
	uint32_t hosts, names;
	double seconds, size;
};

struct traffic {
	struct options options;
	struct noise noise;
	struct web *web;
	struct initials *initials;
	struct frame_file out;
	struct flow *flows;
	struct appointment *heap;
	uint16_t *ports; /* last one used, of each client */
	uint32_t flow_room, free_flow, heap_count, most_open;
	uint64_t begun, order, kinds[5];
	uint8_t filler[65536]; /* what is encrypted, or a picture */
	bool failed;
};

enum { NO_FLOW = UINT32_MAX };
static const uint64_t BEGIN_US = 1795435200000000u; /* 2026-11-23T12:00:00Z */

static bool earlier(const struct appointment *a, const struct appointment *b)
{
	return a->time_us != b->time_us ? a->time_us < b->time_us : a->order < b->order;
}

static void heap_push(struct traffic *t, uint64_t time_us, uint32_t flow)
{
	struct appointment entry = { time_us, t->order++, flow };
	uint32_t at = t->heap_count++;

	for (; at > 0 && earlier(&entry, &t->heap[(at - 1) / 2]); at = (at - 1) / 2)
		t->heap[at] = t->heap[(at - 1) / 2];
	t->heap[at] = entry;
	if (t->heap_count > t->most_open)
		t->most_open = t->heap_count;
}

static struct appointment heap_pop(struct traffic *t)
{
	struct appointment first = t->heap[0], last = t->heap[--t->heap_count];
	uint32_t at = 0;

	for (uint32_t child = 1; child < t->heap_count; child = 2 * at + 1) {
		if (child + 1 < t->heap_count && earlier(&t->heap[child + 1], &t->heap[child]))
			child++;
		if (!earlier(&t->heap[child], &last))
			break;
		t->heap[at] = t->heap[child];
		at = child;
	}
	t->heap[at] = last;
	return first;
}

/* Room for twice as many flows at once; a flow has at most one appointment. */
static bool grow(struct traffic *t)
{
	uint32_t room = t->flow_room == 0 ? 4096 : 2 * t->flow_room;
	struct flow *flows = realloc(t->flows, room * sizeof *flows);
	struct appointment *heap = realloc(t->heap, room * sizeof *heap);

	if (flows != NULL)
		t->flows = flows;
	if (heap != NULL)
		t->heap = heap;
	if (flows == NULL || heap == NULL)
		return false;
	for (uint32_t i = t->flow_room; i < room; i++) {
		t->flows[i].next_free = t->free_flow;
		t->free_flow = i;
	}
	t->flow_room = room;
	return true;
}

static void put_client(const struct traffic *t, uint32_t client, struct ends *e)
{
	static const uint8_t gateway[6] = { 2, 0, 0x5e, 0, 0, 1 };
	uint32_t subnet = client / 200, host = client % 200 + 20;

	(void)t;
	put32(e->address[0], 0x0a140000 + (subnet << 8 | host)); /* 10.20.0.0 and on */
	if (e->is_six) {
		memset(e->address[0], 0, 16);
		put32(e->address[0], 0x20010db8);
		put32(e->address[0] + 4, 0x00200000 | subnet);
		put32(e->address[0] + 12, host);
	}
	put16(e->mac[0], 0x0214);
	put32(e->mac[0] + 2, client * 2654435761u);
	memcpy(e->mac[1], gateway, sizeof gateway);
	e->vlan = (uint16_t)(subnet % 2 == 1 ? 100 + subnet % 3000 : 0);
}

static const struct {
	enum quirk quirk;
	uint32_t share; /* of a thousand */
} quirks[] = {
	{ QUIRK_CLIENT_ONLY, 6 }, { QUIRK_SERVER_ONLY, 4 }, { QUIRK_LATE, 8 },
	{ QUIRK_ABANDONED, 30 },  { QUIRK_REORDERED, 10 },  { QUIRK_REPEATED, 10 },
};

static enum quirk draw_quirk(struct noise *n)
{
	uint32_t at = noise_below(n, 1000);

	for (size_t i = 0; i < sizeof quirks / sizeof *quirks; i++) {
		if (at < quirks[i].share)
			return quirks[i].quirk;
		at -= quirks[i].share;
	}
	return QUIRK_NONE;
}

/* A bounded Pareto law: most flows are small, most bytes are in few. */
static uint64_t draw_size(struct traffic *t)
{
	double u = (double)((noise_next(&t->noise) >> 11) + 1) / 9007199254740993.0;
	double size = 3700.0 * t->options.size * pow(u, -1 / 1.1);

	return (uint64_t)(size < 4e7 ? size : 4e7);
}

static struct flow *begin_flow(struct traffic *t, uint32_t client, uint32_t name,
                               enum script script, bool is_six, uint64_t time_us)
{
	static const uint16_t ports[] = { 53, 443, 80, 443, 443 };

	if (t->free_flow == NO_FLOW && !grow(t)) {
		t->failed = true;
		return NULL;
	}

	uint32_t index = t->free_flow;
	struct flow *f = &t->flows[index];
	struct ends *e = &f->ends;

	t->free_flow = f->next_free;
	memset(f, 0, sizeof *f);
	e->is_six = is_six;
	e->is_udp = script == SCRIPT_DNS || script == SCRIPT_QUIC;
	put_client(t, client, e);
	t->ports[client] = (uint16_t)(t->ports[client] + 7);
	e->port[0] = (uint16_t)(32768 + t->ports[client] % 28232);
	e->port[1] = ports[script];
	for (int side = 0; side < 2; side++) {
		e->seq[side] = (uint32_t)noise_next(&t->noise);
		e->ip_id[side] = (uint16_t)noise_next(&t->noise);
	}
	f->script = script;
	f->name = name;
	f->quirk = script == SCRIPT_DNS ? QUIRK_NONE : draw_quirk(&t->noise);
	f->rtt_us = 2000 + noise_below(&t->noise, 60000);
	f->down_left = draw_size(t);
	if (script == SCRIPT_DNS)
		put32(e->address[1], 0x0a130035); /* 10.19.0.53 */
	else
		web_address(t->web, name, is_six, e->address[1]);
	t->begun++;
	t->kinds[script]++;
	heap_push(t, time_us, index);
	return f;
}

static enum script draw_script(struct traffic *t, uint32_t name)
{
	if (noise_below(&t->noise, 100) == 0)
		return SCRIPT_UNANSWERED;
	if (web_is_plain(t->web, name))
		return SCRIPT_HTTP;
	return web_speaks_quic(t->web, name) && noise_below(&t->noise, 10) < 9 ? SCRIPT_QUIC
	                                                                       : SCRIPT_TLS;
}

/* A look-up, most times, and the flow that follows it. */
static void begin_contact(struct traffic *t, uint32_t client, uint32_t name, uint64_t time_us)
{
	if (noise_below(&t->noise, 100) < 65) {
		struct flow *lookup = begin_flow(t, client, name, SCRIPT_DNS, false, time_us);

		if (lookup == NULL)
			return;
		time_us += lookup->rtt_us + 400;
	}
	begin_flow(t, client, name, draw_script(t, name),
	           web_has_six(t->web, name) && noise_below(&t->noise, 3) < 2, time_us);
}

static void begin_page(struct traffic *t, uint64_t time_us)
{
	uint32_t embeds[WEB_EMBEDS_MAX], site = web_draw_site(t->web, &t->noise);
	uint32_t client = noise_below(&t->noise, t->options.hosts),
	         count = web_embeds(t->web, site, embeds);

	begin_contact(t, client, site, time_us);
	for (uint32_t i = 0; i < count; i++)
		if (noise_below(&t->noise, 10) <
		    7) /* the rest goes over connections that are open */
			begin_contact(t, client, embeds[i],
			              time_us + 80000 + noise_below(&t->noise, 700000));
}

/* One packet of the flow's own, unless its quirk hides it. */
static void say(struct traffic *t, struct flow *f, int side, uint8_t flags, uint64_t time_us,
                size_t len)
{
	bool hidden = (f->quirk == QUIRK_CLIENT_ONLY && side == 1) ||
	              (f->quirk == QUIRK_SERVER_ONLY && side == 0) ||
	              (f->quirk == QUIRK_LATE && f->step < 4);

	frame_end(&t->out, &f->ends, side, flags, time_us, len, hidden);
}

static void say_bytes(struct traffic *t, struct flow *f, int side, uint64_t time_us,
                      const uint8_t *bytes, size_t len)
{
	memcpy(frame_payload(&t->out, &f->ends), bytes, len);
	say(t, f, side, FRAME_PSH | FRAME_ACK, time_us, len);
}

static void put_filler(struct traffic *t, uint8_t *at, size_t len)
{
	memcpy(at, t->filler + noise_below(&t->noise, sizeof t->filler - FRAME_PAYLOAD_MAX), len);
}

/* The next segment of the server's application data, with the records' headers where they fall. */
static void say_data(struct traffic *t, struct flow *f, uint64_t time_us)
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

static void say_hello(struct traffic *t, struct flow *f, uint64_t time_us)
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
static void say_server_flight(struct traffic *t, struct flow *f, uint64_t time_us)
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

static void say_tls_request(struct traffic *t, struct flow *f, uint64_t time_us)
{
	uint8_t *payload = frame_payload(&t->out, &f->ends);
	size_t len = 300 + noise_below(&t->noise, 700);

	put_filler(t, payload, len);
	put32(payload, 0x17030300 | (uint32_t)(len - 5) >> 8);
	payload[4] = (uint8_t)(len - 5);
	say(t, f, 0, FRAME_PSH | FRAME_ACK, time_us, len);
}

static void say_http_request(struct traffic *t, struct flow *f, uint64_t time_us)
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

static void say_http_head(struct traffic *t, struct flow *f, uint64_t time_us)
{
	char head[300];
	int len = snprintf(head, sizeof head,
	                   "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: "
	                   "image/jpeg\r\nContent-Length: %llu\r\n\r\n",
	                   (unsigned long long)f->down_left);

	say_bytes(t, f, 1, time_us, (const uint8_t *)head, (size_t)len);
}

/* The end of a connection: as it should be, by a reset, or not at all. */
static uint64_t say_goodbye(struct traffic *t, struct flow *f, uint64_t time_us)
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
static uint64_t step_tcp(struct traffic *t, struct flow *f, uint64_t now)
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

static uint64_t step_unanswered(struct traffic *t, struct flow *f, uint64_t now)
{
	uint32_t seq = f->ends.seq[0];

	say(t, f, 0, FRAME_SYN, now, 0);
	f->ends.seq[0] = seq;
	return f->step < 3 ? 1000000u << f->step : 0;
}

static void put_cids(const struct flow *f, uint8_t client[QUIC_CID], uint8_t server[QUIC_CID])
{
	put32(client, f->ends.seq[0]);
	put32(client + 4, f->ends.port[0] * 2654435761u);
	put32(server, f->ends.seq[1]);
	put32(server + 4, f->ends.seq[0] ^ 0x55aa55aa);
}

/* UDP has no sequence numbers: `ends.seq` stays what it was, and the ids are made from it. */
static void say_datagram(struct traffic *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint32_t seq = f->ends.seq[side];

	say(t, f, side, 0, now, len);
	f->ends.seq[side] = seq;
}

static void say_initials(struct traffic *t, struct flow *f, uint64_t now)
{
	uint8_t hello[HELLO_MAX], client[QUIC_CID], server[QUIC_CID];
	size_t len = hello_client(&t->noise, web_name(t->web, f->name), true, hello);
	size_t cut = 950 + noise_below(&t->noise, 150);
	bool scatter = noise_below(&t->noise, 2) == 0;

	put_cids(f, client, server);
	t->failed |= !initials_begin(t->initials, client, server);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t number = f->quirk == QUIRK_REORDERED ? 1 - i : i;
		size_t from = number == 0 ? 0 : cut, count = number == 0 ? cut : len - cut;

		t->failed |= !initials_write(t->initials, &t->noise, 0, number, hello, from, count,
		                             scatter, frame_payload(&t->out, &f->ends));
		say_datagram(t, f, 0, now, QUIC_DATAGRAM);
	}
}

static void say_long(struct traffic *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint8_t *at = frame_payload(&t->out, &f->ends), client[QUIC_CID], server[QUIC_CID];

	put_cids(f, client, server);
	put_filler(t, at, len);
	put32(at, 0xe1000000); /* Handshake, version 1 */
	at[4] = 1;
	at[5] = side == 0 ? QUIC_CID : 0;
	memcpy(at + 6, server, side == 0 ? QUIC_CID : 0);
	at += 6 + at[5];
	*at++ = side == 0 ? 0 : QUIC_CID;
	memcpy(at, server, side == 0 ? 0 : QUIC_CID);
	at += side == 0 ? 0 : QUIC_CID;
	put16(at, 0x4000 | (uint32_t)(len - 17));
	say_datagram(t, f, side, now, len);
}

static void say_short(struct traffic *t, struct flow *f, int side, uint64_t now, size_t len)
{
	uint8_t *at = frame_payload(&t->out, &f->ends), client[QUIC_CID], server[QUIC_CID];

	put_cids(f, client, server);
	put_filler(t, at, len);
	at[0] = (uint8_t)(0x40 | (at[0] & 0x3f));
	if (side == 0)
		memcpy(at + 1, server, QUIC_CID);
	say_datagram(t, f, side, now, len);
}

static void say_server_initial(struct traffic *t, struct flow *f, uint64_t now)
{
	uint8_t hello[160], client[QUIC_CID], server[QUIC_CID];
	size_t len = hello_server(&t->noise, hello);

	put_cids(f, client, server);
	t->failed |= !initials_begin(t->initials, client, server) ||
	             !initials_write(t->initials, &t->noise, 1, 0, hello, 0, len, false,
	                             frame_payload(&t->out, &f->ends));
	say_datagram(t, f, 1, now, QUIC_DATAGRAM);
	say_long(t, f, 1, now, 1250);
	say_long(t, f, 1, now, 900);
}

static uint64_t step_quic(struct traffic *t, struct flow *f, uint64_t now)
{
	switch (f->step) {
	case 0:
		say_initials(t, f, now);
		return f->rtt_us;
	case 1:
		say_server_initial(t, f, now);
		return 900;
	case 2:
		say_long(t, f, 0, now, 80);
		say_short(t, f, 0, now, 400 + noise_below(&t->noise, 500));
		return f->rtt_us;
	}
	for (int i = 0; i < 3 && f->down_left > 0; i++) {
		size_t len = f->down_left < 1250 ? (size_t)f->down_left : 1250;

		f->down_left -= len;
		say_short(t, f, 1, now, len < 30 ? 30 : len);
	}
	say_short(t, f, 0, now, 32 + noise_below(&t->noise, 12));
	if (f->down_left == 0 || (f->quirk == QUIRK_ABANDONED && f->step > 40))
		return 0;
	return noise_below(&t->noise, 8) == 0 ? f->rtt_us : 30 + noise_below(&t->noise, 900);
}

static uint8_t *put_dns_name(uint8_t *at, const char *name)
{
	while (*name != 0) {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	*at = 0;
	return at + 1;
}

static uint8_t *put_record(uint8_t *at, uint32_t owner, uint32_t type, const uint8_t *data,
                           size_t len)
{
	put16(at, 0xc000 | owner);
	put32(at + 2, type << 16 | 1);
	put32(at + 6, 60);
	put16(at + 10, (uint32_t)len);
	memcpy(at + 12, data, len);
	return at + 12 + len;
}

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, TYPE_HTTPS = 65 };

/* The records of an answer; gives how many, and moves `*at` on. */
static uint32_t put_answers(struct traffic *t, const struct flow *f, uint32_t type,
                            uint8_t *message, uint8_t **at)
{
	static const uint8_t https[] = { 0, 1, 0, 0, 1, 0, 6, 2, 'h', '3', 2, 'h', '2' };
	uint8_t data[80], *end;
	uint32_t owner = 12, count = 0;

	if (web_has_alias(t->web, f->name)) {
		char alias[WEB_NAME_MAX];

		snprintf(alias, sizeof alias, "e%u.edge.cdn.example", f->name);
		end = put_dns_name(data, alias);
		owner = (uint32_t)(*at + 12 - message);
		*at = put_record(*at, 12, TYPE_CNAME, data, (size_t)(end - data));
		count++;
	}
	if (type == TYPE_HTTPS) {
		*at = put_record(*at, owner, type, https, sizeof https);
		return count + 1;
	}
	if (type == TYPE_AAAA && !web_has_six(t->web, f->name))
		return count;
	for (uint32_t i = 0, all = 1 + f->name % 3; i < all; i++) {
		web_address(t->web, f->name, type == TYPE_AAAA, data);
		data[type == TYPE_AAAA ? 15 : 3] ^=
		        (uint8_t)i; /* the first is the one that is called */
		*at = put_record(*at, owner, type, data, type == TYPE_AAAA ? 16 : 4);
		count++;
	}
	return count;
}

static void say_dns(struct traffic *t, struct flow *f, int side, uint32_t type, uint64_t now)
{
	static const uint8_t edns[] = { 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0 };
	uint8_t *message = frame_payload(&t->out, &f->ends), *at;
	uint32_t answers = 0;

	memset(message, 0, 12);
	put16(message, f->ends.seq[0] + type);
	put16(message + 2, side == 0 ? 0x0100 : 0x8180);
	put16(message + 4, 1);
	put16(message + 10, 1);
	at = put_dns_name(message + 12, web_name(t->web, f->name));
	put32(at, type << 16 | 1);
	at += 4;
	if (side == 1)
		answers = put_answers(t, f, type, message, &at);
	put16(message + 6, answers);
	memcpy(at, edns, sizeof edns);
	say_datagram(t, f, side, now, (size_t)(at + sizeof edns - message));
}

static uint64_t step_dns(struct traffic *t, struct flow *f, uint64_t now)
{
	say_dns(t, f, (int)f->step, TYPE_A, now);
	say_dns(t, f, (int)f->step, TYPE_AAAA, now);
	if (web_speaks_quic(t->web, f->name))
		say_dns(t, f, (int)f->step, TYPE_HTTPS, now);
	return f->step == 0 ? f->rtt_us : 0;
}

static uint64_t (*const steps[])(struct traffic *, struct flow *, uint64_t now) = {
	[SCRIPT_DNS] = step_dns,
	[SCRIPT_TLS] = step_tcp,
	[SCRIPT_HTTP] = step_tcp,
	[SCRIPT_QUIC] = step_quic,
	[SCRIPT_UNANSWERED] = step_unanswered,
};

static void run_step(struct traffic *t)
{
	struct appointment now = heap_pop(t);
	struct flow *f = &t->flows[now.flow];
	uint64_t wait_us = steps[f->script](t, f, now.time_us);

	f->step++;
	if (wait_us != 0) {
		heap_push(t, now.time_us + wait_us, now.flow);
		return;
	}
	f->next_free = t->free_flow;
	t->free_flow = now.flow;
}

static void run(struct traffic *t)
{
	double page_us = t->options.seconds * 1e6 /
	                 ((double)t->options.flows / 8.35); /* a page begins about as many flows */
	uint64_t page = BEGIN_US;

	while (!t->failed && !t->out.failed && t->out.packets < t->options.packets) {
		bool more = t->begun < t->options.flows;

		if (more && (t->heap_count == 0 || page <= t->heap[0].time_us)) {
			begin_page(t, page);
			page += (uint64_t)(-log((double)((noise_next(&t->noise) >> 11) + 1) /
			                        9007199254740993.0) *
			                   page_us);
		} else if (t->heap_count > 0) {
			run_step(t);
		} else {
			return;
		}
	}
}

static const struct option long_options[] = {
	{ "flows", required_argument, NULL, 'f' },
	{ "packets", required_argument, NULL, 'p' },
	{ "hosts", required_argument, NULL, 'H' },
	{ "names", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 's' },
	{ "seconds", required_argument, NULL, 't' },
	{ "size", required_argument, NULL, 'z' },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fprintf(stderr, "usage: bench_traffic -o FILE [options]\n"
	                "  -o, --output FILE  the capture (pcap); - is standard output\n"
	                "  -f, --flows N      flows, DNS included (100000)\n"
	                "  -p, --packets N    stop there, whatever is open then (no limit)\n"
	                "  -H, --hosts N      clients (2000)\n"
	                "  -n, --names N      names of sites and third parties (2000)\n"
	                "  -t, --seconds S    time over which flows begin (300 for 100,000 flows)\n"
	                "  -z, --size X       flows' sizes, as a multiple of the usual ones (1)\n"
	                "  -s, --seed N       (1)\n");
	return 2;
}

static bool number(const char *text, double least, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == 0 && *out >= least && *out <= most;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	double value = 0;

	for (int c; (c = getopt_long(argc, argv, "f:p:H:n:s:t:z:o:", long_options, NULL)) != -1;) {
		if (c == 'o') {
			o->path = optarg;
			continue;
		}
		if (c == '?' || !number(optarg,
		                        c == 't' || c == 'z' ? 1e-3
		                        : c == 's'           ? 0
		                                             : 1,
		                        c == 'n'   ? 1e7
		                        : c == 'H' ? 3e6
		                                   : 1e15,
		                        &value))
			return false;
		if (c == 'f')
			o->flows = (uint64_t)value;
		else if (c == 'p')
			o->packets = (uint64_t)value;
		else if (c == 'H')
			o->hosts = (uint32_t)value;
		else if (c == 'n')
			o->names = (uint32_t)value < 16 ? 16 : (uint32_t)value;
		else if (c == 's')
			o->seed = (uint64_t)value;
		else if (c == 't')
			o->seconds = value;
		else
			o->size = value;
	}
	if (o->seconds == 0)
		o->seconds = 300.0 * (double)o->flows / 100000;
	return o->path != NULL && optind == argc;
}

static bool set_up(struct traffic *t)
{
	t->noise.state = t->options.seed;
	t->free_flow = NO_FLOW;
	t->web = web_new(t->options.names);
	t->initials = initials_new();
	t->ports = calloc(t->options.hosts, sizeof *t->ports);
	noise_fill(&t->noise, t->filler, sizeof t->filler);
	if (t->web == NULL || t->initials == NULL || t->ports == NULL) {
		fprintf(stderr, "bench_traffic: out of memory\n");
		return false;
	}
	if (!frame_file_open(&t->out, t->options.path)) {
		fprintf(stderr, "bench_traffic: %s: %s\n", t->options.path, strerror(errno));
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct traffic t = { .options = { .flows = 100000,
		                                 .packets = UINT64_MAX,
		                                 .seed = 1,
		                                 .hosts = 2000,
		                                 .names = 2000,
		                                 .size = 1 } };

	if (!read_options(argc, argv, &t.options))
		return usage();
	if (!set_up(&t))
		return 1;
	run(&t);
	if (!frame_file_close(&t.out) || t.failed) {
		fprintf(stderr, "bench_traffic: %s: cannot be written whole\n", t.options.path);
		return 1;
	}
	fprintf(stderr,
	        "%llu packets, %llu bytes of frames, %llu flows (dns %llu, tls %llu, http %llu, "
	        "quic %llu, unanswered %llu), "
	        "%u open at once at most\n",
	        (unsigned long long)t.out.packets, (unsigned long long)t.out.bytes,
	        (unsigned long long)t.begun, (unsigned long long)t.kinds[0],
	        (unsigned long long)t.kinds[1], (unsigned long long)t.kinds[2],
	        (unsigned long long)t.kinds[3], (unsigned long long)t.kinds[4], t.most_open);
	web_free(t.web);
	initials_free(t.initials);
	free(t.flows);
	free(t.heap);
	free(t.ports);
	return 0;
}
