/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/sums.h"
#include "sensor/keyed_hash.h"
#include "sensor/log.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 256 };

static uint32_t hash_bytes(uint32_t h, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * 16777619U;
	return h;
}

/* The product's name is the feed's, the host whoever's. */
static uint64_t hash_key(const struct sums *s, const uint8_t host[16], const char *product)
{
	return keyed_bytes(s->seed ^ hash_bytes(2166136261U, product, strlen(product)), host, 16);
}

static bool is_row(const struct sum_row *row, const uint8_t host[16], const char *product)
{
	return memcmp(row->host, host, 16) == 0 && strcmp(row->product, product) == 0;
}

static void enter(struct sums *s, uint32_t index)
{
	size_t at = hash_key(s, s->rows[index].host, s->rows[index].product) & (s->slot_count - 1);

	while (s->slots[at] != 0)
		at = (at + 1) & (s->slot_count - 1);
	s->slots[at] = index + 1;
}

/* Half of the slots at most are taken. */
static bool make_room(struct sums *s)
{
	if (s->count * 2 < s->slot_count)
		return true;
	size_t count = s->slot_count > 0 ? s->slot_count * 2 : SLOTS_MIN;

	if (count / 2 > (s->limit > 0 ? s->limit : SUMS_ROWS_MAX))
		return false;
	struct sum_row *rows = realloc(s->rows, count / 2 * sizeof *rows);

	if (rows == NULL) {
		log_scarce();
		return false;
	}
	s->rows = rows;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (slots == NULL) {
		log_scarce();
		return false;
	}
	free(s->slots);
	s->slots = slots;
	s->slot_count = count;
	for (uint32_t i = 0; i < s->count; i++)
		enter(s, i);
	return true;
}

static struct sum_row *row_of(struct sums *s, const uint8_t host[16], const char *product)
{
	if (!make_room(s)) {
		s->lost++;
		return NULL;
	}
	size_t at = hash_key(s, host, product) & (s->slot_count - 1);

	while (s->slots[at] != 0 && !is_row(&s->rows[s->slots[at] - 1], host, product))
		at = (at + 1) & (s->slot_count - 1);
	if (s->slots[at] != 0)
		return &s->rows[s->slots[at] - 1];
	struct sum_row *row = &s->rows[s->count++];

	s->slots[at] = (uint32_t)s->count;
	memset(row, 0, sizeof *row);
	memcpy(row->host, host, 16);
	row->product = product;
	return row;
}

static void add_category(struct sum_row *row, const char *category)
{
	size_t at = 0;

	while (at < row->category_count && strcmp(row->categories[at], category) < 0)
		at++;
	if (category[0] == '\0' || row->category_count == SUM_CATEGORIES_MAX ||
	    (at < row->category_count && strcmp(row->categories[at], category) == 0))
		return;
	memmove(&row->categories[at + 1], &row->categories[at],
	        (row->category_count - at) * sizeof *row->categories);
	row->categories[at] = category;
	row->category_count++;
}

static void add_site(struct sum_row *row, uint32_t hash)
{
	for (size_t i = 0; i < row->site_count; i++)
		if (row->sites[i] == hash)
			return;
	if (row->site_count < SUM_SITES_MAX)
		row->sites[row->site_count++] = hash;
}

