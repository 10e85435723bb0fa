/* SPDX-License-Identifier: Apache-2.0 */
/* Events made of flows and contacts, and handed on as lines. */
#include "sensor/event/address_text.h"
#include "sensor/event/community_id.h"
#include "sensor/event/event_id.h"
#include "sensor/flow/address.h"
#include "sensor/log.h"
#include "sensor/output.h"
#include "sensor/verdict/severity.h"
#include "sensor/worker_state.h"

static const char *const app_words[] = {
	[APP_TLS] = "tls",   [APP_QUIC] = "quic",    [APP_HTTP] = "http",   [APP_HTTP2] = "http2",
	[APP_DNS] = "dns",   [APP_MDNS] = "mdns",    [APP_LLMNR] = "llmnr", [APP_DTLS] = "dtls",
	[APP_DHCP] = "dhcp", [APP_NETBIOS] = "nbns", [APP_SSH] = "ssh",
};

void set_event_id(struct worker *w, struct event *e, uint64_t first_ns, struct slice about,
                  uint32_t detail)
{
	event_id_set(w->digest, e, first_ns, about, detail);
}

static void fill_tuple(struct event *e, const struct flow *f)
{
	unsigned client = f->client, server = flow_server(f);

	e->has_flow = true;
	memcpy(e->src, f->address[client], 16);
	memcpy(e->dst, f->address[server], 16);
	e->src_port = f->port[client];
	e->dst_port = f->port[server];
	e->protocol = f->protocol;
	e->app_proto = app_words[f->app];
}

struct event *begin_event(struct worker *w, enum event_type type, const struct flow *f,
                          uint64_t time_ns)
{
	struct event *e = &w->event;

	memset(e, 0, sizeof *e);
	e->type = type;
	e->time_ns = time_ns;
	e->sensor = w->use.sensor;
	if (f == NULL)
		return e;
	fill_tuple(e, f);
	mask_ends(w, f, e); /* ids are made of pseudonyms, too */
	e->flow_id = event_flow_id(w->digest, e, f->first_ns);
	struct flow_tuple tuple = { .src_port = e->src_port,
		                    .dst_port = e->dst_port,
		                    .protocol = e->protocol };

	memcpy(tuple.src, e->src, 16);
	memcpy(tuple.dst, e->dst, 16);
	(void)community_id(w->digest, &tuple, e->community_id);
	const char *source = w->use.source(w->use.context, f->source);

	if (w->use.is_live)
		e->interface = source;
	else
		e->pcap_filename = source;
	if (f->notes != NULL && f->notes->below.vlan_count + f->notes->below.tunnel_count > 0)
		e->packet = &f->notes->below;
	return e;
}

const char *other_file(struct worker *w, const struct event *e, uint32_t source)
{
	const char *file = w->use.is_live ? NULL : w->use.source(w->use.context, source);

	return file == NULL || (e->pcap_filename != NULL && strcmp(file, e->pcap_filename) == 0)
	               ? NULL
	               : file;
}

void fill_tracker(const struct feed_entry *entry, const struct name *name,
                  struct event_tracker *out)
{
	*out = (struct event_tracker){ .entity = entry->entity,
		                       .product = entry->product,
		                       .category = entry->category,
		                       .rule = entry->rule,
		                       .feed = entry->feed,
		                       .feed_version = entry->feed_version };
	if (name != NULL)
		out->name = name_text(name);
	else
		out->name = (struct slice){ (const uint8_t *)entry->rule, strlen(entry->rule) };
}

static bool put_line(struct worker *w, struct slice line, enum line_reader reader)
{
	if (line.len > 0)
		lane_put(w->use.lane, &w->key, reader, line);
	else
		log_scarce();
	return line.len > 0;
}

/* With -a there is a flow for everybody, and nothing to see in most. */
static bool is_for_page(const struct event *e)
{
	return e->type != EVENT_FLOW || e->tracker != NULL;
}

