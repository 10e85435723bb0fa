/* SPDX-License-Identifier: Apache-2.0 */
/* What a TCP stream may turn out to be, and who reads it then. */
#include "dissect/http.h"
#include "dissect/prefix.h"
#include "sensor/flow/question.h"

enum { DNS_PORT = 53, CHUNK_LINE_MAX = 256, STRAYS_MAX = 32, TLS_HEAD = 6 };

static struct taken more(void)
{
	return (struct taken){ .want = WANT_MORE };
}

static struct taken nothing(void)
{
	return (struct taken){ .want = WANT_NOTHING };
}

static struct taken again(uint64_t bytes)
{
	return (struct taken){ .bytes = bytes, .want = WANT_AGAIN };
}

static struct taken pass_over(struct slice window)
{
	return (struct taken){ .bytes = window.len, .want = WANT_MORE };
}

static struct taken hand_over(struct stream *st, read_stream *next)
{
	st->reader = next;
	return (struct taken){ .want = WANT_AGAIN };
}

/* What one candidate says of the window. */
enum verdict { IS_NOT, IS_MAYBE, IS_IT };

struct guess {
	enum verdict verdict;
	struct taken taken;
};

static struct guess is_not(void)
{
	return (struct guess){ .verdict = IS_NOT };
}

static struct guess is_maybe(void)
{
	return (struct guess){ .verdict = IS_MAYBE };
}

static struct guess is_it(struct taken taken)
{
	return (struct guess){ IS_IT, taken };
}

/* A balancer's word for whom it speaks. */
static void note_client(struct inspector *i, const struct sight *s, const struct prefix *p)
{
	struct notes *notes = p->has_client ? notes_of(s->flow, i->use.budget, s->packet) : NULL;

	if (notes != NULL)
		memcpy(notes->client, p->client, sizeof notes->client);
}

/*
 * A CONNECT is a request with its Host. Of other proxies' targets there is no kind of name: they
 * are told as a Host is, and only where nothing inside names itself.
 */
static void note_prefix(struct inspector *i, const struct sight *s, const struct prefix *prefix,
                        struct slice window)
{
	struct question *q = s->flow->question;
	struct http_request request;

	if (prefix->kind == PREFIX_HTTP_CONNECT) {
		if (dissect_http_request(window, &request) == PARSE_OK)
			note_request(i, s, &request);
		return;
	}
	if (q->target != NULL || prefix->name.len == 0)
		return;
	q->target = name_hold(i->use.names, prefix->name);
	q->target_side = (uint8_t)s->side;
	q->target_number = s->frame->number;
}

static struct guess guess_prefix(struct inspector *i, const struct sight *s, struct stream *st,
                                 struct slice window)
{
	struct prefix prefix;

	(void)st;
	switch (count_answer(i, dissect_prefix(window, &prefix))) {
	case PARSE_OK:
		note_prefix(i, s, &prefix, window);
		note_client(i, s, &prefix);
		return is_it(again(prefix.len));
	case PARSE_SHORT:
		return is_maybe();
	default:
		return is_not();
	}
}

static struct guess guess_tls(struct inspector *i, const struct sight *s, struct stream *st,
                              struct slice window)
{
	struct scratch join = join_room(i);
	struct tls_hello hello;
	enum parse answer = count_answer(i, dissect_tls_client(window, &join, &hello, NULL));

	(void)st;
	if (answer == PARSE_OK || (answer == PARSE_BROKEN && hello.sni.len > 0)) {
		note_hello(i, s, &hello, EVIDENCE_TLS_SNI, 0, answer == PARSE_OK);
		return is_it(nothing());
	}
	if (answer != PARSE_SHORT)
		return is_not();
	s->flow->question->is_tls_begun |= window.len >= TLS_HEAD;
	return is_maybe();
}

static struct guess guess_http(struct inspector *i, const struct sight *s, struct stream *st,
                               struct slice window)
{
	struct http_request request;

