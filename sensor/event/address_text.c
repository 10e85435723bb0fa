/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/address_text.h"

#include <string.h>

enum { GROUPS = 8 };

static const char digits[] = "0123456789abcdef";

bool address_is_ipv4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(address, mapped, sizeof mapped) == 0;
}

static char *put_decimal(char *out, unsigned byte)
{
	if (byte >= 100)
		*out++ = digits[byte / 100];
	if (byte >= 10)
		*out++ = digits[byte / 10 % 10];
	*out++ = digits[byte % 10];
	return out;
}

static char *put_ipv4(char *out, const uint8_t bytes[4])
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			*out++ = '.';
		out = put_decimal(out, bytes[i]);
	}
	return out;
}

/* RFC 5952, sections 4.1 and 4.3: no leading zeros, lower case. */
static char *put_group(char *out, unsigned group)
{
	for (unsigned shift = 12; shift > 0; shift -= 4)
		if (group >> shift != 0)
			*out++ = digits[group >> shift & 15];
	*out++ = digits[group & 15];
	return out;
}

struct run {
	size_t from, len;
};

/* RFC 5952, section 4.2: the longest run of zero groups, the first of equal ones, never a lone one.
 */
static struct run longest_zeros(const unsigned groups[GROUPS])
{
	struct run best = { GROUPS, 1 }, here = { 0, 0 };

	for (size_t i = 0; i < GROUPS; i++) {
		here = groups[i] == 0 ? (struct run){ here.from, here.len + 1 }
		                      : (struct run){ i + 1, 0 };
		if (here.len > best.len)
			best = here;
	}
	return best;
}

static char *put_ipv6(char *out, const uint8_t address[16])
{
	unsigned groups[GROUPS];

	for (size_t i = 0; i < GROUPS; i++)
		groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
	struct run zeros = longest_zeros(groups);

	for (size_t i = 0; i < GROUPS; i++) {
		if (i == zeros.from) {
			*out++ = ':';
			*out++ = ':';
			i += zeros.len - 1;
			continue;
		}
		if (i > 0 && i != zeros.from + zeros.len)
			*out++ = ':';
		out = put_group(out, groups[i]);
	}
	return out;
}

size_t address_text(const uint8_t address[16], char out[ADDRESS_TEXT_MAX])
{
	char *end = address_is_ipv4(address) ? put_ipv4(out, address + 12) : put_ipv6(out, address);

	*end = '\0';
	return (size_t)(end - out);
}

size_t mac_text(const uint8_t mac[6], char out[MAC_TEXT_MAX])
{
	char *end = out;

	for (size_t i = 0; i < 6; i++) {
		if (i > 0)
			*end++ = ':';
		*end++ = digits[mac[i] >> 4];
		*end++ = digits[mac[i] & 15];
	}
	*end = '\0';
	return (size_t)(end - out);
}
