/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/rights/enclose.h"

#include <string.h>

void enclosure_reads(struct enclosure *e, const char *path)
{
	if (strcmp(path, "-") != 0)
		reach_add(&e->reads, path);
}

void enclosure_writes(struct enclosure *e, const char *path)
{
	if (strcmp(path, "-") != 0)
		reach_add_written(&e->writes, path);
}

bool enclose(struct enclosure *e)
{
	struct rights r = { .reads = reach_paths(&e->reads), .writes = reach_paths(&e->writes) };
	bool is_done = rights_enter(&r) && rights_confine(&r) && rights_lock(&r);

	reach_free(&e->reads);
	reach_free(&e->writes);
	return is_done;
}
