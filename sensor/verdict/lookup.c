/* SPDX-License-Identifier: Apache-2.0 */
/* DNS: what it told whom is kept, and questions for trackers become `lookup` events. */
#include "dissect/dns_chain.h"
#include "sensor/flow/address.h"
#include "sensor/owner.h"
#include "sensor/worker_state.h"

static const uint64_t second_ns = 1000000000U;
/* How long an answer without a record holds; its SOA would say, and says 300 most often. */
static const uint64_t no_record_ns = UINT64_C(300) * 1000000000U;
static const uint64_t answer_patience_ns = UINT64_C(5) * 1000000000U;

/* A question for a tracker that has no answer yet. Its flow may end before it. */
struct lookup {
	struct lookup *chain; /* in its bucket */
	struct lookup *older, *newer;
	struct flow flow;    /* as it was */
	struct packet below; /* its VLANs and tunnels; nothing else of it lives */
	struct name *name;
	struct feed_entry entry;
	uint64_t time_ns, number;
	uint64_t since_ns;              /* packet time then */
	uint64_t born_step, born_first; /* where in the order */
	uint32_t source;
	uint16_t id, type;
	const char *transport;
};

/* mDNS and LLMNR are protocols of their own; the rest are ways in which DNS is carried. */
static bool is_dns_by_another_name(const char *transport)
{
	return strcmp(transport, "mdns") == 0 || strcmp(transport, "llmnr") == 0;
}

static enum evidence_kind question_kind(const char *transport)
{
	if (strcmp(transport, "mdns") == 0)
		return EVIDENCE_MDNS_QUERY;
	return strcmp(transport, "llmnr") == 0 ? EVIDENCE_LLMNR_QUERY : EVIDENCE_DNS_QUERY;
}

static void note(struct worker *w, const struct sight *s, struct slice text,
                 enum evidence_kind kind)
{
	struct notes *notes = s->flow->notes; /* with -a there are some from the first packet on */
	struct name *name = notes != NULL ? name_hold(w->names, text) : NULL;

	if (name == NULL)
		return;
	notes_add_name(notes, &w->budget, name,
	               &(struct noted_name){ .number = s->frame->number,
	                                     .source = s->frame->source,
	                                     .kind = (uint8_t)kind,
	                                     .client = (uint8_t)s->side });
	name_release(w->names, name);
	if (notes->is_cut) {
		emit_flow(w, s->flow, "interim");
		notes_clear_names(notes, w->names);
	}
}

static bool is_address(const struct dns_record *r)
{
	return r->address.len == 4 || r->address.len == 16;
}

/* The aliases of a chain in the order in which they follow from the question. */
static size_t aliases_of(struct worker *w, const struct dns_message *m, uint64_t chain,
                         struct slice from, struct name *out[RESOLUTION_ALIASES_MAX])
{
	size_t count = 0;

	for (size_t step = 0; step < RESOLUTION_ALIASES_MAX; step++) {
		size_t r = 0;

		while (r < m->record_count &&
		       !(dns_chain_has(chain, r) && m->records[r].type == DNS_CNAME &&
		         slice_equal(m->records[r].owner, from)))
			r++;
		if (r == m->record_count)
			break;
		from = m->records[r].target;
		out[count] = name_hold(w->names, from);
		if (out[count] == NULL)
			break;
		count++;
	}
	return count;
}

static void learn_address(struct worker *w, const uint8_t client[16], struct slice address,
                          struct resolution *what)
{
	uint8_t server[16];

	address_from_wire(address.ptr, address.len, server);
	if (config_is_sinkhole(w->use.config, server))
		return;
	/* What DNS told must not take the memory of the questions that are open now. */
	if (budget_is_short(&w->budget))
		resolutions_forget(w->resolutions, 2);
	resolutions_learn(w->resolutions, client, server, what);
}

static void learn_hints(struct worker *w, const uint8_t client[16], const struct dns_record *r,
                        struct resolution *what)
{
	what->kind = EVIDENCE_DNS_HTTPS;
	for (size_t at = 0; at + 4 <= r->ipv4_hints.len; at += 4)
		learn_address(w, client, (struct slice){ r->ipv4_hints.ptr + at, 4 }, what);
	for (size_t at = 0; at + 16 <= r->ipv6_hints.len; at += 16)
		learn_address(w, client, (struct slice){ r->ipv6_hints.ptr + at, 16 }, what);
}

