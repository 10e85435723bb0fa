/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS: the fragments of a ClientHello put in order. */
#include "dissect/dtls.h"
#include "sensor/flow/question.h"

static struct dtls_question *begin(struct inspector *i, struct question *q)
{
	if (q->dtls == NULL)
		q->dtls = budget_take(i->use.budget, sizeof *q->dtls);
	return q->dtls;
}

/* A hello is sent again with another number, after the server asked for its cookie. */
static void begin_message(struct inspector *i, struct dtls_question *d,
                          const struct dtls_fragment *fragment)
{
	if (d->message_len == fragment->length && d->message_seq == fragment->number)
		return;
	assembly_free(&d->fragments, i->use.budget);
	d->message_len = fragment->length;
	d->message_seq = fragment->number;
}

static bool read_hello(struct inspector *i, const struct sight *s, const struct dtls_question *d,
                       bool is_last)
{
	struct slice body = assembly_window(&d->fragments);
	struct tls_hello hello;

	if (body.len == 0)
		return false;
	enum parse answer = dissect_dtls_hello(body, d->message_len, &hello);

	if (!is_last)
		count_answer(i, answer);
	if (answer == PARSE_OK || (is_last && hello.sni.len > 0))
		note_hello(i, s, &hello, EVIDENCE_DTLS_SNI, 0, answer == PARSE_OK);
	return answer == PARSE_OK;
}

static bool add_fragment(struct inspector *i, const struct sight *s,
                         const struct dtls_fragment *fragment)
{
	struct dtls_question *d = begin(i, s->flow->question);

	if (d == NULL || fragment->type != DTLS_CLIENT_HELLO)
		return false;
	begin_message(i, d, fragment);
	if (!assembly_add(&d->fragments, i->use.budget, fragment->offset, fragment->bytes))
		i->counters.assembly_refused++;
	return read_hello(i, s, d, false);
}

bool inspect_dtls(struct inspector *i, const struct sight *s)
{
	struct dtls_fragments found;

	if (count_answer(i, dissect_dtls_fragments(s->packet->payload, &found)) == PARSE_FOREIGN)
		return false;
	for (size_t n = 0; n < found.count; n++) {
		s->flow->app = APP_DTLS;
		s->flow->question->is_settled |= add_fragment(i, s, &found.fragment[n]);
	}
	return s->flow->app == APP_DTLS;
}

void inspect_dtls_end(struct inspector *i, const struct sight *s)
{
	const struct dtls_question *d = s->flow->question->dtls;

	if (d == NULL)
		return;
	i->counters.hellos_incomplete++;
	(void)read_hello(i, s, d, true);
}
