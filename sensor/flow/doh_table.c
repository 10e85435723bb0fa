/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of DoH's recognition: well-known public resolvers. The table began as general knowledge;
 * each name was then found, in November 2026, in a public list of such resolvers (hagezi's of 2022,
 * those made from curl's wiki page) or in public code that uses it. Nobody was asked whether it
 * still answers, and the wildcards are wider than what was found. Such a table ages, and a resolver
 * that is not in it is counted as web traffic: the count of DoH is a least one. A row is a name;
 * with a dot before it, also every name below it. Rows are compared once for a hello that offers h2
 * or h3, from the end.
 */
#include "sensor/flow/address.h"
#include "sensor/flow/encrypted_dns.h"

static const char *const names[] = {
	".cloudflare-dns.com", /* mozilla., chrome., security., family. */
	".cloudflare-gateway.com",
	"one.one.one.one",
	"dns.google",
	"dns64.dns.google",
	"8888.google",
	"dns.quad9.net",
	"dns9.quad9.net",
	"dns10.quad9.net",
	"dns11.quad9.net",
	"dns12.quad9.net",
	"doh.opendns.com",
	"doh.familyshield.opendns.com",
	"doh.sandbox.opendns.com",
	"dns.opendns.com",
	"doh.umbrella.com",
	"dns.umbrella.com",
	".dns.nextdns.io",
	".dns1.nextdns.io",
	".dns2.nextdns.io",
	".adguard-dns.com", /* dns., unfiltered., family., customers' below d. */
	"dns.adguard.com",
	"dns-family.adguard.com",
	"dns-unfiltered.adguard.com",
	"doh.cleanbrowsing.org",
	".dns.mullvad.net",
	".controld.com",
	".dns0.eu",
	".joindns4.eu",
	"doh.dns.apple.com",
	"doh.dns.sb",
	"doh.sb",
	"dns.alidns.com",
	"doh.pub",
	"doh.360.cn",
	"doh.xfinity.com",
	"doh.cox.net",
	"dns.comss.one",
	"common.dot.dns.yandex.net",
	"common.doh.dns.yandex.net",
	"public.dns.iij.jp",
	"dns.switch.ch",
	"dns.digitale-gesellschaft.ch",
	"odvr.nic.cz",
	"private.canadianshield.cira.ca",
	"protected.canadianshield.cira.ca",
	"family.canadianshield.cira.ca",
	"doh.libredns.gr",
	"doh.applied-privacy.net",
	"anycast.uncensoreddns.org",
	"wikimedia-dns.org",
	"dns.njal.la",
	"dns.twnic.tw",
	"ordns.he.net",
};

#define V4(a, b, c, d)                                                                             \
	{                                                                                          \
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                               \
	}
#define V6(a, b, c, d, e, f, y, z)                                                                 \
	{                                                                                          \
		a, b, c, d, e, f, 0, 0, 0, 0, 0, 0, 0, 0, y, z                                     \
	}

static const uint8_t addresses[][16] = {
	V4(1, 1, 1, 1),
	V4(1, 0, 0, 1),
	V4(1, 1, 1, 2),
	V4(1, 0, 0, 2),
	V4(1, 1, 1, 3),
	V4(1, 0, 0, 3),
	V4(8, 8, 8, 8),
	V4(8, 8, 4, 4),
	V4(9, 9, 9, 9),
	V4(149, 112, 112, 112),
	V4(9, 9, 9, 10),
	V4(9, 9, 9, 11),
	V4(208, 67, 222, 222),
	V4(208, 67, 220, 220),
	V4(94, 140, 14, 14),
	V4(94, 140, 15, 15),
	V4(76, 76, 2, 0),
	V4(76, 76, 10, 0),
	V4(223, 5, 5, 5),
	V4(223, 6, 6, 6),
	V6(0x26, 0x06, 0x47, 0x00, 0x47, 0x00, 0x11, 0x11), /* 2606:4700:4700::1111 */
	V6(0x26, 0x06, 0x47, 0x00, 0x47, 0x00, 0x10, 0x01), /* and ::1001 */
	V6(0x20, 0x01, 0x48, 0x60, 0x48, 0x60, 0x88, 0x88), /* 2001:4860:4860::8888 */
	V6(0x20, 0x01, 0x48, 0x60, 0x48, 0x60, 0x88, 0x44), /* and ::8844 */
	V6(0x26, 0x20, 0x00, 0xfe, 0x00, 0x00, 0x00, 0xfe), /* 2620:fe::fe */
	V6(0x26, 0x20, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x09), /* and ::9 */
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool ends_with(struct slice name, const char *end, size_t len)
{
	if (name.len < len)
		return false;
	for (size_t i = len; i > 0; i--)
		if (lower(name.ptr[name.len - len + i - 1]) != (uint8_t)end[i - 1])
			return false;
	return true;
}

static bool is_row(struct slice name, const char *row)
{
	size_t len = strlen(row);

	if (row[0] != '.')
		return name.len == len && ends_with(name, row, len);
	return ends_with(name, row, len) ||
	       (name.len == len - 1 && ends_with(name, row + 1, len - 1));
}

bool doh_host(struct slice name)
{
	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_row(name, names[i]))
			return true;
	return false;
}

bool doh_address(const uint8_t address[16])
{
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		if (address_equal(address, addresses[i]))
			return true;
	return false;
}
