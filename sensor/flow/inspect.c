/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/inspect.h"

#include <stdlib.h>

#include "dissect/http.h"
#include "sensor/digest.h"
#include "sensor/flow/question.h"

/* Longer than any client waits between the pieces of a hello. */
static const uint64_t patience_ns = UINT64_C(20) * 1000000000U;

struct inspector *inspector_new(const struct inspect_options *options)
{
	struct inspector *i = calloc(1, sizeof *i);

	if (i == NULL)
		return NULL;
	i->use = *options;
	i->secret = hash_secret_from(options->seed);
	i->crypto = quic_crypto_context_new();
	i->digest = digest_new();
	if (i->crypto != NULL && i->digest != NULL)
		return i;
	inspector_free(i);
	return NULL;
}

void inspector_free(struct inspector *i)
{
	if (i == NULL)
		return;
	quic_crypto_context_free(i->crypto);
	digest_free(i->digest);
	free(i);
}

const struct inspect_counters *inspector_counters(const struct inspector *i)
{
	return &i->counters;
}

enum parse count_answer(struct inspector *i, enum parse answer)
{
	i->counters.answers[answer]++;
	return answer;
}

static void line_up(struct inspector *i, struct question *q, uint64_t now_ns)
{
	q->opened_ns = now_ns;
	q->is_in_line = true;
	q->older = i->newest;
	q->newer = NULL;
	if (i->newest != NULL)
		i->newest->newer = q;
	else
		i->oldest = q;
	i->newest = q;
}

static void leave_line(struct inspector *i, struct question *q)
{
	if (!q->is_in_line)
		return;
	q->is_in_line = false;
	if (q->older != NULL)
		q->older->newer = q->newer;
	else
		i->oldest = q->newer;
	if (q->newer != NULL)
		q->newer->older = q->older;
	else
		i->newest = q->older;
}

bool inspect_open(struct inspector *i, const struct sight *s)
{
	struct flow *f = s->flow;

	if (s->packet->protocol != IP_TCP && s->packet->protocol != IP_UDP)
		return true;
	f->question = budget_take(i->use.budget, sizeof *f->question);
	if (f->question == NULL) {
		i->counters.questions_refused++;
		return false;
	}
	i->counters.questions_opened++;
	f->question->flow = f;
	line_up(i, f->question, s->now_ns);
	f->question->opened_step = s->step;
	f->question->streams[0].reader = read_start;
	f->question->streams[1].reader = read_start;
	return true;
}

struct flow *inspect_oldest(const struct inspector *i)
{
	return i->oldest != NULL ? i->oldest->flow : NULL;
}

static void give_back(struct inspector *i, struct flow *f)
{
	struct question *q = f->question;
	struct budget *b = i->use.budget;

	leave_line(i, q);
	name_release(i->use.names, q->target);
	for (size_t side = 0; side < 2; side++)
		assembly_free(&q->streams[side].held, b);
	inspect_quic_close(i, f);
	if (q->dtls != NULL)
		assembly_free(&q->dtls->fragments, b);
	budget_give(b, q->dtls, sizeof *q->dtls);
	budget_give(b, q, sizeof *q);
	f->question = NULL;
}

/* The last name that the flow's client stated: what a label is looked up by. */
static struct name *stated_name(const struct flow *f)
{
	const struct notes *n = f->notes;

	for (size_t i = n != NULL ? n->name_count : 0; i > 0; i--)
		if (!n->names[i - 1].name->is_verbatim)
			return n->names[i - 1].name;
	return NULL;
}

static void set_label(struct inspector *i, struct flow *f)
{
	struct question *q = f->question;

	classify_end(i->use.classify, &q->ndpi, &q->label);
	if (f->app == APP_UNKNOWN && q->is_tls_begun)
		f->app = APP_TLS;
	if (f->app != APP_UNKNOWN)
		classify_by_name(i->use.classify, f->app, stated_name(f), &q->label);
	f->label_master = q->label.master;
	f->label_app = q->label.app;
}

void inspect_label(struct inspector *i, const struct flow *f, struct label *label)
{
	*label = (struct label){ .master = f->label_master, .app = f->label_app };
	if (f->question != NULL && f->app != APP_UNKNOWN)
		classify_by_name(i->use.classify, f->app, stated_name(f), label);
	classify_guess(i->use.classify, f, label);
}

/* A proxy's target that nothing inside the tunnel confirmed or bettered. */
static void tell_target(struct inspector *i, struct flow *f)
{
	static const struct packet no_packet = { 0 };
	const struct question *q = f->question;

	if (q->target == NULL || f->is_named)
		return;
	struct frame asked = { .number = q->target_number, .source = q->last_source };
	struct sight s = {
		.flow = f, .side = q->target_side, .packet = &no_packet, .frame = &asked
	};

	note_name(i, &s, name_text(q->target), EVIDENCE_HTTP_HOST);
	f->is_named = true;
}

