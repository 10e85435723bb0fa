/* SPDX-License-Identifier: Apache-2.0 */
/* Who does not go on is said once, and again when it does; a reader that is slow is no hang. */
#include "sensor/stall.h"

#include "tests/catch_errors.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 2, LIMIT_MS = 200, PATIENCE_S = 20 };

static atomic_int looks;
static atomic_bool last_is_well;

static const char *source(void *context, uint32_t index)
{
	CHECK(index == 3);
	return context;
}

static void beat(void *context, bool is_well)
{
	(void)context;
	atomic_store(&last_is_well, is_well);
	atomic_fetch_add(&looks, 1);
}

/* A machine may be slow: until it says so. */
static bool becomes(bool is_well)
{
	struct timespec nap = { .tv_nsec = 5000000 };
	int begun = atomic_load(&looks);

	for (time_t end = time(NULL) + PATIENCE_S; time(NULL) <= end;) {
		if (atomic_load(&last_is_well) == is_well && atomic_load(&looks) > begun + 1)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

/* Long enough for a fault to show, and nothing waits for it. */
static bool stays_well(struct stall *s, size_t busy)
{
	struct timespec nap = { .tv_nsec = 5000000 };
	bool was_well = true;

	for (int begun = atomic_load(&looks); atomic_load(&looks) < begun + 12;) {
		if (busy < WORKERS) {
			stall_enter(s, busy, 3, 1, 2);
			stall_leave(s, busy);
		}
		nanosleep(&nap, NULL); /* who sleeps is not interrupted in between */
		was_well = was_well && atomic_load(&last_is_well);
	}
	return was_well;
}

int main(void)
{
	static char text[CATCH_MAX], name[] = "eth3";
	int ends[2], before = catch_begin(ends);
	struct stall *s = stall_new(&(struct stall_options){ .workers = WORKERS,
	                                                     .limit_ms = LIMIT_MS,
	                                                     .source = source,
	                                                     .beat = beat,
	                                                     .context = name });
	bool steps[11];

	atomic_store(&last_is_well, true);
	steps[0] = stays_well(s, WORKERS); /* idle */
	steps[1] = stays_well(s, 0);       /* busy, and going on */
	stall_enter(s, 1, 3, 1000, 1255);
	steps[2] = becomes(false);
	stall_leave(s, 1);
	steps[3] = becomes(true);
	stall_enter(s, WORKERS + STALL_OUTPUT, 0, 0, 0);
	stall_enter(s, 0, 3, 7, 8); /* it waits for the output */
	steps[4] = stays_well(s, WORKERS);
	stall_leave(s, WORKERS + STALL_OUTPUT);
	steps[5] = becomes(false); /* now it is its own fault */
	stall_leave(s, 0);
	steps[6] = becomes(true);
	stall_enter(s, WORKERS + STALL_READING, 0, 0, 0);
	steps[7] = becomes(false);
	stall_leave(s, WORKERS + STALL_READING);
	steps[8] = becomes(true);
	stall_expect(s, WORKERS + STALL_READING, true); /* and it never comes again */
	steps[9] = becomes(false);
	stall_expect(s, WORKERS + STALL_READING, false);
	steps[10] = becomes(true);
	stall_free(s);
	catch_end(ends, before, text);
	stall_enter(NULL, 0, 0, 0, 0); /* nobody looks */
	stall_leave(NULL, 0);
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		CHECK(steps[i]);
	CHECK(strstr(text, "worker 1 hangs: ") != NULL);
	CHECK(strstr(text, "at packets 1000 to 1255 of eth3\n") != NULL);
	CHECK(strstr(text, "worker 1 goes on, after ") != NULL);
	CHECK(strstr(text, "the output waits: ") != NULL);
	CHECK(strstr(text, "the output waits: ") < strstr(text, "worker 0 hangs"));
	CHECK(strstr(text, "the reading thread hangs: ") != NULL);
	CHECK(strstr(text, "the reading thread hangs: it has not come by for ") != NULL);
	const char *again = strstr(text, "worker 1 hangs");

	CHECK(strstr(again + 1, "worker 1 hangs") == NULL);
	return 0;
}
