/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a database, asked for some addresses. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "sensor/verdict/geo.h"
#include "tests/check.h"

#include <sys/mman.h>
#include <unistd.h>

/* libmaxminddb forgets a list (8 kB, once for a file) when metadata turns out broken half-way. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t addresses[][16] = {
		{ [10] = 0xff, 0xff, 198, 51, 100, 10 },
		{ [10] = 0xff, 0xff, 203, 0, 113, 1 },
		{ 0x20, 1, 0xd, 0xb8, [15] = 1 },
		{ 0 },
	};
	int fd = memfd_create("database", 0);
	char path[64];
	const char *const paths[] = { path };
	unsigned failures;

	CHECK(fd != -1 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct geo *geo = geo_open(paths, 1, &failures);

	CHECK(geo != NULL && geo_source_count(geo) + failures == 1);
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		struct event_geo found;
		bool known = geo_find(geo, addresses[i], &found);

		CHECK(known == (found.source != NULL));
	}
	geo_free(geo);
	close(fd);
	return 0;
}
