/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence put together: is this flow a contact with a tracker, how sure, and what came of it? */
#include "sensor/flow/address.h"
#include "sensor/owner.h"
#include "sensor/worker_state.h"

static const uint64_t outcome_patience_ns = UINT64_C(5) * 1000000000U;
static const uint64_t beginning_ns = 1000000000U;

/* nDPI knows a product but has no feed; its word alone is weak. */
static const struct feed_entry ndpi_entry = {
	.entity = "ByteDance",
	.product = "TikTok",
	.category = "app_api",
	.rule = "tiktok",
	.feed = "ndpi",
	.feed_version = "4.2",
	.domain = "tiktok",
};

static bool is_stated(enum evidence_kind kind)
{
	return kind == EVIDENCE_TLS_SNI || kind == EVIDENCE_QUIC_SNI ||
	       kind == EVIDENCE_GQUIC_SNI || kind == EVIDENCE_DTLS_SNI ||
	       kind == EVIDENCE_HTTP_HOST || kind == EVIDENCE_H2C_AUTHORITY;
}

static void add_evidence(struct contact *c, enum evidence_kind kind, struct name *name,
                         uint64_t number, uint32_t source)
{
	for (size_t i = 0; i < c->evidence_count; i++)
		if (c->evidence[i].kind == kind && c->evidence[i].name == name)
			return;
	if (c->evidence_count == CONTACT_EVIDENCE_MAX)
		return;
	c->evidence[c->evidence_count++] = (struct evidence){
		.kind = kind, .name = name_again(name), .number = number, .source = source
	};
}

/* The same of what speaks against the name. */
static void add_counter_evidence(struct contact *c, enum evidence_kind kind, struct name *name,
                                 uint64_t number, uint32_t source)
{
	size_t before = c->evidence_count;

	add_evidence(c, kind, name, number, source);
	if (c->evidence_count > before)
		c->evidence[before].is_against = true;
}

static void add_rule_evidence(struct contact *c, enum evidence_kind kind, const char *text)
{
	for (size_t i = 0; i < c->evidence_count; i++)
		if (c->evidence[i].kind == kind && c->evidence[i].text == text)
			return;
	if (c->evidence_count < CONTACT_EVIDENCE_MAX)
		c->evidence[c->evidence_count++] = (struct evidence){
			.kind = kind, .text = text, .number = c->number, .source = c->source
		};
}

static struct contact *find_contact(const struct flow *f, const struct feed_entry *entry,
                                    const struct name *name)
{
	struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;

	while (c != NULL &&
	       (c->name != name || (name == NULL && strcmp(c->entry.rule, entry->rule) != 0)))
		c = c->next;
	return c;
}

static void wait_in_line(struct worker *w, struct contact *c)
{
	c->is_waiting = true;
	c->older = w->newest_waiting;
	if (w->newest_waiting != NULL)
		w->newest_waiting->newer = c;
	else
		w->oldest_waiting = c;
	w->newest_waiting = c;
}

static void leave_line(struct worker *w, struct contact *c)
{
	if (c->older != NULL)
		c->older->newer = c->newer;
	else
		w->oldest_waiting = c->newer;
	if (c->newer != NULL)
		c->newer->older = c->older;
	else
		w->newest_waiting = c->older;
	c->older = c->newer = NULL;
	c->is_waiting = false;
}

static struct contact *add_contact(struct worker *w, struct flow *f, const struct frame *last,
                                   const struct feed_entry *entry, struct name *name,
                                   enum confidence confidence)
{
	static const struct packet nothing_below = { 0 };
	struct notes *notes = notes_of(f, &w->budget, &nothing_below);
	bool has_room = notes != NULL && notes->contact_count < CONTACTS_MAX;
	struct contact *c = has_room ? budget_take(&w->budget, sizeof *c) : NULL;

	if (c == NULL) {
		w->counters.contacts_refused++;
		return NULL;
	}
	*c = (struct contact){ .next = notes->contacts,
		               .flow = f,
		               .entry = *entry,
		               .name = name != NULL ? name_again(name) : NULL,
		               .confidence = confidence,
		               .time_ns = last->time_ns,
		               .number = last->number,
		               .source = last->source,
		               .since_ns = w->now_ns,
		               .born_step = w->key.step,
		               .born_first = w->key.first,
		               .server_packets = f->packets[flow_server(f)] };
	notes->contacts = c;
	notes->contact_count++;
	f->has_contact = true;
	wait_in_line(w, c);
	return c;
}

