/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/keyed_hash.h"
#include "sensor/site/site_sizes.h"

enum { NONE = 0, HOSTS_MIN = 64, VISITS_MIN = 2, BATCH_MAX = 1 << 16 };

static const uint64_t ms = 1000000U;
static const uint64_t quiet_ns = 400 * UINT64_C(1000000); /* a head comes after this much silence */
static const uint64_t follow_ns =
        700 * UINT64_C(1000000);                         /* what a page embeds comes within this */
static const uint64_t embed_ns = 40 * UINT64_C(1000000); /* and no sooner */
static const uint64_t repeat_ns =
        3000 * UINT64_C(1000000); /* the same name again: the same visit */
static const uint64_t anew_ns =
        2000 * UINT64_C(1000000); /* a new flow this much later: another one */
static const uint64_t over_ns = 10000 * UINT64_C(1000000); /* nothing more comes of a visit */

static const uint64_t same_ns = 300 * UINT64_C(1000000);   /* flows opened side by side */
static const uint64_t along_ns = 1500 * UINT64_C(1000000); /* a visit goes on calling */

static const uint64_t page_ns = 800 * UINT64_C(1000000); /* a page's parts come within this */
static const uint64_t side_ns = 10 * UINT64_C(1000000);  /* and not by its side */
static const uint64_t busy_ns = 5000 * UINT64_C(1000000);
static const float part_odds = 1.2F; /* a sub-host of the page that was asked for just before */
static const double preceded = 0.85; /* the share of what is embedded that comes after a page */

/* What a call by no page that was seen weighs, beside candidates. */
static const double nobody = 0.0015;
static const double wrong = 0.1;
/* The share of calls of which the model knows too little; a page stays open for so long. */
static const double unmodelled = 0.1;
static const uint64_t open_ns = 4000 * UINT64_C(1000000);
/* Who went on to another page has likely left the one before. */
static const double left = 0.8;
static const double enough = 0.5, few_enough = 0.3, sure = 0.95;
/* A call on a flow whose page was not visited just now. */
static const double unseen = 0.03;

/* A tracker's name that a visit called. */
struct called {
	const void *tracker; /* only compared */
	const char *entity;
	uint64_t time_ns;
	double belief;
};

enum { CALLED_MAX = 4, FEW_PAGES = 4 };

struct visit {
	struct name *name; /* held */
	uint64_t begin_ns, last_ns, order;
	uint64_t
	        part_ns; /* when a host of its own domain was asked for a part of it; 0: not seen */
	bool is_new;     /* it began with a new flow */
	bool is_udp;     /* over QUIC */
	bool is_follower; /* it began in another name's burst */
	uint8_t support;  /* names that came after it, as what a page embeds does */
	uint8_t called_count;
	struct called called[CALLED_MAX]; /* by flows that the calls opened */
	uint8_t hit_count;
	struct site_hit hits[SITE_ENTITIES_MAX];
};

struct site_host {
	uint8_t address[16];
	uint32_t next;         /* in the bucket; or of the free ones */
	uint32_t older, newer; /* by time of the last sign of life */
	uint64_t heard_ns;     /* the last sign of life */
	uint64_t since_ns;     /* the first */
	uint64_t last_ns;      /* the last name */
	uint64_t head_ns;      /* when the last clean burst began, and with which name */
	struct name *head;     /* held; NULL: none */
	uint8_t visit_count, visit_room;
	struct visit *visits; /* in order of beginning */
};

struct site_watch {
	const struct site_book *book;
	struct name_table *names;
	struct hash_secret secret;
	struct site_host *hosts; /* 1 and up */
	size_t used, room, capacity, busy;
	uint32_t *buckets;
	size_t bucket_count;
	uint32_t free, oldest, newest;
	struct site_observation *batch;
	struct name **batch_names; /* held for the batch */
	size_t batch_count, batch_room;
	size_t visit_bytes;
};

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
		                  .bucket_count = 1 };
	while (w->bucket_count < capacity)
		w->bucket_count *= 2;
	w->buckets = calloc(w->bucket_count, sizeof *w->buckets);
	if (w->buckets != NULL)
		return w;
	free(w);
	return NULL;
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