	switch (count_answer(i, dissect_http_request(window, &request))) {
	case PARSE_OK:
		st->reader = request.is_chunked ? read_chunks : read_http;
		note_request(i, s, &request);
		return is_it(again(request.head_len +
		                   (request.body_len < BODY_MAX ? request.body_len : BODY_MAX)));
	case PARSE_SHORT:
		return is_maybe();
	default:
		return is_not();
	}
}

static struct guess guess_h2c(struct inspector *i, const struct sight *s, struct stream *st,
                              struct slice window)
{
	static const uint8_t preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	size_t len = window.len < sizeof preface - 1 ? window.len : sizeof preface - 1;

	(void)i;
	(void)s;
	if (len == 0 || memcmp(window.ptr, preface, len) != 0)
		return is_not();
	return len < sizeof preface - 1 ? is_maybe() : is_it(hand_over(st, read_h2c));
}

static struct guess guess_dns(struct inspector *i, const struct sight *s, struct stream *st,
                              struct slice window)
{
	bool is_port = s->flow->port[0] == DNS_PORT || s->flow->port[1] == DNS_PORT;
	struct slice rest = window, message = { 0 };
	enum parse answer = dissect_dns_frame(&rest, &message);

	(void)i;
	if (answer == PARSE_SHORT)
		return is_port ? is_maybe() : is_not();
	if (answer != PARSE_OK || (!is_port && !dissect_dns_likely(message)))
		return is_not();
	return is_it(hand_over(st, read_dns_stream));
}

static struct guess guess_tls_server(struct inspector *i, const struct sight *s, struct stream *st,
                                     struct slice window)
{
	(void)s;
	struct scratch join = join_room(i);
	struct tls_server server;

	switch (dissect_tls_server(window, &join, &server)) {
	case PARSE_OK:
		return is_it(hand_over(st, read_tls_server));
	case PARSE_SHORT:
		return is_maybe();
	default:
		return is_not();
	}
}

/* Asked in this order; the first that knows the bytes has them. */
static const struct {
	struct guess (*guess)(struct inspector *, const struct sight *, struct stream *,
	                      struct slice);
	bool is_clients; /* only a client begins like this: not asked of a known server's side */
} guesses[] = {
	{ guess_prefix, true }, /* before TLS: CONNECT, SOCKS, PROXY, STARTTLS */
	{ guess_tls, true },    { guess_h2c, true }, /* before HTTP/1: its preface reads like a
	                                                request */
	{ guess_http, true },   { guess_dns, false }, { guess_tls_server, false },
};

static struct guess guess_start(struct inspector *i, const struct sight *s, struct stream *st,
                                struct slice window)
{
	bool is_maybe_one = false;
	bool is_server = s->flow->has_syn && s->side != s->flow->client;

	for (size_t g = 0; g < sizeof guesses / sizeof *guesses; g++) {
		if (is_server && guesses[g].is_clients)
			continue;
		struct guess guess = guesses[g].guess(i, s, st, window);

		if (guess.verdict == IS_IT)
			return guess;
		is_maybe_one |= guess.verdict == IS_MAYBE;
	}
	return is_maybe_one ? is_maybe() : is_not();
}

struct taken read_start(struct inspector *i, const struct sight *s, struct stream *st,
                        struct slice window)
{
	size_t tail = s->packet->payload.len, before = 0;

	if (window.len == 0)
		return more();
	struct guess guess = guess_start(i, s, st, window);

	/* In the middle of a flow each segment may begin what those before it did not. */
	if (guess.verdict == IS_NOT && !st->is_exact && tail > 0 && tail < window.len) {
		before = window.len - tail;
		guess = guess_start(i, s, st, slice_skip(window, before));
	}
	if (guess.verdict == IS_IT) {
		guess.taken.bytes += before;
		return guess.taken;
	}
	if (guess.verdict == IS_MAYBE)
		return (struct taken){ .bytes = before, .want = WANT_MORE };
	return st->is_exact ? nothing() : pass_over(window);
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct taken read_http(struct inspector *i, const struct sight *s, struct stream *st,
                       struct slice window)
{
	if (window.len == 0)
		return more();
	struct guess upgraded = guess_h2c(i, s, st, window);

