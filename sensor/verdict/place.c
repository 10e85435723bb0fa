/* SPDX-License-Identifier: Apache-2.0 */
/* Which page called the tracker: what flows show goes to the site watch, what it says into events.
 */
#include "sensor/flow/address.h"
#include "sensor/output.h"
#include "sensor/site/site_verdict.h"
#include "sensor/worker_state.h"

enum { REQUEST_LEAST_TCP = 50, REQUEST_LEAST_UDP = 100 };

/* What is never loaded by a page: an app's own traffic, and what delivers for anybody. */
static const char *const no_page[] = { "ad_network",      "app_api",        "cdn_media",
	                               "cloud",           "corporate",      "infrastructure",
	                               "inapp_analytics", "live_streaming", "security_sdk",
	                               "website" };

static bool is_called_by_pages(const struct feed_entry *entry)
{
	for (size_t i = 0; i < sizeof no_page / sizeof *no_page; i++)
		if (strcmp(entry->category, no_page[i]) == 0)
			return false;
	return true;
}

static bool states_server(enum evidence_kind kind)
{
	return kind == EVIDENCE_TLS_SNI || kind == EVIDENCE_QUIC_SNI ||
	       kind == EVIDENCE_GQUIC_SNI || kind == EVIDENCE_HTTP_HOST ||
	       kind == EVIDENCE_H2C_AUTHORITY;
}

static struct name *stated_server(const struct flow *f)
{
	const struct notes *n = f->notes;

	for (size_t i = 0; n != NULL && i < n->name_count; i++)
		if (states_server(n->names[i].kind) && !n->names[i].name->is_verbatim)
			return n->names[i].name;
	return NULL;
}

/* What the client had asked for when it got this address, where it got it for one name only. */
static struct name *resolved_server(struct worker *w, const struct flow *f)
{
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	size_t count = resolutions_find(w->resolutions, f->address[f->client],
	                                f->address[flow_server(f)], f->first_ns, found);

	return count == 1 ? found[0].question : NULL;
}

static bool is_web(const struct flow *f)
{
	return f->app == APP_TLS || f->app == APP_QUIC || f->app == APP_HTTP || f->app == APP_HTTP2;
}

static void see_name(struct worker *w, const struct flow *f, bool is_new)
{
	site_watch_name(w->sites, &(struct site_sight){ .host = f->address[f->client],
	                                                .now_ns = w->now_ns,
	                                                .order = w->key.step,
	                                                .name = f->server_name,
	                                                .is_new = is_new });
}

void place_named(struct worker *w, struct flow *f)
{
	if (f->server_name != NULL || !is_web(f))
		return;
	struct name *name = stated_server(f);

	if (name == NULL && f->is_answered)
		name = resolved_server(w, f);
	if (name == NULL)
		return;
	f->server_name = name_again(name);
	f->asked_ns = w->now_ns;
	see_name(w, f, true);
}

static struct slice referer_of(const struct contact *c)
{
	for (size_t i = 0; i < c->evidence_count; i++)
		if (c->evidence[i].kind == EVIDENCE_HTTP_REFERER)
			return name_text(c->evidence[i].name);
	return (struct slice){ 0 };
}

bool place_fill(const struct contact *c, struct event_site *out)
{
	static const char *const methods[] = {
		[SITE_BY_TIMING] = "timing", [SITE_BY_REFERER] = "referer"
	};

	if (c->page.name == NULL)
		return false;
	*out = (struct event_site){ .name = name_text(c->page.name),
		                    .domain = name_domain(c->page.name),
		                    .method = methods[c->page.method],
		                    .confidence = c->page.confidence,
		                    .has_lag = c->page.has_lag,
		                    .lag_ms = c->page.lag_ms };
	return true;
}

static void wait_for_more(struct worker *w, struct contact *c, const struct frame *frame,
                          bool is_new)
{
	if (c->has_call)
		return; /* one call, for some seconds */
	c->has_call = true;
	c->is_call_new = is_new;
	c->call_step = w->key.step;
	c->call = *frame;
	c->call.bytes = (struct slice){ 0 };
	c->call.time_ns = w->now_ns;
	c->call_older = w->newest_call;
	c->call_newer = NULL;
	*(w->newest_call != NULL ? &w->newest_call->call_newer : &w->oldest_call) = c;
	w->newest_call = c;
}

static void wait_no_more(struct worker *w, struct contact *c)
{
	*(c->call_older != NULL ? &c->call_older->call_newer : &w->oldest_call) = c->call_newer;
	*(c->call_newer != NULL ? &c->call_newer->call_older : &w->newest_call) = c->call_older;
	c->has_call = false;
}

