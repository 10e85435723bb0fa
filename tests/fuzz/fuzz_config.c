/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
const char *__lsan_default_suppressions(void);

/* libfyaml (seen with 0.7.12) itself leaks a few hundred bytes where a quoted scalar does not end.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

static void forget(void *context, const char *line)
{
	(void)context, (void)line;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const names[] = { "output", "stats", "sensor" };
	static const struct config_options options = { .names = names, .count = 3 };
	struct config *c =
	        config_read("fuzz", (struct slice){ bytes, len }, &options, forget, NULL);
	uint8_t address[16] = { 0 };
	uint16_t vlan = 20;
	struct event_tracker t = { .entity = "ByteDance",
		                   .product = "TikTok",
		                   .category = "website",
		                   .name = { (const uint8_t *)"a.tiktok.com", 12 } };
	struct config_subject s = { .tracker = &t, .time_ns = 1700000000U * UINT64_C(1000000000) };
	struct event_policy policy;

	memcpy(address, bytes, len < 16 ? len : 16);
	s.network = config_network_of(c, address, &vlan, 1);
	s.host = config_host_of(c, address, address, (struct slice){ bytes, len < 64 ? len : 64 });
	(void)config_policy(c, &s, &policy);
	(void)config_is_inside(c, address);
	(void)config_is_sinkhole(c, address);
	(void)config_site_of(c, t.name);
	config_free(c);
	return 0;
}
