/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_hosts.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

enum { NONE = 0, HOSTS_MIN = 64, VISITS_MIN = 1, BATCH_MAX = 1 << 16 };

static const uint64_t over_ns = 10000 * UINT64_C(1000000); /* nothing more comes of a visit */

struct site_watch *site_watch_new(size_t capacity, const struct site_book *book,
                                  struct name_table *names, uint64_t seed)
{
	struct site_watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	*w = (struct site_watch){ .book = book,
		                  .names = names,
		                  .secret = hash_secret_from(seed),
		                  .capacity = capacity,
		                  .bucket_count = 1,
		                  .visit_limit = SIZE_MAX,
		                  .batch_limit = BATCH_MAX };
	while (w->bucket_count < capacity)
		w->bucket_count *= 2;
	w->buckets = calloc(w->bucket_count, sizeof *w->buckets);
	if (w->buckets != NULL)
		return w;
	free(w);
	return NULL;
}

void site_watch_bound(struct site_watch *w, size_t visit_bytes, size_t observations)
{
	w->visit_limit = visit_bytes;
	w->batch_limit = observations < BATCH_MAX ? observations : BATCH_MAX;
}

void site_watch_clear(struct site_watch *w)
{
	for (size_t i = 0; i < w->batch_count; i++)
		name_release(w->names, w->batch_names[i]);
	w->batch_count = 0;
}

void site_watch_free(struct site_watch *w)
{
	if (w == NULL)
		return;
	site_watch_finish(w);
	site_watch_clear(w);
	free(w->batch);
	free(w->batch_names);
	free(w->buckets);
	free(w->hosts);
	free(w);
}

static bool grow_batch(struct site_watch *w)
{
	size_t room = w->batch_room > 0 ? w->batch_room * 2 : 64;
	struct site_observation *batch = realloc(w->batch, room * sizeof *batch);

	if (batch == NULL)
		return log_scarce(), false;
	w->batch = batch;
	struct name **names = realloc(w->batch_names, room * sizeof(struct name *));

	if (names == NULL)
		return log_scarce(), false;
	w->batch_names = names;
	w->batch_room = room;
	return true;
}

/* Between two ticks only so much is learned: what is more is left out. */
struct site_observation *site_observe(struct site_watch *w, const struct site_host *h,
                                      struct name *name, enum site_role_kind kind)
{
	if (w->batch_count == w->batch_limit || (w->batch_count == w->batch_room && !grow_batch(w)))
		return NULL;
	struct site_observation *o = &w->batch[w->batch_count];

	*o = (struct site_observation){ .kind = kind, .name = name_text(name) };
	memcpy(o->host, h->address, sizeof o->host);
	w->batch_names[w->batch_count++] = name_again(name);
	return o;
}

static void close_visit(struct site_watch *w, struct site_host *h, size_t at)
{
	struct visit *v = &h->visits[at];
	struct site_observation *o = site_observe(w, h, v->name, SITE_SAW_VISIT);

	if (o != NULL) {
		o->time_ns = v->begin_ns;
		o->order = v->order;
		o->hit_count = v->hit_count;
		memcpy(o->hits, v->hits, sizeof o->hits);
	}
	name_release(w->names, v->name);
	h->visit_count--;
	if (at == 0) {
		h->visits++;
		h->gone++;
		return;
	}
	memmove(v, v + 1, (size_t)(h->visit_count - at) * sizeof *v);
}

/* Where the memory of a host's visits begins. */
static struct visit *first_room(const struct site_host *h)
{
	return h->visits != NULL ? h->visits - h->gone : NULL;
}

static void close_old_visits(struct site_watch *w, struct site_host *h, uint64_t now_ns)
{
	if (now_ns <= h->due_ns)
		return;
	h->due_ns = now_ns + over_ns;
	for (size_t i = h->visit_count; i > 0; i--) {
		uint64_t over = h->visits[i - 1].last_ns + over_ns;

		if (now_ns > over)
			close_visit(w, h, i - 1);
		else if (over < h->due_ns)
			h->due_ns = over;
	}
}

static uint32_t *bucket_of(struct site_watch *w, const uint8_t address[16])
{
	uint64_t words[2];

	memcpy(words, address, sizeof words);
	return &w->buckets[keyed_hash(&w->secret, words, 2) & (w->bucket_count - 1)];
}

static void leave_line(struct site_watch *w, uint32_t i)
{
	struct site_host *h = &w->hosts[i];

	*(h->older != NONE ? &w->hosts[h->older].newer : &w->oldest) = h->newer;
	*(h->newer != NONE ? &w->hosts[h->newer].older : &w->newest) = h->older;
}

static void join_line(struct site_watch *w, uint32_t i)
{
	struct site_host *h = &w->hosts[i];

	h->older = w->newest;
	h->newer = NONE;
	*(w->newest != NONE ? &w->hosts[w->newest].newer : &w->oldest) = i;
	w->newest = i;
}

