/* SPDX-License-Identifier: Apache-2.0 */
/* Over the small databases that tests/geo/make_specimens.pl made; run in the root of the project.
 */
#include "sensor/verdict/geo.h"

#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define FOLDER "tests/fuzz/seeds/geo/"

/* libmaxminddb forgets a list (8 kB, once for a file) when metadata turns out broken half-way. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb\n";
}

static const struct {
	const char *first, *second; /* databases; NULL: only one */
	const char *address;
	const char *country, *city;
	uint32_t asn;
	const char *as_org, *source, *as_source;
	bool is_anycast, is_cdn;
} rows[] = {
	{ "maxmind-city", NULL, "198.51.100.10", "US", "Salt Lake City", 0, "",
	  "GeoLite2-City 2026-11-20", NULL, false, false },
	{ "maxmind-city", NULL, "2001:db8::1", "DE", "M\xc3\xbcnchen", 0, "",
	  "GeoLite2-City 2026-11-20", NULL, false, false },
	/* where a network is registered is not where it is */
	{ "maxmind-city", NULL, "203.0.113.1", "", "", 0, "", NULL, NULL, false, false },
	{ "maxmind-city", NULL, "10.0.0.1", "", "", 0, "", NULL, NULL, false, false },
	{ "maxmind-city", "maxmind-asn", "198.51.100.10", "US", "Salt Lake City", 13335,
	  "CLOUDFLARENET", "GeoLite2-City 2026-11-20", "GeoLite2-ASN 2026-11-20", true, true },
	{ "maxmind-asn", "maxmind-city", "198.51.100.10", "US", "Salt Lake City", 13335,
	  "CLOUDFLARENET", "GeoLite2-City 2026-11-20", "GeoLite2-ASN 2026-11-20", true, true },
	{ "maxmind-asn", NULL, "203.0.113.1", "", "", 64496, "", "GeoLite2-ASN 2026-11-20", NULL,
	  false, false },
	/* a name that is too long is cut */
	{ "maxmind-asn", NULL, "2001:db8::1", "", "", 4200000000,
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	  "xxxxxxx",
	  "GeoLite2-ASN 2026-11-20", NULL, false, false },
	{ "dbip-country", NULL, "198.51.100.10", "FR", "", 0, "", "DBIP-Country-Lite 2026-11-20",
	  NULL, false, false },
	{ "dbip-country", NULL, "2001:db8::1", "", "", 0, "", NULL, NULL, false,
	  false }, /* IPv4 only */
	{ "ipinfo-lite", NULL, "198.51.100.10", "US", "", 20940, "Akamai",
	  "ipinfo lite_free 2026-11-20", NULL, false, true },
	{ "ipinfo-lite", NULL, "203.0.113.1", "AU", "", 64496, "example.net",
	  "ipinfo lite_free 2026-11-20", NULL, false, false },
	{ "ipinfo-lite", NULL, "2001:db8::1", "NE", "", 0, "", "ipinfo lite_free 2026-11-20", NULL,
	  false, false },
	/* the network's name may come from a second database, if it means the same network */
	{ "maxmind-asn", "ipinfo-lite", "203.0.113.1", "AU", "", 64496, "example.net",
	  "ipinfo lite_free 2026-11-20", NULL, false, false },
	{ "ipinfo-location", NULL, "198.51.100.10", "US", "Provo", 0, "",
	  "ipinfo standard_location 2026-11-20", NULL, false, false },
	{ "ipinfo-lite", "ipinfo-location", "198.51.100.10", "US", "Provo", 20940, "Akamai",
	  "ipinfo standard_location 2026-11-20", "ipinfo lite_free 2026-11-20", false, true },
	/* two that disagree: the first is heard, its city is not mixed with the other's country */
	{ "dbip-country", "maxmind-city", "198.51.100.10", "FR", "", 0, "",
	  "DBIP-Country-Lite 2026-11-20", NULL, false, false },
	{ "ipinfo-asn", NULL, "198.51.100.10", "", "", 54113, "Fastly, Inc.",
	  "ipinfo asn 2026-11-20", NULL, true, true },
	{ "wrong-types", NULL, "198.51.100.10", "", "", 0, "", NULL, NULL, false, false },
	{ "wrong-types", "dbip-country", "198.51.100.10", "FR", "", 0, "",
	  "DBIP-Country-Lite 2026-11-20", NULL, false, false },
};

