/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/name.h"

#include <stdlib.h>

#include "feeds/domain.h"
#include "sensor/flow/strings.h"
#include "sensor/keyed_hash.h"

enum { BUCKETS_MIN = 1024, DOMAIN_UNKNOWN = NAME_MAX_LEN + 1, DOMAIN_NAME_MAX = 253 };

struct name_table {
	struct budget *budget;
	const struct feed_set *feeds;
	struct string_pool *strings;
	struct name **buckets;
	size_t bucket_count, count; /* bucket_count: a power of two */
	uint64_t seed, multiplier;
	size_t bucket_bytes; /* of the budget: those beyond the first */
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* The eight bytes of a word in lower case at once: bit 7 is set where a byte is in A to Z. */
static uint64_t lower_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101U, low = word & 0x7f * ones;
	uint64_t is_upper = ((low + (0x80 - 'A') * ones) ^ (low + (0x80 - 'Z' - 1) * ones)) & ~word;

	return word | (is_upper & 0x80 * ones) >> 2;
}

static uint64_t load(const uint8_t *at, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, at, len);
	return lower_word(word);
}

static uint32_t hash_name(const struct name_table *t, struct slice text)
{
	uint64_t h = t->seed ^ text.len;
	size_t at = 0;

	for (; at + 8 <= text.len; at += 8)
		h = keyed_step(t->multiplier, h, load(text.ptr + at, 8));
	if (at < text.len)
		h = keyed_step(t->multiplier, h, load(text.ptr + at, text.len - at));
	return (uint32_t)(h >> 32);
}

static bool same_name(const struct name *n, struct slice text, bool is_verbatim)
{
	if (n->len != text.len || n->is_verbatim != is_verbatim)
		return false;
	if (is_verbatim)
		return memcmp(n->text, text.ptr, text.len) == 0;
	size_t at = 0;

	for (; at + 8 <= text.len; at += 8)
		if (load(n->text + at, 8) != load(text.ptr + at, 8))
			return false;
	return at == text.len ||
	       load(n->text + at, text.len - at) == load(text.ptr + at, text.len - at);
}

struct name_table *name_table_new(struct budget *budget, const struct feed_set *feeds,
                                  uint64_t seed)
{
	struct name_table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->budget = budget;
	t->feeds = feeds;
	t->seed = secret_word(seed, 1);
	t->multiplier = keyed_multiplier(seed);
	t->bucket_count = BUCKETS_MIN;
	t->buckets = calloc(t->bucket_count, sizeof(struct name *));
	t->strings = string_pool_new();
	if (t->buckets != NULL && t->strings != NULL)
		return t;
	free(t->buckets);
	string_pool_free(t->strings);
	free(t);
	return NULL;
}

static void forget_judgement(const struct name_table *t, struct name *n)
{
	budget_give(t->budget, n->match, sizeof *n->match);
	budget_give(t->budget, n->alias_match, sizeof *n->alias_match);
	n->match = n->alias_match = NULL;
}

static void drop(struct name_table *t, struct name *n)
{
	forget_judgement(t, n);
	budget_give(t->budget, n, sizeof *n + n->len);
}

/* The first are not of the budget, which may have no room for them. */
static void free_buckets(struct name_table *t, struct name **buckets)
{
	if (t->bucket_bytes > 0)
		budget_give(t->budget, buckets, t->bucket_bytes);
	else
		free(buckets);
}

void name_table_free(struct name_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->bucket_count; i++)
		while (t->buckets[i] != NULL) {
			struct name *n = t->buckets[i];

			t->buckets[i] = n->next;
			drop(t, n);
		}
	free_buckets(t, t->buckets);
	string_pool_free(t->strings);
	free(t);
}

static struct name **bucket_of(struct name_table *t, uint32_t hash)
{
	return &t->buckets[hash & (t->bucket_count - 1)];
}

/* Doubles the buckets; when there is no memory for that, the chains just get longer. */
static void spread(struct name_table *t)
{
	size_t old_count = t->bucket_count, size = old_count * 2 * sizeof(struct name *);
	struct name **old = t->buckets, **wider = budget_take(t->budget, size);

	if (wider == NULL)
		return;
	t->buckets = wider;
	t->bucket_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++)
		while (old[i] != NULL) {
			struct name *n = old[i], **bucket = bucket_of(t, n->hash);

			old[i] = n->next;
			n->next = *bucket;
			*bucket = n;
		}
	free_buckets(t, old);
	t->bucket_bytes = size;
}

