/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_watch.h"

#include <math.h>

#include "sensor/site/site_hosts.h"

static const uint64_t quiet_ns = 400 * UINT64_C(1000000); /* a head comes after this much silence */
static const uint64_t follow_ns =
        700 * UINT64_C(1000000);                         /* what a page embeds comes within this */
static const uint64_t embed_ns = 40 * UINT64_C(1000000); /* and no sooner */
static const uint64_t repeat_ns =
        3000 * UINT64_C(1000000); /* the same name again: the same visit */
static const uint64_t anew_ns =
        2000 * UINT64_C(1000000); /* a new flow this much later: another one */

static const uint64_t page_ns = 800 * UINT64_C(1000000); /* a page's parts come within this */
static const uint64_t side_ns = 10 * UINT64_C(1000000);  /* and not by its side */
static const uint64_t busy_ns = 5000 * UINT64_C(1000000);
static const float part_odds = 1.2F; /* a sub-host of the page that was asked for just before */
static const double preceded = 0.85; /* the share of what is embedded that comes after a page */

/* FNV-1a of the name's registrable domain: the same in every watch. */
static uint64_t domain_hash(struct name *name)
{
	struct slice domain = name_domain(name);
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < domain.len; i++)
		hash = (hash ^ domain.ptr[i]) * 1099511628211U;
	return hash;
}

static void set_head(struct site_watch *w, struct site_host *h, struct name *name, uint64_t now_ns)
{
	name_release(w->names, h->head);
	h->head = name_again(name);
	h->head_ns = now_ns;
}

/* What the order of names says of them: this one began a burst, or came in another's. */
static bool learn_role(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	bool is_quiet = h->last_ns == 0 || s->now_ns > h->last_ns + quiet_ns;
	struct site_observation *o = NULL;
	bool is_follower = false;

	if (is_quiet) {
		o = site_observe(w, h, s->name, SITE_SAW_HEAD);
		set_head(w, h, s->name, s->now_ns);
	} else if (h->head != NULL && h->head != s->name && s->now_ns < h->head_ns + follow_ns) {
		o = site_observe(w, h, s->name, SITE_SAW_FOLLOWER);
		is_follower = true;
		if (o != NULL)
			o->head = domain_hash(h->head);
	}
	if (o != NULL) {
		o->time_ns = s->now_ns;
		o->order = s->order;
	}
	return is_follower;
}

/*
 * Does it come after pages, more often than by chance? `share` of a host's time is within the first
 * moments of a page, so this often chance does it.
 */
static void learn_order(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	uint64_t seen_ns = s->now_ns - h->since_ns, span_ns = seen_ns < busy_ns ? seen_ns : busy_ns;
	double pages = 0.5, span_s = fmax((double)span_ns / 1e9, 1);
	bool is_preceded = false;

	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		if (v->name == s->name || s->now_ns > v->begin_ns + busy_ns)
			continue;
		pages++;
		is_preceded |=
		        s->now_ns < v->begin_ns + page_ns && s->now_ns > v->begin_ns + side_ns;
	}
	double share = 1 - exp(-pages / span_s * (double)page_ns / 1e9);
	struct site_observation *o = site_observe(w, h, s->name, SITE_SAW_ORDER);

	if (o == NULL)
		return;
	o->time_ns = s->now_ns;
	o->order = s->order;
	o->odds = (float)(is_preceded ? log(preceded / share)
	                              : fmax(log((1 - preceded) / (1 - share)), -2));
}

/* img.www.site.example in a burst of www.site.example: one site, whose page came first. */
static bool is_part_of(struct name *part, struct name *page)
{
	if (part->len > SITE_NAME_MAX || page->len > SITE_NAME_MAX)
		return false;
	return slice_equal(name_domain(part), name_domain(page));
}

static bool is_embedded_part(struct site_host *h, const struct site_sight *s)
{
	for (size_t i = h->visit_count; i > 0; i--) {
		struct visit *v = &h->visits[i - 1];

		if (v->name == s->name || s->now_ns > v->last_ns + repeat_ns ||
		    !is_part_of(s->name, v->name))
			continue;
		if (v->part_ns == 0)
			v->part_ns = s->now_ns;
		return true;
	}
	return false;
}

static void learn_part(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	struct site_observation *o = site_observe(w, h, s->name, SITE_SAW_ORDER);

	if (o == NULL)
		return;
	o->time_ns = s->now_ns;
	o->order = s->order;
	o->odds = part_odds;
}

/* Embedded things come once the page was read: they speak for the last page that began before. */
static void support(struct site_host *h, const struct site_sight *s)
{
	for (size_t i = h->visit_count; i > 0; i--) {
		struct visit *v = &h->visits[i - 1];

		if (s->now_ns < v->begin_ns + embed_ns)
			continue;
		if (v->name != s->name && s->now_ns < v->begin_ns + follow_ns + embed_ns &&
		    v->support < UINT8_MAX)
			v->support++;
		return;
	}
}

void site_watch_name(struct site_watch *w, const struct site_sight *s)
{
	struct site_host *h = site_host_of(w, s->host, s->now_ns);

	if (h == NULL || s->name->match != NULL || s->name->is_verbatim)
		return;
	const struct site *known = site_book_find(w->book, name_text(s->name));
	struct visit *v = site_visit_of(h, s->name);
	bool is_again = v != NULL && s->now_ns < v->last_ns + repeat_ns;
	bool is_follower = false;

	if (!is_again) {
		is_follower = learn_role(w, h, s);
		learn_order(w, h, s);
	}
	h->last_ns = s->now_ns;
	support(h, s);
	if (is_again && (!s->is_new || s->now_ns < v->begin_ns + anew_ns)) {
		v->last_ns = s->now_ns;
		return;
	}
	if (is_embedded_part(h, s)) {
		learn_part(w, h, s);
		return;
	}
	if (site_is_third_party(known))
		return;
	v = site_visit_add(w, h, s->name, s->now_ns, s->order, s->is_udp);
	if (v == NULL)
		return;
	v->is_new = s->is_new;
	v->is_follower = is_follower;
}
