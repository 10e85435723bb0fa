/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_weigh.h"

#include <math.h>
#include <string.h>

#include "sensor/site/site_binding.h"
#include "sensor/site/site_calls.h"
#include "sensor/site/site_sizes.h"

static const uint64_t same_ns = 300 * UINT64_C(1000000);   /* flows opened side by side */
static const uint64_t along_ns = 1500 * UINT64_C(1000000); /* a visit goes on calling */

/* Who went on to another page has likely left the one before. */
static const double left = 0.8;
/* What a call on an open flow by no page that was seen weighs, beside candidates. */
static const double nobody = 0.0015;

/* What this visit's earlier calls say: it goes on with its other names, and opens no flow twice. */
static double go_on(const struct visit *v, const struct site_call *c)
{
	double more = 1;

	for (size_t i = 0; i < v->called_count; i++) {
		const struct called *before = &v->called[i];
		uint64_t ago_ns = c->time_ns - before->time_ns;

		if (before->tracker == site_tracker_hash(c) && c->is_new)
			return ago_ns > same_ns ? 1 - 0.9 * before->belief : 1;
		if (strcmp(before->entity, c->entity) == 0 && ago_ns < along_ns)
			more = 1 + 3 * before->belief;
	}
	return more;
}

uint32_t site_tracker_hash(const struct site_call *c)
{
	return c->tracker != NULL ? c->tracker->hash : 0;
}

uint32_t site_tracker_number(const struct site_call *c)
{
	const struct name *name = c->tracker;
	uint32_t hash = 2166136261U;

	for (size_t i = 0; name != NULL && i < name->len; i++)
		hash = (hash ^ (uint8_t)name->text[i]) * 16777619U;
	return name != NULL && c->is_new ? hash | 1 : 0;
}

uint32_t site_request_kind(const struct site_call *c)
{
	return c->size > 0 ? site_tracker_number(c) ^ (uint32_t)c->is_udp << 31 : 0;
}

uint64_t site_visit_number(const struct visit *v, const struct site_call *c)
{
	return v->begin_ns ^ ((uint64_t)c->host[15] << 56);
}

int site_excess(const struct visit *v, const struct site_call *c)
{
	return (int)c->size - (int)site_referer_size(name_text(v->name));
}

static double page_prior(const struct visit *v, const struct site *site)
{
	return site != NULL ? site_page_prior(site) : site_new_page_prior(name_text(v->name));
}

/* An old flow wakes up mostly as an old page does; followers are mostly embedded. */
static double likelihood_woken(const struct visit *v, const struct site *site,
                               const struct site_call *c, size_t later)
{
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9, likely = pow(left, (double)later);

	if (v->is_follower && v->part_ns == 0 && (site == NULL || site->heads <= site->followed))
		likely *= v->support > 1 ? 0.5 : v->support > 0 ? 0.3 : 0.06;
	else if (v->is_new && v->support == 0 && lag_s > 0.2)
		likely *= 0.5;
	return likely * (v->is_new ? 0.15 : 1) * go_on(v, c);
}

static double weigh_woken(const struct site_watch *w, const struct visit *v,
                          const struct site_call *c, double likely)
{
	const struct site *site = site_book_find(w->book, name_text(v->name));
	size_t entity = site_book_entity(w->book, c->entity);
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	double page = likely * page_prior(v, site) * site_call_rate(site, entity, 0);

	page = site_bound_to(c->binding, v->name) * go_on(v, c) + 0.05 * page;
	return page * site_lag_density(w->book, site, entity, false, lag_s);
}

/*
 * What tells whose a new flow is, each with its weight: a logistic model, fitted to crawls that are
 * none of those that the figures of README.md are of. So the shares are probabilities.
 */