/* Where there is no memory now, the feed is asked again when the name comes again. */
static struct feed_entry *keep_entry(const struct name_table *t, struct name *n,
                                     const struct feed_entry *found)
{
	struct feed_entry *kept = budget_take(t->budget, sizeof *kept);

	if (kept == NULL) {
		n->judged_by = NULL;
		return NULL;
	}
	*kept = *found;
	string_keep_entry(t->strings, kept);
	return kept;
}

static void judge(const struct name_table *t, struct name *n)
{
	const char *text = (const char *)n->text;
	struct feed_entry found;

	n->judged_by = t->feeds;
	n->is_allowed = feed_is_allowed(t->feeds, text, n->len);
	forget_judgement(t, n);
	if (feed_find_name(t->feeds, text, n->len, FEED_NAME, &found))
		n->match = keep_entry(t, n, &found);
	if (feed_find_name(t->feeds, text, n->len, FEED_ALIAS, &found))
		n->alias_match = keep_entry(t, n, &found);
}

static struct name *add_name(struct name_table *t, struct slice text, uint32_t hash,
                             bool is_verbatim)
{
	struct name *n = budget_take(t->budget, sizeof *n + text.len);

	if (n == NULL)
		return NULL;
	n->hash = hash;
	n->len = (uint16_t)text.len;
	n->is_verbatim = is_verbatim;
	n->domain_from = DOMAIN_UNKNOWN;
	for (size_t i = 0; i < text.len; i++)
		n->text[i] = is_verbatim ? text.ptr[i] : lower(text.ptr[i]);
	if (t->count++ >= t->bucket_count)
		spread(t);
	struct name **bucket = bucket_of(t, hash);

	n->next = *bucket;
	*bucket = n;
	return n;
}

static struct name *hold(struct name_table *t, struct slice text, bool is_verbatim)
{
	uint32_t hash = hash_name(t, text);
	struct name *n = *bucket_of(t, hash);

	while (n != NULL && (n->hash != hash || !same_name(n, text, is_verbatim)))
		n = n->next;
	if (n == NULL)
		n = add_name(t, text, hash, is_verbatim);
	if (n == NULL)
		return NULL;
	if (n->judged_by != t->feeds && !is_verbatim)
		judge(t, n);
	return name_again(n);
}

struct name *name_hold(struct name_table *t, struct slice text)
{
	if (text.len > 0 && text.ptr[text.len - 1] == '.')
		text.len--;
	return text.len == 0 || text.len > NAME_MAX_LEN ? NULL : hold(t, text, false);
}

struct name *name_hold_verbatim(struct name_table *t, struct slice text)
{
	return text.len == 0 ? NULL : hold(t, slice_head(text, NAME_MAX_LEN), true);
}

struct name *name_again(struct name *n)
{
	n->refs++;
	return n;
}

void name_release(struct name_table *t, struct name *n)
{
	if (n == NULL || --n->refs > 0)
		return;
	struct name **link = bucket_of(t, n->hash);

	while (*link != n)
		link = &(*link)->next;
	*link = n->next;
	t->count--;
	drop(t, n);
}

void name_table_judge_by(struct name_table *t, const struct feed_set *feeds)
{
	t->feeds = feeds;
	for (size_t i = 0; i < t->bucket_count; i++)
		for (struct name *n = t->buckets[i]; n != NULL; n = n->next)
			if (!n->is_verbatim)
				judge(t, n);
}

bool name_table_find_address(struct name_table *t, const uint8_t address[16],
                             struct feed_entry *out)
{
	if (!feed_find_address(t->feeds, address, out))
		return false;
	string_keep_entry(t->strings, out);
	return true;
}

static size_t find_domain(const struct name *n)
{
	char text[DOMAIN_NAME_MAX + 1];

	if (n->len > DOMAIN_NAME_MAX)
		return 0;
	memcpy(text, n->text, n->len);
	text[n->len] = '\0';
	return (size_t)(registrable_domain(text) - text);
}

struct slice name_domain(struct name *n)
{
	if (n->domain_from == DOMAIN_UNKNOWN)
		n->domain_from = (uint16_t)find_domain(n);
	return slice_skip(name_text(n), n->domain_from);
}

size_t name_table_count(const struct name_table *t)
{
	return t->count;
}
