/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/worker.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "dissect/host_name.h"
#include "sensor/balance.h"
#include "sensor/flow/address.h"
#include "sensor/flow/routers.h"
#include "sensor/log.h"
#include "sensor/output.h"
#include "sensor/owner.h"
#include "sensor/role.h"
#include "sensor/work.h"
#include "sensor/worker_state.h"

enum {
	SITES_MAX = 1 << 16,
	FORGOTTEN_AT_ONCE = 4096,
	DHCP_SERVER = 67,
	DHCP_CLIENT = 68,
	DHCP6_CLIENT = 546,
	DHCP6_SERVER = 547,
	NETBIOS_NAME = 137,
	NETBIOS_DATAGRAM = 138,
	MDNS_PORT = 5353,  /* RFC 6762: who answers sends from it */
	LLMNR_PORT = 5355, /* RFC 4795 */
};

static bool has_hello(const struct flow *f)
{
	return f->is_named && (f->app == APP_TLS || f->app == APP_QUIC || f->app == APP_DTLS);
}

/* The names of a DNS flow are read, though none of them is the flow's own. */
static bool is_readable(const struct flow *f)
{
	return f->is_named || f->app == APP_DNS || f->app == APP_MDNS || f->app == APP_LLMNR;
}

static void count_end(struct worker *w, const struct flow *f)
{
	bool is_one_sided = f->packets[0] == 0 || f->packets[1] == 0;

	w->counters.flows_ended++;
	w->counters.flows_named += is_readable(f);
	w->counters.flows_one_sided += is_one_sided;
	w->counters.hellos_one_sided += is_one_sided && has_hello(f);
}

static void flow_is_over(void *context, struct flow *, enum flow_end);

static void dns_was_seen(void *context, const struct sight *s, const struct dns_message *m,
                         const char *transport)
{
	lookup_seen(context, s, m, transport);
}

static bool is_suspect(void *context, const struct flow *f)
{
	return judge_suspects(context, f);
}

static bool build(struct worker *w)
{
	uint64_t seed = w->use.seed;
	const struct worker_limits limits = worker_limits_filled(w->use.limits);

	w->budget.limit = limits.budget;
	w->secret = hash_secret_from(seed);
	w->tally.seed = w->tally.hosts.seed = w->sums.seed = seed;
	w->sums.limit = limits.sums;
	w->names = name_table_new(&w->budget, w->use.feeds, seed);
	w->flows = flow_table_new(limits.flows, seed, flow_is_over, w);
	w->classify = classify_new(&w->budget);
	w->digest = digest_new();
	w->json = event_json_new();
	if (w->names == NULL || w->flows == NULL || w->classify == NULL || w->digest == NULL ||
	    w->json == NULL)
		return false;
	if (w->use.evidence_part != NULL &&
	    (w->evidence = evidence_new(&w->budget, w->use.evidence_part)) == NULL)
		return false;
	if (w->use.suppress_seconds > 0 &&
	    (w->suppress = suppress_new(w->use.suppress_seconds)) == NULL)
		return false;
	w->resolutions = resolutions_new(limits.resolutions, w->names, seed);
	w->hosts = hosts_new(limits.hosts, w->names, seed);
	w->kin = kin_table_new(seed);
	w->ech = ech_known_new(limits.ech, w->names, seed);
	if (w->use.commons == NULL)
		w->own_commons = commons_new(1, SITES_MAX, seed);
	w->commons = w->use.commons != NULL ? w->use.commons : w->own_commons;
	if (w->commons == NULL)
		return false;
	w->book = commons_book(w->commons);
	w->sites = site_watch_new(limits.visitors, w->book, w->names, seed);
	if (w->sites != NULL)
		site_watch_bound(w->sites, limits.visits, limits.observations);
	w->inspector = inspector_new(&(struct inspect_options){ .budget = &w->budget,
	                                                        .names = w->names,
	                                                        .classify = w->classify,
	                                                        .ech = w->ech,
	                                                        .kin = w->kin,
	                                                        .resolutions = w->resolutions,
	                                                        .seed = seed,
	                                                        .keep_all = w->use.all_flows,
	                                                        .dns = dns_was_seen,
	                                                        .is_suspect = is_suspect,
	                                                        .context = w });
	return w->resolutions != NULL && w->hosts != NULL && w->kin != NULL && w->ech != NULL &&
	       w->sites != NULL && w->inspector != NULL;
}

