/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_CONFIG_H
#define SENSOR_CONFIG_CONFIG_H

#include <stdint.h>

#include "dissect/slice.h"
#include "sensor/config/faults.h"
#include "sensor/config/prefix_table.h"
#include "sensor/event/event.h"

/*
 * Whose networks and hosts these are, what is banned there, and which web sites somebody wants
 * reviewed: one YAML file (README.md beside this one has every key). Immutable once loaded: read by
 * any number of threads, reloaded by loading another one. Strings live as long as the config.
 */

/* Things of one kind in a row; what they are stands beside each. */
struct config_list {
	void *items;
	size_t count;
};

struct config_text {
	const char *text;
	struct config_place place;
};

struct config_prefix {
	struct address_prefix prefix;
	struct config_place place;
};

struct config_vlans {
	uint16_t first, last;
	struct config_place place;
};

struct config_mac {
	uint8_t mac[6];
	struct config_place place;
};

struct config_network {
	struct config_place place;
	const char *name, *organisation, *jurisdiction, *sector;
	struct config_list prefixes; /* struct config_prefix */
	struct config_list vlans;    /* struct config_vlans */
};

struct config_host {
	struct config_place place;
	const char *name, *role;
	struct config_list macs;      /* struct config_mac */
	struct config_list addresses; /* struct config_prefix */
	struct config_list patterns;  /* struct config_text: of what hosts call themselves */
};

/* Every list that is not empty must have a word that fits: of struct config_text all. */
struct config_who {
	struct config_place place;
	struct config_list networks, organisations, jurisdictions, sectors, hosts, roles;
};

struct config_what {
	struct config_place place;
	struct config_list entities, products, categories, names;
};

struct config_exemption {
	struct config_place place;
	struct config_who who;
	struct config_what what;
	const char *reason;
	uint64_t until_ns; /* the first moment at which it is over */
};

struct config_rule {
	struct config_place place;
	const char *name, *verdict, *reference;
	struct config_who who;
	struct config_what what;
	uint64_t since_ns, until_ns;   /* 0: always, for ever */
	struct config_list exemptions; /* struct config_exemption */
};

struct config_severity {
	struct config_place place;
	const char *policy, *category;       /* NULL: any */
	const char *weak, *strong, *certain; /* NULL: as the built-in table has it */
};

struct config_site {
	struct config_place place;
	const char *name; /* lower case */
	const char *organisation, *jurisdiction, *sector;
};

struct config {
	struct region region;
	const char *path;
	uint8_t hash[32];              /* SHA-256 of the file; zeros: it could not be made */
	struct config_list networks;   /* struct config_network */
	struct config_list hosts;      /* struct config_host */
	struct config_list rules;      /* struct config_rule */
	struct config_list severities; /* struct config_severity */
	struct config_list sites;      /* struct config_site, by name */
	struct config_list sinkholes;  /* struct config_prefix */
	struct config_list home;       /* struct config_prefix */
	struct config_list settings;   /* struct config_setting */
	const char *inventory_path;    /* NULL: inline, or none */
	uint8_t inventory_hash[32];    /* as `hash`, of the inventory's file */

	/* made of the lists above, for looking up */
	struct prefix_table network_table, host_table, sinkhole_table;
	uint16_t vlan_network[4096]; /* index + 1; 0: none */
	bool has_private;            /* private addresses are ours beside the prefixes */
	struct config_host_mac {
		uint8_t mac[6];
		uint32_t host;
	} * mac_table; /* by MAC */
	size_t mac_count;
};

/* What the command line can say as well: the key is the long option's name. */
struct config_setting {
	const char *key;
	struct config_place place;
	struct config_list values; /* struct config_text; of a flag "true" or "false" */
	bool was_list;
};

/* The command line, for those keys of the file that are not the config's own. */
struct config_options {
	const char *const *names;
	size_t count;
	/* What is wrong with the setting, NULL: nothing. NULL itself: nobody asks. */
	const char *(*judge)(void *context, const struct config_setting *);
	void *context;
};

/*
 * Reads `path`, and the inventory file that it names (relative to its own folder). NULL: there are
 * mistakes, all of them told.
 */
struct config *config_load(const char *path, const struct config_options *, fault_tell *,
                           void *context);
/* The same of a text that is in memory; `path` is for messages. */
struct config *config_read(const char *path, struct slice text, const struct config_options *,
                           fault_tell *, void *context);
/* A config that has nothing but this inventory (CSV or YAML), for its sites; NULL: as above. */
struct config *config_load_inventory(const char *path, fault_tell *, void *context);
void config_free(struct config *);

/* All of these take NULL for "there is no config", and are pure functions of what they are given.
 */

/*
 * Is it ours: in `home` or a network's prefixes; where there are none, in a private range. There
 * too where no `home` is said and a network is known by its VLANs alone: its hosts are ours.
 */
bool config_is_inside(const struct config *, const uint8_t address[16]);
/* The network that an address or, where no prefix holds it, a VLAN is in; NULL: none. */
const struct config_network *config_network_of(const struct config *, const uint8_t address[16],
                                               const uint16_t *vlans, size_t vlan_count);
/* By MAC (NULL: not known), address, or what it calls itself (empty: nothing), in that order. */
const struct config_host *config_host_of(const struct config *, const uint8_t *mac,
                                         const uint8_t address[16], struct slice own_name);
bool config_is_sinkhole(const struct config *, const uint8_t address[16]);
/* The site, with and without "www.", or the nearest one above it: "a.b.example" is also
 * "b.example"'s. */
const struct config_site *config_site_of(const struct config *, struct slice name);

/* Who is in contact, and with what. */
struct config_subject {
	const struct config_network *network; /* NULL: none */
	const struct config_host *host;       /* NULL: none */
	const char *role;                     /* NULL: none */
	const struct event_tracker *tracker;
	uint64_t time_ns;
};

/*
 * The first rule that fits and is in force; false: none. An exemption makes it "allowed", with the
 * reason as its reference.
 */
bool config_policy(const struct config *, const struct config_subject *, struct event_policy *out);
/* As severity_of(), with the file's own table first. */
enum severity config_severity_of(const struct config *, const char *policy_verdict,
                                 const char *category, enum confidence);

#endif
