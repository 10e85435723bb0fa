/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CATCH_ERRORS_H
#define TESTS_CATCH_ERRORS_H

#include "tests/check.h"

#include <fcntl.h>
#include <unistd.h>

enum { CATCH_MAX = 8192 };

/* Between the two, what is written on standard error is kept for `text` (CATCH_MAX bytes). */
static inline int catch_begin(int ends[2])
{
	int before = dup(STDERR_FILENO);

	CHECK(before >= 0 && pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
	return before;
}

static inline void catch_end(int ends[2], int before, char *text)
{
	CHECK(dup2(before, STDERR_FILENO) >= 0);
	ssize_t got = read(ends[0], text, CATCH_MAX - 1);

	text[got > 0 ? got : 0] = 0;
	close(before);
	close(ends[0]);
	close(ends[1]);
}

#endif