struct worker *worker_new(const struct worker_options *options)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->use = *options;
	if (build(w))
		return w;
	worker_free(w);
	return NULL;
}

void worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	bool has_flows = w->flows != NULL && flow_table_count(w->flows) > 0;

	(void)has_flows;
	inspector_free(w->inspector);
	site_watch_free(w->sites);
	commons_free(w->own_commons);
	hosts_free(w->hosts);
	kin_table_free(w->kin);
	ech_known_free(w->ech);
	resolutions_free(w->resolutions);
	event_json_free(w->json);
	digest_free(w->digest);
	classify_free(w->classify);
	flow_table_free(w->flows);
	name_table_free(w->names);
	evidence_free(w->evidence);
	assert(has_flows || w->budget.used == 0);
	tally_free(&w->tally);
	sums_free(&w->sums);
	suppress_free(w->suppress);
	free(w);
}

static void hear_dhcp(struct worker *w, const struct packet *p, bool is_six)
{
	uint8_t text_memory[512];
	struct scratch text = { .ptr = text_memory, .room = sizeof text_memory };
	struct dhcp_lease lease;
	enum parse answer = is_six ? dissect_dhcpv6(p->payload, &text, &lease)
	                           : dissect_dhcp(p->payload, &lease);

	if (answer != PARSE_OK)
		return;
	/* Where there is no MAC to go by the client's word is enough: not all servers repeat it. */
	bool is_lease = lease.is_ack || (!lease.is_reply && !lease.has_mac);

	if (is_lease && lease.has_address && (lease.has_mac || lease.client_id.len > 0))
		hosts_leased(w->hosts, lease.address, lease.has_mac ? lease.mac : NULL,
		             lease.client_id);
	if (lease.host_name.len == 0)
		return;
	hosts_named(w->hosts, lease.has_address ? lease.address : NULL,
	            lease.has_mac ? lease.mac : NULL, lease.host_name,
	            is_six ? HOST_NAME_DHCPV6 : HOST_NAME_DHCP);
}

static void hear_netbios(struct worker *w, const struct packet *p, bool is_datagram)
{
	struct netbios_name name;
	enum parse answer = is_datagram ? dissect_netbios_datagram(p->payload, &name)
	                                : dissect_netbios(p->payload, &name);

	if (answer == PARSE_OK && name.is_owner && name.suffix == 0)
		hosts_named(w->hosts, address_is_zero(name.address) ? p->src : name.address, NULL,
		            (struct slice){ (const uint8_t *)name.text, name.len },
		            HOST_NAME_NETBIOS);
}

/* What hosts say of themselves, on the ports where they say it. */
static void hear_host_names(struct worker *w, const struct packet *p)
{
	if (p->protocol != IP_UDP)
		return;
	if (p->src_port == MDNS_PORT || p->src_port == LLMNR_PORT)
		hear_own_name(w, p, p->src_port == MDNS_PORT);
	switch (p->dst_port) {
	case DHCP_SERVER:
	case DHCP_CLIENT:
		hear_dhcp(w, p, false);
		break;
	case DHCP6_CLIENT:
	case DHCP6_SERVER:
		hear_dhcp(w, p, true);
		break;
	case NETBIOS_NAME:
	case NETBIOS_DATAGRAM:
		hear_netbios(w, p, p->dst_port == NETBIOS_DATAGRAM);
		break;
	default:
		break;
	}
}

/* An ICMP error is about a flow of ours: it was refused on the way. */
static void hear_refusal(struct worker *w, const struct frame *frame, const struct packet *p)
{
	struct packet quoted;

	if (p->protocol != IP_ICMP && p->protocol != IP_ICMP6)
		return;
	if (dissect_icmp_quote(p, &quoted) != PARSE_OK)
		return;
	struct flow *f = flow_table_look(w->flows, &quoted);

	if (f == NULL || f->spoke >> flow_server(f) & 1)
		return;
	f->was_refused = true;
	if (w->evidence != NULL && (f->question != NULL || f->has_contact))
		evidence_saw(w->evidence, f, frame, false);
	judge_outcome(w, f);
}