void emit_event(struct worker *w, struct event *e)
{
	if (e->policy == NULL && find_policy(w, e, &w->policy))
		e->policy = &w->policy;
	if (e->tracker != NULL) {
		e->has_severity = true;
		e->severity = config_severity_of(w->use.config,
		                                 e->policy != NULL ? e->policy->verdict : NULL,
		                                 e->tracker->category, e->confidence);
	}
	if (e->flow == NULL || strcmp(e->flow->reason, "interim") != 0)
		sums_add(&w->sums, e);
	if (e->type == EVENT_CONTACT && w->suppress != NULL &&
	    !suppress_tells(w->suppress, kin_of(w->kin, e->local->ip), e, &e->represents))
		return;
	if (w->use.pseudonyms != NULL)
		mask_event(w, e, &w->masked);
	if (w->use.keep != NULL)
		w->use.keep(w->use.context, e);
	bool is_shared = w->use.has_page && w->use.shape == EVENT_NATIVE && is_for_page(e);

	w->counters.events += put_line(w, event_json_line(w->json, w->use.shape, e),
	                               is_shared ? LINE_FOR_ALL : LINE_FOR_SINKS);
	if (w->use.has_page && !is_shared && is_for_page(e))
		(void)put_line(w, event_json_native(w->json, e), LINE_FOR_PAGE);
}

/* What an event borrows while it is made. */
struct borrowed {
	struct event_local local;
	struct event_tracker tracker;
	struct event_geo geo;
	struct event_ndpi ndpi;
	struct event_http http;
	struct event_flow flow;
	struct event_site site;
	char label[64];
	char client[ADDRESS_TEXT_MAX];
};

static struct slice text_of(const uint8_t *text, size_t len)
{
	return (struct slice){ text, len };
}

static void fill_http(const struct flow *f, struct event *e, struct event_http *out)
{
	const struct noted_http *n = f->notes != NULL ? f->notes->http : NULL;

	if (n == NULL)
		return;
	*out = (struct event_http){ .method = text_of(n->method, n->method_len),
		                    .url = text_of(n->url, n->url_len),
		                    .user_agent = text_of(n->agent, n->agent_len),
		                    .referer = text_of(n->referer, n->referer_len),
		                    .forwarded_for = text_of(n->forwarded, n->forwarded_len) };
	for (size_t i = 0; i < f->notes->name_count && out->hostname.len == 0; i++)
		if (f->notes->names[i].kind == EVIDENCE_HTTP_HOST)
			out->hostname = name_text(f->notes->names[i].name);
	e->http = out;
}

/* The first of X-Forwarded-For is the client, or else PROXY's. */
static void fill_client(const struct flow *f, struct borrowed *b)
{
	const struct notes *n = f->notes;

	if (n == NULL)
		return;
	if (n->http != NULL && n->http->forwarded_len > 0) {
		struct slice all = text_of(n->http->forwarded, n->http->forwarded_len);
		const uint8_t *comma = memchr(all.ptr, ',', all.len);

		b->local.on_behalf_of =
		        comma != NULL ? slice_head(all, (size_t)(comma - all.ptr)) : all;
	} else if (!address_is_zero(n->client)) {
		size_t len = address_text(n->client, b->client);

		b->local.on_behalf_of = text_of((const uint8_t *)b->client, len);
	}
}

static void fill_common(struct worker *w, const struct flow *f, struct event *e, struct borrowed *b)
{
	struct label label;
	unsigned side = local_side(w, f);
	const uint8_t *far = f->address[1 - side];

	inspect_label(w->inspector, f, &label);
	fill_local(w, f->address[side], e->packet, &b->local);
	b->local.direction = flow_direction(w, f);
	fill_client(f, b);
	e->local = &b->local;
	if (geo_find(w->use.geo, far, &b->geo))
		e->geo = &b->geo;
	if (classify_describe(w->classify, &label, b->label, sizeof b->label, &b->ndpi))
		e->ndpi = &b->ndpi;
	if (f->notes != NULL && f->notes->hello != NULL)
		e->hello = &f->notes->hello->facts;
	fill_http(f, e, &b->http);
}

