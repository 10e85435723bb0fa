/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_book.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/domain.h"
#include "sensor/flow/siphash.h"
#include "sensor/log.h"
#include "sensor/site/site_calls.h"
#include "sensor/site/site_habits.h"
#include "sensor/site/site_sizes.h"

enum { SITES_MIN = 64, ENTITY_MAX = 64, NONE = 0 };

/* Log odds that a name is embedded in others' pages. */
static const float surely_embedded = 4;
static const float habit_least = 0.7F; /* belief in a call that is learned of */

struct site_book {
	uint64_t seed[2];
	struct site *sites; /* 1 and up; 0: none */
	size_t count, room, capacity;
	uint32_t *buckets;
	size_t bucket_count;
	size_t name_bytes;
	char entities[SITE_ENTITIES_MAX][ENTITY_MAX];
	size_t entity_count;
	float lags[2][SITE_LAGS]; /* over all sites, on top of lag_prior */
	uint64_t visits, bystanders[SITE_ENTITIES_MAX];
	bool is_restored; /* and nobody knows yet whether it counts */
	uint64_t restored_ns;
	struct site_calls calls;
	struct site_sizes sizes;
	struct site_habits habits;
};

/* Upper ends of the classes of lag in seconds, and how calls of unknown sites fall into them. */
static const double lag_ends[SITE_LAGS] = { 0.08, 0.16, 0.3, 0.6, 1.2, 2.4, 5, 10 };
static const double lag_prior[2][SITE_LAGS] = {
	{ 0.25, 0.25, 0.20, 0.12, 0.08, 0.05, 0.04, 0.01 },
	{ 0.02, 0.12, 0.28, 0.30, 0.14, 0.06, 0.07, 0.01 },
};

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

static void learn_entity(struct site_book *b, const char *entity)
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

double site_book_coincidence(const struct site_book *b, size_t entity)
{
	const double prior = 0.05, weight = 20;

	return ((double)b->bystanders[entity] + prior * weight) / ((double)b->visits + weight);
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

static struct site *look(const struct site_book *b, struct slice name)
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
	return b->is_restored ? NULL : look(b, name);
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

	if (grown == NULL)
		return false;
	b->sites = grown;
	b->room = room;
	return true;
}

