/* SPDX-License-Identifier: Apache-2.0 */
/* Which page called the tracker: what flows show goes to the site watch, what it says into events.
 */
#include "sensor/flow/address.h"
#include "sensor/flow/encrypted_dns.h"
#include "sensor/output.h"
#include "sensor/site/site_verdict.h"
#include "sensor/worker_state.h"

enum { REQUEST_LEAST_TCP = 50, REQUEST_LEAST_UDP = 100, REQUEST_SIZE_LEAST = 150 };

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

/*
 * Nobody's page: the name that real ECH puts before all others (the one that browsers meet), and
 * resolvers, which a browser asks just before it calls anybody.
 */
static bool is_never_page(const struct name *name)
{
	static const char front[] = "cloudflare-ech.com";
	bool is_front = name->len == sizeof front - 1 && memcmp(name->text, front, name->len) == 0;

	return is_front || doh_host(name_text(name));
}

/* Under real ECH the hello's name stands before the one that is meant, which DNS may have told. */
static bool may_be_server(const struct notes *n, const struct noted_name *name)
{
	const struct noted_hello *hello = n->hello;

	if (name->name->is_verbatim || is_never_page(name->name))
		return false;
	if (hello == NULL || hello->facts.ech != ECH_REAL)
		return states_server(name->kind);
	return name->kind == EVIDENCE_DNS_HTTPS && hello->is_inner_sure;
}

static struct name *stated_server(const struct flow *f)
{
	const struct notes *n = f->notes;

	for (size_t i = 0; n != NULL && i < n->name_count; i++)
		if (may_be_server(n, &n->names[i]))
			return n->names[i].name;
	return NULL;
}

/* What the client had asked for when it got this address, where it got it for one name only. */
static struct name *resolved_server(struct worker *w, const struct flow *f)
{
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	size_t count = resolutions_find(w->resolutions, kin_of(w->kin, f->address[f->client]),
	                                f->address[flow_server(f)], f->first_ns, found);

	return count == 1 ? found[0].question : NULL;
}

static bool is_web(const struct flow *f)
{
	return f->app == APP_TLS || f->app == APP_QUIC || f->app == APP_HTTP || f->app == APP_HTTP2;
}

static void see_name(struct worker *w, const struct flow *f, bool is_new)
{
	if (w->use.pseudonyms != NULL && is_address_text(name_text(f->server_name)))
		return;
	site_watch_name(w->sites,
	                &(struct site_sight){ .host = kin_of(w->kin, f->address[f->client]),
	                                      .now_ns = w->now_ns,
	                                      .order = w->key.step,
	                                      .name = f->server_name,
	                                      .is_new = is_new,
	                                      .is_udp = f->protocol != IP_TCP });
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
	for (size_t i = 0; i < c->page.rival_count; i++)
		out->candidates[out->candidate_count++] =
		        (struct event_candidate){ .name = name_text(c->page.rivals[i].name),
			                          .confidence = c->page.rivals[i].confidence,
			                          .lag_ms = c->page.rivals[i].lag_ms };
	return true;
}

static void stand_in_line(struct worker *w, struct contact *c, uint8_t stage)
{
	struct call_line *line = &w->calls[stage];

	c->call_stage = stage;
	c->call_older = line->newest;
	c->call_newer = NULL;
	*(line->newest != NULL ? &line->newest->call_newer : &line->oldest) = c;
	line->newest = c;
}

static void leave_line(struct worker *w, struct contact *c)
{
	struct call_line *line = &w->calls[c->call_stage];

	*(c->call_older != NULL ? &c->call_older->call_newer : &line->oldest) = c->call_newer;
	*(c->call_newer != NULL ? &c->call_newer->call_older : &line->newest) = c->call_older;
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
	stand_in_line(w, c, 0);
}

static void wait_no_more(struct worker *w, struct contact *c)
{
	leave_line(w, c);
	c->has_call = false;
}

/* Who called is asked soon, and again later where it was not sure: then more is known of sites. */
static const uint64_t patience_ns[PLACE_STAGES] = { UINT64_C(1500000000), UINT64_C(4500000000) };

/*
 * When the call is due. On a silent wire the clock stands until the next packet, which may come
 * when all visits are long over: what was open when the call was due counts.
 */
static uint64_t due_ns(const struct worker *w, const struct contact *c)
{
	uint64_t due = c->call.time_ns + patience_ns[c->call_stage];

	return due < w->now_ns ? due : w->now_ns;
}

/* False: not sure enough for one who may wait longer; then nothing is changed. */
static bool place(struct worker *w, struct contact *c, bool may_wait)
{
	struct site_guess guess;
	struct site_call call = { .host = kin_of(w->kin, c->flow->address[local_side(w, c->flow)]),
		                  .time_ns = c->call.time_ns,
		                  .order = c->call_step,
		                  .now_ns = due_ns(w, c),
		                  .entity = c->entry.entity,
		                  .may_wait = may_wait,
		                  .is_asked_again = c->call_stage > 0,
		                  .is_new = c->is_call_new,
		                  .tracker = c->name,
		                  .size = c->name != NULL ? c->call_size : 0,
		                  .has_news = c->has_news,
		                  .is_udp = c->flow->protocol != IP_TCP,
		                  .binding = &c->binding };

	if (c->is_call_new)
		call.referer = mask_referer(w, referer_of(c));
	if (!site_watch_call(w->sites, &call, &guess))
		return false;
	wait_no_more(w, c);
	if (guess.name == NULL)
		return true;
	site_guess_drop(&c->page, w->names);
	c->page = guess;
	emit_placement(w, c, &c->call);
	return true;
}

