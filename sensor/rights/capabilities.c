/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows libcap-ng. */
#include "sensor/log.h"
#include "sensor/rights/parts.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without a capability; what is not there is no question of rights. */
static bool is_allowed(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 || errno != EACCES;
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool reaches_all(const struct rights *r)
{
	for (size_t i = 0; i < r->reads.count; i++)
		if (!is_allowed(r->reads.items[i], R_OK))
			return false;
	for (size_t i = 0; i < r->writes.count; i++) {
		const char *path = r->writes.items[i];

		if (!is_allowed(path, W_OK | (is_folder(path) ? X_OK : 0)))
			return false;
	}
	return true;
}

static bool refuse(const char *what, int status)
{
	log_error("capabilities: %s: libcap-ng says %d (%s)", what, status, strerror(errno));
	return false;
}

static bool become(const struct rights *r)
{
	capng_clear(CAPNG_SELECT_ALL);
	int status = capng_change_id((int)r->uid, (int)r->gid,
	                             CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT);

	return status == 0 || refuse("the user could not be changed", status);
}

/* The bounding set takes CAP_SETPCAP to change: who has it not has no more to lose by exec. */
static bool stay(const struct rights *r)
{
	capng_select_t sets = CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT;

	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		sets = CAPNG_SELECT_ALL;
	int was_root = geteuid() == 0 && capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE);

	if (was_root) { /* permitted, not effective: to see what is reached without */
		capng_clear(CAPNG_SELECT_CAPS);
		capng_update(CAPNG_ADD, CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
		capng_update(CAPNG_ADD, CAPNG_PERMITTED | CAPNG_EFFECTIVE, CAP_SETPCAP);
		if (capng_apply(CAPNG_SELECT_CAPS) != 0)
			return refuse("cannot be given up", -1);
	}
	bool is_needed = was_root && !reaches_all(r);

	capng_clear(CAPNG_SELECT_ALL);
	if (is_needed)
		capng_update(CAPNG_ADD, CAPNG_PERMITTED | CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE);
	int status = capng_apply(sets);

	return status == 0 || refuse("cannot be given up", status);
}

bool capabilities_drop(const struct rights *r)
{
	if (capng_get_caps_process() != 0)
		return refuse("cannot be read", -1);
	return r->is_other ? become(r) : stay(r);
}
