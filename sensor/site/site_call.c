/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/site/site_binding.h"
#include "sensor/site/site_weigh.h"

enum { FEW_PAGES = 4 };

/* A page stays open for so long: where many are, an answer has to be surer. */
static const uint64_t open_ns = 4000 * UINT64_C(1000000);
static const double enough = 0.5, few_enough = 0.3, sure = 0.95;
/* Of a call by no page that was seen, where later calls share out this one; site_calls.h. */
static const float nobody = 0.0015F;

struct weighing {
	double likely[SITE_VISITS_MAX], weights[SITE_VISITS_MAX]; /* of the host's visits */
	double sum, confidence;                                   /* the second: in the best */
	size_t best;
};

static void note_call(struct visit *v, const struct site_call *c, double belief)
{
	struct called *at = NULL;

	for (size_t i = 0; i < v->called_count; i++)
		if (v->called[i].tracker == site_tracker_hash(c))
			at = &v->called[i];
	if (at == NULL && v->called_count < CALLED_MAX)
		at = &v->called[v->called_count++];
	else if (at != NULL && belief < at->belief)
		return;
	if (at != NULL)
		*at = (struct called){ site_tracker_hash(c), c->entity, c->time_ns, belief };
}

static void hit(struct visit *v, const struct site_call *c, double belief)
{
	struct site_hit *at = NULL;

	for (size_t i = 0; i < v->hit_count; i++)
		if (strcmp(v->hits[i].entity, c->entity) == 0)
			at = &v->hits[i];
	if (at == NULL && v->hit_count < SITE_ENTITIES_MAX) {
		at = &v->hits[v->hit_count++];
		*at = (struct site_hit){ .entity = c->entity };
	}
	if (at == NULL || (float)belief <= at->belief)
		return;
	at->belief = (float)belief;
	at->was_new = c->is_new;
	at->lag_s = (float)(c->time_ns - v->begin_ns) / 1e9F;
}

static void answer(struct site_guess *out, struct visit *v, const struct site_call *c,
                   double confidence)
{
	v->last_ns = c->time_ns > v->last_ns ? c->time_ns : v->last_ns;
	*out = (struct site_guess){ .name = name_again(v->name),
		                    .confidence = confidence,
		                    .has_lag = true,
		                    .lag_ms = (int64_t)((c->time_ns - v->begin_ns) / 1000000) };
}

/* scheme://host:port/path */
static struct slice host_in_url(struct slice url)
{
	const uint8_t *at = url.ptr, *end = url.ptr + url.len, *mark;

	for (mark = at; end - mark >= 3 && memcmp(mark, "://", 3) != 0; mark++)
		;
	if (end - mark < 3)
		return (struct slice){ 0 };
	for (at = mark + 3, mark = at; mark < end && strchr("/:?#", *mark) == NULL; mark++)
		;
	return (struct slice){ at, (size_t)(mark - at) };
}

static bool answer_by_referer(struct site_watch *w, struct site_host *h, const struct site_call *c,
                              struct site_guess *out)
{
	struct name *page = name_hold(w->names, host_in_url(c->referer));

	if (page == NULL)
		return false;
	struct visit *v = site_visit_of(h, page);
	bool was_seen = v != NULL;

	if (v == NULL)
		v = site_visit_add(w, h, page, c->time_ns, c->order, c->is_udp);
	if (v == NULL) {
		name_release(w->names, page);
		return false;
	}
	hit(v, c, 0.99);
	answer(out, v, c, 0.99);
	out->method = SITE_BY_REFERER;
	out->has_lag = was_seen;
	name_release(w->names, page);
	return true;
}

/* A page that called one of the owner's names goes on to the next: that is no more news of it. */
static bool is_along(const struct site_host *h, const double *weights, double sum,
                     const struct site_call *c)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		for (size_t k = 0; weights[i] / sum > 0.3 && k < v->called_count; k++)
			if (v->called[k].tracker != site_tracker_hash(c) &&
			    strcmp(v->called[k].entity, c->entity) == 0 &&
			    v->called[k].belief > 0.3)
				return true;
	}
	return false;
}

/* Of a flow that was open, its binding says more than the site's other calls: as it is. */
static void learn_call(struct site_watch *w, struct site_host *h, const struct site_call *c,
                       const double *likely, const double *weights, double sum)
{
	if (is_along(h, weights, sum, c))
		return;
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		if (weights[i] / sum < 0.01 && likely[i] < 0.01)
			continue;
		struct site_observation *o = site_observe(w, h, v->name, SITE_SAW_CANDIDATE);

		if (o == NULL)
			return;
		o->time_ns = c->time_ns;
		o->order = c->order;
		o->candidate = (struct site_candidate){
			.entity = c->entity,
			.call = c->number,
			.visit = site_visit_number(v, c),
			.request = site_request_kind(c),
			.acknowledges = c->has_news,
			.excess = site_excess(v, c),
			.likelihood = (float)likely[i],
			.nobody = nobody,
			.lag_s = (float)(c->time_ns - v->begin_ns) / 1e9F,
			.is_new = c->is_new,
			.is_credited = !c->is_new,
			.tracker = site_tracker_number(c),
			.was_udp = v->is_udp,
			.is_udp = c->is_udp,
			.belief = (float)(weights[i] / sum),
		};
	}
}

