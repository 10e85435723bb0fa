/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/ech.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

static enum parse probe(struct slice list)
{
	struct ech_configs out;

	return dissect_ech_configs(list, &out);
}

static void test_list(void)
{
	struct ech_configs out;

	CHECK(dissect_ech_configs(BYTES(ech_configs), &out) == PARSE_OK);
	CHECK(out.count == 2 && !out.has_more);
	CHECK(out.config[0].id == 0x2a && out.config[0].kem == 0x20);
	CHECK(out.config[0].suites.len == 8);
	CHECK(is_text(out.config[0].public_name, "analytics.example"));
	CHECK(out.config[1].id == 7 && is_text(out.config[1].public_name, "cover.example"));
}

/* Each of id, suite, name and kind of hello is needed. */
static const struct {
	uint8_t id;
	uint16_t kdf, aead;
	const char *sni;
	bool has_ech, is_inner, expected;
} fits[] = {
	{ 0x2a, 1, 3, "analytics.example", true, false, true },
	{ 0x2a, 1, 1, "Analytics.Example", true, false, true },
	{ 0x2b, 1, 3, "analytics.example", true, false, false },
	{ 0x2a, 1, 2, "analytics.example", true, false, false },
	{ 0x2a, 2, 3, "analytics.example", true, false, false },
	{ 0x2a, 1, 3, "www.example", true, false, false },
	{ 0x2a, 1, 3, "", true, false, false },
	{ 0x2a, 1, 3, "analytics.example", false, false, false },
	{ 0x2a, 1, 3, "analytics.example", true, true, false },
};

static void test_fits(void)
{
	struct ech_configs configs;

	CHECK(dissect_ech_configs(BYTES(ech_configs), &configs) == PARSE_OK);
	for (size_t i = 0; i < COUNT_OF(fits); i++) {
		struct tls_hello outer = { .has_ech = fits[i].has_ech,
			                   .ech_is_inner = fits[i].is_inner,
			                   .ech_config_id = fits[i].id,
			                   .ech_kdf = fits[i].kdf,
			                   .ech_aead = fits[i].aead,
			                   .sni = text(fits[i].sni) };

		CHECK(ech_config_fits(&configs.config[0], &outer) == fits[i].expected);
	}
}

int main(void)
{
	const struct specimen list = { "ECH configurations", probe, BYTES(ech_configs),
		                       PARSE_BROKEN,         0,     0 };

	test_list();
	test_fits();
	property_check(&list);
	return 0;
}