/* FNV-1a of the name's registrable domain: the same in every watch. */
static uint64_t domain_hash(struct name *name)
{
	struct slice domain = name_domain(name);
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < domain.len; i++)
		hash = (hash ^ domain.ptr[i]) * 1099511628211U;
	return hash;
}

static bool grow_batch(struct site_watch *w)
{
	size_t room = w->batch_room > 0 ? w->batch_room * 2 : 64;
	struct site_observation *batch = realloc(w->batch, room * sizeof *batch);

	if (batch == NULL)
		return false;
	w->batch = batch;
	struct name **names = realloc(w->batch_names, room * sizeof(struct name *));

	if (names == NULL)
		return false;
	w->batch_names = names;
	w->batch_room = room;
	return true;
}

/* Between two ticks only so much is learned: what is more is left out. */
static struct site_observation *observe(struct site_watch *w, const struct site_host *h,
                                        struct name *name, enum site_role_kind kind)
{
	if (w->batch_count == BATCH_MAX || (w->batch_count == w->batch_room && !grow_batch(w)))
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
	struct site_observation *o = observe(w, h, v->name, SITE_SAW_VISIT);

	if (o != NULL) {
		o->time_ns = v->begin_ns;
		o->order = v->order;
		o->hit_count = v->hit_count;
		memcpy(o->hits, v->hits, sizeof o->hits);
	}
	name_release(w->names, v->name);
	memmove(v, v + 1, (size_t)(--h->visit_count - at) * sizeof *v);
}

static void close_old_visits(struct site_watch *w, struct site_host *h, uint64_t now_ns)
{
	for (size_t i = h->visit_count; i > 0; i--)
		if (now_ns > h->visits[i - 1].last_ns + over_ns)
			close_visit(w, h, i - 1);
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
	free(h->visits);
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
			return NONE;
		w->hosts = hosts;
		w->room = room;
	}
	return (uint32_t)++w->used;
}

/* NULL: out of memory. */
static struct site_host *host_of(struct site_watch *w, const uint8_t address[16], uint64_t now_ns)
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

static void set_head(struct site_watch *w, struct site_host *h, struct name *name, uint64_t now_ns)
{
	name_release(w->names, h->head);
	h->head = name_again(name);
	h->head_ns = now_ns;
}

/* What the order of names says of them: this one began a burst, or came in another's. */
static bool learn_role(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	bool is_quiet = h->last_ns == 0 || s->now_ns > h->last_ns + quiet_ns;
	struct site_observation *o = NULL;
	bool is_follower = false;

	if (is_quiet) {
		o = observe(w, h, s->name, SITE_SAW_HEAD);
		set_head(w, h, s->name, s->now_ns);
	} else if (h->head != NULL && h->head != s->name && s->now_ns < h->head_ns + follow_ns) {
		o = observe(w, h, s->name, SITE_SAW_FOLLOWER);
		is_follower = true;
		if (o != NULL)
			o->head = domain_hash(h->head);
	}
	if (o != NULL) {
		o->time_ns = s->now_ns;
		o->order = s->order;
	}
	return is_follower;
}

/*
 * Does it come after pages, more often than by chance? `share` of a host's time is within the first
 * moments of a page, so this often chance does it.
 */
static void learn_order(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	uint64_t seen_ns = s->now_ns - h->since_ns, span_ns = seen_ns < busy_ns ? seen_ns : busy_ns;
	double pages = 0.5, span_s = fmax((double)span_ns / 1e9, 1);
	bool is_preceded = false;

	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		if (v->name == s->name || s->now_ns > v->begin_ns + busy_ns)
			continue;
		pages++;
		is_preceded |=
		        s->now_ns < v->begin_ns + page_ns && s->now_ns > v->begin_ns + side_ns;
	}
	double share = 1 - exp(-pages / span_s * (double)page_ns / 1e9);
	struct site_observation *o = observe(w, h, s->name, SITE_SAW_ORDER);

	if (o == NULL)
		return;
	o->time_ns = s->now_ns;
	o->order = s->order;
	o->odds = (float)(is_preceded ? log(preceded / share)
	                              : fmax(log((1 - preceded) / (1 - share)), -2));
}