/* Below a twentieth nobody need look. */
static void add_rivals(const struct site_host *h, const struct site_call *c, const double *weights,
                       double sum, size_t best, struct site_guess *out)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];
		struct site_rival rival = { v->name, weights[i] / sum, 0 };

		if (v->name == h->visits[best].name || rival.confidence < 0.05)
			continue;
		rival.lag_ms = (int64_t)((c->time_ns - v->begin_ns) / 1000000);
		if (out->rival_count < SITE_RIVALS_MAX)
			out->rivals[out->rival_count++] = (struct site_rival){ .name = NULL };
		for (size_t k = 0; k < out->rival_count; k++) {
			struct site_rival other = out->rivals[k];

			if (other.name != NULL && other.confidence >= rival.confidence)
				continue;
			out->rivals[k] = rival;
			rival = other;
		}
	}
	for (size_t k = 0; k < out->rival_count; k++)
		(void)name_again(out->rivals[k].name);
}

void site_guess_drop(struct site_guess *g, struct name_table *names)
{
	name_release(names, g->name);
	for (size_t i = 0; i < g->rival_count; i++)
		name_release(names, g->rivals[i].name);
	*g = (struct site_guess){ 0 };
}

static size_t count_open(const struct site_host *h, const struct site_call *c)
{
	size_t count = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		count += h->visits[i].begin_ns <= c->time_ns &&
		         c->time_ns < h->visits[i].begin_ns + open_ns;
	return count;
}

/* Several visits of one site, such as two browsers' behind one address, speak for one page. */
static double weight_of_name(const struct site_host *h, const double *weights,
                             const struct name *name)
{
	double sum = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		if (h->visits[i].name == name)
			sum += weights[i];
	return sum;
}

static void weigh_all(const struct site_watch *w, const struct site_host *h,
                      const struct site_call *c, struct weighing *x)
{
	size_t later = 0;

	x->sum = site_nobody(c, count_open(h, c));
	for (size_t i = h->visit_count; i > 0; i--) {
		const struct visit *v = &h->visits[i - 1];

		x->likely[i - 1] = site_likelihood(w, v, c, later);
		x->weights[i - 1] = site_weigh(w, v, c, x->likely[i - 1]);
		x->sum += x->weights[i - 1];
		later += v->begin_ns <= c->time_ns && !v->is_follower;
	}
}

static void choose(const struct site_host *h, struct weighing *x)
{
	double most = 0;

	x->best = 0;
	for (size_t i = 0; i < h->visit_count; i++) {
		double weight = weight_of_name(h, x->weights, h->visits[i].name);

		if (weight > most || (weight == most && x->weights[i] > x->weights[x->best])) {
			x->best = i;
			most = weight;
		}
	}
	x->confidence = most / x->sum;
}

static void give_to_visits(struct site_host *h, const struct site_call *c, const struct weighing *x)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		if (x->weights[i] <= 0)
			continue;
		hit(&h->visits[i], c, x->weights[i] / x->sum);
		note_call(&h->visits[i], c, x->weights[i] / x->sum);
	}
}

bool site_watch_call(struct site_watch *w, const struct site_call *c, struct site_guess *out)
{
	struct site_host *h = site_host_of(w, c->host, c->now_ns);
	struct weighing x = { .sum = 0 };

	*out = (struct site_guess){ 0 };
	if (h == NULL || (c->referer.len > 0 && answer_by_referer(w, h, c, out)))
		return true;
	weigh_all(w, h, c, &x);
	x.sum += site_unseen_weight(h, c->binding);
	choose(h, &x);
	if (!c->is_asked_again)
		learn_call(w, h, c, x.likely, x.weights, x.sum);
	if (c->may_wait && (h->visit_count == 0 || x.confidence < sure))
		return false;
	site_bind(w, h, x.weights, x.sum, c->binding);
	if (!c->is_new)
		site_reconsider(w, h, c);
	give_to_visits(h, c, &x);
	if (h->visit_count == 0 ||
	    x.confidence < (count_open(h, c) > FEW_PAGES ? enough : few_enough))
		return true;
	answer(out, &h->visits[x.best], c, x.confidence);
	add_rivals(h, c, x.weights, x.sum, x.best, out);
	site_note_placed(c->binding, &h->visits[x.best], x.weights[x.best] / x.sum);
	return true;
}
