/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/allocations.h"

#include <malloc.h>
#include <stdlib.h>

static size_t count;

/* glibc's own, by the names under which it keeps them for whoever takes the others' place. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t size)
{
	count++;
	return __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
	count++;
	return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
	count++;
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count++;
	return __libc_memalign(alignment, size);
}

size_t allocations(void)
{
	return count;
}