void place_now(struct worker *w, struct contact *c)
{
	if (c->has_call)
		(void)place(w, c, false);
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

/* TLS records in a packet that begins with one: the first that is long enough for a request. */
static size_t request_in_records(const struct packet *p)
{
	const uint8_t *at = p->payload.ptr;
	size_t left = p->payload.len;

	while (left >= 5 && at[0] >= 20 && at[0] <= 23 && at[1] == 3) {
		size_t len = (size_t)at[3] << 8 | at[4];

		if (at[0] == 23 && len >= REQUEST_SIZE_LEAST)
			return len;
		if (len + 5 > left)
			return 0;
		at += len + 5;
		left -= len + 5;
	}
	return 0;
}

/* A QUIC packet with a short header (RFC 9000, section 17.3) is a datagram's last. */
static bool is_short_datagram(const struct packet *p)
{
	return p->payload.len > 0 && (p->payload.ptr[0] & 0xc0) == 0x40;
}

static size_t request_in_datagram(const struct packet *p)
{
	return is_short_datagram(p) && p->payload_len >= REQUEST_SIZE_LEAST ? p->payload_len : 0;
}

static size_t request_size(const struct flow *f, const struct packet *p)
{
	return f->protocol == IP_TCP ? request_in_records(p) : request_in_datagram(p);
}

bool place_is_request(const struct flow *f, const struct packet *p)
{
	return f->app == APP_HTTP ? p->payload_len > 0 : request_size(f, p) > 0;
}

/* A request that has to acknowledge what the server said is longer by that (RFC 9000, 19.3). */
void place_request(struct flow *f, const struct sight *s)
{
	struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;

	if (c == NULL || !c->has_call || !c->is_call_new || c->call_size > 0)
		return;
	bool is_client = s->side == f->client;
	size_t size = is_client ? request_size(f, s->packet) : 0;

	if (size == 0 && f->protocol != IP_TCP && is_short_datagram(s->packet))
		c->has_news = !is_client;

	c->call_size = (uint16_t)(size < UINT16_MAX ? size : 0);
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
	bool is_final;
};

/* Of sites that carry nothing the ledger keeps counts, of third parties that they are some. */
static void keep_count(struct telling *t, struct site *s, size_t entity,
                       const struct site_verdict *v)
{
	if (t->worker->use.keep != NULL && (entity == 0 || s->visits > 0))
		emit_site(t->worker, s, entity, v, false);
}

static void tell_site(struct telling *t, struct site *s, size_t entity)
{
	struct site_count *c = &s->count[entity];
	struct site whole;
	struct site_verdict v;

	if (site_whole(s, entity, &whole) && c->told == 0 &&
	    (c->base->status == SITE_PRESENT || c->base->status == SITE_REMOVED))
		c->told = c->base->status;
	site_judge(&whole, entity, site_book_coincidence(t->worker->book, entity), &v);
	if (whole.count[entity].hits == 0 && c->told == 0) {
		keep_count(t, s, entity, &v);
		return;
	}
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
	emit_site(t->worker, s, entity, &v, is_due);
}

static void judge_site(void *context, struct site *s)
{
	struct telling *t = context;

	if (s->last_ns == 0 || (!s->has_news && !t->is_final))
		return; /* an earlier run's, or nothing new */
	s->has_news = false;
	for (size_t e = 0; e < site_book_entities(t->worker->book); e++)
		tell_site(t, s, e);
}

static void place_waiting(struct worker *w, struct contact *c)
{
	bool may_wait = c->call_stage + 1 < PLACE_STAGES;

	w->key.phase = PHASE_CONTACTS;
	w->key.first = c->born_step;
	w->key.second = c->born_first;
	if (place(w, c, may_wait)) {
		judge_outcome(w, c->flow);
		return;
	}
	leave_line(w, c);
	stand_in_line(w, c, (uint8_t)(c->call_stage + 1));
}

void place_due(struct worker *w)
{
	for (size_t stage = 0; stage < PLACE_STAGES; stage++) {
		struct contact *c;

		while ((c = w->calls[stage].oldest) != NULL &&
		       w->now_ns > c->call.time_ns + patience_ns[stage])
			place_waiting(w, c);
	}
}

/* For whoever keeps it: when the sensor looked. */
static void tell_run(struct worker *w)
{
	struct event_site_run run = { .first_ns = w->sites_begun_ns,
		                      .visits = site_book_count(w->book) };
	struct event_site site = { .run = &run };
	struct event *e = begin_event(w, EVENT_STATS, NULL, w->now_ns);

	e->site = &site;
	w->use.keep(w->use.context, e);
	e->site = NULL;
}

/* One worker tells of all sites, for the book is all workers'. */
static void tell_sites(struct worker *w, bool is_final)
{
	struct telling t = { .worker = w, .is_final = is_final };

	if (w->use.index != 0)
		return;
	site_book_each(w->book, judge_site, &t);
	if (w->use.keep != NULL && w->sites_begun_ns != 0)
		tell_run(w);
}

void place_tick(struct worker *w)
{
	site_watch_expire(w->sites, w->now_ns);
	learn(w);
	if (w->sites_begun_ns == 0)
		w->sites_begun_ns = w->now_ns;
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
	w->sites_told_ns = w->sites_begun_ns = 0;
}
