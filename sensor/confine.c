/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/confine.h"

#include "sensor/apart.h"
#include "sensor/feed_source.h"
#include "sensor/log.h"
#include "sensor/sink/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_user[] = "dancecard";

static void add_output(struct confine *c, const char *target)
{
	struct sink_places *places = malloc(sizeof *places);

	if (places == NULL || !sink_find_places(target, places)) {
		free(places);
		return;
	}
	if (places->is_remote)
		reach_add_made_folder(&c->writes, places->written);
	else if (places->written[0] != '\0')
		reach_add_written(&c->writes, places->written);
	for (size_t i = 0; i < places->read_count; i++)
		reach_add_read_again(&c->reads, places->reads[i]);
	c->rights.may_connect = c->rights.may_connect || places->is_remote;
	free(places);
}

static void add_feeds(struct confine *c, const struct option_list *feeds)
{
	struct feed_source source;

	for (size_t i = 0; i < feeds->count; i++)
		if (feed_source_path(feeds->items[i], &source))
			reach_add_read_again(&c->reads, source.path);
}

static void gather_feeds(struct apart *a, const char *option, const struct option_list *feeds)
{
	struct feed_source source;

	for (size_t i = 0; i < feeds->count; i++)
		if (feed_source_path(feeds->items[i], &source))
			apart_reads(a, option, NULL, source.path);
}

static void add_paths(struct confine *c, const struct options *o, const struct config *config)
{
	for (size_t i = 0; i < o->reads.count; i++)
		if (strcmp(o->reads.items[i], "-") != 0)
			reach_add(&c->reads, o->reads.items[i]);
	add_feeds(c, &o->feeds);
	add_feeds(c, &o->allows);
	for (size_t i = 0; i < o->geo.count; i++)
		reach_add_read_again(&c->reads, o->geo.items[i]);
	if (o->config != NULL)
		reach_add_read_again(&c->reads, o->config);
	if (config != NULL && config->inventory_path != NULL)
		reach_add_read_again(&c->reads, config->inventory_path);
	for (size_t i = 0; i < o->outputs.count; i++)
		add_output(c, o->outputs.items[i]);
	if (o->ledger != NULL)
		reach_add_written(&c->writes, o->ledger);
	if (o->evidence != NULL)
		reach_add_written(&c->writes, o->evidence);
	if (o->report != NULL)
		reach_add_written(&c->writes, o->report);
}

/* Read before there is another root, and perhaps again after. */
static void gather_inputs(struct apart *a, const struct options *o, const struct config *config)
{
	for (size_t i = 0; i < o->reads.count; i++)
		if (strcmp(o->reads.items[i], "-") != 0)
			apart_reads(a, "--read", o->chroot, o->reads.items[i]);
	gather_feeds(a, "--feed", &o->feeds);
	gather_feeds(a, "--allow", &o->allows);
	for (size_t i = 0; i < o->geo.count; i++)
		apart_reads(a, "--geo", NULL, o->geo.items[i]);
	if (o->key_file != NULL)
		apart_reads(a, "--pseudonymise", NULL, o->key_file);
	if (o->config != NULL)
		apart_reads(a, "--config", NULL, o->config);
	if (config != NULL && config->inventory_path != NULL)
		apart_reads(a, "inventory", NULL, config->inventory_path);
}

static void gather_output(struct apart *a, const char *root, const char *target)
{
	struct sink_places *places = malloc(sizeof *places);

	if (places != NULL && sink_find_places(target, places) && !places->is_remote &&
	    places->written[0] != '\0')
		apart_writes(a, "--output", root, places->written);
	free(places);
}

static void gather_evidence(struct apart *a, const char *root, const char *path)
{
	char manifest[PLACE_LEN];

	apart_writes(a, "--evidence", root, path);
	if (snprintf(manifest, sizeof manifest, "%s.manifest.json", path) < PLACE_LEN)
		apart_writes(a, "the manifest of --evidence", root, manifest);
}

bool confine_apart(const struct options *o, const struct config *config)
{
	struct apart a = { 0 };

	gather_inputs(&a, o, config);
	for (size_t i = 0; i < o->outputs.count; i++)
		gather_output(&a, o->chroot, o->outputs.items[i]);
	if (o->ledger != NULL)
		apart_writes(&a, "--ledger", o->chroot, o->ledger);
	if (o->evidence != NULL)
		gather_evidence(&a, o->chroot, o->evidence);
	if (o->report != NULL)
		apart_writes(&a, "--report", o->chroot, o->report);
	bool is_apart = apart_check(&a);

	apart_free(&a);
	return is_apart;
}

/* Who we are to be; NULL: who we are. */
static const char *choose_user(const struct options *o)
{
	bool is_root = geteuid() == 0;

	if (o->user != NULL)
		return o->user;
	if (!is_root || o->interfaces.count == 0)
		return NULL;
	if (rights_user_exists(default_user))
		return default_user;
	/* Also with -q. rights/README.md: why this is no refusal, and nobody is no way out. */
	log_error(
	        "there is no user '%s' to become: this goes on as root, without capabilities. "
	        "Make one (useradd --system %s; the package does), name another (-Z USER), or say "
	        "that root is meant (-Z root)",
	        default_user, default_user);
	return NULL;
}

bool confine(struct confine *c, const struct options *o, const struct config *config)
{
	*c = (struct confine){ .rights = { .user = choose_user(o),
		                           .root = o->chroot,
		                           .is_live = o->interfaces.count > 0,
		                           .is_loud = o->interfaces.count > 0 || o->verbose,
		                           .may_listen = o->metrics != NULL } };
	if (!rights_enter(&c->rights))
		return false;
	add_paths(c, o, config);
	c->rights.reads = reach_paths(&c->reads);
	c->rights.writes = reach_paths(&c->writes);
	return rights_confine(&c->rights);
}

bool confine_lock(const struct confine *c)
{
	return rights_lock(&c->rights);
}

void confine_free(struct confine *c)
{
	reach_free(&c->reads);
	reach_free(&c->writes);
}