/*
 * Who began it? The first packet's sender, unless a SYN-ACK, or a server's port that only the
 * sender has, says that the beginning was not seen. A hello or a request settles it later.
 */
static void guess_client(struct flow *f, const struct packet *p)
{
	uint8_t handshake = p->tcp_flags & (TCP_SYN | TCP_ACK);

	if (p->protocol == IP_TCP && (p->tcp_flags & TCP_SYN) != 0) {
		f->client = handshake == (TCP_SYN | TCP_ACK) ? SIDE_B : SIDE_A;
		f->has_syn = true;
		f->is_client_sure = true;
		return;
	}
	bool is_server_port = p->src_port < 1024 && p->dst_port >= 1024;

	f->client = is_server_port ? SIDE_B : SIDE_A;
}

/* The question is closed before its time, with what is known by now. */
static void close_early(struct worker *w, struct flow *f)
{
	struct frame last = { .time_ns = f->last_ns,
		              .number = inspect_last_number(f),
		              .source = f->source };

	inspect_give_up(w->inspector, f);
	judge_flow(w, f, &last);
}

/* False: nothing can be spared any more. */
static bool spare_memory(struct worker *w)
{
	struct flow *longest_open = inspect_oldest(w->inspector);

	if (longest_open == NULL)
		return flow_table_evict_contact(w->flows);
	close_early(w, longest_open);
	return true;
}

/*
 * Where memory is short the one that has been open longest gives way: a flood's own are that. Then
 * flows with a contact, which is told, for the next ones must be told, too. Some room stays for
 * hellos that need putting together, or a flood of SYNs would leave them none.
 */
static void open_question(struct worker *w, const struct sight *s)
{
	while (budget_left(&w->budget) < budget_reserve(&w->budget) && spare_memory(w))
		;
	(void)inspect_open(w->inspector, s);
}

static void begin_flow(struct worker *w, const struct sight *s)
{
	struct flow *f = s->flow;
	const struct packet *p = s->packet;

	f->first_ns = s->frame->time_ns;
	f->first_number = s->frame->number;
	f->source = s->frame->source;
	guess_client(f, p);
	w->counters.flows++;
	if (w->use.all_flows && budget_left(&w->budget) > 2 * budget_reserve(&w->budget))
		(void)notes_of(f, &w->budget, p);
	open_question(w, s);
}

/* The flow's own SYN comes behind what it began: packets overtook each other on their way here. */
static bool is_overtaken(const struct flow *f, uint64_t now_ns)
{
	static const uint64_t at_most_ns = 1000000000U;

	return !f->has_syn && f->state != FLOW_CLOSED && now_ns < f->first_ns + at_most_ns;
}

/*
 * The five-tuple begins anew: a SYN for a flow that is over or has long spoken. The same SYN once
 * more, after a reset, is the same attempt.
 */
