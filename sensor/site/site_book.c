/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_book_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/domain.h"
#include "sensor/flow/siphash.h"
#include "sensor/log.h"

enum { SITES_MIN = 64, NONE = 0 };

struct site_book *site_book_new(size_t capacity, uint64_t seed)
{
	struct site_book *b = calloc(1, sizeof *b);

	if (b == NULL)
		return NULL;
	b->capacity = capacity;
	b->seed[0] = seed;
	b->seed[1] = ~seed;
	b->bucket_count = 1;
	while (b->bucket_count < capacity)
		b->bucket_count *= 2;
	b->buckets = calloc(b->bucket_count, sizeof *b->buckets);
	if (b->buckets != NULL)
		return b;
	site_book_free(b);
	return NULL;
}

static void free_site(struct site *s)
{
	for (size_t e = 0; e < SITE_ENTITIES_MAX; e++)
		free(s->count[e].base);
	free(s->name);
}

void site_book_free(struct site_book *b)
{
	if (b == NULL)
		return;
	for (size_t i = 1; b->sites != NULL && i <= b->count; i++)
		free_site(&b->sites[i]);
	free(b->sites);
	site_calls_free(&b->calls);
	site_sizes_free(&b->sizes);
	free(b->buckets);
	free(b);
}

size_t site_book_entity(const struct site_book *b, const char *entity)
{
	for (size_t i = 0; i < b->entity_count; i++)
		if (strncmp(b->entities[i], entity, ENTITY_MAX - 1) == 0)
			return i;
	return SITE_ENTITIES_MAX;
}

void site_book_hold_entity(struct site_book *b, const char *entity)
{
	if (site_book_entity(b, entity) != SITE_ENTITIES_MAX ||
	    b->entity_count == SITE_ENTITIES_MAX)
		return;
	snprintf(b->entities[b->entity_count++], ENTITY_MAX, "%s", entity);
}

size_t site_book_entities(const struct site_book *b)
{
	return b->entity_count;
}

const char *site_book_entity_name(const struct site_book *b, size_t entity)
{
	return b->entities[entity];
}

static uint32_t *bucket_of(const struct site_book *b, struct slice name)
{
	uint64_t words[(SITE_NAME_MAX + 8) / 8] = { 0 };

	memcpy(words, name.ptr, name.len);
	return &b->buckets[siphash(b->seed, words, (name.len + 7) / 8) & (b->bucket_count - 1)];
}

static bool is_named(const struct site *s, struct slice name)
{
	return strncmp(s->name, (const char *)name.ptr, name.len) == 0 && s->name[name.len] == '\0';
}

struct site *site_book_look(const struct site_book *b, struct slice name)
{
	if (name.len == 0 || name.len > SITE_NAME_MAX)
		return NULL;
	uint32_t i = *bucket_of(b, name);

	while (i != NONE && !is_named(&b->sites[i], name))
		i = b->sites[i].next;
	return i != NONE ? &b->sites[i] : NULL;
}

const struct site *site_book_find(const struct site_book *b, struct slice name)
{
	return b->is_restored ? NULL : site_book_look(b, name);
}

static void link_site(struct site_book *b, size_t i)
{
	struct site *s = &b->sites[i];
	uint32_t *bucket = bucket_of(b, (struct slice){ (uint8_t *)s->name, strlen(s->name) });

	s->next = *bucket;
	*bucket = (uint32_t)i;
}

static bool is_kept(const struct site *s, uint64_t before_ns)
{
	for (size_t i = 0; i < SITE_ENTITIES_MAX; i++)
		if (s->count[i].base != NULL && s->count[i].base->hits > 0)
			return true;
	for (size_t i = 0; i < SITE_ENTITIES_MAX; i++)
		if (s->count[i].hits > 0 || s->count[i].told != 0)
			return s->last_ns >= before_ns || s->count[i].told != 0;
	return s->last_ns >= before_ns;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The half that was seen longest ago goes, but for sites with a verdict. */
static void make_room(struct site_book *b)
{
	uint64_t *times = malloc(b->count * sizeof *times);
	size_t kept = 0;

	if (times == NULL)
		return;
	for (size_t i = 0; i < b->count; i++)
		times[i] = b->sites[i + 1].last_ns;
	qsort(times, b->count, sizeof *times, by_time);
	uint64_t before_ns = times[b->count / 2] + 1;

	free(times);
	site_calls_clear(&b->calls); /* they know sites by number */
	memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
	for (size_t i = 1; i <= b->count; i++) {
		if (is_kept(&b->sites[i], before_ns)) {
			b->sites[++kept] = b->sites[i];
			link_site(b, kept);
			continue;
		}
		b->name_bytes -= strlen(b->sites[i].name) + 1;
		free_site(&b->sites[i]);
	}
	b->count = kept;
}

static bool has_room(struct site_book *b)
{
	if (b->count == b->capacity)
		make_room(b);
	if (b->count < b->room)
		return true;
	size_t room = b->room > 0 ? b->room * 2 : SITES_MIN;

	room = room < b->capacity ? room : b->capacity;
	struct site *grown = room > b->count ? realloc(b->sites, (room + 1) * sizeof *grown) : NULL;

	if (grown == NULL && room > b->count)
		log_scarce();
	if (grown == NULL)
		return false;
	b->sites = grown;
	b->room = room;
	return true;
}

struct site *site_book_hold(struct site_book *b, struct slice name)
{
	struct site *s = site_book_look(b, name);

	if (s != NULL || name.len == 0 || name.len > SITE_NAME_MAX ||
	    memchr(name.ptr, 0, name.len) != NULL)
		return s;
	if (!has_room(b))
		return NULL;
	char *text = malloc(name.len + 1);

	if (text == NULL)
		return log_scarce(), NULL;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	s = &b->sites[++b->count];
	*s = (struct site){ .name = text,
		            .domain = registrable_domain(text),
		            .embedded = site_odds_of_name(text) };
	b->name_bytes += name.len + 1;
	link_site(b, b->count);
	return s;
}

void site_book_forget(struct site_book *b)
{
	for (size_t i = 1; i <= b->count; i++)
		free_site(&b->sites[i]);
	memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
	b->count = b->entity_count = b->name_bytes = 0;
}

static int by_name(const void *a, const void *b)
{
	const struct site *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

void site_book_each(struct site_book *b, site_visit *visit, void *context)
{
	struct site **order = malloc((b->count + 1) * sizeof *order);

	if (order == NULL) {
		log_scarce();
		return;
	}
	for (size_t i = 0; i < b->count; i++)
		order[i] = &b->sites[i + 1];
	qsort(order, b->count, sizeof(struct site *), by_name);
	for (size_t i = 0; i < b->count; i++)
		visit(context, order[i]);
	free(order);
}

size_t site_book_count(const struct site_book *b)
{
	return b->count;
}

size_t site_book_bytes(const struct site_book *b)
{
	return sizeof *b + (b->room + 1) * sizeof *b->sites + b->bucket_count * sizeof *b->buckets +
	       b->name_bytes;
}
