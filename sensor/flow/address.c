/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/address.h"

#include <stddef.h>

#define V4(a, b, c, d, bits)                                                                       \
	{                                                                                          \
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d }, 96 + (bits)              \
	}

static const struct address_prefix privates[] = {
	V4(10, 0, 0, 0, 8),     /* RFC 1918 */
	V4(172, 16, 0, 0, 12),  /* RFC 1918 */
	V4(192, 168, 0, 0, 16), /* RFC 1918 */
	V4(100, 64, 0, 0, 10),  /* RFC 6598, carrier-grade NAT */
	V4(169, 254, 0, 0, 16), /* RFC 3927 */
	V4(127, 0, 0, 0, 8),    /* loopback */
	{ { 0xfc }, 7 },        /* RFC 4193 */
	{ { 0xfe, 0x80 }, 10 }, /* link-local */
	{ { [15] = 1 }, 128 },  /* ::1 */
};

static const struct address_prefix groups[] = {
	V4(224, 0, 0, 0, 4),
	V4(255, 255, 255, 255, 32),
	{ { 0xff }, 8 },
};

static const struct address_prefix sinkholes[] = {
	V4(0, 0, 0, 0, 8),
	V4(127, 0, 0, 0, 8),
	{ { 0 }, 128 },
	{ { [15] = 1 }, 128 },
};

static bool in_any(const uint8_t a[16], const struct address_prefix *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_in(a, &list[i]))
			return true;
	return false;
}

void address_from_wire(const uint8_t *bytes, size_t len, uint8_t out[16])
{
	memset(out, 0, 16);
	if (len == 4)
		out[10] = out[11] = 0xff;
	if (len == 4 || len == 16)
		memcpy(out + 16 - len, bytes, len);
}

bool address_in(const uint8_t a[16], const struct address_prefix *prefix)
{
	size_t whole = prefix->bits / 8U, rest = prefix->bits % 8U;

	if (memcmp(a, prefix->address, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ prefix->address[whole]) >> (8 - rest) == 0;
}

bool address_is_private(const uint8_t a[16])
{
	return in_any(a, privates, sizeof privates / sizeof *privates);
}

bool address_is_group(const uint8_t a[16])
{
	return in_any(a, groups, sizeof groups / sizeof *groups);
}

bool address_is_sinkhole(const uint8_t a[16])
{
	return in_any(a, sinkholes, sizeof sinkholes / sizeof *sinkholes);
}
