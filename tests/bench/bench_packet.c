/* SPDX-License-Identifier: Apache-2.0 */
/* Nanoseconds that dissect_packet() takes for a frame, for each way that a packet can come. */
#include "tests/check.h"
#include "tests/frames.h"

#include <time.h>

enum { ROUNDS = 2000000, REPEATS = 5 };

static double now_ns(void)
{
	struct timespec t;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double measure_once(enum link_type link, struct slice frame)
{
	struct packet packet;
	unsigned answers = 0;
	double begin = now_ns();

	for (size_t i = 0; i < ROUNDS; i++)
		answers += (unsigned)dissect_packet(link, frame, &packet);
	double end = now_ns();

	CHECK(answers == 0); /* all PARSE_OK */
	return (end - begin) / ROUNDS;
}

/* The least of several, as others use the machine too. */
static double measure(const struct frame_specimen *s)
{
	uint8_t bytes[FRAME_MAX];
	struct slice frame = { bytes, frame_build(s->layers, bytes) };
	double least = measure_once(s->link, frame);

	for (int i = 1; i < REPEATS; i++) {
		double again = measure_once(s->link, frame);

		least = again < least ? again : least;
	}
	return least;
}

int main(void)
{
	for (size_t i = 0; i < frame_specimen_count; i++)
		printf("%-34s %6.1f ns\n", frame_specimens[i].name, measure(&frame_specimens[i]));
	return 0;
}