/* A client's own answer names its later flows. */
static void learn_chain(struct worker *w, const struct sight *s, const struct dns_message *m,
                        uint64_t chain, struct name *question, struct resolution *what)
{
	const uint8_t *client = kin_of(w->kin, s->flow->address[1 - s->side]);

	if (s->flow->owner != owner_of_host(client))
		return; /* nobody would look there: judge.c */

	for (size_t i = 0; i < m->record_count; i++) {
		const struct dns_record *r = &m->records[i];

		if (!dns_chain_has(chain, i))
			continue;
		what->question = question;
		what->kind = EVIDENCE_DNS_ANSWER;
		what->expires_ns =
		        w->now_ns + (r->ttl + (uint64_t)RESOLUTION_GRACE_SECONDS) * second_ns;
		if (is_address(r))
			learn_address(w, client, r->address, what);
		else if (r->type == DNS_HTTPS || r->type == DNS_SVCB)
			learn_hints(w, client, r, what);
	}
}

/*
 * The ECH configurations of an answer to a question for HTTPS records, or that there are none: a
 * hello to this name has then nothing that it could be sealed to.
 */
static void learn_ech(struct worker *w, const struct sight *s, const struct dns_message *m,
                      uint64_t chain, struct name *question)
{
	struct ech_answer what = { .question = question,
		                   .learned_ns = w->now_ns,
		                   .expires_ns = w->now_ns + no_record_ns,
		                   .number = s->frame->number,
		                   .source = s->frame->source };
	const uint8_t *client = kin_of(w->kin, s->flow->address[1 - s->side]);

	if (m->rcode != DNS_NOERROR && m->rcode != DNS_NXDOMAIN)
		return;
	if (s->flow->owner != owner_of_host(client))
		return; /* nobody would look there: hello_ech.c */
	ech_known_learn(w->ech, client, &what, (struct slice){ 0 });
	for (size_t i = 0; i < m->record_count; i++) {
		const struct dns_record *r = &m->records[i];

		if (!dns_chain_has(chain, i) || r->type != DNS_HTTPS)
			continue;
		what.expires_ns =
		        w->now_ns + (r->ttl + (uint64_t)RESOLUTION_GRACE_SECONDS) * second_ns;
		ech_known_learn(w->ech, client, &what, r->ech);
	}
}

static const struct feed_entry *match_of(const struct name *question, struct name *const *aliases,
                                         size_t count)
{
	const struct feed_entry *entry = question->match;

	for (size_t i = 0; entry == NULL && i < count && !question->is_allowed; i++)
		entry = aliases[i]->alias_match;
	return entry;
}

static struct lookup **bucket_of(struct worker *w, const struct flow *f, const struct name *name,
                                 uint16_t id, uint16_t type)
{
	const uint64_t words[2] = { (uint64_t)name->hash << 32 | f->hash,
		                    (uint32_t)id << 16 | type };

	return &w->lookup_buckets[keyed_hash(&w->secret, words, 2) & (LOOKUP_BUCKETS - 1)];
}

static struct lookup *find_lookup(struct worker *w, const struct flow *f, const struct name *name,
                                  uint16_t id, uint16_t type)
{
	struct lookup *l = *bucket_of(w, f, name, id, type);

	while (l != NULL &&
	       !(l->name == name && l->id == id && l->type == type && l->flow.hash == f->hash &&
	         l->flow.port[l->flow.client] == f->port[f->client]))
		l = l->chain;
	return l;
}

static void link_lookup(struct worker *w, struct lookup *l)
{
	struct lookup **bucket = bucket_of(w, &l->flow, l->name, l->id, l->type);

	l->chain = *bucket;
	*bucket = l;
	l->older = w->newest_lookup;
	if (w->newest_lookup != NULL)
		w->newest_lookup->newer = l;
	else
		w->oldest_lookup = l;
	w->newest_lookup = l;
	w->lookup_count++;
}

static void unlink_lookup(struct worker *w, struct lookup *l)
{
	struct lookup **link = bucket_of(w, &l->flow, l->name, l->id, l->type);

	while (*link != l)
		link = &(*link)->chain;
	*link = l->chain;
	if (l->older != NULL)
		l->older->newer = l->newer;
	else
		w->oldest_lookup = l->newer;
	if (l->newer != NULL)
		l->newer->older = l->older;
	else
		w->newest_lookup = l->older;
	w->lookup_count--;
	name_release(w->names, l->name);
	budget_give(&w->budget, l, sizeof *l);
}

