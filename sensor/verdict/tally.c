/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"

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

static bool is_row_of(const struct tally_row *row, const uint8_t local[16], const char *tracker)
{
	return memcmp(row->local, local, 16) == 0 &&
	       strncmp(row->tracker, tracker, TALLY_NAME_MAX - 1) == 0;
}

static uint16_t *bucket_of(struct tally *t, const uint8_t local[16], const char *tracker)
{
	size_t len = 0;

	while (len < TALLY_NAME_MAX - 1 && tracker[len] != '\0')
		len++;
	uint64_t of_host = keyed_bytes(t->seed, local, 16);

	return &t->buckets[keyed_bytes(of_host, tracker, len) % TALLY_BUCKETS];
}

static void link_row(struct tally *t, size_t index)
{
	struct tally_row *row = &t->rows[index];
	uint16_t *bucket = bucket_of(t, row->local, row->tracker);

	row->chain = *bucket;
	*bucket = (uint16_t)(index + 1);
}

struct tally_row *tally_row(struct tally *t, const uint8_t local[16], const char *tracker,
                            const char *category)
{
	for (size_t i = *bucket_of(t, local, tracker); i != 0; i = t->rows[i - 1].chain)
		if (is_row_of(&t->rows[i - 1], local, tracker))
			return &t->rows[i - 1];
	if (!make_room(t))
		return NULL;
	struct tally_row *row = &t->rows[t->count];

	memset(row, 0, sizeof *row);
	memcpy(row->local, local, 16);
	snprintf(row->tracker, sizeof row->tracker, "%s", tracker);
	snprintf(row->category, sizeof row->category, "%s", category);
	link_row(t, t->count++);
	return row;
}

static void add_row(struct tally *t, const struct tally_row *from)
{
	struct tally_row *row = tally_row(t, from->local, from->tracker, from->category);

	if (row == NULL)
		return;
	if (row->host[0] == '\0' || from->last_ns > row->last_ns)
		memcpy(row->host, from->host, sizeof row->host);
	if (from->site[0] != '\0')
		tally_site(row, (struct slice){ (const uint8_t *)from->site, strlen(from->site) });
	if (row->first_ns == 0 || (from->first_ns != 0 && from->first_ns < row->first_ns))
		row->first_ns = from->first_ns;
	if (from->last_ns > row->last_ns)
		row->last_ns = from->last_ns;
	if (from->confidence > row->confidence)
		row->confidence = from->confidence;
	row->contacts += from->contacts;
	row->lookups += from->lookups;
	row->blocked += from->blocked;
	row->bytes += from->bytes;
}

void tally_add(struct tally *t, const struct tally *from)
{
	if (t->count == 0)
		t->seed = from->seed;
	if (t->hosts.count == 0)
		t->hosts.seed = from->hosts.seed;
	t->lost += from->lost;
	host_set_merge(&t->hosts, &from->hosts);
	for (size_t i = 0; i < from->count; i++)
		add_row(t, &from->rows[i]);
}

void tally_free(struct tally *t)
{
	free(t->rows);
	host_set_free(&t->hosts);
	*t = (struct tally){ .seed = t->seed };
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
	if (t->count == 0)
		return;
	qsort(t->rows, t->count, sizeof *t->rows, more_contacts_first);
	memset(t->buckets, 0, sizeof t->buckets);
	for (size_t i = 0; i < t->count; i++)
		link_row(t, i);
}

void tally_site(struct tally_row *row, struct slice name)
{
	char text[TALLY_NAME_MAX];

	snprintf(text, sizeof text, "%.*s", (int)name.len, (const char *)name.ptr);
	bool is_other = row->site[0] != '\0' && strcmp(row->site, text) != 0;

	snprintf(row->site, sizeof row->site, "%s", is_other ? "(several)" : text);
}