static void close_question(struct inspector *i, struct flow *f)
{
	tell_target(i, f);
	set_label(i, f);
	give_back(i, f);
	f->is_answered = true;
}

/* nDPI is shown only what our own readers have not recognised. */
static void ask_ndpi(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	if (q->ndpi_is_done || q->is_tls_begun || s->flow->app != APP_UNKNOWN ||
	    s->packet->payload.len == 0)
		return;
	i->counters.ndpi_packets++;
	q->ndpi_is_done = classify_packet(i->use.classify, &q->ndpi, s->packet->network, s->now_ns,
	                                  &q->label);
}

/* Names come one after the other for as long as such a flow lives. */
static bool is_running(const struct flow *f)
{
	return f->app == APP_HTTP || f->app == APP_HTTP2 || f->app == APP_DNS ||
	       f->app == APP_MDNS || f->app == APP_LLMNR;
}

/* No name to read, but nDPI may still tell what it is. */
static bool is_left_to_ndpi(const struct flow *f)
{
	return f->app == APP_UNKNOWN && !f->question->ndpi_is_done && !f->question->is_tls_begun &&
	       f->question->payloads < CLASSIFY_PACKETS_MAX;
}

bool inspect_packet(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	if (s->packet->payload.len > 0 && q->payloads < UINT16_MAX)
		q->payloads++;
	q->has_news = false;
	q->last_ns = s->frame->time_ns;
	q->last_number = s->frame->number;
	q->last_source = s->frame->source;
	if (s->packet->protocol == IP_TCP)
		inspect_segment(i, s);
	else
		inspect_datagram(i, s);
	ask_ndpi(i, s);
	if (!q->is_in_line && !is_running(s->flow))
		line_up(i, q, s->now_ns);
	if (!q->is_settled || is_left_to_ndpi(s->flow))
		return q->has_news && is_running(s->flow);
	i->counters.questions_answered++;
	close_question(i, s->flow);
	return true;
}

void inspect_give_up(struct inspector *i, struct flow *f)
{
	static const struct packet no_packet = { 0 };

	if (f->question == NULL)
		return;
	struct frame last = { .time_ns = f->question->last_ns,
		              .number = f->question->last_number,
		              .source = f->question->last_source };
	struct sight s = { .flow = f, .packet = &no_packet, .frame = &last };

	if (!f->question->is_settled) {
		if (f->protocol == IP_TCP)
			inspect_segment_end(i, &s);
		else
			inspect_datagram_end(i, &s);
		if (is_running(f)) /* it has answered all along, and would have gone on */
			i->counters.questions_answered++;
		else
			i->counters.questions_given_up++;
	}
	close_question(i, f);
}

uint64_t inspect_last_number(const struct flow *f)
{
	return f->question->last_number;
}

uint64_t inspect_opened_step(const struct flow *f)
{
	return f->question->opened_step;
}

/* Clients open connections before they have anything to say: nobody was kept waiting yet. */
static bool is_silent(const struct flow *f)
{
	bool is_open = f->state == FLOW_ESTABLISHED || (f->tcp_flags[f->client] & TCP_ACK) != 0;

	return f->protocol == IP_TCP && f->app == APP_UNKNOWN && f->state != FLOW_CLOSED &&
	       is_open && f->question->streams[f->client].segments == 0;
}

struct flow *inspect_overdue(struct inspector *i, uint64_t now_ns)
{
	while (i->oldest != NULL && now_ns > i->oldest->opened_ns &&
	       now_ns - i->oldest->opened_ns > patience_ns) {
		struct question *q = i->oldest;

		if (!is_running(q->flow) && !is_silent(q->flow))
			return q->flow;
		leave_line(i, q);
		if (is_silent(q->flow)) /* to the end: it still gives way when memory is short */
			line_up(i, q, now_ns);
	}
	return NULL;
}

static void note(struct inspector *i, const struct sight *s, struct name *name,
                 enum evidence_kind kind)
{
	struct notes *notes = name != NULL ? notes_of(s->flow, i->use.budget, s->packet) : NULL;

	if (notes != NULL)
		s->flow->question->has_news |=
		        notes_add_name(notes, i->use.budget, name,
		                       &(struct noted_name){ .number = s->frame->number,
		                                             .source = s->frame->source,
		                                             .kind = (uint8_t)kind,
		                                             .client = (uint8_t)s->side });
	name_release(i->use.names, name);
}

void note_name(struct inspector *i, const struct sight *s, struct slice text,
               enum evidence_kind kind)
{
	note(i, s, name_hold(i->use.names, text), kind);
}

void note_text(struct inspector *i, const struct sight *s, struct slice text,
               enum evidence_kind kind)
{
	note(i, s, name_hold_verbatim(i->use.names, text), kind);
}