static const struct {
	double rate, lag, size, transport, prior, was_open, before_part, with_part, after_part,
	        soon_after, long_after, later, much_later, go_on, unknown, at_once, late,
	        known_late, nobody;
} model = { .rate = 0.71,
	    .lag = 0.29,
	    .size = 0.82,
	    .transport = 0.5,
	    .prior = 0.9,
	    .was_open = -0.69,
	    .before_part = -1.0,
	    .with_part = 0.4,
	    .after_part = 0.52,
	    .soon_after = 0.13,
	    .long_after = -0.15,
	    .later = -0.37,
	    .much_later = -0.08,
	    .go_on = 0.72,
	    .unknown = 0.19,
	    .at_once = 1.03,
	    .late = -1.0,
	    .known_late = 0.33,
	    .nobody = -2.31 };

static double apart_from_part(const struct visit *v, const struct site_call *c)
{
	double apart_s = ((double)c->time_ns - (double)v->part_ns) / 1e9;

	if (v->part_ns == 0)
		return 0;
	if (apart_s < -0.1)
		return model.before_part;
	if (apart_s < 0.1)
		return model.with_part;
	if (apart_s < 0.4)
		return model.after_part;
	return apart_s < 1 ? model.soon_after : model.long_after;
}

static double log_of(double x)
{
	return log(fmax(x, 1e-4));
}

static double likelihood_new(const struct visit *v, const struct site_call *c, size_t later)
{
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	double z = model.go_on * log_of(go_on(v, c)) + apart_from_part(v, c);

	z += (v->is_new ? 0 : model.was_open) + (later >= 1 ? model.later : 0) +
	     (later >= 4 ? model.much_later : 0);
	z += (lag_s < 0.1 ? model.at_once : 0) + (lag_s >= 3.2 ? model.late : 0);
	return exp(z);
}

/* What of the call the visit was credited when it was asked of before. */
static double own_share(const struct recent_call *own, uint64_t visit)
{
	for (size_t i = 0; own != NULL && i < own->count; i++)
		if (own->visit[i] == visit)
			return own->share[i];
	return 0;
}

static double weigh_new(const struct site_watch *w, const struct visit *v,
                        const struct site_call *c, double likely)
{
	const struct site *site = site_book_find(w->book, name_text(v->name));
	size_t entity = site_book_entity(w->book, c->entity);
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	const struct recent_call *before =
	        c->is_asked_again ? site_book_call(w->book, site_call_id(c->time_ns, c->order,
	                                                                 c->number, c->host))
	                          : NULL;
	double usual = log_of(site_lag_density(w->book, NULL, entity, true, lag_s));
	double own = log_of(site_lag_density(w->book, site, entity, true, lag_s));
	double size = site_size_ratio(w->book, site_request_kind(c), c->has_news, site_excess(v, c),
	                              before);
	double transport =
	        site_transport_ratio(w->book, site, v->is_udp, site_tracker_number(c), c->is_udp);
	double z = model.rate * log_of(site_call_rate(site, entity,
	                                              own_share(before, site_visit_number(v, c)))) +
	           model.prior * log_of(page_prior(v, site)) + model.lag * usual +
	           model.size * log_of(size) + model.transport * log_of(transport);

	z += lag_s >= 2 ? model.known_late * fmax(0, own - usual) : 0;
	z += site == NULL || site->begun <= 1 ? model.unknown : 0;
	return likely * exp(z);
}

double site_likelihood(const struct site_watch *w, const struct visit *v, const struct site_call *c,
                       size_t later)
{
	/* A site's own name that leads to a tracker is no page that calls it. */
	if (v->begin_ns > c->time_ns || v->name == c->tracker)
		return 0;
	if (c->is_new)
		return likelihood_new(v, c, later);
	return likelihood_woken(v, site_book_find(w->book, name_text(v->name)), c, later);
}

double site_weigh(const struct site_watch *w, const struct visit *v, const struct site_call *c,
                  double likely)
{
	if (likely <= 0)
		return 0;
	return c->is_new ? weigh_new(w, v, c, likely) : weigh_woken(w, v, c, likely);
}

double site_nobody(const struct site_call *c, size_t open)
{
	double crowd = (double)(open > 0 ? open : 1) / 8;

	return c->is_new ? exp(model.nobody) * crowd : nobody;
}