/* A role that the config gave goes with it: what was found is a word that lives for ever. */
static const char *own_word(const char *role)
{
	static const char *const words[] = { "resolver", "proxy" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (role != NULL && strcmp(role, words[i]) == 0)
			return words[i];
	return NULL;
}

/* How the host looked when it was seen last; at the same time, the lower address. */
static void add_looks(struct sum_row *row, const struct event *e)
{
	const struct event_local *l = e->local;

	if (e->time_ns < row->last_ns ||
	    (e->time_ns == row->last_ns && memcmp(l->ip, row->ip, 16) > 0))
		return;
	memcpy(row->ip, l->ip, 16);
	memcpy(row->mac, l->mac, 6);
	row->has_mac = l->has_mac;
	row->vlan_count = e->packet != NULL ? e->packet->vlan_count : 0;
	if (row->vlan_count > 0)
		memcpy(row->vlan, e->packet->vlan, sizeof row->vlan);
	row->name_len = (uint8_t)(l->name.len < SUM_NAME_MAX ? l->name.len : SUM_NAME_MAX);
	if (row->name_len > 0)
		memcpy(row->name, l->name.ptr, row->name_len);
	row->name_source = l->name_source;
	row->role = own_word(l->role);
}

static void add_time(struct sum_row *row, uint64_t first_ns, uint64_t last_ns)
{
	if (row->first_ns == 0 || first_ns < row->first_ns)
		row->first_ns = first_ns;
	if (last_ns > row->last_ns)
		row->last_ns = last_ns;
}

static void add_outcome(struct sum_counts *c, const struct event *e)
{
	bool is_banned = e->policy != NULL && strcmp(e->policy->verdict, "banned") == 0;
	bool is_lookup = e->type == EVENT_LOOKUP;
	bool is_through = !is_lookup && e->outcome == OUTCOME_ESTABLISHED;
	bool is_stopped = e->outcome == OUTCOME_RESET || e->outcome == OUTCOME_BLOCKED ||
	                  (!is_lookup && e->outcome == OUTCOME_UNANSWERED);

	c->contacts += !is_lookup;
	c->lookups += is_lookup;
	c->established += is_through;
	c->reset += !is_lookup && e->outcome == OUTCOME_RESET;
	c->unanswered += !is_lookup && e->outcome == OUTCOME_UNANSWERED;
	c->blocked += e->outcome == OUTCOME_BLOCKED;
	c->banned += is_banned;
	c->allowed += e->policy != NULL && strcmp(e->policy->verdict, "allowed") == 0;
	c->watched += e->policy != NULL && strcmp(e->policy->verdict, "watch") == 0;
	c->banned_through += is_banned && is_through;
	c->banned_stopped += is_banned && is_stopped;
}

void host_key(const struct event_local *l, uint8_t key[16])
{
	uint64_t h = UINT64_C(14695981039346656037);

	memset(key, 0, 16);
	if (l->has_mac) {
		memcpy(key, l->mac, 6);
		return;
	}
	if (l->client_id.len == 0) {
		memcpy(key, l->ip, 16);
		return;
	}
	key[0] = 0xff;
	for (size_t i = 0; i < l->client_id.len; i++) {
		h = (h ^ l->client_id.ptr[i]) * UINT64_C(1099511628211);
		key[1 + i % 7] ^= (uint8_t)(h >> 32);
	}
	memcpy(key + 8, &h, sizeof h);
}

void sums_add(struct sums *s, const struct event *e)
{
	const struct event_local *l = e->local;
	uint8_t host[16];

	if (l == NULL || !l->has_ip || e->tracker == NULL)
		return;
	host_key(l, host);
	struct sum_row *row = row_of(s, host, e->tracker->product);

	if (row == NULL)
		return;
	add_looks(row, e);
	add_category(row, e->tracker->category);
	if (e->site != NULL && e->site->name.len > 0)
		add_site(row, hash_bytes(2166136261U, e->site->name.ptr, e->site->name.len));
	if (e->type == EVENT_CONTACT || e->type == EVENT_LOOKUP)
		add_outcome(&row->counts, e);
	if (e->type == EVENT_FLOW && e->flow != NULL) {
		row->counts.bytes_toserver += e->flow->bytes_toserver;
		row->counts.bytes_toclient += e->flow->bytes_toclient;
	}
	add_time(row, e->time_ns, e->time_ns);
}

/* Counts all, so that a count that is added to the struct cannot be forgotten. */
void sum_counts_add(struct sum_counts *into, const struct sum_counts *from)
{
	enum { COUNTS = sizeof *into / sizeof(uint64_t) };
	uint64_t to[COUNTS], more[COUNTS];

	memcpy(to, into, sizeof *into);
	memcpy(more, from, sizeof *from);
	for (size_t i = 0; i < COUNTS; i++)
		to[i] += more[i];
	memcpy(into, to, sizeof *into);
}

static bool looks_later(const struct sum_row *a, const struct sum_row *b)
{
	return a->last_ns != b->last_ns ? a->last_ns > b->last_ns : memcmp(a->ip, b->ip, 16) < 0;
}

void sums_merge(struct sums *into, struct sums *from)
{
	if (into->slot_count == 0) { /* one worker's sums are all, and not kept twice */
		*into = *from;
		*from = (struct sums){ .limit = from->limit, .seed = from->seed };
		return;
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct sum_row *more = &from->rows[i];
		struct sum_row *row = row_of(into, more->host, more->product);

		if (row == NULL)
			continue;
		struct sum_row before = *row, *looks = &before;

		if (looks_later(more, &before)) {
			*row = *more;
			row->counts = (struct sum_counts){ 0 };
			sum_counts_add(&row->counts, &before.counts);
			sum_counts_add(&row->counts, &more->counts);
		} else {
			sum_counts_add(&row->counts, &more->counts);
			before = *more;
		}
		row->product = more->product;
		for (size_t c = 0; c < looks->category_count; c++)
			add_category(row, looks->categories[c]);
		for (size_t c = 0; c < looks->site_count; c++)
			add_site(row, looks->sites[c]);
		if (looks->first_ns != 0)
			add_time(row, looks->first_ns, looks->last_ns);
	}
	into->lost += from->lost;
}

static int by_host_and_product(const void *a, const void *b)
{
	const struct sum_row *left = a, *right = b;
	int order = memcmp(left->host, right->host, 16);

	return order != 0 ? order : strcmp(left->product, right->product);
}

void sums_sort(struct sums *s)
{
	if (s->count > 0)
		qsort(s->rows, s->count, sizeof *s->rows, by_host_and_product);
}

void sums_clear(struct sums *s)
{
	s->count = 0;
	s->lost = 0;
	if (s->slots != NULL)
		memset(s->slots, 0, s->slot_count * sizeof *s->slots);
}

void sums_free(struct sums *s)
{
	free(s->rows);
	free(s->slots);
	*s = (struct sums){ .limit = s->limit, .seed = s->seed };
}

const char *sum_ban(const struct sum_counts *c)
{
	if (c->banned_through + c->banned_stopped == 0)
		return NULL;
	if (c->banned_through == 0)
		return "effective";
	return c->banned_stopped > 0 ? "partial" : "none";
}
