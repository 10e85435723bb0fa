/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IN_CHILD_H
#define TESTS_IN_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

/* A sub-command gives up its rights for good: a process for each. Its exit status. */
static inline int in_child(int command(int, char **), int argc, char **argv)
{
	int status = 0;

	fflush(stdout);
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0)
		exit(command(argc, argv));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
