/* SPDX-License-Identifier: Apache-2.0 */
/* What the config says of an address, a host, a contact. Pure: the same question, the same answer.
 */
#include "sensor/config/config.h"
#include "sensor/verdict/severity.h"

#include <strings.h>

bool config_is_inside(const struct config *c, const uint8_t address[16])
{
	if (c == NULL || c->network_table.count == 0)
		return address_is_private(address);
	return prefix_table_find(&c->network_table, address) != NO_PREFIX ||
	       (c->has_private && address_is_private(address));
}

const struct config_network *config_network_of(const struct config *c, const uint8_t address[16],
                                               const uint16_t *vlans, size_t vlan_count)
{
	if (c == NULL || c->networks.count == 0)
		return NULL;
	const struct config_network *all = c->networks.items;
	int64_t found = prefix_table_find(&c->network_table, address);

	if (found >= 0 && (uint64_t)found < c->networks.count)
		return &all[found];
	for (size_t i = 0; i < vlan_count; i++)
		if (vlans[i] < 4096 && c->vlan_network[vlans[i]] != 0)
			return &all[c->vlan_network[vlans[i]] - 1];
	return NULL;
}

static const struct config_host *find_mac(const struct config *c, const uint8_t mac[6])
{
	size_t low = 0, high = c->mac_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(c->mac_table[middle].mac, mac, 6);

		if (order == 0)
			return (const struct config_host *)c->hosts.items +
			       c->mac_table[middle].host;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* `*` is any number of bytes, `?` one; letters in any case. Walks back to the last `*` only. */
static bool fits_pattern(const char *pattern, struct slice text)
{
	const char *star = NULL;
	size_t at = 0, star_at = 0;

	while (at < text.len) {
		if (*pattern == '*') {
			star = ++pattern;
			star_at = at;
		} else if (*pattern != '\0' &&
		           (*pattern == '?' || lower((uint8_t)*pattern) == lower(text.ptr[at]))) {
			pattern++;
			at++;
		} else if (star != NULL) {
			pattern = star;
			at = ++star_at;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static const struct config_host *find_pattern(const struct config *c, struct slice own_name)
{
	const struct config_host *all = c->hosts.items;

	for (size_t i = 0; own_name.len > 0 && i < c->hosts.count; i++) {
		const struct config_text *p = all[i].patterns.items;

		for (size_t j = 0; j < all[i].patterns.count; j++)
			if (fits_pattern(p[j].text, own_name))
				return &all[i];
	}
	return NULL;
}

const struct config_host *config_host_of(const struct config *c, const uint8_t *mac,
                                         const uint8_t address[16], struct slice own_name)
{
	if (c == NULL || c->hosts.count == 0)
		return NULL;
	const struct config_host *found = mac != NULL ? find_mac(c, mac) : NULL;

	if (found != NULL)
		return found;
	int64_t at = prefix_table_find(&c->host_table, address);

	return at >= 0 ? (const struct config_host *)c->hosts.items + at
	               : find_pattern(c, own_name);
}

bool config_is_sinkhole(const struct config *c, const uint8_t address[16])
{
	return address_is_sinkhole(address) ||
	       (c != NULL && prefix_table_find(&c->sinkhole_table, address) != NO_PREFIX);
}

static int order_name(const char *name, struct slice text)
{
	size_t len = strlen(name), common = len < text.len ? len : text.len;
	int order = memcmp(name, text.ptr, common);

	return order != 0 ? order : (len > text.len) - (len < text.len);
}

static const struct config_site *find_site(const struct config *c, struct slice name)
{
	const struct config_site *all = c->sites.items;
	size_t low = 0, high = c->sites.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = order_name(all[middle].name, name);

		if (order == 0)
			return &all[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* "www." makes no other site of it. */
static const struct config_site *find_twin(const struct config *c, struct slice name)
{
	static const char www[] = "www.";
	uint8_t longer[4 + 255];

	if (name.len > 4 && memcmp(name.ptr, www, 4) == 0)
		return find_site(c, slice_skip(name, 4));
	if (name.len > sizeof longer - 4)
		return NULL;
	memcpy(longer, www, 4);
	memcpy(longer + 4, name.ptr, name.len);
	return find_site(c, (struct slice){ longer, 4 + name.len });
}

const struct config_site *config_site_of(const struct config *c, struct slice name)
{
	bool is_itself = true;

	while (c != NULL && name.len > 0) {
		const struct config_site *found = find_site(c, name);

		if (found == NULL && is_itself)
			found = find_twin(c, name);
		is_itself = false;
		const uint8_t *dot = memchr(name.ptr, '.', name.len);

		if (found != NULL)
			return found;
		if (dot == NULL)
			return NULL;
		name = slice_skip(name, (size_t)(dot - name.ptr) + 1);
	}
	return NULL;
}

/* An empty list asks for nothing. */
static bool has_equal(const struct config_list *list, const char *word,
                      int (*compare)(const char *, const char *))
{
	const struct config_text *t = list->items;

	for (size_t i = 0; i < list->count; i++)
		if (word != NULL && compare(t[i].text, word) == 0)
			return true;
	return list->count == 0;
}

static bool has_word(const struct config_list *list, const char *word)
{
	return has_equal(list, word, strcmp);
}

/* A feed's words nobody writes with the same capitals. */
static bool has_feed_word(const struct config_list *list, const char *word)
{
	return has_equal(list, word, strcasecmp);
}

static bool is_who(const struct config_who *who, const struct config_subject *s)
{
	const struct config_network *n = s->network;

	return has_word(&who->networks, n != NULL ? n->name : NULL) &&
	       has_word(&who->organisations, n != NULL ? n->organisation : NULL) &&
	       has_word(&who->jurisdictions, n != NULL ? n->jurisdiction : NULL) &&
	       has_word(&who->sectors, n != NULL ? n->sector : NULL) &&
	       has_word(&who->hosts, s->host != NULL ? s->host->name : NULL) &&
	       has_word(&who->roles, s->role);
}

/* The name itself, or one below it. */
static bool has_name(const struct config_list *list, struct slice name)
{
	const struct config_text *t = list->items;

	for (size_t i = 0; i < list->count; i++) {
		size_t len = strlen(t[i].text);

		if (name.len < len || memcmp(name.ptr + name.len - len, t[i].text, len) != 0)
			continue;
		if (name.len == len || name.ptr[name.len - len - 1] == '.')
			return true;
	}
	return list->count == 0;
}

static bool is_what(const struct config_what *what, const struct event_tracker *t)
{
	return has_feed_word(&what->entities, t->entity) &&
	       has_feed_word(&what->products, t->product) &&
	       has_feed_word(&what->categories, t->category) && has_name(&what->names, t->name);
}

static bool is_rule(const struct config_rule *r, const struct config_subject *s)
{
	return s->time_ns >= r->since_ns && (r->until_ns == 0 || s->time_ns < r->until_ns) &&
	       is_who(&r->who, s) && is_what(&r->what, s->tracker);
}

static const struct config_exemption *exempted(const struct config_rule *r,
                                               const struct config_subject *s)
{
	const struct config_exemption *e = r->exemptions.items;

	for (size_t i = 0; i < r->exemptions.count; i++)
		if (s->time_ns < e[i].until_ns && is_who(&e[i].who, s) &&
		    is_what(&e[i].what, s->tracker))
			return &e[i];
	return NULL;
}

bool config_policy(const struct config *c, const struct config_subject *s, struct event_policy *out)
{
	for (size_t i = 0; c != NULL && i < c->rules.count; i++) {
		const struct config_rule *r = (const struct config_rule *)c->rules.items + i;

		if (!is_rule(r, s))
			continue;
		const struct config_exemption *e = exempted(r, s);

		*out = (struct event_policy){ .verdict = e != NULL ? "allowed" : r->verdict,
			                      .rule = r->name,
			                      .reference = e != NULL ? e->reason : r->reference };
		return true;
	}
	return false;
}

static bool fits(const char *wanted, const char *given)
{
	return wanted == NULL || (given != NULL && strcmp(wanted, given) == 0);
}

static const char *word_for(const struct config_severity *row, enum confidence confidence)
{
	if (confidence == CONFIDENCE_CERTAIN)
		return row->certain;
	return confidence == CONFIDENCE_STRONG ? row->strong : row->weak;
}

enum severity config_severity_of(const struct config *c, const char *policy_verdict,
                                 const char *category, enum confidence confidence)
{
	for (size_t i = 0; c != NULL && i < c->severities.count; i++) {
		const struct config_severity *row =
		        (const struct config_severity *)c->severities.items + i;
		const char *word = word_for(row, confidence);

		if (word == NULL || !fits(row->policy, policy_verdict) ||
		    !fits(row->category, category))
			continue;
		for (int s = SEVERITY_INFO; s <= SEVERITY_HIGH; s++)
			if (strcmp(severity_word((enum severity)s), word) == 0)
				return (enum severity)s;
	}
	return severity_of(policy_verdict, category, confidence);
}