/* The name of a hello under real ECH stands before another one: the flow's other evidence. */
static bool is_outer(const struct flow *f, const struct evidence *e)
{
	const struct noted_hello *hello = f->notes != NULL ? f->notes->hello : NULL;

	return hello != NULL && hello->facts.ech == ECH_REAL && e->name == hello->sni &&
	       (e->kind == EVIDENCE_TLS_SNI || e->kind == EVIDENCE_QUIC_SNI);
}

static void fill_evidence(struct worker *w, const struct contact *c, struct event *e)
{
	for (size_t i = 0; i < c->evidence_count; i++) {
		const struct evidence *from = &c->evidence[i];
		struct slice value = from->name != NULL ? name_text(from->name)
		                                        : text_of((const uint8_t *)from->text,
		                                                  strlen(from->text));

		e->evidence[e->evidence_count++] =
		        (struct event_evidence){ .kind = from->kind,
			                         .value = value,
			                         .is_outer = is_outer(c->flow, from),
			                         .is_against = from->is_against,
			                         .is_shared = from->is_shared,
			                         .packet = from->number,
			                         .file = other_file(w, e, from->source) };
	}
}

static void tally_contact(struct worker *w, const struct contact *c, const struct event *e)
{
	char text[TALLY_NAME_MAX];

	snprintf(text, sizeof text, "%.*s", (int)e->tracker->name.len,
	         (const char *)e->tracker->name.ptr);
	struct tally_row *row = tally_host(w, e->local->ip, text, c->entry.category);

	tally_whose(w, e->local);
	if (row == NULL)
		return;
	row->contacts++;
	if (row->first_ns == 0 || c->time_ns < row->first_ns)
		row->first_ns = c->time_ns;
	row->last_ns = c->time_ns > row->last_ns ? c->time_ns : row->last_ns;
	if (c->confidence > row->confidence)
		row->confidence = (uint8_t)c->confidence;
	if (e->site != NULL)
		tally_site(row, e->site->name);
	if (w->use.pseudonyms != NULL)
		return; /* the address is one, and says enough */
	snprintf(row->host, sizeof row->host, "%.*s", (int)e->local->name.len,
	         (const char *)e->local->name.ptr);
}

void emit_contact(struct worker *w, const struct contact *c, enum outcome outcome)
{
	struct event *e = begin_event(w, EVENT_CONTACT, c->flow, c->time_ns);
	struct borrowed b;

	fill_common(w, c->flow, e, &b);
	fill_tracker(&c->entry, c->name, &b.tracker);
	e->tracker = &b.tracker;
	e->pcap_cnt = c->number;
	if (!w->use.is_live)
		e->pcap_filename = w->use.source(w->use.context, c->source);
	e->confidence = c->confidence;
	e->has_outcome = true;
	e->outcome = outcome;
	fill_evidence(w, c, e);
	if (place_fill(c, &b.site)) {
		fill_site_owner(w, &b.site);
		e->site = &b.site;
	}
	set_event_id(w, e, c->flow->first_ns, b.tracker.name, 0);
	w->counters.contacts_by_category[category_index(c->entry.category)]++;
	tally_contact(w, c, e);
	if (w->evidence != NULL)
		evidence_mark(w->evidence, c->flow, e->id);
	emit_event(w, e);
}

