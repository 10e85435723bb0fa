/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/version.h"

#include "feeds/feed.h"
#include "sensor/flow/classify.h"

void version_print(FILE *out, const struct geo *geo)
{
	fprintf(out, "dancecard %s\n", DANCECARD_VERSION);
	fprintf(out, "feed      bytedance %s (built in)\n", feed_builtin_version());
	fprintf(out, "nDPI      %s\n", classify_version());
	for (size_t i = 0; i < geo_source_count(geo); i++)
		fprintf(out, "database  %s\n", geo_sources(geo)[i]);
	if (geo_source_count(geo) == 0)
		fprintf(out, "database  none found: give one with -g\n");
}

const char *version_text(void)
{
	return "dancecard " DANCECARD_VERSION;
}
