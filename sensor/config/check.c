/* SPDX-License-Identifier: Apache-2.0 */
/* What only the whole file shows: things that stand twice, words that mean nothing else in it. */
#include <stdlib.h>

#include "sensor/config/schema.h"

/* Words that something in the file may refer to. */
struct words {
	const char **list;
	size_t count;
};

static struct words words_new(struct config_reading *r, size_t room)
{
	return (struct words){ .list = region_take(&r->config->region,
		                                   (room + 4) * sizeof(const char *)) };
}

static void words_add(struct words *w, const char *word)
{
	if (word != NULL && w->list != NULL)
		w->list[w->count++] = word;
}

static bool words_have(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->list[i], word) == 0)
			return true;
	return false;
}

static struct prefix_row *add_prefixes(struct prefix_row *at, const struct config_list *list,
                                       size_t value)
{
	const struct config_prefix *p = list->items;

	for (size_t i = 0; i < list->count; i++)
		*at++ = (struct prefix_row){ p[i].prefix, (uint32_t)value };
	return at;
}

static struct prefix_row *rows_for(struct config_reading *r, size_t count)
{
	return region_take(&r->config->region, (count + 1) * sizeof(struct prefix_row));
}

/* Equal prefixes of two owners lie side by side once sorted. */
static void tell_shared(struct config_reading *r, const struct prefix_table *t, size_t *first,
                        size_t *second)
{
	(void)r;
	*first = *second = SIZE_MAX;
	for (size_t i = 1; i < t->count; i++) {
		const struct prefix_row *a = &t->rows[i - 1], *b = &t->rows[i];

		if (a->prefix.bits != b->prefix.bits ||
		    memcmp(a->prefix.address, b->prefix.address, 16) != 0)
			continue;
		*first = a->value;
		*second = b->value;
		return;
	}
}

static void check_vlans(struct config_reading *r, const struct config_network *n, size_t index)
{
	const struct config_vlans *v = n->vlans.items;
	const struct config_network *all = r->config->networks.items;

	for (size_t i = 0; i < n->vlans.count; i++)
		for (unsigned id = v[i].first; id <= v[i].last; id++) {
			uint16_t *owner = &r->config->vlan_network[id];

			if (*owner != 0) {
				fault_add(r->faults, v[i].place, "VLAN %u is also in network '%s'",
				          id, all[*owner - 1].name);
				break;
			}
			*owner = (uint16_t)(index + 1);
		}
}

static void check_networks(struct config_reading *r)
{
	const struct config_network *all = r->config->networks.items;
	size_t count = r->config->networks.count, prefixes = 0, first, second;
	struct words names = words_new(r, count);

	for (size_t i = 0; i < count; i++) {
		prefixes += all[i].prefixes.count;
		if (words_have(&names, all[i].name))
			fault_add(r->faults, all[i].place, "there are two networks '%s'",
			          all[i].name);
		words_add(&names, all[i].name);
		if (all[i].prefixes.count + all[i].vlans.count == 0)
			fault_add(r->faults, all[i].place,
			          "network '%s' has neither prefixes nor vlans", all[i].name);
		if (all[i].prefixes.count == 0 && r->config->home.count == 0)
			r->config->has_private = true;
		if (count < UINT16_MAX)
			check_vlans(r, &all[i], i);
	}
	struct prefix_row *rows = rows_for(r, prefixes), *at = rows;

	for (size_t i = 0; rows != NULL && i < count; i++)
		at = add_prefixes(at, &all[i].prefixes, i);
	prefix_table_build(&r->config->network_table, rows, rows != NULL ? prefixes : 0);
	tell_shared(r, &r->config->network_table, &first, &second);
	if (first != SIZE_MAX)
		fault_add(r->faults, all[second].place,
		          "network '%s' has a prefix twice, or one of '%s'", all[second].name,
		          all[first].name);
}

static int by_mac(const void *a, const void *b)
{
	return memcmp(((const struct config_host_mac *)a)->mac,
	              ((const struct config_host_mac *)b)->mac, 6);
}

