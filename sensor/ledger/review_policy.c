/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/review_policy.h"

#include <string.h>

#include "sensor/ledger/review.h"

/* What a site carries: the pixel, by whichever of its names. */
static const struct event_tracker pixel = { .entity = "ByteDance",
	                                    .product = "TikTok",
	                                    .category = "tracking_pixel",
	                                    .name = { (const uint8_t *)"analytics.tiktok.com",
	                                              20 } };

static bool add(sqlite3 *db, const struct config *c, const struct config_network *whose,
                uint64_t now_ns)
{
	struct event_policy policy;
	struct config_subject subject = { .network = whose, .tracker = &pixel, .time_ns = now_ns };

	if (whose->jurisdiction == NULL || !config_policy(c, &subject, &policy) ||
	    strcmp(policy.verdict, "banned") != 0)
		return true;
	return review_ban(db, whose->jurisdiction);
}

bool review_policy(sqlite3 *db, const struct config *c, const struct config *inventory,
                   uint64_t now_ns)
{
	const struct config_network *networks = c->networks.items;
	const struct config_site *sites = inventory != NULL ? inventory->sites.items : NULL;

	for (size_t i = 0; i < c->networks.count; i++)
		if (!add(db, c, &networks[i], now_ns))
			return false;
	for (size_t i = 0; inventory != NULL && i < inventory->sites.count; i++) {
		struct config_network owner = { .name = "",
			                        .organisation = sites[i].organisation,
			                        .jurisdiction = sites[i].jurisdiction,
			                        .sector = sites[i].sector };

		if (!add(db, c, &owner, now_ns))
			return false;
	}
	return true;
}