static void fill_flow(const struct flow *f, const char *reason, struct event_flow *out)
{
	static const char *const states[] = {
		[FLOW_NEW] = "new", [FLOW_ESTABLISHED] = "established", [FLOW_CLOSED] = "closed"
	};
	unsigned client = f->client, server = flow_server(f);

	*out = (struct event_flow){ .pkts_toserver = f->packets[client],
		                    .pkts_toclient = f->packets[server],
		                    .bytes_toserver = f->bytes[client],
		                    .bytes_toclient = f->bytes[server],
		                    .start_ns = f->first_ns,
		                    .end_ns = f->last_ns,
		                    .state = states[f->state],
		                    .reason = reason,
		                    .tcp_flags_toserver = f->tcp_flags[client],
		                    .tcp_flags_toclient = f->tcp_flags[server],
		                    .alerted = f->has_contact };
}

static void fill_names(const struct flow *f, struct event *e)
{
	const struct notes *n = f->notes;

	for (size_t i = 0; n != NULL && i < n->name_count; i++)
		e->names[e->name_count++] =
		        (struct event_name){ .kind = n->names[i].kind,
			                     .value = name_text(n->names[i].name),
			                     .count = n->names[i].count };
}

static void tally_bytes(struct worker *w, const struct flow *f, const struct contact *c)
{
	char text[TALLY_NAME_MAX];
	struct event_tracker t;

	fill_tracker(&c->entry, c->name, &t);
	snprintf(text, sizeof text, "%.*s", (int)t.name.len, (const char *)t.name.ptr);
	struct tally_row *row =
	        tally_host(w, f->address[local_side(w, f)], text, c->entry.category);

	if (row == NULL)
		return;
	row->bytes += f->bytes[0] + f->bytes[1];
	row->last_ns = f->last_ns > row->last_ns ? f->last_ns : row->last_ns;
}

static bool ends_in(const uint8_t *text, size_t len, const char *tail)
{
	size_t tail_len = strlen(tail);

	return len >= tail_len && memcmp(text + len - tail_len, tail, tail_len) == 0;
}

/* The request says it where it can be read: a script is fetched, all else is told to the pixel. */
static bool asks_for_script(const struct noted_http *n)
{
	const uint8_t *question = memchr(n->url, '?', n->url_len);
	size_t len = question != NULL ? (size_t)(question - n->url) : n->url_len;

	return n->method_len == 3 && memcmp(n->method, "GET", 3) == 0 &&
	       ends_in(n->url, len, ".js");
}

/* What the pixel did there: of a request that can be read the first one, else sizes and order. */
static void fill_activity(const struct worker *w, const struct flow *f, const struct contact *c,
                          struct event_flow *out)
{
	const struct noted_http *http = f->notes->http;

	if (strcmp(c->entry.category, "tracking_pixel") != 0 ||
	    flow_outcome(w, f, true) != OUTCOME_ESTABLISHED)
		return;
	bool is_script = http != NULL && asks_for_script(http);

	out->beacons =
	        activity_beacons(&c->activity, &w->scripts, kin_of(w->kin, f->address[f->client]),
	                         f->protocol != IP_TCP);
	if (out->beacons == 0 && http != NULL && !is_script)
		out->beacons = 1;
	if (is_script || c->activity.is_loaded)
		out->activity = "loaded";
	else if (out->beacons > 0)
		out->activity = "beacon";
}

void emit_flow(struct worker *w, struct flow *f, const char *reason)
{
	struct event *e = begin_event(w, EVENT_FLOW, f, f->last_ns);
	const struct contact *c = f->notes != NULL ? f->notes->contacts : NULL;
	bool is_interim = strcmp(reason, "interim") == 0;
	struct borrowed b;

	fill_common(w, f, e, &b);
	fill_flow(f, reason, &b.flow);
	e->flow = &b.flow;
	e->pcap_cnt = f->first_number;
	if (c != NULL) {
		fill_tracker(&c->entry, c->name, &b.tracker);
		fill_activity(w, f, c, &b.flow);
		e->tracker = &b.tracker;
		e->confidence = c->confidence;
		e->has_outcome = true;
		e->outcome = flow_outcome(w, f, true);
		if (!is_interim)
			tally_bytes(w, f, c);
	}
	fill_names(f, e);
	/* An interim event is about the time up to which it tells, and the names from its first on.
	 */
	set_event_id(w, e, f->first_ns,
	             is_interim && e->name_count > 0 ? e->names[0].value : (struct slice){ 0 },
	             is_interim ? (uint32_t)(f->last_ns / 1000) : 0);
	emit_event(w, e);
}

