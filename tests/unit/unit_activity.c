/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/activity.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static const uint8_t desk[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };
static const uint8_t other[16] = { [10] = 0xff, 0xff, 10, 0, 0, 2 };

/*
 * What is said, in order: `>` by the client, `<` by the server, bytes; `!` the client's packet that
 * begins with a request; `.` so many milliseconds pass; `/` another flow begins. Of the last flow
 * it is asked what it was.
 */
static const struct {
	const char *said;
	bool is_udp, is_loaded;
	unsigned beacons;
} rows[] = {
	{ "", false, false, 0 },
	/* A handshake, and no request. */
	{ ">2024 <1441 >156 <121", false, false, 0 },
	/* A script, and as much as the issue asks for: by one answer, by several in one go. */
	{ ">64 <121 !433 <2886 >187 <100001", false, true, 0 },
	{ ">64 <121 !433 <2886", false, false, 0 },
	{ "!433 <60000 .900 >150 <40001", false, true, 0 },
	{ "!433 <60000 .1001 >150 <40001", false, false, 0 },
	/* A hundred beacons are no script, however much they are together. */
	{ "!433 <400 .5000 >2000 <1500 .5000 >2000 <1500 .5000 >2000 <99000", false, false, 3 },
	/* Told after the script, and on another flow of the same host within its minute. */
	{ "!433 <106822 >374 <173", false, true, 1 },
	{ "!433 <106822 >160 <1900 .5000 >321 <135", false, true, 2 },
	{ "!433 <106822 / .59000 !160 <1900", false, false, 1 },
	{ "!433 <106822 / .60001 !160 <1900", false, false, 0 },
	/* Without the script (a cache has it): more went up than came down. */
	{ ">64 <55 !715 <209", false, false, 1 },
	{ ">64 <55 !402 <2886", false, false, 0 },
	{ ">64 <55 !402 <500", false, false, 0 },
	/* Is it still the same script? It was not: what came before it was no beacon. */
	{ "!450 <120 >150 <106822", false, true, 0 },
	{ "!450 <120 .2000 >150 <106822", false, true, 1 },
	/* Acknowledgements, windows and PINGs are nothing that was said. */
	{ "!715 <100 >35 <20 >24 <89", false, false, 1 },
	{ "!646 <444 >28 <22 >28 <1352 >28", true, false, 1 },
	{ "!646 <444 >28 <1352 <1352", true, false, 0 },
	{ "!402 <1352 <1352 <200", true, false, 0 },
	/* Nobody answered. */
	{ "!715 !715 !715", false, false, 0 },
};

/* Plays it; the flow that is asked about in `a`. */
static void play(const char *said, bool is_udp, struct activity *a, struct script_loads *loads)
{
	struct activity_sight s = { .host = desk, .now_ns = 1000000000U, .is_udp = is_udp };

	*a = (struct activity){ .has_begun = false };
	for (const char *at = said; *at != '\0'; at++) {
		char *end;

		if (*at == '/')
			*a = (struct activity){ .has_begun = false };
		if (strchr("><!.", *at) == NULL)
			continue;
		s.len = (uint32_t)strtoul(at + 1, &end, 10);
		s.is_request = *at == '!';
		if (*at == '.')
			s.now_ns += (uint64_t)s.len * 1000000U;
		else if (*at == '<')
			activity_answered(a, loads, &s);
		else
			activity_asked(a, loads, &s);
		at = end - 1;
	}
}

static void check_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct script_loads *loads = calloc(1, sizeof *loads);
		struct activity a;

		play(rows[i].said, rows[i].is_udp, &a, loads);
		unsigned beacons = activity_beacons(&a, loads, desk, rows[i].is_udp);

		if (a.is_loaded != rows[i].is_loaded || beacons != rows[i].beacons)
			fprintf(stderr, "%s: %d, %u\n", rows[i].said, a.is_loaded, beacons);
		CHECK(a.is_loaded == rows[i].is_loaded && beacons == rows[i].beacons);
		free(loads);
	}
}

/* Another host's script says nothing; nor does one that came later; the last ones are kept. */
static void check_hosts(void)
{
	struct script_loads *loads = calloc(1, sizeof *loads);
	struct activity a;

	play("!433 <106822", false, &a, loads);
	play("!160 <1900", false, &a, loads);
	CHECK(activity_beacons(&a, loads, desk, false) == 1);
	CHECK(activity_beacons(&a, loads, other, false) == 0);
	a.last_ns = 999999999U;
	CHECK(activity_beacons(&a, loads, desk, false) == 0);
	for (size_t i = 0; i < SCRIPT_LOADS_MAX; i++) {
		a = (struct activity){ .has_begun = true };
		activity_answered(&a, loads,
		                  &(struct activity_sight){
		                          .host = other, .now_ns = 1000000000U, .len = 100001 });
	}
	play("!160 <1900", false, &a, loads);
	CHECK(activity_beacons(&a, loads, desk, false) == 0);
	free(loads);
}

/* A tap that sees the server's side alone. */
static void check_alone(void)
{
	struct script_loads *loads = calloc(1, sizeof *loads);
	struct activity a = { .has_begun = false };
	struct activity_sight s = { .host = desk, .now_ns = 1, .len = 60000, .is_alone = true };

	activity_answered(&a, loads, &s);
	activity_answered(&a, loads, &s);
	CHECK(a.is_loaded && activity_beacons(&a, loads, desk, false) == 0);
	free(loads);
}

int main(void)
{
	check_rows();
	check_hosts();
	check_alone();
	return 0;
}
