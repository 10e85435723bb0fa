/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/address.h"

#include <stddef.h>

#define V4(a, b, c, d, bits)                                                                       \
	{                                                                                          \
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d }, 96 + (bits)              \
	}

static const struct {
	uint32_t value, mask;
} privates[] = {
	{ 0x0a000000, 0xff000000 }, /* 10.0.0.0/8, RFC 1918 */
	{ 0xac100000, 0xfff00000 }, /* 172.16.0.0/12, RFC 1918 */
	{ 0xc0a80000, 0xffff0000 }, /* 192.168.0.0/16, RFC 1918 */
	{ 0x64400000, 0xffc00000 }, /* 100.64.0.0/10, RFC 6598, carrier-grade NAT */
	{ 0xa9fe0000, 0xffff0000 }, /* 169.254.0.0/16, RFC 3927 */
	{ 0x7f000000, 0xff000000 }, /* 127.0.0.0/8, loopback */
};

static const struct address_prefix six_privates[] = {
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

/* ::ffff:0:0/96 */
static bool is_mapped(const uint8_t a[16])
{
	static const uint8_t end[4] = { 0, 0, 0xff, 0xff };
	uint64_t start;

	memcpy(&start, a, sizeof start);
	return start == 0 && memcmp(a + 8, end, sizeof end) == 0;
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

/* Asked of both ends of every packet: the first byte says no to most. */
bool address_is_private(const uint8_t a[16])
{
	static const bool may_be_four[256] = {
		[10] = true, [100] = true, [127] = true, [169] = true, [172] = true, [192] = true
	};

	if (!is_mapped(a))
		return (a[0] == 0 || a[0] >= 0xfc) &&
		       in_any(a, six_privates, sizeof six_privates / sizeof *six_privates);
	if (!may_be_four[a[12]])
		return false;
	uint32_t v = (uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 | (uint32_t)a[14] << 8 | a[15];

	for (size_t i = 0; i < sizeof privates / sizeof *privates; i++)
		if ((v & privates[i].mask) == privates[i].value)
			return true;
	return false;
}

bool address_is_group(const uint8_t a[16])
{
	if (is_mapped(a) ? a[12] < 224 : a[0] != 0xff)
		return false;
	return in_any(a, groups, sizeof groups / sizeof *groups);
}

bool address_is_sinkhole(const uint8_t a[16])
{
	return in_any(a, sinkholes, sizeof sinkholes / sizeof *sinkholes);
}
