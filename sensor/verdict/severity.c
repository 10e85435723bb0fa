/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/severity.h"

/* The first row that fits; NULL fits everything. */
static const struct {
	const char *policy, *category;
	enum severity weak, strong, certain;
} rows[] = {
	{ "banned", NULL, SEVERITY_HIGH, SEVERITY_HIGH, SEVERITY_HIGH },
	{ "allowed", NULL, SEVERITY_INFO, SEVERITY_INFO, SEVERITY_INFO },
	/* Customers live there: an address in a cloud says little about whom one speaks to. */
	{ NULL, "cloud", SEVERITY_INFO, SEVERITY_INFO, SEVERITY_LOW },
	{ NULL, "infrastructure", SEVERITY_INFO, SEVERITY_LOW, SEVERITY_LOW },
	{ NULL, "corporate", SEVERITY_INFO, SEVERITY_LOW, SEVERITY_LOW },
	{ NULL, "website", SEVERITY_INFO, SEVERITY_LOW, SEVERITY_LOW },
	/* tracking_pixel, ads_*, ad_network, inapp_analytics, app_api, cdn_media, live_streaming,
	 * login_sdk, security_sdk, and third parties' own words */
	{ NULL, NULL, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_MEDIUM },
};

static bool fits(const char *wanted, const char *given)
{
	return wanted == NULL || (given != NULL && strcmp(wanted, given) == 0);
}

enum severity severity_of(const char *policy_verdict, const char *category,
                          enum confidence confidence)
{
	size_t i = 0;

	while (!fits(rows[i].policy, policy_verdict) || !fits(rows[i].category, category))
		i++;
	switch (confidence) {
	case CONFIDENCE_CERTAIN:
		return rows[i].certain;
	case CONFIDENCE_STRONG:
		return rows[i].strong;
	case CONFIDENCE_WEAK:
	case CONFIDENCE_NONE:
		break;
	}
	return rows[i].weak;
}