static struct visit *visit_of(struct site_host *h, const struct name *name)
{
	for (size_t i = h->visit_count; i > 0; i--)
		if (h->visits[i - 1].name == name)
			return &h->visits[i - 1];
	return NULL;
}

static bool has_visit_room(struct site_watch *w, struct site_host *h)
{
	if (h->visit_count == SITE_VISITS_MAX)
		close_visit(w, h, 0);
	if (h->visit_count < h->visit_room)
		return true;
	uint8_t room = (uint8_t)(h->visit_room > 0 ? h->visit_room * 2 : VISITS_MIN);
	struct visit *grown = realloc(h->visits, room * sizeof *grown);

	if (grown == NULL)
		return false;
	w->visit_bytes += (size_t)(room - h->visit_room) * sizeof *grown;
	h->visits = grown;
	h->visit_room = room;
	return true;
}

/* NULL: out of memory. */
static struct visit *add_visit(struct site_watch *w, struct site_host *h, struct name *name,
                               uint64_t now_ns, uint64_t order, bool is_udp)
{
	if (!has_visit_room(w, h))
		return NULL;
	struct visit *v = &h->visits[h->visit_count++];

	*v = (struct visit){
		.name = name_again(name), .begin_ns = now_ns, .last_ns = now_ns, .order = order
	};
	struct site_observation *o = observe(w, h, name, SITE_SAW_BEGINNING);

	if (o != NULL) {
		o->time_ns = now_ns;
		o->order = order;
		o->is_udp = is_udp;
	}
	v->is_udp = is_udp;
	return v;
}

/* img.www.site.example in a burst of www.site.example: one site, whose page came first. */
static bool is_part_of(struct name *part, struct name *page)
{
	if (part->len > SITE_NAME_MAX || page->len > SITE_NAME_MAX)
		return false;
	return slice_equal(name_domain(part), name_domain(page));
}

static bool is_embedded_part(struct site_host *h, const struct site_sight *s)
{
	for (size_t i = h->visit_count; i > 0; i--) {
		struct visit *v = &h->visits[i - 1];

		if (v->name == s->name || s->now_ns > v->last_ns + repeat_ns ||
		    !is_part_of(s->name, v->name))
			continue;
		if (v->part_ns == 0)
			v->part_ns = s->now_ns;
		return true;
	}
	return false;
}

static void learn_part(struct site_watch *w, struct site_host *h, const struct site_sight *s)
{
	struct site_observation *o = observe(w, h, s->name, SITE_SAW_ORDER);

	if (o == NULL)
		return;
	o->time_ns = s->now_ns;
	o->order = s->order;
	o->odds = part_odds;
}

/* Embedded things come once the page was read: they speak for the last page that began before. */
static void support(struct site_host *h, const struct site_sight *s)
{
	for (size_t i = h->visit_count; i > 0; i--) {
		struct visit *v = &h->visits[i - 1];

		if (s->now_ns < v->begin_ns + embed_ns)
			continue;
		if (v->name != s->name && s->now_ns < v->begin_ns + follow_ns + embed_ns &&
		    v->support < UINT8_MAX)
			v->support++;
		return;
	}
}

void site_watch_name(struct site_watch *w, const struct site_sight *s)
{
	struct site_host *h = host_of(w, s->host, s->now_ns);

	if (h == NULL || s->name->match != NULL || s->name->is_verbatim)
		return;
	const struct site *known = site_book_find(w->book, name_text(s->name));
	struct visit *v = visit_of(h, s->name);
	bool is_again = v != NULL && s->now_ns < v->last_ns + repeat_ns;
	bool is_follower = false;

	if (!is_again) {
		is_follower = learn_role(w, h, s);
		learn_order(w, h, s);
	}
	h->last_ns = s->now_ns;
	support(h, s);
	if (is_again && (!s->is_new || s->now_ns < v->begin_ns + anew_ns)) {
		v->last_ns = s->now_ns;
		return;
	}
	if (is_embedded_part(h, s)) {
		learn_part(w, h, s);
		return;
	}
	if (site_is_third_party(known))
		return;
	v = add_visit(w, h, s->name, s->now_ns, s->order, s->is_udp);
	if (v == NULL)
		return;
	v->is_new = s->is_new;
	v->is_follower = is_follower;
}

