/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/address_text.h"
#include "sensor/event/time_text.h"
#include "sensor/event/wire_text.h"

#include "tests/check.h"

#include <time.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

static const struct {
	struct slice bytes;
	const char *as_bytes, *as_name;
} wires[] = {
	{ BYTES("analytics.tiktok.com"), "analytics.tiktok.com", "analytics.tiktok.com" },
	{ BYTES(""), "", "" },
	{ BYTES("b\xc3\xbc"
	        "cher"),
	  "b\xc3\xbc"
	  "cher",
	  "b\xc3\xbc"
	  "cher" },
	{ BYTES("\xe2\x82\xac \xf0\x9f\x92\x83"), "\xe2\x82\xac \xf0\x9f\x92\x83",
	  "\xe2\x82\xac \xf0\x9f\x92\x83" },
	{ BYTES("a\0b"), "a\\000b", "a\\000b" },
	{ BYTES("\xff\xfe"), "\\255\\254", "\\255\\254" },
	{ BYTES("\xc0\xaf"), "\\192\\175", "\\192\\175" },               /* overlong '/' */
	{ BYTES("\xc1\xbf"), "\\193\\191", "\\193\\191" },               /* overlong */
	{ BYTES("\xe0\x80\xaf"), "\\224\\128\\175", "\\224\\128\\175" }, /* overlong */
	{ BYTES("\xf0\x80\x80\xaf"), "\\240\\128\\128\\175", "\\240\\128\\128\\175" },
	{ BYTES("\xed\xa0\x80"), "\\237\\160\\128", "\\237\\160\\128" },       /* U+D800 */
	{ BYTES("\xed\x9f\xbf"), "\xed\x9f\xbf", "\xed\x9f\xbf" },             /* U+D7FF */
	{ BYTES("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" }, /* U+10FFFF */
	{ BYTES("\xf4\x90\x80\x80"), "\\244\\144\\128\\128", "\\244\\144\\128\\128" },
	{ BYTES("\xf5\x80\x80\x80"), "\\245\\128\\128\\128", "\\245\\128\\128\\128" },
	{ BYTES("x\xe2\x82"), "x\\226\\130", "x\\226\\130" }, /* cut off */
	{ BYTES("\x80"), "\\128", "\\128" },                  /* continues nothing */
	{ BYTES("C:\\x"), "C:\\x", "C:\\x" },
	{ BYTES("a\\200b"), "a\\092200b", "a\\200b" }, /* in a name it is an escape already */
	{ BYTES("a\\20"), "a\\20", "a\\20" },
	{ BYTES("\\"), "\\", "\\" },
	{ BYTES("\\\\092"), "\\\\092092", "\\\\092" },
};

static void check_wire(struct slice bytes, enum wire_form form, const char *expected)
{
	char out[128];
	size_t len = wire_text_len(bytes, form);

	CHECK(len == strlen(expected));
	wire_text(bytes, form, out);
	if (memcmp(out, expected, len) != 0)
		fprintf(stderr, "%.*s, not %s\n", (int)len, out, expected);
	CHECK(memcmp(out, expected, len) == 0);
}

/* A long value is cut before a character, not within one, wherever the limit falls. */
static void check_cut(void)
{
	static uint8_t bytes[WIRE_TEXT_MAX + 64];
	static char out[4 * WIRE_TEXT_MAX];

	for (size_t shift = 0; shift < 4; shift++) {
		struct slice all = { bytes, sizeof bytes };

		memset(bytes, 'a', shift);
		for (size_t at = shift; at + 4 <= sizeof bytes; at += 4)
			memcpy(bytes + at, "\xf0\x9f\x92\x83", 4);
		size_t len = wire_text_len(all, WIRE_BYTES);

		CHECK(len <= WIRE_TEXT_MAX && len > WIRE_TEXT_MAX - 4 && (len - shift) % 4 == 0);
		wire_text(all, WIRE_BYTES, out);
		CHECK(memcmp(out, bytes, len) == 0);
	}
	memset(bytes, 0xff, sizeof bytes);
	CHECK(wire_text_len((struct slice){ bytes, sizeof bytes }, WIRE_BYTES) ==
	      4 * WIRE_TEXT_MAX);
}

/* RFC 5952; the first ones are its own examples. */
static const struct {
	uint8_t address[16];
	const char *text;
} addresses[] = {
	{ { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:db8::1" },
	{ { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1 }, "2001:db8::2:1" },
	{ { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, "2001:db8:0:1:1:1:1:1" },
	{ { 0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:0:0:1::1" },
	{ { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1 }, "2001:db8::1:0:0:1" },
	{ { 0x20, 1, 0xd, 0xb8, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc, 0xdd, 0xdd, 0xee, 0xee, 0, 1 },
	  "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1" },
	{ { 0 }, "::" },
	{ { [15] = 1 }, "::1" },
	{ { [0] = 0xfe, [1] = 0x80 }, "fe80::" },
	{ { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 }, "1:2:3:4:5:6::" },
	{ { 0, 0, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8 }, "::3:4:5:6:7:8" },
	{ { 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0 }, "0:2:3:4:5:6:7:0" },
	{ { [12] = 1, 2, 3, 4 },
	  "::102:304" }, /* no IPv4-compatible form: RFC 4291 has put it away */
	{ { [10] = 0xff, 0xff, 10, 20, 0, 101 }, "10.20.0.101" },
	{ { [10] = 0xff, 0xff, 255, 255, 255, 255 }, "255.255.255.255" },
	{ { [10] = 0xff, 0xff, 0, 0, 0, 0 }, "0.0.0.0" },
	{ { [8] = 0xff, 0xff, 0, 0, 10, 20, 0, 101 }, "::ffff:0:a14:65" },
	{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff },
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static const struct {
	uint64_t seconds;
	const char *date;
} dates[] = {
	{ 0, "1970-01-01" },
	{ 951782399, "2000-02-28" },
	{ 951782400, "2000-02-29" },
	{ 951868800, "2000-03-01" },
	{ 1709164800, "2024-02-29" },
	{ 1735689599, "2024-12-31" },
	{ 4107542399, "2100-02-28" },
	{ 4107542400, "2100-03-01" },
	{ 13574563200, "2400-02-29" },
	{ 253402300799, "9999-12-31" },
	{ 253402300800, "9999-12-31" },
	{ UINT64_MAX, "9999-12-31" },
};

/* libc's gmtime, which knows no TZ, over some 30,000 instants of eight centuries. */
static void check_calendar(void)
{
	for (uint64_t seconds = 0; seconds < 25245561600; seconds += 86400 * 7 + 7919 * 101) {
		time_t then = (time_t)seconds;
		struct civil_time ours = civil_time(seconds);
		struct tm theirs;

		CHECK(gmtime_r(&then, &theirs) != NULL);
		CHECK(ours.year == (unsigned)theirs.tm_year + 1900);
		CHECK(ours.month == (unsigned)theirs.tm_mon + 1 &&
		      ours.day == (unsigned)theirs.tm_mday);
		CHECK(ours.hour == (unsigned)theirs.tm_hour &&
		      ours.minute == (unsigned)theirs.tm_min);
		CHECK(ours.second == (unsigned)theirs.tm_sec);
	}
}

static const struct {
	uint64_t time_ns;
	const char *text;
} times[] = {
	{ 0, "1970-01-01T00:00:00.000000+0000" },
	{ 1795440308531207999, "2026-11-23T13:25:08.531207+0000" }, /* cut off, not rounded */
	{ UINT64_MAX, "2554-07-21T23:34:33.709551+0000" },
};

int main(void)
{
	char text[64];

	for (size_t i = 0; i < COUNT_OF(wires); i++) {
		check_wire(wires[i].bytes, WIRE_BYTES, wires[i].as_bytes);
		check_wire(wires[i].bytes, WIRE_NAME, wires[i].as_name);
	}
	check_cut();
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		CHECK(address_text(addresses[i].address, text) == strlen(addresses[i].text));
		if (strcmp(text, addresses[i].text) != 0)
			fprintf(stderr, "%s, not %s\n", text, addresses[i].text);
		CHECK(strcmp(text, addresses[i].text) == 0);
	}
	CHECK(mac_text((const uint8_t[]){ 2, 0, 0xab, 0xcd, 0xef, 9 }, text) == 17);
	CHECK(strcmp(text, "02:00:ab:cd:ef:09") == 0);
	for (size_t i = 0; i < COUNT_OF(dates); i++) {
		CHECK(date_text(dates[i].seconds, text) == 10);
		CHECK(strcmp(text, dates[i].date) == 0);
	}
	check_calendar();
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		CHECK(time_text(times[i].time_ns, text) == strlen(times[i].text));
		CHECK(strcmp(text, times[i].text) == 0);
	}
	return 0;
}
