/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/rights/rights.h"

#include "sensor/log.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool rights_user_exists(const char *name)
{
	return getpwnam(name) != NULL;
}

static bool refuse(const char *what, const char *name)
{
	log_error("%s %s: %s", what, name, strerror(errno));
	return false;
}

/* Its own folder is where its journals lie; those of root it cannot write. */
static bool move_home(const struct passwd *user)
{
	return unsetenv("XDG_STATE_HOME") == 0 && setenv("HOME", user->pw_dir, 1) == 0;
}

static bool become(struct rights *r)
{
	r->uid = geteuid();
	r->gid = getegid();
	if (r->user == NULL)
		return true;
	const struct passwd *user = getpwnam(r->user);

	if (user == NULL) {
		log_error("option --user: there is no user '%s'", r->user);
		return false;
	}
	if (user->pw_uid == r->uid)
		return true;
	if (r->uid != 0) {
		log_error("option --user: only root can become '%s'", r->user);
		return false;
	}
	r->uid = user->pw_uid;
	r->gid = user->pw_gid;
	r->is_other = true;
	if (initgroups(r->user, user->pw_gid) != 0)
		return refuse("groups of", r->user);
	return move_home(user) || refuse("home of", r->user);
}

/* Users and groups are looked up before: there need be no /etc/passwd inside. */
bool rights_enter(struct rights *r)
{
	if (!become(r))
		return false;
	if (r->root != NULL && (chroot(r->root) != 0 || chdir("/") != 0))
		return refuse("option --chroot", r->root);
	return true;
}