static void build_macs(struct config_reading *r, size_t count)
{
	struct config *c = r->config;
	const struct config_host *all = c->hosts.items;

	c->mac_table = region_take(&c->region, (count + 1) * sizeof *c->mac_table);
	for (size_t i = 0; c->mac_table != NULL && i < c->hosts.count; i++) {
		const struct config_mac *m = all[i].macs.items;

		for (size_t j = 0; j < all[i].macs.count; j++) {
			struct config_host_mac *row = &c->mac_table[c->mac_count++];

			memcpy(row->mac, m[j].mac, 6);
			row->host = (uint32_t)i;
		}
	}
	if (c->mac_count > 0)
		qsort(c->mac_table, c->mac_count, sizeof *c->mac_table, by_mac);
	for (size_t i = 1; i < c->mac_count; i++)
		if (by_mac(&c->mac_table[i - 1], &c->mac_table[i]) == 0)
			fault_add(r->faults, all[c->mac_table[i].host].place,
			          "this host has a MAC of the one in line %u",
			          all[c->mac_table[i - 1].host].place.line);
}

static void check_hosts(struct config_reading *r)
{
	const struct config_host *all = r->config->hosts.items;
	size_t count = r->config->hosts.count, addresses = 0, macs = 0, first, second;

	for (size_t i = 0; i < count; i++) {
		addresses += all[i].addresses.count;
		macs += all[i].macs.count;
		if (all[i].name == NULL && all[i].role == NULL)
			fault_add(r->faults, all[i].place, "a host needs a name or a role");
		if (all[i].macs.count + all[i].addresses.count + all[i].patterns.count == 0)
			fault_add(r->faults, all[i].place,
			          "a host needs one of mac, address, pattern to be found by");
	}
	struct prefix_row *rows = rows_for(r, addresses), *at = rows;

	for (size_t i = 0; rows != NULL && i < count; i++)
		at = add_prefixes(at, &all[i].addresses, i);
	prefix_table_build(&r->config->host_table, rows, rows != NULL ? addresses : 0);
	tell_shared(r, &r->config->host_table, &first, &second);
	if (first != SIZE_MAX)
		fault_add(r->faults, all[second].place,
		          "this host has an address of the one in line %u", all[first].place.line);
	build_macs(r, macs);
}

static void check_known(struct config_reading *r, const struct config_list *list, const char *kind,
                        const struct words *known)
{
	const struct config_text *t = list->items;

	for (size_t i = 0; i < list->count; i++) {
		if (words_have(known, t[i].text))
			continue;
		const char *near = nearest_word(t[i].text, known->list, known->count);

		if (near != NULL)
			fault_add(r->faults, t[i].place, "no %s is called '%s'; is '%s' meant?",
			          kind, t[i].text, near);
		else
			fault_add(r->faults, t[i].place, "no %s is called '%s'", kind, t[i].text);
	}
}

/* Feeds of third parties bring categories of their own: only what looks like a slip is one. */
static void check_categories(struct config_reading *r, const struct config_list *list)
{
	static const char *const ours[] = {
		"tracking_pixel", "ads_measurement", "ad_network",     "inapp_analytics", "app_api",
		"cdn_media",      "live_streaming",  "login_sdk",      "security_sdk",    "website",
		"corporate",      "cloud",           "infrastructure",
	};
	const struct config_text *t = list->items;

	for (size_t i = 0; i < list->count; i++) {
		const char *near = nearest_word(t[i].text, ours, sizeof ours / sizeof *ours);

		if (near != NULL && strcmp(near, t[i].text) != 0)
			fault_add(r->faults, t[i].place, "'%s' is no category; is '%s' meant?",
			          t[i].text, near);
	}
}

struct vocabulary {
	struct words networks, organisations, jurisdictions, sectors, hosts, roles;
};

static struct vocabulary learn_words(struct config_reading *r)
{
	const struct config_network *n = r->config->networks.items;
	const struct config_host *h = r->config->hosts.items;
	size_t networks = r->config->networks.count, hosts = r->config->hosts.count;
	struct vocabulary v = { words_new(r, networks), words_new(r, networks),
		                words_new(r, networks), words_new(r, networks),
		                words_new(r, hosts),    words_new(r, hosts) };

	for (size_t i = 0; i < networks; i++) {
		words_add(&v.networks, n[i].name);
		words_add(&v.organisations, n[i].organisation);
		words_add(&v.jurisdictions, n[i].jurisdiction);
		words_add(&v.sectors, n[i].sector);
	}
	for (size_t i = 0; i < hosts; i++) {
		words_add(&v.hosts, h[i].name);
		words_add(&v.roles, h[i].role);
	}
	words_add(&v.roles, "resolver"); /* these two are also found by what a host does */
	words_add(&v.roles, "proxy");
	return v;
}