static bool is_reused(const struct flow *f, const struct packet *p, unsigned side, uint64_t now_ns)
{
	bool is_syn = (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

	return p->protocol == IP_TCP && is_syn && !is_overtaken(f, now_ns) &&
	       (f->state == FLOW_CLOSED || (f->spoke >> side & 1) != 0) &&
	       !inspect_is_retry(f, side, p->tcp_seq);
}

/* It goes on after a reset before which nobody had spoken: forged, or answered at the next try. */
static bool is_revived(const struct flow *f, const struct packet *p)
{
	const uint8_t handshake = TCP_SYN | TCP_ACK;

	return f->state == FLOW_CLOSED && f->question != NULL && f->spoke == 0 &&
	       (p->tcp_flags & (TCP_RST | TCP_FIN)) == 0 &&
	       ((p->tcp_flags & handshake) == handshake || p->payload_len > 0);
}

static void account(struct flow *f, const struct sight *s)
{
	const struct packet *p = s->packet;

	f->bytes[s->side] += s->frame->wire_len;
	f->packets[s->side]++;
	if (is_revived(f, p)) {
		f->state = FLOW_ESTABLISHED;
		f->was_reset &= (p->tcp_flags & TCP_SYN) == 0;
	}
	f->tcp_flags[s->side] |= p->tcp_flags;
	f->spoke |= (uint8_t)((p->payload_len > 0) << s->side);
	if (f->state == FLOW_NEW && f->packets[0] > 0 && f->packets[1] > 0)
		f->state = FLOW_ESTABLISHED;
	if (p->protocol != IP_TCP)
		return;
	bool is_reset = (p->tcp_flags & TCP_RST) != 0;
	bool is_finished = (f->tcp_flags[0] & f->tcp_flags[1] & TCP_FIN) != 0;

	if (is_reset && (f->spoke >> flow_server(f) & 1) == 0)
		f->was_reset = true;
	if (is_reset || is_finished)
		f->state = FLOW_CLOSED;
}

/* There is no room for more names: those that somebody wants to know are told now. */
static void tell_names(struct worker *w, struct flow *f)
{
	if (w->use.all_flows || f->has_contact)
		emit_flow(w, f, "interim");
	notes_clear_names(f->notes, w->names);
}

static void look_into(struct worker *w, const struct sight *s)
{
	struct flow *f = s->flow;
	bool has_news = f->question != NULL && inspect_packet(w->inspector, s);

	/* A reset before anything was said may be forged, and ignored by whom it is meant for. */
	if (f->question != NULL && f->state == FLOW_CLOSED && f->spoke != 0) {
		inspect_give_up(w->inspector, f);
		has_news = true;
	}
	if (has_news) {
		place_named(w, f);
		judge_flow(w, f, s->frame);
	}
	if (f->notes != NULL && f->notes->is_cut)
		tell_names(w, f);
	if (f->has_contact)
		judge_outcome(w, f);
	else if (f->is_answered && !w->use.all_flows && f->notes != NULL)
		notes_drop(f, &w->budget, w->names);
}

/* DNS goes on for ever on one flow: what was just said is what a lookup is about. */
static void keep_evidence(struct worker *w, const struct sight *s)
{
	const struct flow *f = s->flow;

	if (w->evidence != NULL && (f->question != NULL || f->has_contact))
		evidence_saw(w->evidence, f, s->frame, f->app == APP_DNS);
}

static void follow(struct worker *w, const struct work_packet *wp)
{
	const struct packet *p = &wp->packet;
	bool is_new;
	struct flow *f = flow_table_find_hashed(w->flows, p, wp->hash, &is_new);

	w->counters.packets++;
	struct sight s = { .flow = f,
		           .side = flow_side(f, p),
		           .packet = p,
		           .frame = wp->frame,
		           .now_ns = w->now_ns,
		           .step = wp->step };

	if (!is_new && is_reused(f, p, s.side, w->now_ns)) {
		flow_table_end(w->flows, f, FLOW_END_REUSED);
		s.flow = f = flow_table_find_hashed(w->flows, p, wp->hash, &is_new);
		s.side = SIDE_A;
	}
	if (is_new) {
		f->owner = wp->owner;
		begin_flow(w, &s);
	}
	if (f->has_contact)
		judge_denial(f, &s);
	account(f, &s);
	f->last_step = wp->step;
	flow_table_touch(w->flows, f, w->now_ns); /* events tell when the flow was last heard */
	if (f->app == APP_QUIC && f->question == NULL)
		(void)inspect_reopen(w->inspector, &s);
	keep_evidence(w, &s);
	if (f->question != NULL || f->has_contact)
		look_into(w, &s);
	if (f->has_contact)
		place_request(f, &s);
	if (f->has_contact && p->payload_len > 0)
		judge_activity(w, &s);
	if (f->server_name != NULL && s.side == f->client && p->payload_len > 0 &&
	    w->now_ns > f->asked_ns)
		place_woken(w, f, &s);
	if (f->has_contact)
		flow_table_touch(w->flows, f, w->now_ns); /* to the list that gives way last */
	if (w->evidence != NULL && f->question == NULL && !f->has_contact)
		evidence_forget(w->evidence, f);
}

static void set_phase(struct worker *w, enum order_phase phase, uint64_t first, uint64_t second)
{
	w->key.phase = phase;
	w->key.first = first;
	w->key.second = second;
}

static void learn_role(struct worker *w, const struct packet *p)
{
	const uint8_t *host;
	enum host_role role = role_shown(p, &host);

	if (role != HOST_ROLE_NONE)
		hosts_found(w->hosts, host, role);
}

/* With which MAC an address was heard, and whether a router stands before it. */
static void hear_card(struct worker *w, const struct packet *p)
{
	enum { TTL = 8, HOP_LIMIT = 7 }; /* RFC 791, section 3.1; RFC 8200, section 3 */
	size_t at = p->ip_version == 6 ? HOP_LIMIT : TTL;

	hosts_saw(w->hosts, p->src, p->src_mac,
	          p->network.len > at && was_forwarded(p->network.ptr[at]));
	if (is_router_advertisement(p))
		hosts_advertised(w->hosts, p->src_mac);
}

static void do_packet(struct worker *w, const struct work_packet *wp, unsigned what)
{
	const struct packet *p = &wp->packet;

	w->now_ns = wp->now_ns;
	w->key.step = wp->step;
	set_phase(w, PHASE_REFUSAL, 0, 0);
	if (what & TODO_HOST)
		hear_card(w, p);
	if (what & TODO_KIN)
		kin_table_add(w->kin, wp->kin_address, wp->kin_host);
	if (what & TODO_NAMES)
		hear_host_names(w, p);
	if (what & TODO_ROLE)
		learn_role(w, p);
	if (what & TODO_REFUSAL)
		hear_refusal(w, wp->frame, p);
	w->key.phase = PHASE_PACKET;
	if (what & TODO_FOLLOW)
		follow(w, wp);
}

static const char *const end_words[] = {
	[FLOW_END_TIMEOUT] = "timeout",
	[FLOW_END_EVICTED] = "evicted",
	[FLOW_END_REUSED] = "shutdown",
	[FLOW_END_FORCED] = "forced",
};

static void flow_is_over(void *context, struct flow *f, enum flow_end why)
{
	struct worker *w = context;

	if (w->key.phase == PHASE_FLOWS) {
		w->key.first = why == FLOW_END_FORCED ? f->last_ns : flow_table_deadline(f);
		w->key.second = f->last_step;
	}
	struct frame last = { .time_ns = f->last_ns,
		              .number = f->first_number,
		              .source = f->source };

	if (f->question != NULL) {
		last.number = inspect_last_number(f);
		inspect_give_up(w->inspector, f);
		judge_flow(w, f, &last);
	}
	judge_end(w, f);
	count_end(w, f);
	if (w->use.all_flows || f->has_contact)
		emit_flow(w, f,
		          why == FLOW_END_TIMEOUT && f->state == FLOW_CLOSED ? "shutdown"
		                                                             : end_words[why]);
	contacts_free(w, f);
	name_release(w->names, f->server_name);
	f->server_name = NULL;
	notes_drop(f, &w->budget, w->names);
	if (w->evidence != NULL)
		evidence_forget(w->evidence, f);
}

static void give_up_overdue(struct worker *w)
{
	struct flow *f;

	while ((f = inspect_overdue(w->inspector, w->now_ns)) != NULL) {
		set_phase(w, PHASE_OVERDUE, inspect_opened_step(f), 0);
		close_early(w, f);
	}
	if (budget_is_short(&w->budget))
		resolutions_forget(w->resolutions, FORGOTTEN_AT_ONCE);
}

/* Packet time passed: ends what is over. */
static void tick(struct worker *w)
{
	lane_begin_mixed(w->use.lane);
	give_up_overdue(w);
	lookup_expire(w, w->now_ns);
	place_due(w);
	judge_expire(w, w->now_ns);
	lane_end_mixed(w->use.lane);
	set_phase(w, PHASE_FLOWS, 0, 0);
	flow_table_expire(w->flows, w->now_ns);
	set_phase(w, PHASE_SITES, 0, 0);
	place_tick(w);
}

/* No more packets, or another time begins: everything that is open is told. */
static void finish(struct worker *w)
{
	lane_begin_mixed(w->use.lane);
	lookup_finish(w, PHASE_LOOKUPS);
	lane_end_mixed(w->use.lane);
	set_phase(w, PHASE_FLOWS, 0, 0);
	flow_table_finish(w->flows);
	lane_begin_mixed(w->use.lane);
	lookup_finish(w, PHASE_LATE_LOOKUPS);
	lane_end_mixed(w->use.lane);
	set_phase(w, PHASE_SITES, 0, 0);
	place_finish(w);
	kin_table_clear(w->kin);
}

/* What does not add up is a fault of ours: it is said once, and is the exit status. */
static void check_balance(struct worker *w, const struct totals *t,
                          const struct capture_counters *capture)
{
	struct imbalance wrong;

	if (totals_balance(t, capture, &wrong) || w->counters.imbalances++ > 0)
		return;
	log_error("counters do not add up: %s is %" PRIu64 ", what became of them %" PRIu64
	          " (please report this)",
	          wrong.what, wrong.left, wrong.right);
}

/* The last worker that comes by tells, in its own lane: the line is the same whoever it is. */
static void add_to_stats(struct worker *w, struct stats_gathering *g)
{
	struct totals sum = { .intake = g->intake };
	struct sums hosts = { .limit = w->sums.limit, .seed = w->sums.seed };
	struct event_visibility visibility;

	worker_add_totals(w, &g->parts[w->use.index].totals);
	if (!g->is_for_watch) {
		g->parts[w->use.index].sums = w->sums;
		w->sums = (struct sums){ .limit = w->sums.limit, .seed = w->sums.seed };
	}
	if (atomic_fetch_sub(&g->left, 1) != 1)
		return;
	for (size_t i = 0; i < g->part_count; i++) {
		totals_add(&sum, &g->parts[i].totals);
		sums_merge(&hosts, &g->parts[i].sums);
		sums_free(&g->parts[i].sums);
	}
	check_balance(w, &sum, &g->capture);
	if (g->is_for_watch) {
		w->use.tell(w->use.watch, &sum, &g->capture);
	} else {
		set_phase(w, PHASE_STATS, 0, 0);
		totals_visibility(&sum, &g->capture, &visibility);
		tell_hosts(w, &hosts, &visibility, w->now_ns);
		emit_stats(w, &sum, &g->capture);
	}
	sums_free(&hosts);
	free(g);
}

/* The last of the workers lets the old knowledge go. */
static void reload(struct worker *w, struct knowledge_swap *swap)
{
	w->use.config = swap->fresh.config;
	w->use.feeds = swap->fresh.feeds;
	w->whose = (struct whose){ 0 };
	name_table_judge_by(w->names, swap->fresh.feeds);
	if (atomic_fetch_sub(&swap->left, 1) != 1)
		return;
	knowledge_free(&swap->old);
	free(swap);
}

static void do_mark(struct worker *w, const struct mark *m)
{
	w->now_ns = m->now_ns;
	w->key.step = m->step;
	switch (m->kind) {
	case MARK_TICK:
		tick(w);
		break;
	case MARK_FINISH:
		finish(w);
		break;
	case MARK_RELOAD:
		reload(w, m->swap);
		break;
	case MARK_SETTLE:
		if (w->evidence != NULL && w->use.evidence_file != NULL)
			evidence_settle(w->evidence, w->use.evidence_file);
		break;
	default:
		add_to_stats(w, m->stats);
	}
}

enum { GROUP = 32 };

/*
 * Each flow is somewhere else in memory. So a group of packets goes through in three passes: ask
 * for the buckets, ask for the flows, do the work; nobody waits for one line at a time.
 */
static void do_group(struct worker *w, const struct work *work, const struct todo *todos,
                     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (todos[i].what & TODO_FOLLOW)
			flow_table_want_bucket(w->flows, work->packets[todos[i].index].hash);
	for (size_t i = 0; i < count; i++)
		if (todos[i].what & TODO_FOLLOW)
			flow_table_want_flow(w->flows, work->packets[todos[i].index].hash);
	for (size_t i = 0; i < count; i++)
		if (todos[i].what & TODO_MARK)
			do_mark(w, &work->marks[todos[i].index]);
		else
			do_packet(w, &work->packets[todos[i].index], todos[i].what);
}

void worker_do(struct worker *w, const struct work *work, size_t index)
{
	const struct work_list *list = &work->lists[index];

	for (size_t at = 0; at < list->count; at += GROUP)
		do_group(w, work, list->todos + at,
		         list->count - at < GROUP ? list->count - at : GROUP);
	lane_done(w->use.lane, work->last_step);
	if (work->is_last)
		lane_end(w->use.lane);
}

struct evidence_part *worker_evidence(const struct worker *w)
{
	return w->evidence;
}

const struct tally *worker_tally(const struct worker *w)
{
	return &w->tally;
}