static double bound_to(const struct site_binding *b, const struct name *name)
{
	for (size_t i = 0; i < SITE_BINDING_MAX && b->names[i] != NULL; i++)
		if (b->names[i] == name)
			return b->belief[i];
	return 0;
}

/* What this visit's earlier calls say: it goes on with its other names, and opens no flow twice. */
static double go_on(const struct visit *v, const struct site_call *c)
{
	double more = 1;

	for (size_t i = 0; i < v->called_count; i++) {
		const struct called *before = &v->called[i];
		uint64_t ago_ns = c->time_ns - before->time_ns;

		if (before->tracker == c->tracker && c->is_new)
			return ago_ns > same_ns ? 1 - 0.9 * before->belief : 1;
		if (strcmp(before->entity, c->entity) == 0 && ago_ns < along_ns)
			more = 1 + 3 * before->belief;
	}
	return more;
}

static void note_call(struct visit *v, const struct site_call *c, double belief)
{
	struct called *at = NULL;

	for (size_t i = 0; i < v->called_count; i++)
		if (v->called[i].tracker == c->tracker)
			at = &v->called[i];
	if (at == NULL && v->called_count < CALLED_MAX)
		at = &v->called[v->called_count++];
	else if (at != NULL && belief < at->belief)
		return;
	if (at != NULL)
		*at = (struct called){ c->tracker, c->entity, c->time_ns, belief };
}

/* A page asks for the tracker along with its own parts, or a little later by a tag manager. */
static double beside_parts(const struct visit *v, const struct site_call *c)
{
	double apart_s = ((double)c->time_ns - (double)v->part_ns) / 1e9;

	if (v->part_ns == 0)
		return 1;
	if (apart_s < -0.1)
		return 0.3;
	if (apart_s < 0.1)
		return 4;
	return apart_s < 0.4 ? 2 : apart_s < 1 ? 0.8 : 0.5;
}

/* What is known of this visit, but for what the book knows of its site. */
static double likelihood(const struct visit *v, const struct site *site, const struct site_call *c)
{
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9, likely = 1;

	if (v->is_follower && v->part_ns == 0 && (site == NULL || site->heads <= site->followed))
		likely *= v->support > 1 ? 0.5 : v->support > 0 ? 0.3 : 0.06;
	else if (v->is_new && v->support == 0 && lag_s > 0.2)
		likely *= 0.5;
	if (c->is_new != v->is_new)
		likely *= 0.15;
	if (c->is_new && v->is_new)
		likely *= beside_parts(v, c);
	return likely * go_on(v, c);
}

static uint32_t tracker_hash(const struct site_call *c)
{
	const struct name *name = c->tracker;
	uint32_t hash = 2166136261U;

	for (size_t i = 0; name != NULL && i < name->len; i++)
		hash = (hash ^ (uint8_t)name->text[i]) * 16777619U;
	return name != NULL && c->is_new ? hash | 1 : 0;
}

/* Tracker and transport: requests of one kind are of one size, but for the page's name. */
static uint32_t request_kind(const struct site_call *c)
{
	const struct name *name = c->tracker;
	uint32_t hash = 2166136261U ^ c->is_udp;

	for (size_t i = 0; c->size > 0 && i < name->len; i++)
		hash = (hash ^ (uint8_t)name->text[i]) * 16777619U;
	return c->size > 0 && c->is_new ? hash | 1 : 0;
}

static int excess(const struct visit *v, const struct site_call *c)
{
	return (int)c->size - (int)site_referer_size(name_text(v->name));
}

static double page_prior(const struct visit *v, const struct site *site)
{
	return site != NULL ? site_page_prior(site) : site_new_page_prior(name_text(v->name));
}

static double weigh(const struct site_watch *w, const struct visit *v, const struct site_call *c,
                    double likely)
{
	const struct site *site = site_book_find(w->book, name_text(v->name));
	size_t entity = site_book_entity(w->book, c->entity);
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	double page = likely * page_prior(v, site) * site_call_rate(site, entity);

	page *= site_size_ratio(w->book, request_kind(c), c->has_news, excess(v, c));
	page *= site_transport_ratio(w->book, site, v->is_udp, tracker_hash(c), c->is_udp);
	if (!c->is_new)
		page = bound_to(c->binding, v->name) * go_on(v, c) + 0.05 * page;
	return page * site_lag_density(w->book, site, entity, c->is_new, lag_s);
}