/* What the client's own DNS says of this server: evidence beside a name that was stated. */
static void add_resolution(struct contact *c, const struct resolution *r)
{
	if (r->question != c->name)
		return;
	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX && r->aliases[i] != NULL; i++)
		add_evidence(c, EVIDENCE_DNS_CNAME, r->aliases[i], r->number, r->source);
	add_evidence(c, r->kind, r->question, r->number, r->source);
}

static const struct feed_entry *entry_of(const struct resolution *r)
{
	if (r->question->match != NULL || r->question->is_allowed)
		return r->question->match;
	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX && r->aliases[i] != NULL; i++)
		if (r->aliases[i]->alias_match != NULL)
			return r->aliases[i]->alias_match;
	return NULL;
}

struct dns_view {
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	size_t count;
};

/* What the client knew when it began the flow, not what it has learned by the time of the verdict.
 */
static void look_up(struct worker *w, const struct flow *f, struct dns_view *view)
{
	uint64_t began = f->first_ns + beginning_ns, at = began < w->now_ns ? began : w->now_ns;

	view->count = 0;
	const uint8_t *client = kin_of(w->kin, f->address[f->client]);

	if (f->owner != owner_of_host(client))
		return; /* its DNS may be another worker's */
	view->count = resolutions_find(w->resolutions, client, f->address[flow_server(f)], at,
	                               view->found);
}

bool judge_suspects(struct worker *w, const struct flow *f)
{
	struct dns_view dns;
	struct feed_entry entry;

	look_up(w, f, &dns);
	for (size_t i = 0; i < dns.count; i++)
		if (entry_of(&dns.found[i]) != NULL)
			return true;
	return feed_find_address(w->use.feeds, f->address[flow_server(f)], &entry);
}

/* The request that named the tracker may have said which page made it. */
static void add_referer(const struct flow *f, struct contact *c, uint64_t number)
{
	for (size_t i = 0; i < f->notes->name_count; i++) {
		const struct noted_name *n = &f->notes->names[i];

		if (n->kind == EVIDENCE_HTTP_REFERER && n->number == number)
			add_evidence(c, n->kind, n->name, n->number, n->source);
	}
}

/* Of a flow that is no DNS: the inner name of a hello under real ECH, known from the client's DNS.
 */
static bool is_inner(enum evidence_kind kind)
{
	return kind == EVIDENCE_DNS_HTTPS;
}

static enum confidence confidence_of(const struct flow *f, enum evidence_kind kind)
{
	const struct noted_hello *hello = f->notes->hello;

	if (is_inner(kind) && (hello == NULL || !hello->is_inner_sure))
		return CONFIDENCE_WEAK;
	return is_stated(kind) ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG;
}

/* The name that stands before the inner one. */
static void add_outer(const struct flow *f, struct contact *c)
{
	for (size_t i = 0; i < f->notes->name_count; i++) {
		const struct noted_name *n = &f->notes->names[i];

		if (n->kind == EVIDENCE_TLS_SNI || n->kind == EVIDENCE_QUIC_SNI)
			add_evidence(c, n->kind, n->name, n->number, n->source);
	}
}

static bool says(const struct resolution *r, const struct name *name)
{
	bool is_said = r->question == name;

	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX && r->aliases[i] != NULL; i++)
		is_said |= r->aliases[i] == name;
	return is_said;
}

/*
 * The client's DNS gave it this address, and for nobody but others: an answer that we did not see
 * (a cache, DoH), or a front. The last of them is told.
 */
static void add_conflict(struct contact *c, const struct dns_view *dns)
{
	for (size_t i = 0; i < dns->count; i++)
		if (says(&dns->found[i], c->name))
			return;
	if (dns->count > 0)
		add_counter_evidence(c, dns->found[0].kind, dns->found[0].question,
		                     dns->found[0].number, dns->found[0].source);
}

static const struct resolution *tracker_of(const struct dns_view *dns)
{
	for (size_t i = 0; i < dns->count; i++)
		if (entry_of(&dns->found[i]) != NULL)
			return &dns->found[i];
	return NULL;
}

/*
 * A certificate has all names that the server may be called by: one contact, by what the client had
 * asked for, else by the first of them.
 */
static void judge_certificate(struct worker *w, struct flow *f, const struct noted_name *n,
                              const struct frame *last, const struct dns_view *dns)
{
	const struct resolution *r = tracker_of(dns);
	struct contact *c = f->notes->contacts;

	if (c == NULL && r != NULL) {
		c = add_contact(w, f, last, entry_of(r), r->question, CONFIDENCE_STRONG);
		if (c != NULL)
			add_resolution(c, r);
	} else if (c == NULL) {
		c = add_contact(w, f, last, n->name->match, n->name, CONFIDENCE_STRONG);
	}
	if (c != NULL && c->is_waiting)
		add_evidence(c, n->kind, n->name, n->number, n->source);
}

