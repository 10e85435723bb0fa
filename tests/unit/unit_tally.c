/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/tally.h"

#include <string.h>

#include "tests/check.h"

static struct tally tally;

static struct tally_row *row(unsigned host, unsigned name)
{
	uint8_t local[16] = { (uint8_t)(host >> 8), (uint8_t)host };
	char text[32];

	snprintf(text, sizeof text, "n%u.example", name);
	return tally_row(&tally, local, text, "website");
}

/* As many rows as there is room for, each found again, also once they are sorted. */
static void check_many(void)
{
	for (unsigned i = 0; i < TALLY_ROWS_MAX; i++)
		row(i / 64, i % 64)->contacts = i;
	for (unsigned i = 0; i < TALLY_ROWS_MAX; i++)
		CHECK(row(i / 64, i % 64)->contacts == i);
	CHECK(tally.count == TALLY_ROWS_MAX && tally.lost == 0);
	CHECK(row(9999, 0) == NULL && row(0, 9999) == NULL && tally.lost == 2);
	tally_sort(&tally);
	for (unsigned i = 0; i < TALLY_ROWS_MAX; i++) {
		CHECK(tally.rows[i].contacts == TALLY_ROWS_MAX - 1 - i);
		CHECK(row(i / 64, i % 64)->contacts == i);
	}
	tally_free(&tally);
	CHECK(tally.count == 0 && row(1, 1) != NULL);
	tally_free(&tally);
}

static void check_long_names(void)
{
	static const uint8_t local[16] = { 1 };
	char name[300];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	struct tally_row *first =
	        tally_row(&tally, local, name, "a category longer than its room is");

	CHECK(strlen(first->tracker) == TALLY_NAME_MAX - 1 && strlen(first->category) == 31);
	CHECK(tally_row(&tally, local, name, "") == first && tally.count == 1);
	tally_free(&tally);
}

/* A host counts once, whoever saw it; what finds no room is counted as such. */
static void check_hosts(void)
{
	struct tally other = { .hosts = { .seed = 7 } };

	for (unsigned i = 0; i < 3000; i++) {
		uint8_t key[16] = { (uint8_t)(i % 1000 >> 8), (uint8_t)(i % 1000) };

		host_set_add(i % 2 ? &tally.hosts : &other.hosts, key);
	}
	tally_add(&tally, &other);
	CHECK(tally.hosts.count == 1000 && tally.hosts.lost == 0);
	for (uint32_t i = 0; i < HOST_SET_MAX + 5; i++) {
		uint8_t key[16] = { 9, 9, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };

		host_set_add(&other.hosts, key);
	}
	CHECK(other.hosts.count == HOST_SET_MAX);
	CHECK(other.hosts.lost == 5 + 500);
	tally_free(&other);
	tally_free(&tally);
	CHECK(tally.hosts.count == 0);
}

static void check_order(void)
{
	row(2, 1)->first_ns = 5;
	row(1, 1)->first_ns = 5;
	row(1, 2)->first_ns = 4;
	tally_sort(&tally);
	CHECK(tally.rows[0].first_ns == 4 && tally.rows[1].local[1] == 1);
	CHECK(tally.rows[2].local[1] == 2);
	tally_free(&tally);
	tally_sort(&tally);
}

int main(void)
{
	check_many();
	check_long_names();
	check_hosts();
	check_order();
	return 0;
}