/*
 * What tells whose a new flow is, each with its weight: a logistic model, fitted to crawls that are
 * none of those that the figures of README.md are of. So the shares are probabilities.
 */
static const struct {
	double rate, lag, size, transport, prior, was_open, before_part, with_part, after_part,
	        soon_after, long_after, later, much_later, go_on, unknown, at_once, late,
	        known_late, nobody;
} model = { .rate = 0.57,
	    .lag = 0.35,
	    .size = 0.88,
	    .transport = 0.4,
	    .prior = 0.9,
	    .was_open = -0.85,
	    .before_part = -1.39,
	    .with_part = 0.75,
	    .after_part = 0.56,
	    .soon_after = 0.03,
	    .long_after = -0.26,
	    .later = -0.26,
	    .much_later = -0.2,
	    .go_on = 0.72,
	    .unknown = 0.23,
	    .at_once = 0.85,
	    .late = -1.05,
	    .known_late = 0.69,
	    .nobody = -3.626 };

static double apart_from_part(const struct visit *v, const struct site_call *c)
{
	double apart_s = ((double)c->time_ns - (double)v->part_ns) / 1e9;

	if (v->part_ns == 0)
		return 0;
	if (apart_s < -0.1)
		return model.before_part;
	if (apart_s < 0.1)
		return model.with_part;
	if (apart_s < 0.4)
		return model.after_part;
	return apart_s < 1 ? model.soon_after : model.long_after;
}

static double log_of(double x)
{
	return log(fmax(x, 1e-4));
}

/* What is known of this visit, but for what the book knows of its site. */
static double likelihood_new(const struct visit *v, const struct site_call *c, size_t later)
{
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	double z = model.go_on * log_of(go_on(v, c)) + apart_from_part(v, c);

	z += (v->is_new ? 0 : model.was_open) + (later >= 1 ? model.later : 0) +
	     (later >= 4 ? model.much_later : 0);
	z += (lag_s < 0.1 ? model.at_once : 0) + (lag_s >= 3.2 ? model.late : 0);
	return exp(z);
}

static double weigh_new(const struct site_watch *w, const struct visit *v,
                        const struct site_call *c, double likely)
{
	const struct site *site = site_book_find(w->book, name_text(v->name));
	size_t entity = site_book_entity(w->book, c->entity);
	double lag_s = (double)(c->time_ns - v->begin_ns) / 1e9;
	double z = model.rate * log_of(site_call_rate(site, entity)) +
	           model.prior * log_of(page_prior(v, site));

	double usual = log_of(site_lag_density(w->book, NULL, entity, true, lag_s));
	double own = log_of(site_lag_density(w->book, site, entity, true, lag_s));

	z += model.lag * usual + (lag_s >= 2 ? model.known_late * fmax(0, own - usual) : 0);
	z += model.size *
	     log_of(site_size_ratio(w->book, request_kind(c), c->has_news, excess(v, c)));
	z += model.transport *
	     log_of(site_transport_ratio(w->book, site, v->is_udp, tracker_hash(c), c->is_udp));
	z += site == NULL || site->begun <= 1 ? model.unknown : 0;
	return likely * exp(z);
}

static void hit(struct visit *v, const struct site_call *c, double belief)
{
	struct site_hit *at = NULL;

	for (size_t i = 0; i < v->hit_count; i++)
		if (strcmp(v->hits[i].entity, c->entity) == 0)
			at = &v->hits[i];
	if (at == NULL && v->hit_count < SITE_ENTITIES_MAX) {
		at = &v->hits[v->hit_count++];
		*at = (struct site_hit){ .entity = c->entity };
	}
	if (at == NULL || (float)belief <= at->belief)
		return;
	at->belief = (float)belief;
	at->was_new = c->is_new;
	at->lag_s = (float)(c->time_ns - v->begin_ns) / 1e9F;
}

