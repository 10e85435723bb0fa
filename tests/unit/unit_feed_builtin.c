/* SPDX-License-Identifier: Apache-2.0 */
/* What our own feed says, and of whom it says nothing. */
#include <arpa/inet.h>
#include <string.h>

#include "feeds/feed.h"
#include "tests/check.h"

static const struct {
	const char *name;
	enum feed_where where;
	const char *domain; /* NULL: nobody's */
	const char *category;
} rows[] = {
	/* the pixel */
	{ "analytics.tiktok.com", FEED_NAME, "analytics.tiktok.com", "tracking_pixel" },
	{ "Analytics.TikTok.com.", FEED_NAME, "analytics.tiktok.com", "tracking_pixel" },
	{ "analytics.us.tiktok.com", FEED_NAME, "analytics.us.tiktok.com", "tracking_pixel" },
	{ "analytics-ipv6.tiktokw.us", FEED_NAME, "analytics-ipv6.tiktokw.us", "tracking_pixel" },
	{ "analytics.pangle-ads.com", FEED_NAME, "analytics.pangle-ads.com", "tracking_pixel" },
	{ "analytics-sg.tiktok.com", FEED_NAME, "tiktok.com", "tracking_pixel" },
	{ "analytics16-normal-no1a.tiktokw.eu", FEED_NAME, "tiktokw.eu", "tracking_pixel" },
	{ "ads.tiktok.com", FEED_NAME, "ads.tiktok.com", "ads_measurement" },
	/* classes of first labels */
	{ "log16-normal-useast5.us.tiktokv.com", FEED_NAME, "tiktokv.com", "inapp_analytics" },
	{ "LOG16-Normal.tiktokv.com", FEED_NAME, "tiktokv.com", "inapp_analytics" },
	{ "sgali-mcs.byteoversea.com", FEED_NAME, "byteoversea.com", "inapp_analytics" },
	{ "analytics.snssdk.com", FEED_NAME, "snssdk.com", "inapp_analytics" },
	{ "mssdk-sg.tiktokv.com", FEED_NAME, "tiktokv.com", "security_sdk" },
	{ "webcast16-ws-useast1a.tiktokv.com", FEED_NAME, "tiktokv.com", "live_streaming" },
	{ "p16-sign-va.tiktokcdn.com", FEED_NAME, "tiktokcdn.com", "cdn_media" },
	{ "logo.tiktok.com", FEED_NAME, "tiktok.com", "website" },
	{ "log.pangle.io", FEED_NAME, "pangle.io", "ad_network" },
	{ "log.volces.com", FEED_NAME, "volces.com", "cloud" },
	{ "www.tiktok.com", FEED_NAME, "tiktok.com", "website" },
	/* aliases */
	{ "analytics.tiktok.com.ttdns2.com", FEED_ALIAS, "analytics.tiktok.com", "tracking_pixel" },
	{ "analytics.tiktok.com.edgekey.net", FEED_ALIAS, "analytics.tiktok.com",
	  "tracking_pixel" },
	{ "analytics.tiktok.com.bytewlb.akadns.net.", FEED_ALIAS, "analytics.tiktok.com",
	  "tracking_pixel" },
	{ "tiktokv.com.edgekey.net", FEED_ALIAS, "tiktokv.com", "app_api" },
	{ "tiktokv.com.edgekey.net", FEED_NAME, NULL, NULL },
	{ "tiktok.com.evil.example", FEED_ALIAS, NULL, NULL },
	{ "tiktok.com.evil.example", FEED_NAME, NULL, NULL },
	{ "tiktok.com.evil.example.edgekey.net", FEED_ALIAS, NULL, NULL },
	{ "xtiktok.com.edgekey.net", FEED_ALIAS, NULL, NULL },
	{ "edgekey.net", FEED_ALIAS, NULL, NULL },
	{ ".edgekey.net", FEED_ALIAS, NULL, NULL },
	{ "..akadns.net", FEED_ALIAS, NULL, NULL },
	{ "e35058.api15.akamaiedge.net", FEED_ALIAS, NULL, NULL },
	/* a brand under a country's ending */
	{ "ads.tiktok.in", FEED_NAME, "tiktok.*", "ads_measurement" },
	{ "Ads-SG.TikTok.tv.", FEED_NAME, "tiktok.*", "ads_measurement" },
	{ "log16-normal-useast5.tiktokv.sg", FEED_NAME, "tiktokv.*", "inapp_analytics" },
	{ "analytics.tiktok.de", FEED_NAME, "tiktok.*", "tracking_pixel" },
	{ "frontier.capcutw.us", FEED_NAME, "capcutw.*", "app_api" },
	{ "frontier.capcutw.us.edgesuite.net", FEED_ALIAS, "capcutw.*", "app_api" },
	{ "frontier.capcutw.us.edgesuite.net", FEED_NAME, NULL, NULL },
	{ "log.tiktok.ru", FEED_NAME, "tiktok.ru", "inapp_analytics" },
	{ "tiktok.tv", FEED_NAME, NULL, NULL },
	{ "www.tiktok.tv", FEED_NAME, NULL, NULL },
	{ "login.tiktok.tv", FEED_NAME, NULL, NULL },
	{ "my-ads.tiktok.tv", FEED_NAME, NULL, NULL },
	{ "ads.my-tiktok.tv", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.co.in", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.tv2", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.t1", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.xyz", FEED_NAME, NULL, NULL },
	{ "ads.tiktok", FEED_NAME, NULL, NULL },
	{ "ads..tv", FEED_NAME, NULL, NULL },
	{ ".tiktok.tv", FEED_NAME, NULL, NULL },
	{ "ads.*.tv", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.com.evil.tv", FEED_NAME, NULL, NULL },
	{ "ads.tiktok.tv.evil.example", FEED_ALIAS, NULL, NULL },
	{ "ads-va.business-tiktok.com", FEED_NAME, NULL, NULL }, /* anybody's to register */
	/* not ByteDance's, whatever some list says */
	{ "h4g3z1-native.tiktok.web.app", FEED_NAME, NULL, NULL },
	{ "app-measurement.com", FEED_NAME, NULL, NULL },
	{ "alog.umeng.com", FEED_NAME, NULL, NULL },
	{ "www.wshifen.com", FEED_NAME, NULL, NULL },
	{ "x.gshifen.com", FEED_NAME, NULL, NULL },
	{ "x.jomodns.com", FEED_NAME, NULL, NULL },
	{ "ns1.bsgslb.com", FEED_NAME, NULL, NULL },
	{ "d1.cloudfront.net", FEED_NAME, NULL, NULL },
	{ "x.elb.amazonaws.com", FEED_NAME, NULL, NULL },
	{ "x.apps.googleusercontent.com", FEED_NAME, NULL, NULL },
	{ "roovza.launches.appsflyersdk.com", FEED_NAME, NULL, NULL },
	{ "musically.app.link", FEED_NAME, NULL, NULL },
	{ "snssdk1233.onelink.me", FEED_NAME, NULL, NULL },
	{ "cjsplatform.com", FEED_NAME, NULL, NULL },
	{ "juneyaotravelvolc.com", FEED_NAME, NULL, NULL },
	{ "kfcbest.com", FEED_NAME, NULL, NULL },
	{ "wsdvs.com", FEED_NAME, NULL, NULL },
	{ "akamaized.net", FEED_ALIAS, NULL, NULL },
	{ "fastly.net", FEED_NAME, NULL, NULL },
	{ "x.bytedance.map.fastly.net", FEED_NAME, NULL, NULL },
	{ "tiktok", FEED_NAME, NULL, NULL },
	{ "com", FEED_NAME, NULL, NULL },
};

static const struct {
	const char *address;
	const char *prefix, *category; /* NULL: nobody's */
} networks[] = {
	{ "71.18.1.1", "71.18.0.0/21", "infrastructure" },
	{ "2605:340:1::1", "2605:340::/47", "infrastructure" },
	{ "101.47.1.1", "101.47.0.0/18", "cloud" },
	{ "23.32.0.1", NULL, NULL },   /* Akamai */
	{ "151.101.1.1", NULL, NULL }, /* Fastly */
	{ "::ffff:0:0", NULL, NULL },
};

static void check_names(const struct feed_set *set)
{
	struct feed_entry entry;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool is_found = feed_find_name(set, rows[i].name, strlen(rows[i].name),
		                               rows[i].where, &entry);

		if (is_found != (rows[i].domain != NULL) ||
		    (is_found && (strcmp(entry.domain, rows[i].domain) != 0 ||
		                  strcmp(entry.category, rows[i].category) != 0))) {
			fprintf(stderr, "%s: %s %s\n", rows[i].name, is_found ? entry.rule : "-",
			        is_found ? entry.category : "-");
			exit(1);
		}
		if (is_found)
			CHECK(strcmp(entry.entity, "ByteDance") == 0 &&
			      strcmp(entry.feed, "bytedance") == 0 && entry.product[0] != '\0' &&
			      strcmp(entry.feed_version, feed_builtin_version()) == 0);
	}
}

