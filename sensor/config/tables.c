/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of the file. README.md explains them in the same order. */
#include "sensor/config/schema.h"

#define IN(type, member) offsetof(struct type, member)
#define TABLE(what, keys, type)                                                                    \
	{                                                                                          \
		what, keys, sizeof keys / sizeof *keys, sizeof(struct type)                        \
	}

static const char *const verdicts[] = { "banned", "allowed", "watch", NULL };
static const char *const severities[] = { "info", "low", "medium", "high", NULL };

static const struct config_key network_keys[] = {
	{ "name", CONFIG_TEXT, .at = IN(config_network, name), .is_required = true },
	{ "prefixes", CONFIG_PREFIXES, .at = IN(config_network, prefixes) },
	{ "vlans", CONFIG_VLANS, .at = IN(config_network, vlans) },
	{ "organisation", CONFIG_TEXT, .at = IN(config_network, organisation) },
	{ "jurisdiction", CONFIG_TEXT, .at = IN(config_network, jurisdiction) },
	{ "sector", CONFIG_TEXT, .at = IN(config_network, sector) },
};

static const struct config_key host_keys[] = {
	{ "name", CONFIG_TEXT, .at = IN(config_host, name) },
	{ "role", CONFIG_TEXT, .at = IN(config_host, role) },
	{ "mac", CONFIG_MACS, .at = IN(config_host, macs) },
	{ "address", CONFIG_PREFIXES, .at = IN(config_host, addresses) },
	{ "pattern", CONFIG_TEXTS, .at = IN(config_host, patterns) },
};

static const struct config_key who_keys[] = {
	{ "network", CONFIG_TEXTS, .at = IN(config_who, networks) },
	{ "organisation", CONFIG_TEXTS, .at = IN(config_who, organisations) },
	{ "jurisdiction", CONFIG_TEXTS, .at = IN(config_who, jurisdictions) },
	{ "sector", CONFIG_TEXTS, .at = IN(config_who, sectors) },
	{ "host", CONFIG_TEXTS, .at = IN(config_who, hosts) },
	{ "role", CONFIG_TEXTS, .at = IN(config_who, roles) },
};

static const struct config_key what_keys[] = {
	{ "entity", CONFIG_TEXTS, .at = IN(config_what, entities) },
	{ "product", CONFIG_TEXTS, .at = IN(config_what, products) },
	{ "category", CONFIG_TEXTS, .at = IN(config_what, categories) },
	{ "name", CONFIG_NAMES, .at = IN(config_what, names) },
};

static const struct config_table who_table = TABLE("who", who_keys, config_who);
static const struct config_table what_table = TABLE("what", what_keys, config_what);

static const struct config_key exemption_keys[] = {
	{ "who", CONFIG_RECORD, .at = IN(config_exemption, who), .table = &who_table },
	{ "what", CONFIG_RECORD, .at = IN(config_exemption, what), .table = &what_table },
	{ "reason", CONFIG_TEXT, .at = IN(config_exemption, reason), .is_required = true },
	{ "until", CONFIG_UNTIL, .at = IN(config_exemption, until_ns), .is_required = true },
};

static const struct config_table exemption_table =
        TABLE("an exemption", exemption_keys, config_exemption);

static const struct config_key rule_keys[] = {
	{ "rule", CONFIG_TEXT, .at = IN(config_rule, name), .is_required = true },
	{ "who", CONFIG_RECORD, .at = IN(config_rule, who), .table = &who_table },
	{ "what", CONFIG_RECORD, .at = IN(config_rule, what), .table = &what_table },
	{ "verdict", CONFIG_WORD, .at = IN(config_rule, verdict), .words = verdicts,
	  .is_required = true },
	{ "since", CONFIG_TIME, .at = IN(config_rule, since_ns) },
	{ "until", CONFIG_UNTIL, .at = IN(config_rule, until_ns) },
	{ "reference", CONFIG_TEXT, .at = IN(config_rule, reference) },
	{ "exemptions", CONFIG_RECORDS, .at = IN(config_rule, exemptions),
	  .table = &exemption_table },
};

static const struct config_key severity_keys[] = {
	{ "policy", CONFIG_WORD, .at = IN(config_severity, policy), .words = verdicts },
	{ "category", CONFIG_TEXT, .at = IN(config_severity, category) },
	{ "weak", CONFIG_WORD, .at = IN(config_severity, weak), .words = severities },
	{ "strong", CONFIG_WORD, .at = IN(config_severity, strong), .words = severities },
	{ "certain", CONFIG_WORD, .at = IN(config_severity, certain), .words = severities },
};

static const struct config_key site_keys[] = {
	{ "site", CONFIG_TEXT, .at = IN(config_site, name), .is_required = true },
	{ "organisation", CONFIG_TEXT, .at = IN(config_site, organisation) },
	{ "jurisdiction", CONFIG_TEXT, .at = IN(config_site, jurisdiction) },
	{ "sector", CONFIG_TEXT, .at = IN(config_site, sector) },
};

static const struct config_table network_table = TABLE("a network", network_keys, config_network);
static const struct config_table host_table = TABLE("a host", host_keys, config_host);
static const struct config_table rule_table = TABLE("a policy rule", rule_keys, config_rule);
static const struct config_table severity_table =
        TABLE("a severity row", severity_keys, config_severity);
const struct config_table config_table_site = TABLE("a site", site_keys, config_site);

static const struct config_key root_keys[] = {
	{ "home", CONFIG_PREFIXES, .at = IN(config, home) },
	{ "networks", CONFIG_RECORDS, .at = IN(config, networks), .table = &network_table },
	{ "hosts", CONFIG_RECORDS, .at = IN(config, hosts), .table = &host_table },
	{ "policy", CONFIG_RECORDS, .at = IN(config, rules), .table = &rule_table },
	{ "severity", CONFIG_RECORDS, .at = IN(config, severities), .table = &severity_table },
	{ "inventory", CONFIG_INVENTORY, .at = IN(config, sites), .table = &config_table_site },
	{ "sinkholes", CONFIG_PREFIXES, .at = IN(config, sinkholes) },
};

const struct config_table config_table_root = TABLE("the config", root_keys, config);