static void answer(struct site_guess *out, struct visit *v, const struct site_call *c,
                   double confidence)
{
	v->last_ns = c->time_ns > v->last_ns ? c->time_ns : v->last_ns;
	*out = (struct site_guess){ .name = name_again(v->name),
		                    .confidence = confidence,
		                    .has_lag = true,
		                    .lag_ms = (int64_t)((c->time_ns - v->begin_ns) / ms) };
}

/* scheme://host:port/path */
static struct slice host_in_url(struct slice url)
{
	const uint8_t *at = url.ptr, *end = url.ptr + url.len, *mark;

	for (mark = at; end - mark >= 3 && memcmp(mark, "://", 3) != 0; mark++)
		;
	if (end - mark < 3)
		return (struct slice){ 0 };
	for (at = mark + 3, mark = at; mark < end && strchr("/:?#", *mark) == NULL; mark++)
		;
	return (struct slice){ at, (size_t)(mark - at) };
}

static bool answer_by_referer(struct site_watch *w, struct site_host *h, const struct site_call *c,
                              struct site_guess *out)
{
	struct name *page = name_hold(w->names, host_in_url(c->referer));

	if (page == NULL)
		return false;
	struct visit *v = visit_of(h, page);
	bool was_seen = v != NULL;

	if (v == NULL)
		v = add_visit(w, h, page, c->time_ns, c->order, c->is_udp);
	if (v == NULL) {
		name_release(w->names, page);
		return false;
	}
	hit(v, c, 0.99);
	answer(out, v, c, 0.99);
	out->method = SITE_BY_REFERER;
	out->has_lag = was_seen;
	name_release(w->names, page);
	return true;
}

struct ranked {
	struct name *name;
	double weight;
};

static int by_weight(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->weight < y->weight) - (x->weight > y->weight);
}

/* The flow is somebody's who was seen, or of one that it was bound to and that was not seen now. */
static void bind_flow(struct site_watch *w, struct site_host *h, const double *weights, double sum,
                      struct site_binding *binding)
{
	struct ranked all[SITE_VISITS_MAX + SITE_BINDING_MAX];
	size_t count = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		all[count++] = (struct ranked){ h->visits[i].name, weights[i] };
	for (size_t i = 0; i < SITE_BINDING_MAX && binding->names[i] != NULL; i++)
		if (visit_of(h, binding->names[i]) == NULL)
			all[count++] =
			        (struct ranked){ binding->names[i], binding->belief[i] * unseen };
	qsort(all, count, sizeof *all, by_weight);
	struct name *names[SITE_BINDING_MAX] = { NULL };

	for (size_t i = 0; i < count && i < SITE_BINDING_MAX; i++) {
		names[i] = name_again(all[i].name);
		all[i].weight /= sum;
	}
	for (size_t i = 0; i < SITE_BINDING_MAX; i++) {
		name_release(w->names, binding->names[i]);
		binding->names[i] = names[i];
		binding->belief[i] = names[i] != NULL ? all[i].weight : 0;
	}
}

void site_binding_drop(struct site_binding *b, struct name_table *names)
{
	for (size_t i = 0; i < SITE_BINDING_MAX; i++)
		name_release(names, b->names[i]);
	for (size_t i = 0; i < SITE_PLACED_MAX; i++)
		name_release(names, b->placed[i].name);
	*b = (struct site_binding){ .names = { NULL } };
}

/* The visit's hit may still be open, or learned already. */
static void take_back(struct site_watch *w, struct site_host *h, const struct site_call *c,
                      const struct site_placed *placed)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		struct visit *v = &h->visits[i];

		if (v->name != placed->name || v->begin_ns != placed->begin_ns)
			continue;
		for (size_t k = 0; k < v->hit_count; k++)
			if (strcmp(v->hits[k].entity, c->entity) == 0)
				v->hits[k].belief = 0.01F;
		return;
	}
	struct site_observation *o = observe(w, h, placed->name, SITE_TAKEN_BACK);

	if (o == NULL)
		return;
	o->time_ns = c->time_ns;
	o->order = c->order;
	o->hit_count = 1;
	o->hits[0] = (struct site_hit){ .entity = c->entity, .belief = (float)placed->belief };
}