void place_now(struct worker *w, struct contact *c)
{
	struct site_guess guess;

	if (!c->has_call)
		return;
	wait_no_more(w, c);
	site_watch_call(w->sites,
	                &(struct site_call){ .host = c->flow->address[local_side(w, c->flow)],
	                                     .time_ns = c->call.time_ns,
	                                     .order = c->call_step,
	                                     .now_ns = w->now_ns,
	                                     .entity = c->entry.entity,
	                                     .is_new = c->is_call_new,
	                                     .tracker = c->name,
	                                     .binding = &c->binding,
	                                     .referer = c->is_call_new ? referer_of(c)
	                                                               : (struct slice){ 0 } },
	                &guess);
	if (guess.name == NULL)
		return;
	name_release(w->names, c->page.name);
	c->page = guess;
	emit_placement(w, c, &c->call);
}

static void place_contact(struct worker *w, struct contact *c, const struct frame *frame)
{
	c->is_placed = true;
	if (c->confidence >= CONFIDENCE_STRONG && is_called_by_pages(&c->entry))
		wait_for_more(w, c, frame, true);
}

void place_contacts(struct worker *w, struct flow *f, const struct frame *frame)
{
	for (struct contact *c = f->notes != NULL ? f->notes->contacts : NULL; c != NULL;
	     c = c->next)
		if (!c->is_placed)
			place_contact(w, c, frame);
}

void place_woken(struct worker *w, struct flow *f, const struct sight *s)
{
	size_t least = f->protocol == IP_TCP ? REQUEST_LEAST_TCP : REQUEST_LEAST_UDP;

	if (s->packet->payload_len < least)
		return;
	bool was_quiet = w->now_ns > f->asked_ns + PLACE_QUIET_NS;

	f->asked_ns = w->now_ns;
	if (!was_quiet)
		return;
	struct contact *c = f->has_contact ? f->notes->contacts : NULL;

	if (c == NULL)
		see_name(w, f, false);
	else if (c->confidence >= CONFIDENCE_STRONG && is_called_by_pages(&c->entry))
		wait_for_more(w, c, s->frame, false);
}

/* Lines of the steps before are let go: who waits for the others is not waited for. */
static void learn(struct worker *w)
{
	if (w->key.step > 0)
		lane_done(w->use.lane, w->key.step - 1);
	commons_meet(w->commons, w->sites);
}

struct telling {
	struct worker *worker;
	uint64_t now_ns;
	bool is_final;
};

/* Of sites that carry nothing the ledger keeps counts. */
static void keep_count(struct telling *t, struct site *s, size_t entity)
{
	struct site_verdict v;

	if (t->worker->use.keep == NULL || s->visits == 0 || site_is_third_party(s))
		return;
	site_judge(s, entity, site_book_coincidence(t->worker->book, entity), &v);
	emit_site(t->worker, s, entity, &v, t->now_ns, false);
}

static void tell_site(struct telling *t, struct site *s, size_t entity)
{
	struct site_count *c = &s->count[entity];
	struct site_verdict v;

	if (c->hits == 0 && c->told == 0) {
		keep_count(t, s, entity);
		return;
	}
	site_judge(s, entity, site_book_coincidence(t->worker->book, entity), &v);
	/* What was said to be there, and is not sure any more, is taken back. */
	if (c->told == SITE_PRESENT && v.status == SITE_UNKNOWN)
		v.status = SITE_ABSENT;
	bool is_news = v.status != c->told && (v.status != SITE_UNKNOWN || c->told != 0);

	/* At the end what was told already is told again only where there were visits since. */
	bool is_due = is_news || (t->is_final && (c->told == 0 || c->told_last_ns != s->last_ns));

	if (is_due) {
		c->told = (uint8_t)v.status;
		c->told_last_ns = s->last_ns;
	}
	emit_site(t->worker, s, entity, &v, t->now_ns, is_due);
}

static void judge_site(void *context, struct site *s)
{
	struct telling *t = context;

	if (!s->has_news && !t->is_final)
		return;
	s->has_news = false;
	for (size_t e = 0; e < site_book_entities(t->worker->book); e++)
		tell_site(t, s, e);
}

void place_due(struct worker *w)
{
	struct contact *c;

	while ((c = w->oldest_call) != NULL && w->now_ns > c->call.time_ns + PLACE_PATIENCE_NS) {
		struct flow *f = c->flow;

		w->key.phase = PHASE_CONTACTS;
		w->key.first = c->born_step;
		w->key.second = c->born_first;
		place_now(w, c);
		judge_outcome(w, f);
	}
}

/* One worker tells of all sites, for the book is all workers'. */
static void tell_sites(struct worker *w, bool is_final)
{
	struct telling t = { .worker = w, .now_ns = w->now_ns, .is_final = is_final };

	if (w->use.index == 0)
		site_book_each(w->book, judge_site, &t);
}

void place_tick(struct worker *w)
{
	site_watch_expire(w->sites, w->now_ns);
	learn(w);
	if (w->now_ns < w->sites_told_ns + PLACE_VERDICT_NS)
		return;
	w->sites_told_ns = w->now_ns;
	tell_sites(w, false);
}

/* Another time may begin, to which this one's clock says nothing. */
void place_finish(struct worker *w)
{
	site_watch_finish(w->sites);
	learn(w);
	tell_sites(w, true);
	w->sites_told_ns = 0;
}
