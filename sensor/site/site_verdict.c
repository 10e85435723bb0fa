/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_verdict.h"

#include <math.h>
#include <string.h>

enum { HITS_LEAST = 2, ABSENT_VISITS = 5 };

/* A verdict that would come of chance more often than this is none. */
static const double too_likely = 0.01;
static const double page_least = 0.4, kept_least = 0.5;
/* Of a name that sounds like what pages embed, visits that call must be nearly all of them. */
static const double embedded_rate_least = 0.6;

void wilson_interval(double hits, double visits, double *low, double *high)
{
	const double z = 1.96;

	*low = 0;
	*high = 1;
	if (visits <= 0)
		return;
	double share = fmin(hits / visits, 1), n = visits;
	double middle = share + z * z / (2 * n), scale = 1 + z * z / n;
	double reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n));

	*low = fmax(0, (middle - reach) / scale);
	*high = fmin(1, (middle + reach) / scale);
}

/* At least `hits` of `n` trials that succeed with probability `p`. */
static double tail(uint32_t hits, uint32_t n, double p)
{
	double sum = 0;

	for (uint32_t k = 0; k < hits && k <= n; k++)
		sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
		           (n - k) * log1p(-p));
	return fmax(0, 1 - sum);
}

static struct slice name_of(const struct site *s)
{
	const char *name = s->name != NULL ? s->name : "";

	return (struct slice){ (const uint8_t *)name, strlen(name) };
}

/* Visits went on without it: by its own rate until then, seen at the interval's low end, is that
 * chance? */
static double silence(const struct site_count *c)
{
	double low, high;

	wilson_interval(c->hits, c->hits_from, &low, &high);
	return pow(1 - low, c->after);
}

/*
 * What pages embed besides comes where they call: as often as they carry the tracker among all that
 * embed it. Where the pages themselves are not seen (names cut off, a slow machine, one of two
 * families of addresses) nothing else tells a third party from a page.
 */
static bool calls_like_a_page(const struct site *s, const struct site_count *c)
{
	double low, high;

	if (site_new_page_prior(name_of(s)) > page_least)
		return true;
	wilson_interval(c->hits, s->visits > c->after ? s->visits - c->after : 0, &low, &high);
	return low > embedded_rate_least;
}

static enum site_status status_of(const struct site *s, const struct site_count *c,
                                  const struct site_verdict *v)
{
	bool is_page = !site_is_third_party(s) && site_page_prior(s) > page_least &&
	               calls_like_a_page(s, c);
	/* Calls that are explained by another page, as it turned out later, are none of its. */
	bool is_kept = c->calls > kept_least * c->hits;
	bool is_sure = is_page && is_kept && c->hits >= HITS_LEAST && exp(c->doubt) < too_likely;
	uint32_t until = s->visits > c->after ? s->visits - c->after : 0;

	if (is_sure && tail(c->hits, until, v->chance) < too_likely && silence(c) < too_likely)
		return SITE_REMOVED;
	if (is_sure && tail(c->hits, s->visits, v->chance) < too_likely)
		return SITE_PRESENT;
	if (s->visits >= ABSENT_VISITS && c->belief < 0.5 + 0.05 * s->visits)
		return SITE_ABSENT;
	return SITE_UNKNOWN;
}

void site_judge(const struct site *s, size_t entity, double coincidence, struct site_verdict *v)
{
	const struct site_count *c = &s->count[entity];
	double doubt = c->hits > 0 ? exp((double)c->doubt / c->hits) : 0.5;

	*v = (struct site_verdict){ .visits = s->visits,
		                    .hits = c->hits,
		                    .after = c->after,
		                    .gone_ns = c->gone_ns,
		                    .seen_ns = s->first_ns };
	v->chance = fmin(fmax(coincidence * doubt, 1e-4), 0.9);
	wilson_interval(c->hits, s->visits, &v->rate_low, &v->rate_high);
	v->status = status_of(s, c, v);
	if (v->status == SITE_PRESENT || v->status == SITE_REMOVED) {
		v->since_ns = c->first_ns;
		v->last_confirmed_ns = c->last_ns;
	}
	if (v->status == SITE_REMOVED)
		v->removed_at_ns = c->gone_ns;
	if (v->status == SITE_PRESENT)
		v->confidence = 1 - fmax(exp(c->doubt), tail(c->hits, s->visits, v->chance));
	else if (v->status == SITE_REMOVED)
		v->confidence = 1 - silence(c);
	else if (v->status == SITE_ABSENT)
		v->confidence = 1 - pow(0.5, s->visits);
}

const char *site_status_word(enum site_status status)
{
	static const char *const words[] = { [SITE_UNKNOWN] = "unknown",
		                             [SITE_PRESENT] = "present",
		                             [SITE_ABSENT] = "absent",
		                             [SITE_REMOVED] = "removed" };

	return words[status];
}
