/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/suppress.h"

#include <string.h>

#include "tests/check.h"

static bool tells(struct suppress *s, uint8_t host, const char *name, uint64_t seconds,
                  uint64_t *represents)
{
	struct event_local local = { .has_ip = true };
	struct event_tracker tracker = { .name = { (const uint8_t *)name, strlen(name) } };
	static struct event e;

	local.ip[15] = host;
	e = (struct event){ .type = EVENT_CONTACT,
		            .time_ns = seconds * 1000000000U,
		            .local = &local,
		            .tracker = &tracker };
	return suppress_tells(s, local.ip, &e, represents);
}

static void test_window(void)
{
	static const struct {
		uint8_t host;
		const char *name;
		uint64_t seconds;
		bool is_told;
		uint64_t represents;
	} rows[] = {
		{ 1, "a", 100, true, 0 },  { 1, "a", 101, false, 0 },
		{ 1, "b", 101, true, 0 },                            /* another tracker */
		{ 2, "a", 101, true, 0 },                            /* another host */
		{ 1, "a", 159, false, 0 }, { 1, "a", 99, false, 0 }, /* out of order */
		{ 1, "a", 160, true, 4 }, /* itself and the three since */
		{ 1, "a", 219, false, 0 }, { 1, "a", 500, true, 2 },
		{ 1, "a", 900, true, 0 }, /* nobody was held back */
	};
	struct suppress *s = suppress_new(60);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t represents;

		CHECK(tells(s, rows[i].host, rows[i].name, rows[i].seconds, &represents) ==
		      rows[i].is_told);
		CHECK(represents == rows[i].represents);
	}
	suppress_free(s);
}

/* More than there is room for: none is ever held back by another one's entry. */
static void test_bound(void)
{
	struct suppress *s = suppress_new(60);
	char name[16];
	uint64_t represents;

	for (unsigned i = 0; i < 400000; i++) {
		snprintf(name, sizeof name, "n%u", i);
		CHECK(tells(s, 1, name, 100, &represents) && represents == 0);
	}
	suppress_free(s);
}

int main(void)
{
	test_window();
	test_bound();
	return 0;
}
