/* SPDX-License-Identifier: Apache-2.0 */
/* What the book makes of its counts: is it a page, how often does it call, and how late? */
#include <math.h>
#include <string.h>

#include "sensor/site/site_book_state.h"

/* Log odds that a name is embedded in others' pages. */
static const float surely_embedded = 4;

/* Upper ends of the classes of lag in seconds, and how calls of unknown sites fall into them. */
static const double lag_ends[SITE_LAGS] = { 0.08, 0.16, 0.3, 0.6, 1.2, 2.4, 5, 10 };
static const double lag_prior[2][SITE_LAGS] = {
	{ 0.25, 0.25, 0.20, 0.12, 0.08, 0.05, 0.04, 0.01 },
	{ 0.02, 0.12, 0.28, 0.30, 0.14, 0.06, 0.07, 0.01 },
};

/* What a host is called tells something: odds that it is embedded, before it is seen. */
float site_odds_of_name(const char *name)
{
	static const char *const embedded[] = {
		"ads",   "ajax",   "analytics", "api",    "assets", "cdn",       "cmp",   "collect",
		"css",   "fonts",  "image",     "images", "img",    "js",        "media", "metrics",
		"pixel", "static", "stats",     "tag",    "tags",   "telemetry", "track", "widget"
	};
	size_t len = strcspn(name, ".");

	if (len == 3 && strncmp(name, "www", 3) == 0)
		return -1;
	while (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--; /* cdn2 */
	for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
		if (strlen(embedded[i]) == len && strncmp(name, embedded[i], len) == 0)
			return 3;
	return 0;
}

bool site_is_third_party(const struct site *s)
{
	return s != NULL && ((s->distinct >= 3 && s->followed > 3 * s->heads && s->embedded > 0) ||
	                     (s->distinct >= 2 && s->embedded > surely_embedded));
}

double site_page_prior(const struct site *s)
{
	const double page_odds = 0.4;
	if (site_is_third_party(s))
		return 0;
	return 1 / (1 + exp(s->embedded - page_odds));
}

double site_new_page_prior(struct slice name)
{
	char text[SITE_NAME_MAX + 1];
	struct site unknown;

	if (name.len > SITE_NAME_MAX)
		return 0;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	unknown = (struct site){ .embedded = site_odds_of_name(text) };
	return site_page_prior(&unknown);
}

size_t site_lag_class(double lag_s)
{
	size_t i = 0;

	while (i < SITE_LAGS - 1 && lag_s > lag_ends[i])
		i++;
	return i;
}

void site_credit(struct site *s, size_t entity, bool is_new, double lag_s, double amount)
{
	struct site_count *c = &s->count[entity];
	float *lag = &c->lags[is_new][site_lag_class(lag_s)];

	c->calls = fmaxf(0, c->calls + (float)amount);
	*lag = fmaxf(0, *lag + (float)amount);
}

double site_call_rate(const struct site *s, size_t entity, double own)
{
	const double prior = 0.1, weight = 1.5, most = 0.95;

	if (s == NULL || entity == SITE_ENTITIES_MAX)
		return prior;
	return fmin(most,
	            (prior * weight + fmax(0, s->count[entity].calls - own)) / (weight + s->begun));
}

/* What was seen of one class of lag, on top of what is to be expected. */
static double share(double expected, double weight, const float *seen, size_t class)
{
	double sum = 0;

	for (size_t i = 0; i < SITE_LAGS; i++)
		sum += seen[i];
	return (expected * weight + seen[class]) / (weight + sum);
}

double site_lag_density(const struct site_book *b, const struct site *s, size_t entity, bool is_new,
                        double lag_s)
{
	size_t class = site_lag_class(lag_s);
	double width = lag_ends[class] - (class > 0 ? lag_ends[class - 1] : 0);

	if (lag_s > lag_ends[SITE_LAGS - 1])
		return 0.0005;
	double general = share(lag_prior[is_new][class], 10, b->lags[is_new], class);

	if (s == NULL || entity == SITE_ENTITIES_MAX)
		return general / width;
	return share(general, 3, s->count[entity].lags[is_new], class) / width;
}

double site_book_coincidence(const struct site_book *b, size_t entity)
{
	const double prior = 0.05, weight = 20;

	return ((double)b->bystanders[entity] + prior * weight) / ((double)b->visits + weight);
}

const struct recent_call *site_book_call(const struct site_book *b, uint64_t id)
{
	return site_calls_find(&b->calls, id);
}

double site_size_ratio(const struct site_book *b, uint32_t request, bool acknowledges, int excess,
                       const struct recent_call *own)
{
	struct site_size_credits credits = { NULL, NULL, 0 };

	if (own != NULL)
		credits = (struct site_size_credits){ own->base, own->fit, own->count };
	return site_sizes_ratio(&b->sizes, request, acknowledges, excess, &credits);
}

int site_size_base(const struct site_book *b, uint32_t request, bool acknowledges, int excess)
{
	return site_sizes_base(&b->sizes, request, acknowledges, excess);
}

void site_credit_size(struct site_book *b, uint32_t request, int base, double amount)
{
	site_sizes_credit(&b->sizes, request, base, amount);
}
