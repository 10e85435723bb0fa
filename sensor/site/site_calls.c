/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_calls.h"

#include <math.h>
#include <stdlib.h>

#include "sensor/log.h"

enum { ROUNDS = 3, NEAR = 8 };

void site_calls_add(struct site_calls *c, const struct recent_call *call)
{
	if (c->calls == NULL)
		c->calls = calloc(CALLS_KEPT, sizeof *c->calls);
	if (c->basis == NULL)
		c->basis = calloc(CALLS_KEPT, sizeof *c->basis);
	if (c->calls == NULL || c->basis == NULL) {
		log_scarce();
		return;
	}
	c->calls[c->next] = *call;
	c->next = (c->next + 1) % CALLS_KEPT;
	c->count += c->count < CALLS_KEPT;
	c->has_news = true;
}

static size_t place_of(const struct site_calls *c, size_t i)
{
	return (c->next + CALLS_KEPT - c->count + i) % CALLS_KEPT;
}

static struct recent_call *call_at(const struct site_calls *c, size_t i)
{
	return &c->calls[place_of(c, i)];
}

uint64_t site_call_host(const uint8_t host[16])
{
	return site_call_id(0, 0, 0, host);
}

uint64_t site_call_id(uint64_t time_ns, uint64_t order, uint32_t number, const uint8_t host[16])
{
	uint64_t id = (time_ns * 0x9e3779b97f4a7c15U) ^ (order << 24) ^ number;

	for (size_t i = 0; i < 16; i++)
		id = (id ^ host[i]) * 1099511628211U;
	return id;
}

const struct recent_call *site_calls_find(const struct site_calls *c, uint64_t id)
{
	for (size_t i = c->count; i > 0; i--)
		if (call_at(c, i - 1)->id == id)
			return call_at(c, i - 1);
	return NULL;
}

/* Those beside it of the same host: 15 at most. */
struct neighbours {
	size_t count;
	const struct recent_call *calls[2 * NEAR];
};

static struct neighbours neighbours_of(const struct site_calls *c, size_t at)
{
	size_t from = at > NEAR ? at - NEAR : 0, to = at + NEAR < c->count ? at + NEAR : c->count;
	uint64_t host = call_at(c, at)->host;
	struct neighbours near = { .count = 0 };

	for (size_t i = from; i < to; i++) {
		const struct recent_call *other = call_at(c, i);

		if (i != at && other->host == host)
			near.calls[near.count++] = other;
	}
	return near;
}

/* Others that the same visit may have made: it opens one flow. */
static double left_over(const struct neighbours *near, uint64_t visit)
{
	double left = 1;

	for (size_t i = 0; i < near->count; i++)
		for (size_t k = 0; k < near->calls[i]->count; k++)
			if (near->calls[i]->visit[k] == visit)
				left *= 1 - 0.95 * (double)near->calls[i]->share[k];
	return left;
}

static void lay_basis(const struct recent_call *call, const struct site_book *b,
                      const struct site *sites, struct call_basis *basis)
{
	for (size_t i = 0; i < call->count; i++) {
		double page = site_page_prior(&sites[call->site[i]]);
		double timely =
		        call->likelihood[i] *
		        site_lag_density(b, NULL, call->entity, call->is_new, call->lag_s[i]);

		basis->by_time[i] = sqrt(timely) * 0.1 * page;
		basis->page[i] = call->likelihood[i] * page;
	}
}

/* Which sizes there are is told by time alone: a wrong site's rate is not to make a wrong size. */
static void fit_size(struct recent_call *call, const struct call_basis *basis, struct site_book *b)
{
	double weights[CALL_CANDIDATES], sum = call->nobody;

	for (size_t i = 0; i < call->count; i++)
		site_credit_size(b, call->request, call->base[i], -call->fit[i]);
	for (size_t i = 0; i < call->count; i++) {
		weights[i] =
		        basis->by_time[i] * site_size_ratio(b, call->request, call->acknowledges,
		                                            call->excess[i], NULL);
		sum += weights[i];
	}
	for (size_t i = 0; i < call->count; i++) {
		call->fit[i] = (float)(weights[i] / sum);
		call->base[i] = (int16_t)site_size_base(b, call->request, call->acknowledges,
		                                        call->excess[i]);
		site_credit_size(b, call->request, call->base[i], call->fit[i]);
	}
}

/* Its own share does not speak for itself. */
static void share_out(struct site_calls *c, size_t at, struct site_book *b, struct site *sites)
{
	struct recent_call *call = call_at(c, at);
	const struct call_basis *basis = &c->basis[place_of(c, at)];
	struct neighbours near = neighbours_of(c, at);
	double weights[CALL_CANDIDATES], sum = call->nobody;

	for (size_t i = 0; i < call->count; i++)
		site_credit(&sites[call->site[i]], call->entity, call->is_new, call->lag_s[i],
		            -call->share[i]);
	for (size_t i = 0; i < call->count; i++) {
		struct site *s = &sites[call->site[i]];

		weights[i] = basis->page[i] * site_call_rate(s, call->entity, 0) *
		             left_over(&near, call->visit[i]) *
		             site_lag_density(b, s, call->entity, call->is_new, call->lag_s[i]) *
		             site_size_ratio(b, call->request, call->acknowledges, call->excess[i],
		                             NULL);
		sum += weights[i];
	}
	for (size_t i = 0; i < call->count; i++) {
		call->share[i] = (float)(weights[i] / sum);
		site_credit(&sites[call->site[i]], call->entity, call->is_new, call->lag_s[i],
		            call->share[i]);
	}
}

void site_calls_settle(struct site_calls *c, struct site_book *b, struct site *sites)
{
	if (!c->has_news)
		return;
	c->has_news = false;
	for (size_t i = 0; i < c->count; i++)
		lay_basis(call_at(c, i), b, sites, &c->basis[place_of(c, i)]);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < c->count; i++) {
			fit_size(call_at(c, i), &c->basis[place_of(c, i)], b);
			share_out(c, i, b, sites);
		}
}

void site_calls_clear(struct site_calls *c)
{
	c->count = c->next = 0;
}

void site_calls_free(struct site_calls *c)
{
	free(c->calls);
	free(c->basis);
}
