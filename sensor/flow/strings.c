/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/strings.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

enum { BUCKETS = 4096 };

struct kept {
	struct kept *next;
	char text[];
};

struct string_pool {
	struct kept *buckets[BUCKETS];
};

struct string_pool *string_pool_new(void)
{
	return calloc(1, sizeof(struct string_pool));
}

void string_pool_free(struct string_pool *p)
{
	for (size_t i = 0; p != NULL && i < BUCKETS; i++)
		while (p->buckets[i] != NULL) {
			struct kept *k = p->buckets[i];

			p->buckets[i] = k->next;
			free(k);
		}
	free(p);
}

/* FNV-1a: these are words of feeds that somebody chose, not of the wire. */
static size_t bucket_of(const char *text)
{
	uint32_t h = 2166136261U;

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619U;
	return h % BUCKETS;
}

const char *string_keep(struct string_pool *p, const char *text)
{
	struct kept **bucket = &p->buckets[bucket_of(text)], *k = *bucket;
	size_t size = strlen(text) + 1;

	while (k != NULL && strcmp(k->text, text) != 0)
		k = k->next;
	if (k != NULL)
		return k->text;
	k = malloc(sizeof *k + size);
	if (k == NULL) {
		log_scarce();
		return "";
	}
	memcpy(k->text, text, size);
	k->next = *bucket;
	*bucket = k;
	return k->text;
}

void string_keep_entry(struct string_pool *p, struct feed_entry *e)
{
	const char **all[] = { &e->entity, &e->product,      &e->category, &e->rule,
		               &e->feed,   &e->feed_version, &e->domain,   &e->label };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		*all[i] = string_keep(p, *all[i]);
}