static void check_addresses(const struct feed_set *set)
{
	struct feed_entry entry;

	for (size_t i = 0; i < COUNT_OF(networks); i++) {
		uint8_t address[16] = { [10] = 0xff, [11] = 0xff };

		CHECK(inet_pton(AF_INET, networks[i].address, address + 12) == 1 ||
		      inet_pton(AF_INET6, networks[i].address, address) == 1);
		CHECK(feed_find_address(set, address, &entry) == (networks[i].prefix != NULL));
		if (networks[i].prefix != NULL)
			CHECK(strcmp(entry.rule, networks[i].prefix) == 0 &&
			      strcmp(entry.category, networks[i].category) == 0);
	}
}

/* The design's words; no rule of ours has another. */
static void check_category(void *context, const struct feed_rule *rule)
{
	static const char *const categories[] = {
		"tracking_pixel", "ads_measurement", "ad_network",    "inapp_analytics", "app_api",
		"cdn_media",      "live_streaming",  "login_sdk",     "security_sdk",    "website",
		"corporate",      "cloud",           "infrastructure"
	};
	bool is_known = false;

	for (size_t i = 0; i < COUNT_OF(categories); i++)
		is_known |= strcmp(rule->entry.category, categories[i]) == 0;
	CHECK(is_known);
	++*(size_t *)context;
}

int main(void)
{
	struct feed_builder *builder = feed_builder_new();
	size_t rules = 0;

	CHECK(builder != NULL && feed_builder_add_builtin(builder));
	struct feed_set *set = feed_builder_finish(builder);

	CHECK(set != NULL && strlen(feed_builtin_version()) == 10);
	check_names(set);
	check_addresses(set);
	feed_set_each(set, check_category, &rules);
	CHECK(rules == feed_set_names(set) + feed_set_networks(set) && rules > 1000);
	feed_set_free(set);
	return 0;
}
