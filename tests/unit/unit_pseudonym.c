/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/pseudonym.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/catch_errors.h"

/* The key and addresses of the sample trace that came with Crypto-PAn 1.0. */
static const uint8_t key[PSEUDONYM_KEY_LEN] = {
	21,  34,  23,  141, 51,  164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
	216, 152, 143, 131, 121, 121, 101, 39,  98, 87, 76, 45, 42, 132, 34,  2,
};

static const struct {
	const char *address, *pseudonym;
} known[] = {
	{ "128.11.68.132", "135.242.180.132" },   { "129.118.74.4", "134.136.186.123" },
	{ "130.132.252.244", "133.68.164.234" },  { "141.223.7.43", "141.167.8.160" },
	{ "141.233.145.108", "141.129.237.235" }, { "152.163.225.39", "151.140.114.167" },
	{ "156.29.3.236", "147.225.12.42" },      { "165.247.96.84", "162.9.99.234" },
	{ "166.107.77.190", "160.132.178.185" },  { "192.102.249.13", "252.138.62.131" },
};

static void address_of(const char *text, uint8_t out[16])
{
	bool is_six = strchr(text, ':') != NULL;

	memset(out, 0, 16);
	if (!is_six)
		out[10] = out[11] = 0xff;
	CHECK(inet_pton(is_six ? AF_INET6 : AF_INET, text, is_six ? out : out + 12) == 1);
}

static void test_known(struct pseudonyms *p)
{
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		uint8_t from[16], to[16], got[16];

		address_of(known[i].address, from);
		address_of(known[i].pseudonym, to);
		pseudonym_of_address(p, from, got);
		CHECK(memcmp(got, to, 16) == 0);
	}
}

static unsigned common_bits(const uint8_t a[16], const uint8_t b[16])
{
	unsigned bits = 0;

	while (bits < 128 &&
	       (a[bits / 8] >> (7 - bits % 8) & 1) == (b[bits / 8] >> (7 - bits % 8) & 1))
		bits++;
	return bits;
}

/* Exactly as many bits are shared as before: no fewer, and no two addresses become one. */
static void test_prefixes(struct pseudonyms *p)
{
	static const char *const texts[] = { "10.20.0.101", "10.20.0.102",  "10.20.1.1",
		                             "10.30.0.1",   "192.0.2.1",    "2001:db8::1",
		                             "2001:db8::2", "2001:db8:1::", "fe80::1",
		                             "::1" };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		for (size_t j = 0; j < COUNT_OF(texts); j++) {
			uint8_t a[16], b[16], to_a[16], to_b[16];

			address_of(texts[i], a);
			address_of(texts[j], b);
			if ((strchr(texts[i], ':') == NULL) != (strchr(texts[j], ':') == NULL))
				continue;
			pseudonym_of_address(p, a, to_a);
			pseudonym_of_address(p, b, to_b);
			CHECK(common_bits(a, b) == common_bits(to_a, to_b));
		}
}

static void test_words(struct pseudonyms *p)
{
	static const uint8_t mac[6] = { 0x00, 0x16, 0x3e, 1, 2, 3 },
	                     other[6] = { 0x00, 0x16, 0x3e, 1, 2, 4 };
	uint8_t one[6], two[6];
	char a[PSEUDONYM_NAME_LEN + 1], b[PSEUDONYM_NAME_LEN + 1];

	pseudonym_of_mac(p, mac, one);
	pseudonym_of_mac(p, other, two);
	CHECK((one[0] & 3) == 2 && memcmp(one, two, 6) != 0 && memcmp(one, mac, 3) != 0);
	pseudonym_of_mac(p, mac, two);
	CHECK(memcmp(one, two, 6) == 0);
	pseudonym_of_name(p, (struct slice){ (const uint8_t *)"Desk-3", 6 }, a);
	pseudonym_of_name(p, (struct slice){ (const uint8_t *)"desk-3", 6 }, b);
	CHECK(strcmp(a, b) == 0 && strlen(a) == PSEUDONYM_NAME_LEN && strncmp(a, "host-", 5) == 0);
	pseudonym_of_name(p, (struct slice){ (const uint8_t *)"desk-4", 6 }, b);
	CHECK(strcmp(a, b) != 0);
}

static struct pseudonyms *load(const void *bytes, size_t len, char *said)
{
	char path[] = "/tmp/dancecard-key-XXXXXX";
	int fd = mkstemp(path), ends[2];

	CHECK(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && close(fd) == 0);
	int before = catch_begin(ends);
	struct pseudonyms *p = pseudonyms_load(path);

	catch_end(ends, before, said);
	CHECK(unlink(path) == 0);
	return p;
}

static void test_files(void)
{
	char said[CATCH_MAX], digits[66];
	struct pseudonyms *p = load(key, sizeof key, said);

	CHECK(p != NULL);
	test_known(p);
	pseudonyms_free(p);
	for (size_t i = 0; i < sizeof key; i++)
		snprintf(digits + 2 * i, 3, "%02X", key[i]);
	digits[64] = '\n';
	p = load(digits, 65, said);
	CHECK(p != NULL);
	test_known(p);
	pseudonyms_free(p);
	CHECK(load(key, 31, said) == NULL && strstr(said, "neither 32 bytes") != NULL);
	digits[5] = 'g';
	CHECK(load(digits, 64, said) == NULL && load("", 0, said) == NULL);
}

/* `unit_pseudonym ADDRESS…`: pseudonyms under the key above, for a comparison with traceanon. */
int main(int argc, char **argv)
{
	struct pseudonyms *p = pseudonyms_new(key);

	CHECK(p != NULL);
	for (int i = 1; i < argc; i++) {
		uint8_t address[16];
		char text[INET6_ADDRSTRLEN];
		bool is_six = strchr(argv[i], ':') != NULL;

		address_of(argv[i], address);
		pseudonym_of_address(p, address, address);
		puts(inet_ntop(is_six ? AF_INET6 : AF_INET, is_six ? address : address + 12, text,
		               sizeof text));
	}
	if (argc == 1) {
		test_known(p);
		test_prefixes(p);
		test_words(p);
		test_files();
	}
	pseudonyms_free(p);
	return 0;
}
