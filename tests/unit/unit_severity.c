/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/severity.h"

#include "tests/check.h"

static const struct {
	const char *policy, *category;
	enum confidence confidence;
	enum severity severity;
} rows[] = {
	{ "banned", "tracking_pixel", CONFIDENCE_CERTAIN, SEVERITY_HIGH },
	{ "banned", "cloud", CONFIDENCE_WEAK, SEVERITY_HIGH },
	{ "allowed", "tracking_pixel", CONFIDENCE_CERTAIN, SEVERITY_INFO },
	{ "watch", "tracking_pixel", CONFIDENCE_CERTAIN, SEVERITY_MEDIUM },
	{ NULL, "tracking_pixel", CONFIDENCE_CERTAIN, SEVERITY_MEDIUM },
	{ NULL, "tracking_pixel", CONFIDENCE_STRONG, SEVERITY_MEDIUM },
	{ NULL, "tracking_pixel", CONFIDENCE_WEAK, SEVERITY_LOW },
	{ NULL, "inapp_analytics", CONFIDENCE_CERTAIN, SEVERITY_MEDIUM },
	{ NULL, "ads_measurement", CONFIDENCE_WEAK, SEVERITY_LOW },
	{ NULL, "cloud", CONFIDENCE_CERTAIN, SEVERITY_LOW },
	{ NULL, "cloud", CONFIDENCE_STRONG, SEVERITY_INFO },
	{ NULL, "infrastructure", CONFIDENCE_CERTAIN, SEVERITY_LOW },
	{ NULL, "corporate", CONFIDENCE_STRONG, SEVERITY_LOW },
	{ NULL, "website", CONFIDENCE_WEAK, SEVERITY_INFO },
	{ NULL, "somebody-elses-word", CONFIDENCE_CERTAIN, SEVERITY_MEDIUM },
	{ NULL, NULL, CONFIDENCE_NONE, SEVERITY_LOW },
	{ "unheard-of", "", CONFIDENCE_STRONG, SEVERITY_MEDIUM },
};

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK(severity_of(rows[i].policy, rows[i].category, rows[i].confidence) ==
		      rows[i].severity);
	return 0;
}
