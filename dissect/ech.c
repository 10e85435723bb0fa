/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/ech.h"

#include "dissect/reader.h"

enum { ECH_VERSION = 0xfe0d, SUITE_LEN = 4 };

/* RFC 9849, section 4: ECHConfigContents */
static enum parse parse_contents(struct reader contents, struct ech_config *out)
{
	out->id = read_u8(&contents);
	out->kem = read_u16(&contents);
	read_block(&contents, 2); /* public key */
	out->suites = read_block(&contents, 2).rest;
	read_u8(&contents); /* longest name */
	out->public_name = read_block(&contents, 1).rest;
	read_block(&contents, 2); /* extensions */
	if (contents.state == PARSE_OK && out->suites.len % SUITE_LEN != 0)
		return PARSE_BROKEN;
	return contents.state;
}

static void keep(struct ech_configs *out, const struct ech_config *config)
{
	if (out->count == ECH_CONFIGS_MAX)
		out->has_more = true;
	else
		out->config[out->count++] = *config;
}

enum parse dissect_ech_configs(struct slice list, struct ech_configs *out)
{
	struct reader whole = reader_whole(list);
	struct reader configs = read_block(&whole, 2);

	out->count = 0;
	out->has_more = false;
	while (reader_more(&configs)) {
		uint16_t version = read_u16(&configs);
		struct reader contents = read_block(&configs, 2);
		struct ech_config config;

		if (configs.state != PARSE_OK || version != ECH_VERSION)
			continue;
		if (parse_contents(contents, &config) != PARSE_OK)
			return PARSE_BROKEN;
		keep(out, &config);
	}
	return configs.state;
}

static bool has_suite(struct slice suites, uint16_t kdf, uint16_t aead)
{
	struct reader r = reader_whole(suites);

	while (reader_more(&r)) {
		uint16_t offered_kdf = read_u16(&r);
		uint16_t offered_aead = read_u16(&r);

		if (offered_kdf == kdf && offered_aead == aead)
			return true;
	}
	return false;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool is_same_name(struct slice a, struct slice b)
{
	if (a.len != b.len || a.len == 0)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool ech_config_fits(const struct ech_config *config, const struct tls_hello *hello)
{
	return hello->has_ech && !hello->ech_is_inner && hello->ech_config_id == config->id &&
	       has_suite(config->suites, hello->ech_kdf, hello->ech_aead) &&
	       is_same_name(config->public_name, hello->sni);
}