/* RFC 2181, section 9: more was there than the datagram held, or the capture cut it off. */
static bool is_cut(const struct dns_message *m)
{
	return m->is_truncated || m->record_count < m->answer_count_wire;
}

/*
 * DESIGN.md: NXDOMAIN, refused, empty, or an address that nobody is behind. An alias alone leads
 * nowhere yet: a blocker's own is followed by its sinkhole.
 */
static enum outcome outcome_of(const struct config *c, const struct dns_message *m, uint64_t chain,
                               uint16_t type)
{
	bool has_any = false, has_real = false, has_alias = false;
	bool is_for_address = type == DNS_A || type == DNS_AAAA;

	if (m->rcode == DNS_NXDOMAIN || m->rcode == DNS_REFUSED)
		return OUTCOME_BLOCKED;
	if (m->rcode != DNS_NOERROR)
		return OUTCOME_PENDING;
	for (size_t i = 0; i < m->record_count; i++) {
		uint8_t address[16];

		if (!dns_chain_has(chain, i))
			continue;
		if (!is_address(&m->records[i])) {
			has_alias |= m->records[i].type == DNS_CNAME;
			has_real |= m->records[i].type != DNS_CNAME && !is_for_address;
			continue;
		}
		address_from_wire(m->records[i].address.ptr, m->records[i].address.len, address);
		has_any = true;
		has_real |= !config_is_sinkhole(c, address);
	}
	if (has_real)
		return OUTCOME_ESTABLISHED;
	if (is_cut(m))
		return OUTCOME_PENDING;
	/* Most names have no AAAA or HTTPS record: their absence alone stops nobody. */
	return has_any || (type == DNS_A && !has_alias) ? OUTCOME_BLOCKED : OUTCOME_PENDING;
}

static void fill_answers(const struct dns_message *m, struct event_dns *out)
{
	out->is_answer = true;
	out->rcode = m->rcode;
	for (size_t i = 0; i < m->record_count && out->answer_count < EVENT_ANSWERS_MAX; i++) {
		const struct dns_record *r = &m->records[i];

		out->answers[out->answer_count++] =
		        (struct event_dns_answer){ .name = r->owner,
			                           .type = r->type,
			                           .ttl = r->ttl,
			                           .address = r->address,
			                           .target = r->target,
			                           .priority = r->priority,
			                           .port = r->service_port,
			                           .alpn = r->alpn,
			                           .ipv4_hints = r->ipv4_hints,
			                           .ipv6_hints = r->ipv6_hints,
			                           .ech = r->ech };
	}
}

struct lookup_told {
	const struct dns_message *message; /* NULL: no answer came */
	enum outcome outcome;
	uint64_t number;
	uint32_t source;
	struct name *const *aliases;
	size_t alias_count;
};

static void add_lookup_evidence(struct worker *w, struct event *e, enum evidence_kind kind,
                                const struct name *name, uint64_t number, uint32_t source)
{
	if (e->evidence_count == EVENT_EVIDENCE_MAX)
		return;
	e->evidence[e->evidence_count++] =
	        (struct event_evidence){ .kind = kind,
		                         .value = name_text(name),
		                         .packet = number,
		                         .file = other_file(w, e, source) };
}

static void tally_lookup(struct worker *w, const struct lookup *l, bool is_blocked)
{
	char text[TALLY_NAME_MAX];

	snprintf(text, sizeof text, "%.*s", (int)l->name->len, (const char *)l->name->text);
	struct tally_row *row =
	        tally_host(w, l->flow.address[local_side(w, &l->flow)], text, l->entry.category);

	if (row == NULL)
		return;
	row->lookups++;
	row->blocked += is_blocked;
	if (row->first_ns == 0 || l->time_ns < row->first_ns)
		row->first_ns = l->time_ns;
	if (l->time_ns > row->last_ns)
		row->last_ns = l->time_ns;
}

