/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/rights/rights.h"

#include "sensor/log.h"
#include "sensor/rights/parts.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

/* Nothing that is executed from here on can give rights back. */
static bool set_no_new_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	log_error("no_new_privs: %s", strerror(errno));
	return false;
}

bool rights_confine(const struct rights *r)
{
	return capabilities_drop(r) && set_no_new_privileges() && landlock_confine(r);
}

bool rights_lock(const struct rights *r)
{
	return calls_lock(r);
}
