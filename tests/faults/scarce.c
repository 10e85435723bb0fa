/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands before the C library's allocator (LD_PRELOAD) and lets the allocation number SCARCE_AT of
 * the program itself fail, and where SCARCE_FROM_THERE is set all after it too; a library's own
 * calls always succeed, since what nDPI or SQLite do without memory is theirs. At the end it
 * writes, where SCARCE_COUNT names a file, how many there were, and where one failed (for
 * addr2line).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static uintptr_t base, first, last;
static unsigned long fail_at;
static bool from_there;
static atomic_ulong calls;
static atomic_uintptr_t failed;

static int find_program(struct dl_phdr_info *info, size_t size, void *none)
{
	(void)size;
	(void)none;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
			first = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			last = first + info->dlpi_phdr[i].p_memsz;
			base = info->dlpi_addr;
		}
	return 1; /* the program comes first, and is all that is asked for */
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("SCARCE_AT");

	from_there = getenv("SCARCE_FROM_THERE") != NULL;
	fail_at = at != NULL ? strtoul(at, NULL, 10) : 0;
	(void)dl_iterate_phdr(find_program, NULL);
}

__attribute__((destructor)) static void tell(void)
{
	const char *path = getenv("SCARCE_COUNT");
	FILE *out = path != NULL ? fopen(path, "w") : NULL;

	if (out == NULL)
		return;
	fprintf(out, "%lu %#lx\n", calls, (unsigned long)failed);
	fclose(out);
}

static bool is_refused(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	if (at < first || at >= last)
		return false;
	unsigned long number = ++calls;

	if (number != fail_at && !(from_there && fail_at != 0 && number > fail_at))
		return false;
	if (number == fail_at)
		failed = at - base;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return is_refused(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}
