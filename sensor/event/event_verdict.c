/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that say what we think of it: whose host, which tracker, how sure, which site. */
#include "sensor/event/event_parts.h"

enum wire_form evidence_form(enum evidence_kind kind)
{
	return kind <= EVIDENCE_LLMNR_QUERY ? WIRE_NAME : WIRE_BYTES;
}

void put_local(struct cJSON *line, const struct event *e)
{
	const struct event_local *l = e->local;

	if (l == NULL)
		return;
	struct cJSON *local = json_object();

	if (l->has_ip)
		json_put_address(local, "ip", l->ip);
	if (l->has_mac)
		json_put_mac(local, "mac", l->mac);
	if (l->has_mac && l->mac_is_random)
		json_put_bool(local, "mac_random", true);
	json_put_wire(local, "client_id", l->client_id, WIRE_BYTES);
	json_put_wire(local, "name", l->name, WIRE_BYTES);
	json_put_string(local, "name_source", l->name.len > 0 ? l->name_source : NULL);
	json_put_string(local, "network", l->network);
	json_put_string(local, "organisation", l->organisation);
	json_put_string(local, "jurisdiction", l->jurisdiction);
	json_put_string(local, "sector", l->sector);
	json_put_string(local, "role", l->role);
	json_put_string(local, "direction", l->direction);
	json_put_wire(local, "on_behalf_of", l->on_behalf_of, WIRE_BYTES);
	json_put(line, "local", local);
}

void put_tracker(struct cJSON *line, const struct event *e)
{
	const struct event_tracker *t = e->tracker;

	if (t == NULL)
		return;
	struct cJSON *tracker = json_object();

	json_put_string(tracker, "entity", t->entity);
	json_put_string(tracker, "product", t->product);
	json_put_string(tracker, "category", t->category);
	json_put_wire(tracker, "name", t->name, WIRE_NAME);
	json_put_string(tracker, "rule", t->rule);
	json_put_string(tracker, "feed", t->feed);
	json_put_string(tracker, "feed_version", t->feed_version);
	json_put(line, "tracker", tracker);
}

void put_judgement(struct cJSON *line, const struct event *e)
{
	json_put_word(line, "confidence", confidence_word(e->confidence));
	if (e->has_outcome)
		json_put_word(line, "outcome", outcome_word(e->outcome));
	json_put_some(line, "represents", e->represents);
}

void put_evidence(struct cJSON *line, const struct event *e)
{
	struct cJSON *list = json_array();

	for (size_t i = 0; i < e->evidence_count && i < EVENT_EVIDENCE_MAX; i++) {
		const struct event_evidence *piece = &e->evidence[i];
		struct cJSON *row = json_object();

		json_put_word(row, "kind", evidence_word(piece->kind));
		json_put_wire(row, "value", piece->value, evidence_form(piece->kind));
		if (piece->is_outer)
			json_put_bool(row, "outer", true);
		if (piece->is_against)
			json_put_bool(row, "conflicts", true);
		json_put_some(row, "pcap_cnt", piece->packet);
		json_put_string(row, "pcap_filename", piece->file);
		json_put(list, NULL, row);
	}
	json_put(line, "evidence", list);
}

void put_policy(struct cJSON *line, const struct event *e)
{
	if (e->policy == NULL)
		return;
	struct cJSON *policy = json_object();

	json_put_string(policy, "verdict", e->policy->verdict);
	json_put_string(policy, "rule", e->policy->rule);
	json_put_string(policy, "reference", e->policy->reference);
	json_put(line, "policy", policy);
}

void put_geo(struct cJSON *line, const struct event *e)
{
	const struct event_geo *g = e->geo;

	if (g == NULL || (g->country[0] == '\0' && g->city[0] == '\0' && g->asn == 0))
		return;
	struct cJSON *geo = json_object();

	json_put_string(geo, "country", g->country);
	json_put_string(geo, "city", g->city);
	json_put_some(geo, "asn", g->asn);
	json_put_string(geo, "as_org", g->as_org);
	if (g->is_anycast)
		json_put_bool(geo, "anycast", true);
	if (g->is_cdn)
		json_put_bool(geo, "cdn", true);
	json_put_string(geo, "source", g->source);
	json_put_string(geo, "as_source", g->as_source);
	json_put(line, "geo", geo);
}

static void put_whose_site(struct cJSON *site, const struct event_site *s)
{
	json_put_wire(site, "name", s->name, WIRE_NAME);
	json_put_wire(site, "domain", s->domain, WIRE_NAME);
	json_put_string(site, "organisation", s->organisation);
	json_put_string(site, "jurisdiction", s->jurisdiction);
	json_put_string(site, "sector", s->sector);
}

static void put_life(struct cJSON *site, const struct event_site *s)
{
	json_put_string(site, "status", s->status);
	json_put_time(site, "since", s->since_ns);
	json_put_time(site, "last_confirmed", s->last_confirmed_ns);
	json_put_time(site, "removed_at", s->removed_at_ns);
	json_put_time(site, "first_seen", s->first_seen_ns);
	json_put_time(site, "last_seen", s->last_seen_ns);
}

static void put_rates(struct cJSON *site, const struct event_site *s)
{
	if (!s->has_rates)
		return;
	json_put_decimal(site, "rate_low", s->rate_low);
	json_put_decimal(site, "rate_high", s->rate_high);
	json_put_decimal(site, "chance", s->chance);
}

static void put_candidates(struct cJSON *site, const struct event_site *s)
{
	if (s->candidate_count == 0)
		return;
	struct cJSON *list = json_array();

	for (size_t i = 0; i < s->candidate_count && i < EVENT_CANDIDATES_MAX; i++) {
		struct cJSON *row = json_object();

		json_put_wire(row, "name", s->candidates[i].name, WIRE_NAME);
		json_put_decimal(row, "confidence", s->candidates[i].confidence);
		json_put_signed(row, "lag_ms", s->candidates[i].lag_ms);
		json_put(list, NULL, row);
	}
	json_put(site, "candidates", list);
}

void put_site(struct cJSON *line, const struct event *e)
{
	const struct event_site *s = e->site;

	if (s == NULL)
		return;
	bool counts = e->type == EVENT_SITE || s->visits > 0; /* of a site's own event, 0 is news */
	struct cJSON *site = json_object();

	put_whose_site(site, s);
	put_life(site, s);
	if (counts) {
		json_put_count(site, "visits", s->visits);
		json_put_count(site, "pixel_visits", s->pixel_visits);
	}
	put_rates(site, s);
	json_put_string(site, "method", s->method);
	if (s->confidence > 0)
		json_put_decimal(site, "confidence", s->confidence);
	if (s->has_lag)
		json_put_signed(site, "lag_ms", s->lag_ms);
	put_candidates(site, s);
	json_put(line, "site", site);
}
