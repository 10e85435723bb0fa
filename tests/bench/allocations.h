/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_ALLOCATIONS_H
#define TESTS_BENCH_ALLOCATIONS_H

#include <stddef.h>

/*
 * How often the program, and every library in it, has asked for memory so far: malloc, calloc,
 * realloc and aligned_alloc are ours in a program that links allocations.c (glibc only).
 */
size_t allocations(void);

#endif