static void check_who(struct config_reading *r, const struct config_who *who,
                      const struct vocabulary *v)
{
	check_known(r, &who->networks, "network", &v->networks);
	check_known(r, &who->organisations, "network's organisation", &v->organisations);
	check_known(r, &who->jurisdictions, "network's jurisdiction", &v->jurisdictions);
	check_known(r, &who->sectors, "network's sector", &v->sectors);
	check_known(r, &who->hosts, "host", &v->hosts);
	check_known(r, &who->roles, "host's role", &v->roles);
}

static void check_rule(struct config_reading *r, const struct config_rule *rule,
                       const struct vocabulary *v)
{
	const struct config_exemption *e = rule->exemptions.items;

	check_who(r, &rule->who, v);
	check_categories(r, &rule->what.categories);
	if (rule->until_ns != 0 && rule->until_ns <= rule->since_ns)
		fault_add(r->faults, rule->place, "rule '%s' ends before it begins", rule->name);
	for (size_t i = 0; i < rule->exemptions.count; i++) {
		check_who(r, &e[i].who, v);
		check_categories(r, &e[i].what.categories);
		if (e[i].until_ns <= rule->since_ns)
			fault_add(r->faults, e[i].place,
			          "the exemption ends before rule '%s' begins", rule->name);
	}
}

static void check_rules(struct config_reading *r)
{
	const struct config_rule *all = r->config->rules.items;
	struct vocabulary v = learn_words(r);
	struct words names = words_new(r, r->config->rules.count);

	for (size_t i = 0; i < r->config->rules.count; i++) {
		if (words_have(&names, all[i].name))
			fault_add(r->faults, all[i].place, "there are two rules '%s'", all[i].name);
		words_add(&names, all[i].name);
		check_rule(r, &all[i], &v);
	}
}

static void check_severities(struct config_reading *r)
{
	const struct config_severity *all = r->config->severities.items;

	for (size_t i = 0; i < r->config->severities.count; i++)
		if (all[i].weak == NULL && all[i].strong == NULL && all[i].certain == NULL)
			fault_add(r->faults, all[i].place,
			          "a severity row needs one of weak, strong, certain");
}

static int by_site(const void *a, const void *b)
{
	const struct config_site *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : (int)left->place.line - (int)right->place.line;
}

void config_check_sites(struct config_reading *r)
{
	struct config_site *all = r->config->sites.items;
	size_t count = r->config->sites.count;
	const char *outer = r->faults->file;

	if (r->config->inventory_path != NULL)
		r->faults->file = r->config->inventory_path;
	for (size_t i = 0; i < count; i++) {
		all[i].name = read_host_name(r, all[i].name, all[i].place);
		if (all[i].name == NULL)
			all[i].name = "";
	}
	if (count > 0)
		qsort(all, count, sizeof *all, by_site);
	for (size_t i = 1; i < count; i++)
		if (all[i].name[0] != '\0' && strcmp(all[i - 1].name, all[i].name) == 0)
			fault_add(r->faults, all[i].place, "site '%s' is already in line %u",
			          all[i].name, all[i - 1].place.line);
	r->faults->file = outer;
}

static void check_sinkholes(struct config_reading *r)
{
	const struct config_list *list = &r->config->sinkholes;
	struct prefix_row *rows = rows_for(r, list->count);

	if (rows == NULL)
		return;
	(void)add_prefixes(rows, list, 0);
	prefix_table_build(&r->config->sinkhole_table, rows, list->count);
}

/* `home` without a network: ours, and nobody's in particular. */
static void add_home(struct config_reading *r)
{
	struct config *c = r->config;
	struct prefix_table *t = &c->network_table;
	struct prefix_row *rows = rows_for(r, t->count + c->home.count);

	if (rows == NULL || c->home.count == 0)
		return;
	memcpy(rows, t->rows, t->count * sizeof *rows);
	(void)add_prefixes(rows + t->count, &c->home, UINT32_MAX);
	prefix_table_build(t, rows, t->count + c->home.count);
}

void config_check(struct config_reading *r)
{
	check_networks(r);
	check_hosts(r);
	check_rules(r);
	check_severities(r);
	config_check_sites(r);
	check_sinkholes(r);
	add_home(r);
}