static void forget_host(struct site_watch *w, uint32_t i)
{
	struct site_host *h = &w->hosts[i];
	uint32_t *link = bucket_of(w, h->address);

	while (h->visit_count > 0)
		close_visit(w, h, 0);
	free(first_room(h));
	w->visit_bytes -= h->visit_room * sizeof *h->visits;
	name_release(w->names, h->head);
	leave_line(w, i);
	while (*link != i)
		link = &w->hosts[*link].next;
	*link = h->next;
	h->next = w->free;
	w->free = i;
	w->busy--;
}

static uint32_t fresh_host(struct site_watch *w)
{
	if (w->busy == w->capacity)
		forget_host(w, w->oldest);
	uint32_t i = w->free;

	if (i != NONE) {
		w->free = w->hosts[i].next;
		return i;
	}
	if (w->used + 1 >= w->room) {
		size_t room = w->room > 0 ? w->room * 2 : HOSTS_MIN;
		struct site_host *hosts = realloc(w->hosts, room * sizeof *hosts);

		if (hosts == NULL)
			return log_scarce(), NONE;
		w->hosts = hosts;
		w->room = room;
	}
	return (uint32_t)++w->used;
}

/* NULL: out of memory. */
struct site_host *site_host_of(struct site_watch *w, const uint8_t address[16], uint64_t now_ns)
{
	uint32_t i = *bucket_of(w, address);

	while (i != NONE && memcmp(w->hosts[i].address, address, 16) != 0)
		i = w->hosts[i].next;
	if (i != NONE) {
		leave_line(w, i);
		join_line(w, i);
		w->hosts[i].heard_ns = now_ns;
		close_old_visits(w, &w->hosts[i], now_ns);
		return &w->hosts[i];
	}
	i = fresh_host(w);
	if (i == NONE)
		return NULL;
	struct site_host *h = &w->hosts[i];

	memset(h, 0, sizeof *h);
	h->heard_ns = h->since_ns = now_ns;
	memcpy(h->address, address, sizeof h->address);
	uint32_t *bucket = bucket_of(w, address);

	h->next = *bucket;
	*bucket = i;
	join_line(w, i);
	w->busy++;
	return h;
}

struct visit *site_visit_of(struct site_host *h, const struct name *name)
{
	for (size_t i = h->visit_count; i > 0; i--)
		if (h->visits[i - 1].name == name)
			return &h->visits[i - 1];
	return NULL;
}

/* So much more for this host: others give way, who was silent longest first. */
static bool may_take(struct site_watch *w, const struct site_host *h, size_t more)
{
	while (w->visit_bytes + more > w->visit_limit && &w->hosts[w->oldest] != h)
		forget_host(w, w->oldest);
	return w->visit_bytes + more <= w->visit_limit;
}

static bool has_visit_room(struct site_watch *w, struct site_host *h)
{
	if (h->visit_count == SITE_VISITS_MAX)
		close_visit(w, h, 0);
	if (h->visit_count + h->gone < h->visit_room)
		return true;
	if (h->gone > 0) {
		h->visits =
		        memmove(h->visits - h->gone, h->visits, h->visit_count * sizeof *h->visits);
		h->gone = 0;
		return true;
	}
	uint8_t room = (uint8_t)(h->visit_room > 0 ? h->visit_room * 2 : VISITS_MIN);
	struct visit *grown;

	if (!may_take(w, h, (size_t)(room - h->visit_room) * sizeof *grown))
		return false;
	grown = realloc(h->visits, room * sizeof *grown);
	if (grown == NULL)
		return log_scarce(), false;
	w->visit_bytes += (size_t)(room - h->visit_room) * sizeof *grown;
	h->visits = grown;
	h->visit_room = room;
	return true;
}

/* NULL: out of memory. */
struct visit *site_visit_add(struct site_watch *w, struct site_host *h, struct name *name,
                             uint64_t now_ns, uint64_t order, bool is_udp)
{
	if (!has_visit_room(w, h))
		return NULL;
	struct visit *v = &h->visits[h->visit_count++];

	if (h->due_ns > now_ns + over_ns)
		h->due_ns = now_ns + over_ns;
	*v = (struct visit){
		.name = name_again(name), .begin_ns = now_ns, .last_ns = now_ns, .order = order
	};
	struct site_observation *o = site_observe(w, h, name, SITE_SAW_BEGINNING);

	if (o != NULL) {
		o->time_ns = now_ns;
		o->order = order;
		o->is_udp = is_udp;
	}
	v->is_udp = is_udp;
	return v;
}

void site_watch_expire(struct site_watch *w, uint64_t now_ns)
{
	while (w->oldest != NONE && now_ns > w->hosts[w->oldest].heard_ns + over_ns)
		forget_host(w, w->oldest);
}

void site_watch_finish(struct site_watch *w)
{
	while (w->oldest != NONE)
		forget_host(w, w->oldest);
}

struct site_observation *site_watch_observations(struct site_watch *w, size_t *count)
{
	*count = w->batch_count;
	return w->batch;
}

size_t site_watch_hosts(const struct site_watch *w)
{
	return w->busy;
}

size_t site_watch_bytes(const struct site_watch *w)
{
	return sizeof *w + w->visit_bytes + w->room * sizeof *w->hosts +
	       w->bucket_count * sizeof *w->buckets +
	       w->batch_room * (sizeof *w->batch + sizeof *w->batch_names);
}