static void judge_name(struct worker *w, struct flow *f, const struct noted_name *n,
                       const struct frame *last, const struct dns_view *dns)
{
	const struct feed_entry *entry = n->name->match;

	if (entry != NULL && n->kind == EVIDENCE_TLS_CERT)
		judge_certificate(w, f, n, last, dns);
	if (entry == NULL || (!is_stated(n->kind) && !is_inner(n->kind)))
		return;
	struct contact *c = find_contact(f, entry, n->name);

	if (c == NULL)
		c = add_contact(w, f, last, entry, n->name, confidence_of(f, n->kind));
	if (c == NULL)
		return;
	for (size_t i = 0; i < dns->count; i++)
		add_resolution(c, &dns->found[i]);
	add_conflict(c, dns);
	add_evidence(c, n->kind, n->name, n->number, n->source);
	if (is_inner(n->kind))
		add_outer(f, c);
	if (n->kind == EVIDENCE_HTTP_HOST)
		add_referer(f, c, n->number);
}

/* An alias of ours under a question that is nobody's: the flow states the question's name. */
static void judge_alias(struct worker *w, struct flow *f, const struct frame *last,
                        const struct resolution *r)
{
	const struct feed_entry *entry = entry_of(r);
	const struct notes *n = f->notes;

	if (entry == NULL || r->question->match != NULL || find_contact(f, entry, r->question))
		return;
	for (size_t i = 0; n != NULL && i < n->name_count; i++) {
		enum evidence_kind kind = n->names[i].kind;

		if (n->names[i].name != r->question || !(is_stated(kind) || is_inner(kind)))
			continue;
		struct contact *c = add_contact(w, f, last, entry, r->question, CONFIDENCE_STRONG);

		if (c == NULL)
			return;
		add_resolution(c, r);
		add_evidence(c, n->names[i].kind, n->names[i].name, n->names[i].number,
		             n->names[i].source);
		return;
	}
}

/*
 * The flow did not name itself: what the client had just asked for when it got this address does.
 * Where the client got the address for other names too, which are nobody's, that proves less.
 */
static void judge_unnamed(struct worker *w, struct flow *f, const struct frame *last,
                          const struct dns_view *dns)
{
	bool is_shared = false;
	const struct resolution *tracker = NULL;

	for (size_t i = 0; i < dns->count; i++) {
		if (entry_of(&dns->found[i]) == NULL)
			is_shared = true;
		else if (tracker == NULL)
			tracker = &dns->found[i];
	}
	if (tracker == NULL || find_contact(f, entry_of(tracker), tracker->question) != NULL)
		return;
	struct contact *c = add_contact(w, f, last, entry_of(tracker), tracker->question,
	                                is_shared ? CONFIDENCE_WEAK : CONFIDENCE_STRONG);

	if (c == NULL)
		return;
	add_resolution(c, tracker);
	for (size_t i = 0; i < c->evidence_count; i++)
		c->evidence[i].is_shared = is_shared;
}

/* The address is the tracker's, and the flow names somebody else there. */
static void add_other_name(const struct flow *f, struct contact *c)
{
	static const enum evidence_kind kinds[] = { [APP_TLS] = EVIDENCE_TLS_SNI,
		                                    [APP_QUIC] = EVIDENCE_QUIC_SNI,
		                                    [APP_HTTP] = EVIDENCE_HTTP_HOST };
	bool has_kind = f->app == APP_TLS || f->app == APP_QUIC || f->app == APP_HTTP;

	if (f->is_named && f->server_name != NULL && has_kind)
		add_counter_evidence(c, kinds[f->app], f->server_name, c->number, c->source);
}

/* The end of the chain delivers for others: its address is anybody's. */
static bool is_delivered_by_others(const struct resolution *r)
{
	const struct name *end = r->question;

	for (size_t i = 0; i < RESOLUTION_ALIASES_MAX && r->aliases[i] != NULL; i++)
		end = r->aliases[i];
	return end->match == NULL;
}

/*
 * The flow names somebody else at an address that the client's DNS gave for trackers alone: a
 * front, or an answer that was not seen. Where it got the address for other names as well, or the
 * name has an alias at somebody who delivers for others, the address is shared: no contact.
 */
