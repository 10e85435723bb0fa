/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_ADDRESS_H
#define SENSOR_FLOW_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Addresses are 16 bytes in network order everywhere; IPv4 as ::ffff:a.b.c.d. */

static inline bool address_equal(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) == 0;
}

static inline bool address_is_zero(const uint8_t a[16])
{
	static const uint8_t zero[16] = { 0 };

	return memcmp(a, zero, 16) == 0;
}

/* Writes the 4 bytes of an A record, or the 16 of an AAAA, as an address. */
void address_from_wire(const uint8_t *bytes, size_t len, uint8_t out[16]);

/* One bit pattern under a length: 0 to 128, of the mapped form. */
struct address_prefix {
	uint8_t address[16];
	uint8_t bits;
};

bool address_in(const uint8_t a[16], const struct address_prefix *);

/* Inside by default: RFC 1918, 4193, 6598, link-local, loopback. */
bool address_is_private(const uint8_t a[16]);

/* To a group or to all: has no host behind it. */
bool address_is_group(const uint8_t a[16]);

/* An answer that no server stands behind: 0.0.0.0/8, 127.0.0.0/8, ::, ::1. */
bool address_is_sinkhole(const uint8_t a[16]);

#endif
