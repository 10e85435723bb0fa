/* SPDX-License-Identifier: Apache-2.0 */
/* `host` events: the sum for each host and product, then for each network of the config. */
#include "sensor/worker_state.h"

static void fill_summary(const struct sum_counts *c, struct event_host *out)
{
	out->contacts = c->contacts;
	out->lookups = c->lookups;
	out->bytes_toserver = c->bytes_toserver;
	out->bytes_toclient = c->bytes_toclient;
	out->established = c->established;
	out->reset = c->reset;
	out->unanswered = c->unanswered;
	out->blocked = c->blocked;
	out->banned = c->banned;
	out->allowed = c->allowed;
	out->watched = c->watched;
	out->ban = sum_ban(c);
}

/* What the config says now of the host, who may long be gone from the table of hosts. */
static void fill_row_local(struct worker *w, const struct sum_row *row, struct event_local *out)
{
	struct packet below;

	below.vlan_count = row->vlan_count;
	memcpy(below.vlan, row->vlan, sizeof below.vlan);
	fill_local(w, row->ip, &below, out);
	if (out->role == NULL)
		out->role = row->role;
	if (row->has_mac) {
		out->has_mac = true;
		memcpy(out->mac, row->mac, 6);
		out->mac_is_random = (row->mac[0] & 0x02) != 0;
	}
	if (out->name.len == 0 && row->name_len > 0) {
		out->name = (struct slice){ (const uint8_t *)row->name, row->name_len };
		out->name_source = row->name_source;
	}
}

static void tell_row(struct worker *w, const struct sum_row *row,
                     const struct event_visibility *visibility, uint64_t now_ns)
{
	struct event *e = begin_event(w, EVENT_HOST, NULL, now_ns);
	struct event_local local;
	struct event_host sum = { .product = row->product,
		                  .first_seen_ns = row->first_ns,
		                  .last_seen_ns = row->last_ns,
		                  .sites = row->site_count,
		                  .category_count = row->category_count,
		                  .visibility = visibility };
	uint8_t about[16 + 64];
	size_t len = strlen(row->product);

	fill_row_local(w, row, &local);
	fill_summary(&row->counts, &sum);
	memcpy(sum.categories, row->categories, sizeof row->categories);
	e->local = &local;
	e->host = &sum;
	len = len < 64 ? len : 64;
	memcpy(about, row->host, 16);
	if (w->use.pseudonyms != NULL) { /* an id that hides nothing would be a way back */
		char name[PSEUDONYM_NAME_LEN + 1];

		pseudonym_of_name(w->use.pseudonyms, (struct slice){ row->host, 16 }, name);
		memcpy(about, name + 5, 16);
	}
	memcpy(about + 16, row->product, len);
	set_event_id(w, e, row->first_ns, (struct slice){ about, 16 + len }, 0);
	emit_event(w, e);
}

static const struct config_network *network_of(const struct worker *w, const struct sum_row *row)
{
	return config_network_of(w->use.config, row->ip, row->vlan, row->vlan_count);
}

/* Sites that pages of several hosts are of count once; what is beyond the room does not. */
struct site_set {
	uint32_t sites[256];
	size_t count;
};

static void add_sites(struct site_set *set, const struct sum_row *row)
{
	for (size_t i = 0; i < row->site_count; i++) {
		size_t at = 0;

		while (at < set->count && set->sites[at] != row->sites[i])
			at++;
		if (at < sizeof set->sites / sizeof *set->sites && at == set->count)
			set->sites[set->count++] = row->sites[i];
	}
}

static void tell_network(struct worker *w, const struct sums *sums, const struct config_network *n,
                         const struct event_visibility *visibility, uint64_t now_ns)
{
	struct sum_counts counts = { 0 };
	struct event_host sum = { .visibility = visibility };
	struct site_set sites = { .count = 0 };
	const uint8_t *before = NULL;

	for (size_t i = 0; i < sums->count; i++) {
		const struct sum_row *row = &sums->rows[i];

		if (network_of(w, row) != n)
			continue;
		sum_counts_add(&counts, &row->counts);
		sum.hosts += before == NULL || memcmp(before, row->host, 16) != 0;
		before = row->host;
		add_sites(&sites, row);
		if (sum.first_seen_ns == 0 || row->first_ns < sum.first_seen_ns)
			sum.first_seen_ns = row->first_ns;
		if (row->last_ns > sum.last_seen_ns)
			sum.last_seen_ns = row->last_ns;
	}
	sum.sites = sites.count;
	struct event *e = begin_event(w, EVENT_HOST, NULL, now_ns);
	struct event_local local = { .network = n->name,
		                     .organisation = n->organisation,
		                     .jurisdiction = n->jurisdiction,
		                     .sector = n->sector };

	fill_summary(&counts, &sum);
	e->local = &local;
	e->host = &sum;
	set_event_id(w, e, sum.first_seen_ns,
	             (struct slice){ (const uint8_t *)n->name, strlen(n->name) }, 0);
	emit_event(w, e);
}

void tell_hosts(struct worker *w, struct sums *sums, const struct event_visibility *visibility,
                uint64_t now_ns)
{
	const struct config *c = w->use.config;

	sums_sort(sums);
	for (size_t i = 0; i < sums->count; i++)
		tell_row(w, &sums->rows[i], visibility, now_ns);
	/* A network without a contact is told, too: that is what its ban is for. */
	for (size_t i = 0; c != NULL && i < c->networks.count; i++)
		tell_network(w, sums, (const struct config_network *)c->networks.items + i,
		             visibility, now_ns);
}