static void emit_lookup(struct worker *w, const struct lookup *l, const struct lookup_told *told)
{
	struct event *e = begin_event(w, EVENT_LOOKUP, &l->flow, l->time_ns);
	struct event_local local;
	struct event_tracker tracker;
	struct event_dns dns = { .rrname = name_text(l->name),
		                 .rrtype = l->type,
		                 .id = l->id,
		                 .transport = l->transport };

	e->pcap_cnt = l->number;
	if (l->below.vlan_count + l->below.tunnel_count > 0)
		e->packet = &l->below;
	e->app_proto = is_dns_by_another_name(l->transport) ? l->transport : "dns";
	if (!w->use.is_live)
		e->pcap_filename = w->use.source(w->use.context, l->source);
	fill_local(w, l->flow.address[local_side(w, &l->flow)], &l->below, &local);
	e->confidence = CONFIDENCE_CERTAIN; /* the host itself asked for it */
	fill_tracker(&l->entry, l->name, &tracker);
	e->local = &local;
	e->tracker = &tracker;
	e->has_outcome = true;
	e->outcome = told->outcome;
	add_lookup_evidence(w, e, question_kind(l->transport), l->name, l->number, l->source);
	for (size_t i = 0; i < told->alias_count; i++)
		add_lookup_evidence(w, e, EVIDENCE_DNS_CNAME, told->aliases[i], told->number,
		                    told->source);
	if (told->message != NULL)
		fill_answers(told->message, &dns);
	e->dns = &dns;
	/* The client's own question; or, of an innocent one, an alias in the answer. */
	e->confidence = l->name->match != NULL ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG;
	set_event_id(w, e, l->time_ns, name_text(l->name), l->type);
	w->counters.lookups++;
	w->counters.lookups_blocked += e->outcome == OUTCOME_BLOCKED;
	tally_lookup(w, l, e->outcome == OUTCOME_BLOCKED);
	tally_whose(w, &local);
	emit_event(w, e);
}

static struct lookup lookup_of(const struct worker *w, const struct sight *s, struct name *name,
                               const struct feed_entry *entry, uint16_t id, uint16_t type,
                               const char *transport)
{
	struct lookup l = { .flow = *s->flow,
		            .below = *s->packet,
		            .name = name,
		            .entry = *entry,
		            .time_ns = s->frame->time_ns,
		            .number = s->frame->number,
		            .since_ns = w->now_ns,
		            .born_step = w->key.step,
		            .born_first = w->key.first,
		            .source = s->frame->source,
		            .id = id,
		            .type = type,
		            .transport = transport };

	l.flow.question = NULL;
	l.flow.notes = NULL;
	return l;
}

/* Nothing came so far, and nobody waits any longer. */
static void give_up(struct worker *w, struct lookup *l, enum outcome outcome)
{
	emit_lookup(w, l, &(struct lookup_told){ .outcome = outcome });
	unlink_lookup(w, l);
}

/* Waits for the answer. Where there is no room the oldest gives way; without memory it is told now.
 */
static void await_answer(struct worker *w, const struct lookup *asked)
{
	if (w->lookup_count == LOOKUPS_MAX)
		give_up(w, w->oldest_lookup, OUTCOME_PENDING);
	struct lookup *l = budget_take(&w->budget, sizeof *l);

	if (l == NULL) {
		emit_lookup(w, asked, &(struct lookup_told){ .outcome = OUTCOME_PENDING });
		return;
	}
	*l = *asked;
	(void)name_again(l->name);
	link_lookup(w, l);
}

static void read_question(struct worker *w, const struct sight *s, struct name *name, uint16_t id,
                          uint16_t type, const char *transport)
{
	if (name == NULL || name->match == NULL || find_lookup(w, s->flow, name, id, type) != NULL)
		return;
	struct lookup asked = lookup_of(w, s, name, name->match, id, type, transport);

	await_answer(w, &asked);
}

static void read_query(struct worker *w, const struct sight *s, const struct dns_message *m,
                       const char *transport)
{
	enum evidence_kind kind = question_kind(transport);

	for (size_t q = 0; q < m->question_count; q++) {
		struct name *name = name_hold(w->names, m->questions[q].name);

		note(w, s, m->questions[q].name, kind);
		read_question(w, s, name, m->id, m->questions[q].type, transport);
		name_release(w->names, name);
	}
}

