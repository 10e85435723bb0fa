/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_PREFIX_TABLE_H
#define SENSOR_CONFIG_PREFIX_TABLE_H

#include "sensor/config/region.h"
#include "sensor/flow/address.h"

/*
 * Prefixes with a number each; the longest one that holds an address speaks for it. They lie sorted
 * by length, so a look-up is one binary search for each length that there is.
 *
 *   rows  [ /128 … | /116 … | /112 … ]      spans: where each length begins
 */
struct prefix_row {
	struct address_prefix prefix;
	uint32_t value;
};

struct prefix_table {
	struct prefix_row *rows; /* in a region */
	size_t count;
	struct prefix_span {
		size_t first, count;
		uint8_t bits;
	} spans[129];
	size_t span_count;
};

enum { NO_PREFIX = -1 };

/* Sorts `rows`, which stay where they are. Of equal prefixes the least value stays first. */
void prefix_table_build(struct prefix_table *, struct prefix_row *rows, size_t count);
/* The value of the longest prefix, or NO_PREFIX. */
int64_t prefix_table_find(const struct prefix_table *, const uint8_t address[16]);

/* What prefix_parse() thinks of a text. */
enum prefix_fault {
	PREFIX_OK,
	PREFIX_NO_ADDRESS,
	PREFIX_NO_LENGTH,
	PREFIX_HOST_BITS, /* bits stand behind the length; `out` has them cleared */
};

/* "10.20.0.0/16", "2001:db8::/32", or an address alone. */
enum prefix_fault prefix_parse(const char *text, struct address_prefix *out);

#endif
