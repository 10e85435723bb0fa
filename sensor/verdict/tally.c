/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MIN = 64 };

static bool make_room(struct tally *t)
{
	if (t->count < t->room)
		return true;
	size_t room = t->room > 0 ? t->room * 2 : ROWS_MIN;
	struct tally_row *grown =
	        room > TALLY_ROWS_MAX ? NULL : realloc(t->rows, room * sizeof *grown);

	if (grown == NULL) {
		t->lost++;
		return false;
	}
	t->rows = grown;
	t->room = room;
	return true;
}

struct tally_row *tally_row(struct tally *t, const uint8_t local[16], const char *tracker,
                            const char *category)
{
	for (size_t i = 0; i < t->count; i++)
		if (memcmp(t->rows[i].local, local, 16) == 0 &&
		    strncmp(t->rows[i].tracker, tracker, TALLY_NAME_MAX - 1) == 0)
			return &t->rows[i];
	if (!make_room(t))
		return NULL;
	struct tally_row *row = &t->rows[t->count++];

	memset(row, 0, sizeof *row);
	memcpy(row->local, local, 16);
	snprintf(row->tracker, sizeof row->tracker, "%s", tracker);
	snprintf(row->category, sizeof row->category, "%s", category);
	return row;
}

void tally_free(struct tally *t)
{
	free(t->rows);
	*t = (struct tally){ 0 };
}

static int more_contacts_first(const void *a, const void *b)
{
	const struct tally_row *left = a, *right = b;

	if (left->contacts != right->contacts)
		return left->contacts < right->contacts ? 1 : -1;
	if (left->first_ns != right->first_ns)
		return left->first_ns > right->first_ns ? 1 : -1;
	int by_host = memcmp(left->local, right->local, 16);

	return by_host != 0 ? by_host : strcmp(left->tracker, right->tracker);
}

void tally_sort(struct tally *t)
{
	if (t->count > 0)
		qsort(t->rows, t->count, sizeof *t->rows, more_contacts_first);
}