	if (upgraded.verdict == IS_IT)
		return upgraded.taken;
	struct guess guess = guess_http(i, s, st, window);

	if (guess.verdict == IS_IT) {
		st->strays = 0;
		return guess.taken;
	}
	if (guess.verdict == IS_MAYBE)
		return more();
	/* A body of unknown length: the next request begins a segment. */
	return st->strays++ < STRAYS_MAX ? pass_over(window) : nothing();
}

/* RFC 9112, section 7.1: the size in hexadecimal, the chunk, an empty line; 0 ends the body. */
struct taken read_chunks(struct inspector *i, const struct sight *s, struct stream *st,
                         struct slice window)
{
	const uint8_t *end = window.len > 0 ? memchr(window.ptr, '\n', window.len) : NULL;
	size_t line = end != NULL ? (size_t)(end - window.ptr) + 1 : 0;
	uint64_t size = 0;
	size_t digits = 0;

	(void)i;
	(void)s;
	if (end == NULL)
		return window.len < CHUNK_LINE_MAX ? more() : nothing();
	while (digits < line && hex_value(window.ptr[digits]) >= 0 && digits < 15)
		size = size << 4 | (uint64_t)hex_value(window.ptr[digits++]);
	if (digits == 0)
		return nothing();
	if (size > 0)
		return again(line + size + 2);
	st->reader = read_http; /* trailers are read as an empty head: the next request follows */
	return again(line);
}

/* RFC 9113: from the preface on each time, since HPACK's state is in all that came before. */
struct taken read_h2c(struct inspector *i, const struct sight *s, struct stream *st,
                      struct slice window)
{
	struct scratch text = join_room(i);
	struct h2c_requests requests;
	enum parse answer = count_answer(i, dissect_h2c(window, &text, &requests));

	s->flow->app = APP_HTTP2;
	s->flow->client = (uint8_t)s->side;
	for (; st->told < requests.count; st->told++)
		if (requests.authority[st->told].len > 0)
			note_name(i, s, requests.authority[st->told], EVIDENCE_H2C_AUTHORITY);
	if (requests.count == H2C_REQUESTS_MAX)
		return nothing();
	return answer == PARSE_SHORT || answer == PARSE_OK ? more() : nothing();
}

struct taken read_dns_stream(struct inspector *i, const struct sight *s, struct stream *st,
                             struct slice window)
{
	struct slice rest = window, message = { 0 };

	(void)st;
	s->flow->app = APP_DNS;
	if (dissect_dns_frame(&rest, &message) != PARSE_OK)
		return more();
	read_dns_message(i, s, message, "tcp");
	return again(window.len - rest.len);
}

/* A certificate's names are evidence where the hello was not seen. */
struct taken read_tls_server(struct inspector *i, const struct sight *s, struct stream *st,
                             struct slice window)
{
	struct scratch join = join_room(i);
	struct tls_server server;
	enum parse answer = count_answer(i, dissect_tls_server(window, &join, &server));

	(void)st;
	if (answer == PARSE_SHORT)
		return more();
	s->flow->app = APP_TLS;
	if (!s->flow->is_client_sure)
		s->flow->client = (uint8_t)(1 - s->side);
	for (size_t n = 0; answer == PARSE_OK && !s->flow->is_named && n < server.name_count; n++)
		note_name(i, s, server.names[n], EVIDENCE_TLS_CERT);
	return nothing();
}

bool read_cut(struct inspector *i, const struct sight *s, struct slice window)
{
	struct scratch join = join_room(i);
	struct tls_hello hello;
	struct http_request request;

	if (window.len == 0)
		return false;
	enum parse answer = dissect_tls_client(window, &join, &hello, NULL);

	if (answer != PARSE_FOREIGN) {
		i->counters.hellos_incomplete++;
		if (hello.sni.len > 0)
			note_hello(i, s, &hello, EVIDENCE_TLS_SNI, 0, false);
		return hello.sni.len > 0;
	}
	if (dissect_http_request(window, &request) != PARSE_SHORT || request.host.len == 0)
		return false;
	note_request(i, s, &request);
	return true;
}