void emit_placement(struct worker *w, const struct contact *c, const struct frame *frame)
{
	struct event *e = begin_event(w, EVENT_PLACEMENT, c->flow, frame->time_ns);
	struct borrowed b;

	fill_common(w, c->flow, e, &b);
	fill_tracker(&c->entry, c->name, &b.tracker);
	e->tracker = &b.tracker;
	e->pcap_cnt = frame->number;
	if (!w->use.is_live)
		e->pcap_filename = w->use.source(w->use.context, frame->source);
	e->confidence = c->confidence;
	if (place_fill(c, &b.site)) {
		fill_site_owner(w, &b.site);
		e->site = &b.site;
	}
	/* The calls on a flow are told apart by their time. */
	set_event_id(w, e, c->flow->first_ns, b.tracker.name, (uint32_t)(frame->time_ns / 1000));
	w->counters.placements++;
	emit_event(w, e);
}

/* For the ledger, which adds up what each run saw. */
static void fill_run(const struct worker *w, const struct site *s, size_t entity,
                     struct event_site_run *run)
{
	const struct site_count *c = &s->count[entity];
	struct site_verdict v;

	site_judge(s, entity, site_book_coincidence(w->book, entity), &v);
	*run = (struct event_site_run){ .status = site_status_word(v.status),
		                        .first_ns = s->first_ns,
		                        .since_ns = c->first_ns,
		                        .confirmed_ns = c->last_ns,
		                        .gone_ns = c->gone_ns,
		                        .visits = s->visits,
		                        .hits = c->hits,
		                        .after = c->after,
		                        .chance = v.chance,
		                        .confidence = v.confidence,
		                        .doubt = (double)c->doubt,
		                        .heads = s->heads,
		                        .followed = s->followed,
		                        .distinct = s->distinct,
		                        .begun = s->begun,
		                        .embedded = (double)s->embedded,
		                        .calls = (double)c->calls };
	memcpy(run->lags, c->lags, sizeof run->lags);
}

void emit_site(struct worker *w, const struct site *s, size_t entity, const struct site_verdict *v,
               bool is_told)
{
	struct event *e = begin_event(w, EVENT_SITE, NULL, w->now_ns);
	struct event_tracker tracker = { .entity = site_book_entity_name(w->book, entity) };
	struct event_site_run run;
	struct event_site site = { .name = text_of((const uint8_t *)s->name, strlen(s->name)),
		                   .domain = text_of((const uint8_t *)s->domain, strlen(s->domain)),
		                   .status = site_status_word(v->status),
		                   .method = "timing",
		                   .confidence = v->confidence,
		                   .since_ns = v->since_ns,
		                   .last_confirmed_ns = v->last_confirmed_ns,
		                   .removed_at_ns = v->removed_at_ns,
		                   .first_seen_ns = v->seen_ns,
		                   .last_seen_ns = s->last_ns,
		                   .run = &run,
		                   .visits = v->visits,
		                   .pixel_visits = v->hits,
		                   .rate_low = v->rate_low,
		                   .rate_high = v->rate_high,
		                   .chance = v->chance,
		                   .has_rates = true };

	fill_run(w, s, entity, &run);
	fill_site_owner(w, &site);
	e->tracker = &tracker;
	e->site = &site;
	set_event_id(w, e, s->last_ns, site.name, (uint32_t)v->status);
	if (is_told)
		emit_event(w, e);
	else if (w->use.keep != NULL)
		w->use.keep(w->use.context, e);
}
