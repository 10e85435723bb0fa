/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/confine.h"

#include "sensor/log.h"
#include "sensor/sink/places.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_user[] = "dancecard";

/* Keeps a copy. Without memory a path is missing, and opening it will be refused. */
static void add(struct confine *c, struct option_list *to, const char *path)
{
	char *copy = path[0] != '\0' ? strdup(path) : NULL;
	const char **grown =
	        copy != NULL ? realloc(to->items, (to->count + 1) * sizeof *grown) : NULL;
	const char **owned = grown != NULL
	                             ? realloc(c->owned.items, (c->owned.count + 1) * sizeof *owned)
	                             : NULL;

	if (grown != NULL)
		to->items = grown;
	if (owned == NULL) {
		free(copy);
		return;
	}
	c->owned.items = owned;
	c->owned.items[c->owned.count++] = copy;
	to->items[to->count++] = copy;
}

/* "a/b" lies in "a", "b" in ".", "/b" in "/". */
static void folder_of(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL)
		snprintf(out, PATH_MAX, ".");
	else
		snprintf(out, PATH_MAX, "%.*s", len == 0 ? 1 : (int)len, path);
}

static void add_folder_of(struct confine *c, struct option_list *to, const char *path)
{
	char folder[PATH_MAX];

	folder_of(path, folder);
	add(c, to, folder);
}

/* A new file of the same name may be there next time. */
static void add_read_again(struct confine *c, const char *path)
{
	char *real = realpath(path, NULL);

	add_folder_of(c, &c->reads, path);
	if (real != NULL)
		add_folder_of(c, &c->reads, real);
	free(real);
}

/* A folder that is not there yet is made in the next above that is; never in all of the machine. */
static void add_made_folder(struct confine *c, const char *path)
{
	char at[PATH_MAX], above[PATH_MAX];
	struct stat status;

	snprintf(at, sizeof at, "%s", path);
	while (stat(at, &status) != 0 && strcmp(at, ".") != 0) {
		folder_of(at, above);
		memcpy(at, above, sizeof at);
		if (strcmp(at, "/") == 0)
			return;
	}
	add(c, &c->writes, at);
}

/* A file in a folder, which a link may lead to; a pipe or a device is written itself. */
static void add_written(struct confine *c, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		add(c, &c->writes, path);
		return;
	}
	char *real = realpath(path, NULL);

	add_folder_of(c, &c->writes, path);
	if (real != NULL)
		add_folder_of(c, &c->writes, real);
	free(real);
}

static void add_output(struct confine *c, const char *target)
{
	struct sink_places *places = malloc(sizeof *places);

	if (places == NULL || !sink_find_places(target, places)) {
		free(places);
		return;
	}
	if (places->is_remote)
		add_made_folder(c, places->written);
	else if (places->written[0] != '\0')
		add_written(c, places->written);
	for (size_t i = 0; i < places->read_count; i++)
		add_read_again(c, places->reads[i]);
	c->rights.may_connect = c->rights.may_connect || places->is_remote;
	free(places);
}

static void add_paths(struct confine *c, const struct options *o, const struct config *config)
{
	for (size_t i = 0; i < o->reads.count; i++)
		if (strcmp(o->reads.items[i], "-") != 0)
			add(c, &c->reads, o->reads.items[i]);
	for (size_t i = 0; i < o->feeds.count; i++)
		add_read_again(c, o->feeds.items[i]);
	for (size_t i = 0; i < o->geo.count; i++)
		add_read_again(c, o->geo.items[i]);
	if (o->config != NULL)
		add_read_again(c, o->config);
	if (config != NULL && config->inventory_path != NULL)
		add_read_again(c, config->inventory_path);
	for (size_t i = 0; i < o->outputs.count; i++)
		add_output(c, o->outputs.items[i]);
	if (o->ledger != NULL)
		add_written(c, o->ledger);
	if (o->evidence != NULL)
		add_written(c, o->evidence);
	if (o->report != NULL)
		add_written(c, o->report);
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
	log_note("there is no user '%s' to become: this goes on as root, without capabilities. "
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
	c->rights.reads = (struct rights_paths){ c->reads.items, c->reads.count };
	c->rights.writes = (struct rights_paths){ c->writes.items, c->writes.count };
	return rights_confine(&c->rights);
}

bool confine_lock(const struct confine *c)
{
	return rights_lock(&c->rights);
}

void confine_free(struct confine *c)
{
	for (size_t i = 0; i < c->owned.count; i++)
		free((void *)(uintptr_t)c->owned.items[i]);
	free(c->owned.items);
	free(c->reads.items);
	free(c->writes.items);
}
