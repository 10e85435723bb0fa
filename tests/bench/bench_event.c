/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the JSON of an event takes, in microseconds, for each specimen; beside it the hashes
 * that an event needs. Single thread; the best of five rounds, so that a busy machine does not
 * count.
 */
#include "sensor/event/community_id.h"
#include "sensor/event/event_json.h"
#include "tests/check.h"
#include "tests/event_specimens.h"

#include <time.h>

enum { ROUNDS = 5, REPEATS = 20000 };

static double now_us(void)
{
	struct timespec t;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void bench_event(struct event_json *json, size_t index)
{
	double best = 1e18;
	struct event e;
	size_t len = 0;

	event_specimen(index, &e);
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now_us();

		for (int i = 0; i < REPEATS; i++)
			len = event_json_native(json, &e).len;
		double took = (now_us() - begin) / REPEATS;

		best = took < best ? took : best;
	}
	printf("%-10s %5zu bytes %7.2f us\n", event_type_word(e.type), len, best);
}

static void bench_community_id(struct digest *digest)
{
	struct flow_tuple t = { .src = { 1 }, .dst = { 2 }, .protocol = 6 };
	char id[COMMUNITY_ID_MAX];
	double begin = now_us();

	for (int i = 0; i < REPEATS; i++) {
		t.src_port = (uint16_t)i;
		CHECK(community_id(digest, &t, id));
	}
	printf("community_id           %7.2f us\n", (now_us() - begin) / REPEATS);
}

int main(void)
{
	struct event_json *json = event_json_new();
	struct digest *digest = digest_new();

	CHECK(json != NULL && digest != NULL);
	for (size_t i = 0; i < event_specimen_count(); i++)
		bench_event(json, i);
	bench_community_id(digest);
	digest_free(digest);
	event_json_free(json);
	return 0;
}