static void read_address(const char *text, uint8_t out[16])
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	CHECK(inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1);
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_row(size_t i)
{
	char first[128], second[128];
	const char *const paths[] = { first, second };
	uint8_t address[16];
	struct event_geo found;
	unsigned failures = 7;

	snprintf(first, sizeof first, FOLDER "%s.mmdb", rows[i].first);
	snprintf(second, sizeof second, FOLDER "%s.mmdb",
	         rows[i].second != NULL ? rows[i].second : "");
	struct geo *geo = geo_open(paths, rows[i].second != NULL ? 2 : 1, &failures);

	CHECK(geo != NULL && failures == 0);
	CHECK(geo_source_count(geo) == (rows[i].second != NULL ? 2U : 1U));
	read_address(rows[i].address, address);
	bool known = geo_find(geo, address, &found);

	if (!same(found.source, rows[i].source) || !same(found.as_org, rows[i].as_org))
		fprintf(stderr, "row %zu: %s %s, %s\n", i, rows[i].first, rows[i].address,
		        found.as_org);
	CHECK(known == (rows[i].source != NULL));
	CHECK(same(found.country, rows[i].country) && same(found.city, rows[i].city));
	CHECK(found.asn == rows[i].asn && same(found.as_org, rows[i].as_org));
	CHECK(same(found.source, rows[i].source) && same(found.as_source, rows[i].as_source));
	CHECK(found.is_anycast == rows[i].is_anycast && found.is_cdn == rows[i].is_cdn);
	geo_free(geo);
}

/* Opens bytes as a database and asks it: whatever they are, that ends and stays within them. */
static void probe(int fd, const uint8_t *bytes, size_t len)
{
	static const char *const addresses[] = { "198.51.100.10", "203.0.113.1", "2001:db8::1",
		                                 "::", "255.255.255.255" };
	char path[64];
	const char *const paths[] = { path };
	unsigned failures;

	CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, len, 0) == (ssize_t)len);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct geo *geo = geo_open(paths, 1, &failures);

	CHECK(geo != NULL && geo_source_count(geo) + failures == 1);
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		uint8_t address[16];
		struct event_geo found;

		read_address(addresses[i], address);
		(void)geo_find(geo, address, &found);
		CHECK(strlen(found.country) <= 2 && strlen(found.city) < sizeof found.city);
		CHECK(strlen(found.as_org) < sizeof found.as_org);
	}
	geo_free(geo);
}

/* Cut at every length, and with every byte turned into others. */
static void check_hostile(const char *path, int fd)
{
	static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xff };
	static uint8_t bytes[1 << 16];
	FILE *in = fopen(path, "rb");

	CHECK(in != NULL);
	size_t len = fread(bytes, 1, sizeof bytes, in);

	fclose(in);
	CHECK(len > 0 && len < sizeof bytes);
	for (size_t cut = 0; cut < len; cut++)
		probe(fd, bytes, cut);
	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < sizeof masks; i++) {
			bytes[at] ^= masks[i];
			probe(fd, bytes, len);
			bytes[at] ^= masks[i];
		}
}

/* One broken database among good ones: named, counted, and the others are used. */
static void check_failures(void)
{
	static const char *const paths[] = { "/nonexistent.mmdb", FOLDER "maxmind-asn.mmdb",
		                             "/dev/null", "/" };
	unsigned failures;
	struct geo *geo = geo_open(paths, COUNT_OF(paths), &failures);

	CHECK(geo != NULL && failures == 3 && geo_source_count(geo) == 1);
	CHECK(strcmp(geo_sources(geo)[0], "GeoLite2-ASN 2026-11-20") == 0);
	geo_free(geo);
	geo = geo_open(NULL, 0, &failures); /* what this machine has, which may be nothing */
	CHECK(geo != NULL);
	geo_free(geo);
	geo_free(NULL);
}

int main(void)
{
	int fd = memfd_create("database", 0);
	int null = open("/dev/null", O_WRONLY), saved = dup(STDERR_FILENO);

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_row(i);
	check_failures();
	CHECK(fd != -1 && null != -1 && saved != -1);
	CHECK(dup2(null, STDERR_FILENO) != -1); /* thousands of complaints */
	check_hostile(FOLDER "dbip-country.mmdb", fd);
	check_hostile(FOLDER "ipinfo-asn.mmdb", fd);
	CHECK(dup2(saved, STDERR_FILENO) != -1);
	return 0;
}