static void note_answer(struct worker *w, const struct sight *s, const struct dns_message *m,
                        uint64_t chain, struct slice question)
{
	for (size_t i = 0; i < m->record_count; i++) {
		const struct dns_record *r = &m->records[i];

		if (!dns_chain_has(chain, i))
			continue;
		if (r->type == DNS_CNAME)
			note(w, s, r->target, EVIDENCE_DNS_CNAME);
		if (r->type == DNS_HTTPS || r->type == DNS_SVCB)
			note(w, s, r->target.len > 0 ? r->target : r->owner, EVIDENCE_DNS_HTTPS);
	}
	note(w, s, question, EVIDENCE_DNS_ANSWER);
}

/* The event that was just told is about these packets. */
static void keep_exchange(struct worker *w, const struct sight *s)
{
	if (w->evidence != NULL)
		evidence_mark_held(w->evidence, s->flow, w->event.id);
}

static void tell_answer(struct worker *w, const struct sight *s, const struct dns_message *m,
                        struct name *question, uint16_t type, const struct lookup_told *told,
                        const char *transport)
{
	const struct feed_entry *entry = match_of(question, told->aliases, told->alias_count);

	if (entry == NULL)
		return;
	struct lookup *l = find_lookup(w, s->flow, question, m->id, type);

	if (l != NULL) {
		emit_lookup(w, l, told);
		unlink_lookup(w, l);
		keep_exchange(w, s);
		return;
	}
	struct lookup unasked = lookup_of(w, s, question, entry, m->id, type, transport);

	emit_lookup(w, &unasked, told);
	keep_exchange(w, s);
}

static void read_answer(struct worker *w, const struct sight *s, const struct dns_message *m,
                        struct slice name, uint16_t type, const char *transport)
{
	struct name *question = name_hold(w->names, name);
	struct resolution what = { .learned_ns = w->now_ns,
		                   .number = s->frame->number,
		                   .source = s->frame->source };
	uint64_t chain = dns_chain(m, name);

	if (question == NULL)
		return;
	size_t count = aliases_of(w, m, chain, name, what.aliases);
	struct lookup_told told = { .message = m,
		                    .outcome = outcome_of(w->use.config, m, chain, type),
		                    .number = s->frame->number,
		                    .source = s->frame->source,
		                    .aliases = what.aliases,
		                    .alias_count = count };

	note_answer(w, s, m, chain, name);
	learn_chain(w, s, m, chain, question, &what);
	if (type == DNS_HTTPS)
		learn_ech(w, s, m, chain, question);
	if (strcmp(transport, "mdns") != 0)
		tell_answer(w, s, m, question, type, &told, transport);
	for (size_t i = 0; i < count; i++)
		name_release(w->names, what.aliases[i]);
	name_release(w->names, question);
}

/* RFC 1035, section 4.1.1: who answers is the server, whoever was heard first. */
static void settle_client(const struct sight *s, const struct dns_message *m)
{
	if (s->flow->is_client_sure || s->flow->port[0] == s->flow->port[1])
		return;
	s->flow->client = (uint8_t)(m->is_answer ? 1 - s->side : s->side);
	s->flow->is_client_sure = true;
}

void lookup_seen(struct worker *w, const struct sight *s, const struct dns_message *m,
                 const char *transport)
{
	settle_client(s, m);
	if (!m->is_answer) {
		read_query(w, s, m, transport);
		return;
	}
	for (size_t q = 0; q < m->question_count; q++)
		read_answer(w, s, m, m->questions[q].name, m->questions[q].type, transport);
	if (m->question_count == 0 && m->record_count > 0 && strcmp(transport, "mdns") != 0)
		read_answer(w, s, m, m->records[0].owner, m->records[0].type, transport);
}

/* Where its line stands among those of the same tick. */
static void set_key(struct worker *w, const struct lookup *l)
{
	w->key.phase = PHASE_LOOKUPS;
	w->key.first = l->born_step;
	w->key.second = l->born_first;
}

void lookup_expire(struct worker *w, uint64_t now_ns)
{
	struct lookup *l;

	while ((l = w->oldest_lookup) != NULL && now_ns - l->since_ns > answer_patience_ns) {
		set_key(w, l);
		give_up(w, l, OUTCOME_UNANSWERED);
	}
}

void lookup_finish(struct worker *w, enum order_phase phase)
{
	while (w->oldest_lookup != NULL) {
		set_key(w, w->oldest_lookup);
		w->key.phase = phase;
		give_up(w, w->oldest_lookup, OUTCOME_UNANSWERED);
	}
}