/* Calls that were given to a page which the flow, as it now turns out, is not of. */
static void reconsider(struct site_watch *w, struct site_host *h, const struct site_call *c)
{
	for (size_t i = 0; i < SITE_PLACED_MAX; i++) {
		struct site_placed *placed = &c->binding->placed[i];

		if (placed->name == NULL || bound_to(c->binding, placed->name) > wrong)
			continue;
		take_back(w, h, c, placed);
		name_release(w->names, placed->name);
		*placed = (struct site_placed){ 0 };
	}
}

static void note_placed(struct site_binding *b, const struct visit *v, double belief)
{
	if (belief < 0.5)
		return;
	for (size_t i = 0; i < SITE_PLACED_MAX; i++)
		if (b->placed[i].name == NULL) {
			b->placed[i] =
			        (struct site_placed){ name_again(v->name), belief, v->begin_ns };
			return;
		}
}

static double sum_unseen(struct site_host *h, const struct site_binding *b)
{
	double sum = 0;

	for (size_t i = 0; i < SITE_BINDING_MAX && b->names[i] != NULL; i++)
		if (visit_of(h, b->names[i]) == NULL)
			sum += b->belief[i] * unseen;
	return sum;
}

/* A page that called one of the owner's names goes on to the next: that is no more news of it. */
static bool is_along(const struct site_host *h, const double *weights, double sum,
                     const struct site_call *c)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		for (size_t k = 0; weights[i] / sum > 0.3 && k < v->called_count; k++)
			if (v->called[k].tracker != c->tracker &&
			    strcmp(v->called[k].entity, c->entity) == 0 &&
			    v->called[k].belief > 0.3)
				return true;
	}
	return false;
}

/* Of a flow that was open, its binding says more than the site's other calls: as it is. */
static void learn_call(struct site_watch *w, struct site_host *h, const struct site_call *c,
                       const double *likely, const double *weights, double sum)
{
	if (is_along(h, weights, sum, c))
		return;
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		if (weights[i] / sum < 0.01 && likely[i] < 0.01)
			continue;
		struct site_observation *o = observe(w, h, v->name, SITE_SAW_CANDIDATE);

		if (o == NULL)
			return;
		o->time_ns = c->time_ns;
		o->order = c->order;
		o->candidate = (struct site_candidate){
			.entity = c->entity,
			.call = c->number,
			.visit = v->begin_ns ^ ((uint64_t)c->host[15] << 56),
			.request = request_kind(c),
			.acknowledges = c->has_news,
			.excess = excess(v, c),
			.likelihood = (float)likely[i],
			.nobody = (float)nobody,
			.lag_s = (float)(c->time_ns - v->begin_ns) / 1e9F,
			.is_new = c->is_new,
			.is_credited = !c->is_new,
			.tracker = tracker_hash(c),
			.was_udp = v->is_udp,
			.is_udp = c->is_udp,
			.belief = (float)(weights[i] / sum),
		};
	}
}

/*
 * What is modelled of pages is not all there is to them: a part of the belief goes to every page
 * that is open, by the size of the request alone. So many open pages make any answer less sure,
 * unless the size speaks.
 */
static void hedge(const struct site_watch *w, const struct site_host *h, const struct site_call *c,
                  double *weights, double sum)
{
	double flat[SITE_VISITS_MAX], all = 0;

	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];
		bool is_open = v->begin_ns <= c->time_ns && c->time_ns < v->begin_ns + open_ns;

		flat[i] = is_open ? page_prior(v, site_book_find(w->book, name_text(v->name))) *
		                            site_size_ratio(w->book, request_kind(c), c->has_news,
		                                            excess(v, c))
		                  : 0;
		all += flat[i];
	}
	for (size_t i = 0; i < h->visit_count && all > 0; i++)
		weights[i] = (1 - unmodelled) * weights[i] + unmodelled * sum * flat[i] / all;
}

