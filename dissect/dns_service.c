/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of SVCB and HTTPS records (RFC 9460). */
#include "dissect/dns_name.h"

enum service_key {
	KEY_MANDATORY = 0,
	KEY_ALPN = 1,
	KEY_NO_DEFAULT_ALPN = 2,
	KEY_PORT = 3,
	KEY_IPV4_HINT = 4,
	KEY_ECH = 5,
	KEY_IPV6_HINT = 6,
};

/* RFC 9460, section 8: keys in rising order, none twice, never "mandatory" itself. */
static bool read_mandatory(struct slice value, struct dns_record *record)
{
	struct reader r = reader_whole(value);
	uint32_t least = KEY_MANDATORY + 1;

	(void)record;
	while (reader_more(&r)) {
		uint32_t key = read_u16(&r);

		if (key < least)
			return false;
		least = key + 1;
	}
	return value.len > 0 && r.state == PARSE_OK;
}

/* RFC 9460, section 7.1.1 */
static bool read_alpn(struct slice value, struct dns_record *record)
{
	struct reader r = reader_whole(value);

	while (reader_more(&r))
		if (read_block(&r, 1).rest.len == 0)
			return false;
	record->alpn = value;
	return value.len > 0;
}

static bool read_no_default_alpn(struct slice value, struct dns_record *record)
{
	(void)record;
	return value.len == 0;
}

static bool read_port(struct slice value, struct dns_record *record)
{
	if (value.len == 2)
		record->service_port = (uint16_t)(value.ptr[0] << 8 | value.ptr[1]);
	return value.len == 2;
}

static bool read_ipv4_hint(struct slice value, struct dns_record *record)
{
	record->ipv4_hints = value;
	return value.len > 0 && value.len % 4 == 0;
}

static bool read_ipv6_hint(struct slice value, struct dns_record *record)
{
	record->ipv6_hints = value;
	return value.len > 0 && value.len % 16 == 0;
}

static bool read_ech(struct slice value, struct dns_record *record)
{
	record->ech = value;
	return value.len > 0;
}

/* Indexed by the key; other keys may hold anything. */
static bool (*const values[])(struct slice value, struct dns_record *record) = {
	[KEY_MANDATORY] = read_mandatory,
	[KEY_ALPN] = read_alpn,
	[KEY_NO_DEFAULT_ALPN] = read_no_default_alpn,
	[KEY_PORT] = read_port,
	[KEY_IPV4_HINT] = read_ipv4_hint,
	[KEY_ECH] = read_ech,
	[KEY_IPV6_HINT] = read_ipv6_hint,
};

static const size_t value_count = sizeof values / sizeof *values;

static bool has_key(struct slice parameters, uint16_t wanted)
{
	struct reader r = reader_whole(parameters);

	while (reader_more(&r)) {
		uint16_t key = read_u16(&r);

		read_block(&r, 2);
		if (key >= wanted)
			return key == wanted;
	}
	return false;
}

static bool has_keys(struct slice parameters, struct slice mandatory)
{
	struct reader r = reader_whole(mandatory);

	while (reader_more(&r))
		if (!has_key(parameters, read_u16(&r)))
			return false;
	return true;
}

/* RFC 9460, section 2.2: keys in rising order, none twice. */
static void read_parameters(struct reader *data, struct dns_record *record)
{
	struct slice parameters = data->rest;
	struct slice mandatory = { 0 };
	uint32_t least = 0;

	while (reader_more(data)) {
		uint16_t key = read_u16(data);
		struct reader value = read_block(data, 2);
		bool is_sound = value.state == PARSE_OK && key >= least &&
		                (key >= value_count || values[key](value.rest, record));

		if (!is_sound)
			reader_fail(data, PARSE_BROKEN);
		if (key == KEY_MANDATORY)
			mandatory = value.rest;
		least = (uint32_t)key + 1;
	}
	if (data->state == PARSE_OK && !has_keys(parameters, mandatory))
		reader_fail(data, PARSE_BROKEN);
}

bool dns_service_read(struct dns_names *names, struct reader *data, struct dns_record *record)
{
	record->priority = read_u16(data);

	bool fits = dns_name_read(names, data, &record->target);

	/* Parameters of an alias are to be ignored: RFC 9460, section 2.4.2. */
	if (record->priority > 0)
		read_parameters(data, record);
	return fits && data->state == PARSE_OK;
}