static void judge_front(struct worker *w, struct flow *f, const struct frame *last,
                        const struct dns_view *dns)
{
	if (dns->count == 0 || !f->is_named || f->has_contact || f->server_name == NULL)
		return;
	for (size_t i = 0; i < dns->count; i++)
		if (entry_of(&dns->found[i]) == NULL || is_delivered_by_others(&dns->found[i]) ||
		    says(&dns->found[i], f->server_name))
			return;
	const struct resolution *r = &dns->found[0];
	struct contact *c = add_contact(w, f, last, entry_of(r), r->question, CONFIDENCE_WEAK);

	if (c == NULL)
		return;
	add_resolution(c, r);
	add_other_name(f, c);
}

static void judge_network(struct worker *w, struct flow *f, const struct frame *last)
{
	struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;
	struct feed_entry entry;

	if (!name_table_find_address(w->names, f->address[flow_server(f)], &entry))
		return;
	if (c == NULL) {
		c = add_contact(w, f, last, &entry, NULL, CONFIDENCE_WEAK);
		if (c != NULL)
			add_other_name(f, c);
	}
	if (c != NULL && c->is_waiting)
		add_rule_evidence(c, EVIDENCE_IP_NETWORK, entry.rule);
}

static void judge_label(struct worker *w, struct flow *f, const struct frame *last)
{
	struct label label = { .master = f->label_master, .app = f->label_app };

	if (!classify_is_bytedance(&label) || f->has_contact)
		return;
	struct contact *c = add_contact(w, f, last, &ndpi_entry, NULL, CONFIDENCE_WEAK);

	if (c != NULL)
		add_rule_evidence(c, EVIDENCE_NDPI, "TikTok");
}

static bool is_dns(const struct flow *f)
{
	return f->app == APP_DNS || f->app == APP_MDNS || f->app == APP_LLMNR;
}

static void judge_all(struct worker *w, struct flow *f, const struct frame *last)
{
	struct dns_view dns;

	if (is_dns(f))
		return; /* a question is a lookup, no contact */
	look_up(w, f, &dns);
	for (size_t i = 0; f->notes != NULL && i < f->notes->name_count; i++)
		judge_name(w, f, &f->notes->names[i], last, &dns);
	for (size_t i = 0; i < dns.count; i++)
		judge_alias(w, f, last, &dns.found[i]);
	if (!f->is_answered || (f->server_name != NULL && f->server_name->is_allowed))
		return;
	if (!f->is_named)
		judge_unnamed(w, f, last, &dns);
	judge_front(w, f, last, &dns);
	judge_network(w, f, last);
	judge_label(w, f, last);
}

void judge_flow(struct worker *w, struct flow *f, const struct frame *last)
{
	judge_all(w, f, last);
	if (f->has_contact)
		place_contacts(w, f, last);
}

/* RFC 9112, section 4: "HTTP/1.1 403 ". 0: none. */
static unsigned status_of(struct slice head)
{
	enum { STATUS_AT = 9, STATUS_END = 12 };
	unsigned code = 0;

	if (head.len < STATUS_END || memcmp(head.ptr, "HTTP/1.", 7) != 0)
		return 0;
	for (size_t i = STATUS_AT; i < STATUS_END; i++) {
		if (head.ptr[i] < '0' || head.ptr[i] > '9')
			return 0;
		code = code * 10 + (head.ptr[i] - '0');
	}
	return code;
}

/* A tunnel that the proxy does not make is a contact that was stopped, though the proxy spoke. */
void judge_denial(struct flow *f, const struct sight *s)
{
	enum { CREDENTIALS_WANTED = 407, REFUSED_FROM = 400 }; /* RFC 9110, section 15.5.8 */
	const struct noted_http *n = f->notes != NULL ? f->notes->http : NULL;
	bool is_first = (f->spoke >> s->side & 1) == 0 || f->denial == DENIAL_FOR_NOW;

	if (n == NULL || s->side == f->client || !is_first || s->packet->payload.len == 0 ||
	    n->method_len != 7 || memcmp(n->method, "CONNECT", 7) != 0)
		return;
	unsigned status = status_of(s->packet->payload);

	if (status == CREDENTIALS_WANTED)
		f->denial = DENIAL_FOR_NOW;
	else if (status > 0)
		f->denial = status >= REFUSED_FROM ? DENIAL_FINAL : DENIAL_NONE;
}

/*
 * What came of it. Until the end nothing is said of silence. A tap that sees one direction only
 * cannot know: the client's going on tells that it was answered, and its own RST says nothing then.
 * Who answers at a sinkhole is nobody but the ban.
 */
