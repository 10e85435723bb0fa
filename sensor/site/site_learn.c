/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/site/site_book_state.h"

/* Belief in a call from which on it tells of its browser. */
static const float habit_least = 0.7F;

static void learn_follower(struct site *s, uint64_t head)
{
	s->followed++;
	for (size_t i = 0; i < s->distinct; i++)
		if (s->followed_heads[i] == head)
			return;
	if (s->distinct < sizeof s->followed_heads / sizeof *s->followed_heads)
		s->followed_heads[s->distinct++] = head;
}

static void learn_hit(struct site_book *b, struct site_count *c, const struct site_hit *hit,
                      uint64_t time_ns)
{
	c->belief += hit->belief;
	if (hit->belief > 0.7F)
		b->lags[hit->was_new][site_lag_class(hit->lag_s)] += hit->belief;
	if (hit->belief < 0.5F) {
		c->after++;
		return;
	}
	c->doubt += logf(fmaxf(1 - hit->belief, 0.01F));
	c->hits_from = c->hits++ == 0 ? 1 : c->hits_from + c->after + 1;
	c->first_ns = c->first_ns == 0 ? time_ns : c->first_ns;
	c->last_ns = time_ns;
	c->after = 0;
	c->gone_ns = 0;
}

static void learn_visit(struct site_book *b, struct site *s, const struct site_observation *o)
{
	b->visits++;
	s->visits++;
	s->has_news = true;
	s->first_ns = s->first_ns == 0 ? o->time_ns : s->first_ns;
	for (size_t i = 0; i < o->hit_count; i++)
		site_book_hold_entity(b, o->hits[i].entity);
	for (size_t e = 0; e < b->entity_count; e++) {
		struct site_count *c = &s->count[e];
		const struct site_hit *hit = NULL;

		for (size_t i = 0; i < o->hit_count; i++)
			if (site_book_entity(b, o->hits[i].entity) == e)
				hit = &o->hits[i];
		if (hit != NULL && hit->belief < 0.5F)
			b->bystanders[e]++;
		if (hit != NULL)
			learn_hit(b, c, hit, o->time_ns);
		else
			c->after++;
		if (c->after > 0 && c->hits > 0 && c->gone_ns == 0)
			c->gone_ns = o->time_ns;
	}
}

static void take_back(struct site_book *b, struct site *s, const struct site_observation *o)
{
	size_t entity = site_book_entity(b, o->hits[0].entity);

	if (entity == SITE_ENTITIES_MAX || s->count[entity].hits == 0)
		return;
	struct site_count *c = &s->count[entity];

	c->hits--;
	c->belief = fmaxf(0, c->belief - o->hits[0].belief);
	c->doubt = fminf(0, c->doubt - logf(fmaxf(1 - o->hits[0].belief, 0.01F)));
	s->has_news = true;
	if (c->hits == 0) {
		c->hits_from = c->after = 0;
		c->first_ns = c->last_ns = c->gone_ns = 0;
	}
}

static int by_packet(const void *a, const void *b)
{
	const struct site_observation *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	int by_host = memcmp(x->host, y->host, sizeof x->host);

	if (by_host != 0)
		return by_host;
	if (x->candidate.call != y->candidate.call)
		return x->candidate.call < y->candidate.call ? -1 : 1;
	size_t common = x->name.len < y->name.len ? x->name.len : y->name.len;
	int by_text = memcmp(x->name.ptr, y->name.ptr, common);

	return by_text != 0 ? by_text : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

static bool is_same_call(const struct site_observation *a, const struct site_observation *b)
{
	return b->kind == SITE_SAW_CANDIDATE && a->time_ns == b->time_ns && a->order == b->order &&
	       a->candidate.call == b->candidate.call && memcmp(a->host, b->host, 16) == 0;
}

static enum site_page_kind page_kind(const struct site *s, bool was_udp)
{
	if (was_udp)
		return SITE_PAGE_QUIC;
	return s != NULL && s->speaks_quic ? SITE_PAGE_TCP : SITE_PAGE_TCP_ONLY;
}

double site_transport_ratio(const struct site_book *b, const struct site *s, bool was_udp,
                            uint32_t tracker, bool is_udp)
{
	return site_habits_ratio(&b->habits, tracker, page_kind(s, was_udp), is_udp);
}

/* A call's candidates stand side by side. */
static size_t learn_call(struct site_book *b, const struct site_observation *batch, size_t count)
{
	struct recent_call call = { .id = site_call_id(batch[0].time_ns, batch[0].order,
		                                       batch[0].candidate.call, batch[0].host),
		                    .host = site_call_host(batch[0].host),
		                    .nobody = batch[0].candidate.nobody,
		                    .request = batch[0].candidate.request,
		                    .acknowledges = batch[0].candidate.acknowledges };
	size_t i = 0;

	site_book_hold_entity(b, batch[0].candidate.entity);
	size_t entity = site_book_entity(b, batch[0].candidate.entity);

	for (; i < count && is_same_call(&batch[0], &batch[i]); i++) {
		struct site *s = site_book_hold(b, batch[i].name);
		const struct site_candidate *c = &batch[i].candidate;

		if (s == NULL || entity == SITE_ENTITIES_MAX || call.count == CALL_CANDIDATES)
			continue;
		if (c->belief > habit_least)
			site_habits_credit(&b->habits, c->tracker, page_kind(s, c->was_udp),
			                   c->is_udp);
		if (c->is_credited) {
			site_credit(s, entity, c->is_new, c->lag_s, c->belief);
			continue;
		}
		call.site[call.count] = (uint32_t)(s - b->sites);
		call.likelihood[call.count] = c->likelihood;
		call.excess[call.count] = (int16_t)c->excess;
		call.visit[call.count] = c->visit;
		call.lag_s[call.count++] = c->lag_s;
	}
	call.entity = (uint8_t)entity;
	call.is_new = batch[0].candidate.is_new;
	if (call.count > 0)
		site_calls_add(&b->calls, &call);
	return i;
}

static void learn_one(struct site_book *b, const struct site_observation *o)
{
	struct site *s = site_book_hold(b, o->name);

	if (s == NULL)
		return;
	s->last_ns = o->time_ns > s->last_ns ? o->time_ns : s->last_ns;
	switch (o->kind) {
	case SITE_SAW_HEAD:
		s->heads++;
		break;
	case SITE_SAW_FOLLOWER:
		learn_follower(s, o->head);
		break;
	case SITE_SAW_ORDER:
		s->embedded = fmaxf(-20, fminf(20, s->embedded + o->odds));
		break;
	case SITE_SAW_BEGINNING:
		s->begun++;
		s->speaks_quic |= o->is_udp;
		break;
	case SITE_SAW_VISIT:
		learn_visit(b, s, o);
		break;
	case SITE_TAKEN_BACK:
		take_back(b, s, o);
		break;
	case SITE_SAW_CANDIDATE:
		break; /* learn_call() */
	}
}

void site_book_learn(struct site_book *b, struct site_observation *batch, size_t count)
{
	if (count > 1)
		qsort(batch, count, sizeof *batch, by_packet);
	if (b->is_restored && count > 0) {
		b->is_restored = false;
		if (batch[0].time_ns <= b->restored_ns)
			site_book_forget(b);
	}
	for (size_t i = 0; i < count;) {
		if (batch[i].kind == SITE_SAW_CANDIDATE)
			i += learn_call(b, batch + i, count - i);
		else
			learn_one(b, &batch[i++]);
	}
	site_calls_settle(&b->calls, b, b->sites);
}