/* What a host is called tells something: odds that it is embedded, before it is seen. */
static float odds_of_name(const char *name)
{
	static const char *const embedded[] = {
		"ads",   "ajax",   "analytics", "api",    "assets", "cdn",       "cmp",   "collect",
		"css",   "fonts",  "image",     "images", "img",    "js",        "media", "metrics",
		"pixel", "static", "stats",     "tag",    "tags",   "telemetry", "track", "widget"
	};
	size_t len = strcspn(name, ".");

	if (len == 3 && strncmp(name, "www", 3) == 0)
		return -1;
	while (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--; /* cdn2 */
	for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
		if (strlen(embedded[i]) == len && strncmp(name, embedded[i], len) == 0)
			return 3;
	return 0;
}

static struct site *look_or_add(struct site_book *b, struct slice name)
{
	struct site *s = look(b, name);

	if (s != NULL || name.len == 0 || name.len > SITE_NAME_MAX ||
	    memchr(name.ptr, 0, name.len) != NULL)
		return s;
	char *text = has_room(b) ? malloc(name.len + 1) : NULL;

	if (text == NULL)
		return NULL;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	s = &b->sites[++b->count];
	*s = (struct site){ .name = text,
		            .domain = registrable_domain(text),
		            .embedded = odds_of_name(text) };
	b->name_bytes += name.len + 1;
	link_site(b, b->count);
	return s;
}

static void learn_follower(struct site *s, uint64_t head)
{
	s->followed++;
	for (size_t i = 0; i < s->distinct; i++)
		if (s->followed_heads[i] == head)
			return;
	if (s->distinct < sizeof s->followed_heads / sizeof *s->followed_heads)
		s->followed_heads[s->distinct++] = head;
}

static size_t lag_class(double lag_s)
{
	size_t i = 0;

	while (i < SITE_LAGS - 1 && lag_s > lag_ends[i])
		i++;
	return i;
}

void site_credit(struct site *s, size_t entity, bool is_new, double lag_s, double amount)
{
	struct site_count *c = &s->count[entity];
	float *lag = &c->lags[is_new][lag_class(lag_s)];

	c->calls = fmaxf(0, c->calls + (float)amount);
	*lag = fmaxf(0, *lag + (float)amount);
}

static void learn_hit(struct site_book *b, struct site_count *c, const struct site_hit *hit,
                      uint64_t time_ns)
{
	c->belief += hit->belief;
	if (hit->belief > 0.7F)
		b->lags[hit->was_new][lag_class(hit->lag_s)] += hit->belief;
	if (hit->belief < 0.5F) {
		c->after++;
		return;
	}
	c->doubt += logf(fmaxf(1 - hit->belief, 0.01F));
	c->hits_from = c->hits++ == 0 ? 1 : c->hits_from + c->after + 1;
	c->first_ns = c->first_ns == 0 ? time_ns : c->first_ns;
	c->last_ns = time_ns;
	c->after = 0;
	c->gone_ns = 0;
}

static void learn_visit(struct site_book *b, struct site *s, const struct site_observation *o)
{
	b->visits++;
	s->visits++;
	s->has_news = true;
	s->first_ns = s->first_ns == 0 ? o->time_ns : s->first_ns;
	for (size_t i = 0; i < o->hit_count; i++)
		learn_entity(b, o->hits[i].entity);
	for (size_t e = 0; e < b->entity_count; e++) {
		struct site_count *c = &s->count[e];
		const struct site_hit *hit = NULL;

		for (size_t i = 0; i < o->hit_count; i++)
			if (site_book_entity(b, o->hits[i].entity) == e)
				hit = &o->hits[i];
		if (hit != NULL && hit->belief < 0.5F)
			b->bystanders[e]++;
		if (hit != NULL)
			learn_hit(b, c, hit, o->time_ns);
		else
			c->after++;
		if (c->after > 0 && c->hits > 0 && c->gone_ns == 0)
			c->gone_ns = o->time_ns;
	}
}

static void take_back(struct site_book *b, struct site *s, const struct site_observation *o)
{
	size_t entity = site_book_entity(b, o->hits[0].entity);

	if (entity == SITE_ENTITIES_MAX || s->count[entity].hits == 0)
		return;
	struct site_count *c = &s->count[entity];

	c->hits--;
	c->belief = fmaxf(0, c->belief - o->hits[0].belief);
	c->doubt = fminf(0, c->doubt - logf(fmaxf(1 - o->hits[0].belief, 0.01F)));
	s->has_news = true;
	if (c->hits == 0) {
		c->hits_from = c->after = 0;
		c->first_ns = c->last_ns = c->gone_ns = 0;
	}
}

static int by_packet(const void *a, const void *b)
{
	const struct site_observation *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	int by_host = memcmp(x->host, y->host, sizeof x->host);

	if (by_host != 0)
		return by_host;
	if (x->candidate.call != y->candidate.call)
		return x->candidate.call < y->candidate.call ? -1 : 1;
	size_t common = x->name.len < y->name.len ? x->name.len : y->name.len;
	int by_text = memcmp(x->name.ptr, y->name.ptr, common);

	return by_text != 0 ? by_text : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

static bool is_same_call(const struct site_observation *a, const struct site_observation *b)
{
	return b->kind == SITE_SAW_CANDIDATE && a->time_ns == b->time_ns && a->order == b->order &&
	       a->candidate.call == b->candidate.call && memcmp(a->host, b->host, 16) == 0;
}

static enum site_page_kind page_kind(const struct site *s, bool was_udp)
{
	if (was_udp)
		return SITE_PAGE_QUIC;
	return s != NULL && s->speaks_quic ? SITE_PAGE_TCP : SITE_PAGE_TCP_ONLY;
}

double site_transport_ratio(const struct site_book *b, const struct site *s, bool was_udp,
                            uint32_t tracker, bool is_udp)
{
	return site_habits_ratio(&b->habits, tracker, page_kind(s, was_udp), is_udp);
}

/* A call's candidates stand side by side. */
static size_t learn_call(struct site_book *b, const struct site_observation *batch, size_t count)
{
	struct recent_call call = { .nobody = batch[0].candidate.nobody,
		                    .request = batch[0].candidate.request,
		                    .acknowledges = batch[0].candidate.acknowledges };
	size_t i = 0;

	learn_entity(b, batch[0].candidate.entity);
	size_t entity = site_book_entity(b, batch[0].candidate.entity);

	for (; i < count && is_same_call(&batch[0], &batch[i]); i++) {
		struct site *s = look_or_add(b, batch[i].name);
		const struct site_candidate *c = &batch[i].candidate;

		if (s == NULL || entity == SITE_ENTITIES_MAX || call.count == CALL_CANDIDATES)
			continue;
		if (c->belief > habit_least)
			site_habits_credit(&b->habits, c->tracker, page_kind(s, c->was_udp),
			                   c->is_udp);
		if (c->is_credited) {
			site_credit(s, entity, c->is_new, c->lag_s, c->belief);
			continue;
		}
		call.site[call.count] = (uint32_t)(s - b->sites);
		call.likelihood[call.count] = c->likelihood;
		call.excess[call.count] = (int16_t)c->excess;
		call.visit[call.count] = c->visit;
		call.lag_s[call.count++] = c->lag_s;
	}
	call.entity = (uint8_t)entity;
	call.is_new = batch[0].candidate.is_new;
	if (call.count > 0)
		site_calls_add(&b->calls, &call);
	return i;
}

static void forget_all(struct site_book *b)
{
	for (size_t i = 1; i <= b->count; i++)
		free_site(&b->sites[i]);
	memset(b->buckets, 0, b->bucket_count * sizeof *b->buckets);
	b->count = b->entity_count = b->name_bytes = 0;
}

void site_book_learn(struct site_book *b, struct site_observation *batch, size_t count)
{
	if (count > 1)
		qsort(batch, count, sizeof *batch, by_packet);
	if (b->is_restored && count > 0) {
		b->is_restored = false;
		if (batch[0].time_ns <= b->restored_ns)
			forget_all(b);
	}
	for (size_t i = 0; i < count; i++) {
		if (batch[i].kind == SITE_SAW_CANDIDATE) {
			i += learn_call(b, batch + i, count - i) - 1;
			continue;
		}
		struct site *s = look_or_add(b, batch[i].name);

		if (s == NULL)
			continue;
		s->last_ns = batch[i].time_ns > s->last_ns ? batch[i].time_ns : s->last_ns;
		if (batch[i].kind == SITE_SAW_HEAD)
			s->heads++;
		else if (batch[i].kind == SITE_SAW_FOLLOWER)
			learn_follower(s, batch[i].head);
		else if (batch[i].kind == SITE_SAW_ORDER)
			s->embedded = fmaxf(-20, fminf(20, s->embedded + batch[i].odds));
		else if (batch[i].kind == SITE_SAW_BEGINNING) {
			s->begun++;
			s->speaks_quic |= batch[i].is_udp;
		} else if (batch[i].kind == SITE_SAW_VISIT)
			learn_visit(b, s, &batch[i]);
		else
			take_back(b, s, &batch[i]);
	}
	site_calls_settle(&b->calls, b, b->sites);
}

void site_book_restored(struct site_book *b, uint64_t until_ns)
{
	b->is_restored = true;
	b->restored_ns = until_ns;
}

void site_book_restore(struct site_book *b, struct slice name, const struct site_learned *learned)
{
	struct site *s = look_or_add(b, name);

	if (s == NULL)
		return;
	s->heads = learned->heads;
	s->followed = learned->followed;
	s->begun = learned->begun;
	s->embedded = learned->embedded;
	s->distinct = (uint8_t)(learned->distinct < 3 ? learned->distinct : 3);
}

void site_book_restore_calls(struct site_book *b, struct slice name, const char *entity,
                             float calls, const float lags[2 * SITE_LAGS])
{
	struct site *s = look_or_add(b, name);

	learn_entity(b, entity);
	size_t e = site_book_entity(b, entity);

	if (s == NULL || e == SITE_ENTITIES_MAX)
		return;
	s->count[e].calls = calls;
	memcpy(s->count[e].lags, lags, sizeof s->count[e].lags);
}

void site_book_restore_base(struct site_book *b, struct slice name, const char *entity,
                            const struct site_base *base)
{
	struct site *s = look_or_add(b, name);

	learn_entity(b, entity);
	size_t e = site_book_entity(b, entity);

	if (s == NULL || e == SITE_ENTITIES_MAX)
		return;
	struct site_base *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return;
	*copy = *base;
	free(s->count[e].base);
	s->count[e].base = copy;
}

bool site_whole(const struct site *s, size_t entity, struct site *out)
{
	const struct site_base *base = s->count[entity].base;
	struct site_count *c = &out->count[entity];

	*out = *s;
	if (base == NULL || s->visits == 0 || s->first_ns <= base->seen_last_ns)
		return false;
	uint32_t until = s->visits - (c->after < s->visits ? c->after : s->visits);

	out->visits += base->visits;
	out->first_ns = base->seen_first_ns;
	c->hits_from = base->visits - (base->after < base->visits ? base->after : base->visits);
	if (c->hits > 0) {
		c->hits_from = base->hits > 0 ? base->visits + until : s->count[entity].hits_from;
		c->first_ns = base->hits > 0 ? base->first_ns : c->first_ns;
	} else {
		c->after = base->after + s->visits;
		c->gone_ns = base->gone_ns != 0 ? base->gone_ns : s->first_ns;
		c->first_ns = base->first_ns;
		c->last_ns = base->last_ns;
	}
	c->hits += base->hits;
	c->belief += (float)base->hits;
	c->doubt += base->doubt;
	c->calls = fmaxf(c->calls, (float)c->hits);
	return true;
}

bool site_is_third_party(const struct site *s)
{
	return s != NULL && ((s->distinct >= 3 && s->followed > 3 * s->heads && s->embedded > 0) ||
	                     (s->distinct >= 2 && s->embedded > surely_embedded));
}

double site_page_prior(const struct site *s)
{
	const double page_odds = 0.4;
	if (site_is_third_party(s))
		return 0;
	return 1 / (1 + exp(s->embedded - page_odds));
}

double site_new_page_prior(struct slice name)
{
	char text[SITE_NAME_MAX + 1];
	struct site unknown;

	if (name.len > SITE_NAME_MAX)
		return 0;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	unknown = (struct site){ .embedded = odds_of_name(text) };
	return site_page_prior(&unknown);
}

double site_size_ratio(const struct site_book *b, uint32_t request, bool acknowledges, int excess)
{
	return site_sizes_ratio(&b->sizes, request, acknowledges, excess);
}

int site_size_base(const struct site_book *b, uint32_t request, bool acknowledges, int excess)
{
	return site_sizes_base(&b->sizes, request, acknowledges, excess);
}

void site_credit_size(struct site_book *b, uint32_t request, int base, double amount)
{
	site_sizes_credit(&b->sizes, request, base, amount);
}

double site_call_rate(const struct site *s, size_t entity)
{
	const double prior = 0.1, weight = 1.5, most = 0.95;

	if (s == NULL || entity == SITE_ENTITIES_MAX)
		return prior;
	return fmin(most, (prior * weight + s->count[entity].calls) / (weight + s->begun));
}

static double share(const double *prior, double weight, const float *seen, size_t class)
{
	double sum = 0;

	for (size_t i = 0; i < SITE_LAGS; i++)
		sum += seen[i];
	return (prior[class] * weight + seen[class]) / (weight + sum);
}

double site_lag_density(const struct site_book *b, const struct site *s, size_t entity, bool is_new,
                        double lag_s)
{
	size_t class = lag_class(lag_s);
	double width = lag_ends[class] - (class > 0 ? lag_ends[class - 1] : 0);
	double general[SITE_LAGS];

	if (lag_s > lag_ends[SITE_LAGS - 1])
		return 0.0005;
	for (size_t i = 0; i < SITE_LAGS; i++)
		general[i] = share(lag_prior[is_new], 10, b->lags[is_new], i);
	if (s == NULL || entity == SITE_ENTITIES_MAX)
		return general[class] / width;
	return share(general, 3, s->count[entity].lags[is_new], class) / width;
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