enum outcome flow_outcome(const struct worker *w, const struct flow *f, bool is_final)
{
	unsigned server = flow_server(f);
	bool is_silent = f->packets[server] == 0;
	bool is_unseen =
	        is_silent && f->protocol == IP_TCP && (f->tcp_flags[f->client] & TCP_ACK) != 0;

	if (config_is_sinkhole(w->use.config, f->address[server]))
		return OUTCOME_BLOCKED;
	if (f->denial != DENIAL_NONE)
		return f->denial == DENIAL_FINAL || is_final ? OUTCOME_BLOCKED : OUTCOME_PENDING;
	if (f->spoke >> server & 1)
		return OUTCOME_ESTABLISHED;
	if (f->was_refused || (f->was_reset && !is_unseen))
		return OUTCOME_RESET;
	if (!is_final || is_unseen)
		return OUTCOME_PENDING;
	if (f->protocol == IP_TCP || is_silent)
		return OUTCOME_UNANSWERED;
	return OUTCOME_ESTABLISHED;
}

static void tell(struct worker *w, struct contact *c, enum outcome outcome)
{
	leave_line(w, c);
	w->counters.contacts++;
	w->counters.contacts_by_confidence[c->confidence]++;
	emit_contact(w, c, outcome);
}

/* The server's answer counts that came after the name was stated. */
static enum outcome outcome_of(const struct worker *w, const struct contact *c, bool is_final)
{
	const struct flow *f = c->flow;
	enum outcome outcome = flow_outcome(w, f, is_final);
	bool is_new = f->packets[flow_server(f)] > c->server_packets;

	if (outcome == OUTCOME_ESTABLISHED && !is_new && !is_final)
		return OUTCOME_PENDING;
	return outcome;
}

/* The oldest contact of the flow first, as they were found. */
static void tell_waiting(struct worker *w, struct contact *c, bool is_final)
{
	if (c == NULL)
		return;
	tell_waiting(w, c->next, is_final);
	if (!c->is_waiting)
		return;
	enum outcome outcome = outcome_of(w, c, is_final);

	if (is_final)
		place_now(w, c);
	if (c->has_call)
		return;
	if (outcome != OUTCOME_PENDING || is_final)
		tell(w, c, outcome);
}

void judge_outcome(struct worker *w, struct flow *f)
{
	if (f->notes != NULL)
		tell_waiting(w, f->notes->contacts, false);
}

static void tell_late(struct worker *w, struct contact *c)
{
	place_now(w, c);
	tell(w, c, outcome_of(w, c, true));
}

/* The exchange is with whom the client named last. */
void judge_activity(struct worker *w, const struct sight *s)
{
	const struct flow *f = s->flow;
	struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;
	bool is_asking = s->side == f->client;

	if (c == NULL || strcmp(c->entry.category, "tracking_pixel") != 0)
		return;
	struct activity_sight sight = { .host = kin_of(w->kin, f->address[f->client]),
		                        .now_ns = s->now_ns,
		                        .len = s->packet->payload_len,
		                        .is_udp = f->protocol != IP_TCP,
		                        .is_request = is_asking && place_is_request(f, s->packet),
		                        .is_alone = f->packets[f->client] == 0 };

	(is_asking ? activity_asked : activity_answered)(&c->activity, &w->scripts, &sight);
}

void judge_expire(struct worker *w, uint64_t now_ns)
{
	struct contact *c;

	while ((c = w->oldest_waiting) != NULL && now_ns - c->since_ns > outcome_patience_ns) {
		w->key.phase = PHASE_CONTACTS;
		w->key.first = c->born_step;
		w->key.second = c->born_first;
		tell_late(w, c);
	}
}

void judge_end(struct worker *w, struct flow *f)
{
	if (f->notes != NULL)
		tell_waiting(w, f->notes->contacts, true);
}

void contacts_free(struct worker *w, struct flow *f)
{
	struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;

	while (c != NULL) {
		struct contact *next = c->next;

		place_now(w, c);
		if (c->is_waiting)
			leave_line(w, c);
		for (size_t i = 0; i < c->evidence_count; i++)
			name_release(w->names, c->evidence[i].name);
		name_release(w->names, c->name);
		site_guess_drop(&c->page, w->names);
		site_binding_drop(&c->binding, w->names);
		budget_give(&w->budget, c, sizeof *c);
		c = next;
	}
	if (f->notes == NULL)
		return;
	f->notes->contacts = NULL;
	f->notes->contact_count = 0;
}
