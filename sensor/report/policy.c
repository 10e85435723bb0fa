/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/policy.h"

#include <string.h>

#include "sensor/report/parts.h"
#include "sensor/retro/seen.h"

void report_bans(struct report *r, const struct config *config)
{
	const struct config_rule *rules = config->rules.items;

	for (size_t i = 0; i < config->rules.count; i++)
		if (strcmp(rules[i].verdict, "banned") == 0)
			report_ban(r, rules[i].name, rules[i].reference, rules[i].since_ns,
			           rules[i].until_ns);
}

void report_policy(struct report *r, const struct config *config)
{
	r->config = config;
	report_bans(r, config);
}

static struct slice bytes_of(struct text t)
{
	return (struct slice){ (const uint8_t *)t.ptr, t.len };
}

static struct text text_or_none(const char *text)
{
	return text_of(text != NULL ? text : "");
}

static void fill_network(const struct config_network *n, struct fact *f)
{
	if (n == NULL)
		return;
	f->network = text_or_none(n->name);
	f->organisation = text_or_none(n->organisation);
	f->jurisdiction = text_or_none(n->jurisdiction);
}

static void fill_verdict(const struct event_policy *policy, struct fact *f)
{
	f->verdict = fact_verdict(text_or_none(policy->verdict));
	f->rule = text_or_none(policy->rule);
	f->reference = text_or_none(policy->reference);
}

static void fill_owner(const struct config *config, struct fact *f)
{
	const struct config_site *s = config_site_of(config, bytes_of(f->site));

	if (s == NULL)
		return;
	f->site_organisation = text_or_none(s->organisation);
	f->site_jurisdiction = text_or_none(s->jurisdiction);
	f->sector = text_or_none(s->sector);
}

void policy_fill(const struct config *config, struct fact *f)
{
	uint8_t address[16];

	if (config != NULL && f->site.len > 0 && f->site_organisation.len == 0)
		fill_owner(config, f);
	if (config == NULL || f->verdict != VERDICT_NONE || !seen_address(f->host, address))
		return;
	/* The texts of a fact end with a NUL: they are cJSON's. */
	const struct event_tracker tracker = { .entity = f->entity.ptr,
		                               .product = f->product.ptr,
		                               .category = f->category.ptr,
		                               .name = bytes_of(f->tracker) };
	const struct config_subject subject = {
		.network = config_network_of(config, address, NULL, 0),
		.host = config_host_of(config, NULL, address, bytes_of(f->host_name)),
		.tracker = &tracker,
		.time_ns = f->time_ns,
	};
	struct event_policy policy;

	if (f->network.len == 0)
		fill_network(subject.network, f);
	if (f->tracker.len > 0 && config_policy(config, &subject, &policy))
		fill_verdict(&policy, f);
}