/* Below a twentieth nobody need look. */
static void add_rivals(const struct site_host *h, const struct site_call *c, const double *weights,
                       double sum, size_t best, struct site_guess *out)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];
		struct site_rival rival = { v->name, weights[i] / sum, 0 };

		if (v->name == h->visits[best].name || rival.confidence < 0.05)
			continue;
		rival.lag_ms = (int64_t)((c->time_ns - v->begin_ns) / ms);
		if (out->rival_count < SITE_RIVALS_MAX)
			out->rivals[out->rival_count++] = (struct site_rival){ .name = NULL };
		for (size_t k = 0; k < out->rival_count; k++) {
			struct site_rival other = out->rivals[k];

			if (other.name != NULL && other.confidence >= rival.confidence)
				continue;
			out->rivals[k] = rival;
			rival = other;
		}
	}
	for (size_t k = 0; k < out->rival_count; k++)
		(void)name_again(out->rivals[k].name);
}

void site_guess_drop(struct site_guess *g, struct name_table *names)
{
	name_release(names, g->name);
	for (size_t i = 0; i < g->rival_count; i++)
		name_release(names, g->rivals[i].name);
	*g = (struct site_guess){ 0 };
}

static size_t count_open(const struct site_host *h, const struct site_call *c)
{
	size_t count = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		count += h->visits[i].begin_ns <= c->time_ns &&
		         c->time_ns < h->visits[i].begin_ns + open_ns;
	return count;
}

/* Several visits of one site, such as two browsers' behind one address, speak for one page. */
static double weight_of_name(const struct site_host *h, const double *weights,
                             const struct name *name)
{
	double sum = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		if (h->visits[i].name == name)
			sum += weights[i];
	return sum;
}

bool site_watch_call(struct site_watch *w, const struct site_call *c, struct site_guess *out)
{
	struct site_host *h = host_of(w, c->host, c->now_ns);
	double weights[SITE_VISITS_MAX], likely[SITE_VISITS_MAX], sum = nobody;
	size_t best = 0;

	*out = (struct site_guess){ 0 };
	if (h == NULL || (c->referer.len > 0 && answer_by_referer(w, h, c, out)))
		return true;
	for (size_t i = 0; i < h->visit_count; i++) {
		const struct visit *v = &h->visits[i];

		likely[i] = v->begin_ns > c->time_ns
		                    ? 0
		                    : likelihood(v, site_book_find(w->book, name_text(v->name)), c);
		for (size_t k = 0; k < i && likely[i] > 0; k++)
			likely[k] *= v->is_follower ? 1 : left;
	}
	size_t later = 0;

	if (c->is_new)
		sum = exp(model.nobody);
	for (size_t i = h->visit_count; i > 0; i--) {
		const struct visit *v = &h->visits[i - 1];

		weights[i - 1] = 0;
		if (v->begin_ns > c->time_ns)
			continue;
		if (c->is_new)
			likely[i - 1] = likelihood_new(v, c, later);
		weights[i - 1] = c->is_new ? weigh_new(w, v, c, likely[i - 1])
		                           : weigh(w, v, c, likely[i - 1]);
		later += !v->is_follower;
	}
	for (size_t i = 0; i < h->visit_count; i++) {
		sum += weights[i];
	}
	sum += sum_unseen(h, c->binding);
	if (c->is_new && getenv("HEDGE"))
		hedge(w, h, c, weights, sum);
	double most = 0;

	for (size_t i = 0; i < h->visit_count; i++) {
		double weight = weight_of_name(h, weights, h->visits[i].name);

		if (weight > most || (weight == most && weights[i] > weights[best])) {
			best = i;
			most = weight;
		}
	}
	double confidence = most / sum;

	if (c->may_wait && (h->visit_count == 0 || confidence < sure))
		return false;
	learn_call(w, h, c, likely, weights, sum);
	bind_flow(w, h, weights, sum, c->binding);
	if (!c->is_new)
		reconsider(w, h, c);
	for (size_t i = 0; i < h->visit_count; i++) {
		if (weights[i] <= 0)
			continue;
		hit(&h->visits[i], c, weights[i] / sum);
		note_call(&h->visits[i], c, weights[i] / sum);
	}
	double least = count_open(h, c) > FEW_PAGES ? enough : few_enough;

	if (h->visit_count == 0 || confidence < least)
		return true;
	answer(out, &h->visits[best], c, confidence);
	add_rivals(h, c, weights, sum, best, out);
	note_placed(c->binding, &h->visits[best], weights[best] / sum);
	return true;
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
