/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise() */
#include "sensor/flow/large_table.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20 };

/* Only whole large pages of it: what else lies on its first and last page is not ours. */
void *large_table(size_t count, size_t size)
{
	uint8_t *table = calloc(count, size);

	if (table == NULL || count * size < 2 * (size_t)LARGE_PAGE)
		return table;
	size_t before = LARGE_PAGE - (uintptr_t)table % LARGE_PAGE;
	size_t whole = (count * size - before) / LARGE_PAGE;

	(void)madvise(table + before, whole * LARGE_PAGE, MADV_HUGEPAGE);
	return table;
}
