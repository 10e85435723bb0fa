/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/fragments.h"

#include "sensor/flow/siphash.h"

#include <stdlib.h>

/*
 * A datagram lies in pages, taken as bytes come for them, wherever in its 64 KB these are; a sorted
 * list of the pieces, never a sum of lengths, says whether it is whole.
 *
 *   bucket ─► making ─► making          pieces  [0,1480) [1480,2960)      [4440,4500) end 4500
 *                │                      pages    │ 0     │ 1     │ -     │ 2     │
 *                └── on the list of all, the one idle longest first
 */
enum { PAGE = 2048, PAGES_EACH = 32, DATAGRAM_MAX = 65535, NONE = UINT32_MAX };

struct key {
	uint64_t words[5]; /* addresses, then id and, in IPv4, protocol and version */
};

/* Bytes [from, to) of the datagram. */
struct piece {
	uint16_t from, to;
};

struct making {
	struct key key;
	uint64_t begun_ns, touched_ns;
	uint32_t bucket, next;         /* in its bucket; free ones are linked by next, too */
	uint32_t more_idle, less_idle; /* in the list of all */
	uint32_t end;                  /* bytes in all; NONE: the last piece is missing */
	uint8_t protocol;              /* the first piece's */
	bool is_given_up;
	uint16_t piece_count;
	struct piece pieces[FRAGMENT_PIECES_MAX]; /* sorted; no two overlap */
	uint32_t pages[PAGES_EACH];               /* NONE: no byte there yet */
};

struct fragments {
	struct making *makings;
	uint32_t *buckets;
	size_t bucket_mask;
	uint32_t free_making, most_idle, least_idle;
	uint8_t *pages;
	uint32_t *free_pages;
	size_t free_page_count;
	uint64_t seed[2];
	struct fragments_counters counters;
	uint8_t whole[DATAGRAM_MAX];
};

static size_t power_of_two(size_t least)
{
	size_t power = 1;

	while (power < least)
		power *= 2;
	return power;
}

static bool allocate(struct fragments *f, size_t makings, size_t pages)
{
	f->bucket_mask = power_of_two(makings) - 1;
	f->makings = calloc(makings, sizeof *f->makings);
	f->buckets = calloc(f->bucket_mask + 1, sizeof *f->buckets);
	f->pages = calloc(pages, PAGE);
	f->free_pages = calloc(pages, sizeof *f->free_pages);
	return f->makings != NULL && f->buckets != NULL && f->pages != NULL &&
	       f->free_pages != NULL;
}

static void link_free(struct fragments *f, size_t makings, size_t pages)
{
	for (size_t i = 0; i < makings; i++)
		f->makings[i].next = i + 1 < makings ? (uint32_t)(i + 1) : NONE;
	for (size_t i = 0; i <= f->bucket_mask; i++)
		f->buckets[i] = NONE;
	for (size_t i = 0; i < pages; i++)
		f->free_pages[i] = (uint32_t)(pages - 1 - i);
	f->free_page_count = pages;
	f->free_making = 0;
	f->most_idle = NONE;
	f->least_idle = NONE;
}

struct fragments *fragments_new(const struct fragments_options *options)
{
	size_t makings = options->datagrams > 0 ? options->datagrams : 1024;
	size_t pages = options->bytes > 0 ? options->bytes / PAGE : 4096;
	struct fragments *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	if (pages < PAGES_EACH)
		pages = PAGES_EACH;
	if (!allocate(f, makings, pages)) {
		fragments_free(f);
		return NULL;
	}
	link_free(f, makings, pages);
	memcpy(f->seed, options->seed, sizeof f->seed);
	return f;
}

void fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	free(f->makings);
	free(f->buckets);
	free(f->pages);
	free(f->free_pages);
	free(f);
}

const struct fragments_counters *fragments_count(const struct fragments *f)
{
	return &f->counters;
}

static struct key key_of(const struct packet *p)
{
	struct key key;
	bool is_ip4 = p->ip_version == 4;

	memcpy(&key.words[0], p->src, sizeof p->src);
	memcpy(&key.words[2], p->dst, sizeof p->dst);
	key.words[4] = p->fragment_id;
	key.words[4] |= (is_ip4 ? (uint64_t)p->protocol << 8 | 4 : 6) << 32;
	return key;
}

static void idle_unlink(struct fragments *f, uint32_t at)
{
	const struct making *m = &f->makings[at];

	*(m->more_idle != NONE ? &f->makings[m->more_idle].less_idle : &f->most_idle) =
	        m->less_idle;
	*(m->less_idle != NONE ? &f->makings[m->less_idle].more_idle : &f->least_idle) =
	        m->more_idle;
}

static void idle_append(struct fragments *f, uint32_t at)
{
	struct making *m = &f->makings[at];

	m->more_idle = f->least_idle;
	m->less_idle = NONE;
	*(m->more_idle != NONE ? &f->makings[m->more_idle].less_idle : &f->most_idle) = at;
	f->least_idle = at;
}

static void release_pages(struct fragments *f, struct making *m)
{
	for (size_t i = 0; i < PAGES_EACH; i++) {
		if (m->pages[i] != NONE)
			f->free_pages[f->free_page_count++] = m->pages[i];
		m->pages[i] = NONE;
	}
}

static void forget(struct fragments *f, uint32_t at)
{
	struct making *m = &f->makings[at];
	uint32_t *link = &f->buckets[m->bucket];

	while (*link != at)
		link = &f->makings[*link].next;
	*link = m->next;
	idle_unlink(f, at);
	release_pages(f, m);
	m->next = f->free_making;
	f->free_making = at;
}

/* Its place stays taken until it expires, so that late pieces do not begin another one. */
static bool give_up(struct fragments *f, struct making *m, uint64_t *counter)
{
	++*counter;
	m->is_given_up = true;
	release_pages(f, m);
	return false;
}

static bool is_over(uint64_t since_ns, uint64_t now_ns)
{
	return now_ns > since_ns && now_ns - since_ns > FRAGMENT_LIFE_NS;
}

static void expire(struct fragments *f, uint32_t at)
{
	f->counters.expired += !f->makings[at].is_given_up;
	forget(f, at);
}

static void evict_most_idle(struct fragments *f)
{
	f->counters.evicted += !f->makings[f->most_idle].is_given_up;
	forget(f, f->most_idle);
}

static uint32_t find(struct fragments *f, const struct key *key, uint32_t bucket)
{
	uint32_t at = f->buckets[bucket];

	while (at != NONE && memcmp(&f->makings[at].key, key, sizeof *key) != 0)
		at = f->makings[at].next;
	return at;
}

static uint32_t begin(struct fragments *f, const struct key *key, uint32_t bucket, uint64_t now_ns)
{
	if (f->free_making == NONE)
		evict_most_idle(f);
	uint32_t at = f->free_making;
	struct making *m = &f->makings[at];

	f->free_making = m->next;
	m->key = *key;
	m->begun_ns = now_ns;
	m->bucket = bucket;
	m->next = f->buckets[bucket];
	m->end = NONE;
	m->is_given_up = false;
	m->piece_count = 0;
	for (size_t i = 0; i < PAGES_EACH; i++)
		m->pages[i] = NONE;
	f->buckets[bucket] = at;
	idle_append(f, at);
	return at;
}

static uint32_t find_or_begin(struct fragments *f, const struct packet *p, uint64_t now_ns)
{
	struct key key = key_of(p);
	uint64_t hash = siphash(f->seed, key.words, sizeof key.words / sizeof *key.words);
	uint32_t bucket = (uint32_t)(hash & f->bucket_mask);

	while (f->most_idle != NONE && is_over(f->makings[f->most_idle].touched_ns, now_ns))
		expire(f, f->most_idle);
	uint32_t at = find(f, &key, bucket);

	if (at != NONE && is_over(f->makings[at].begun_ns, now_ns)) {
		expire(f, at);
		at = NONE;
	}
	if (at == NONE)
		at = begin(f, &key, bucket, now_ns);
	idle_unlink(f, at);
	idle_append(f, at);
	f->makings[at].touched_ns = now_ns;
	return at;
}

/* The bytes of [from, to) that lie in one page: the first of them. */
static uint8_t *page_at(const struct fragments *f, const struct making *m, size_t from)
{
	return f->pages + (size_t)m->pages[from / PAGE] * PAGE + from % PAGE;
}

static size_t in_page(size_t from, size_t to)
{
	size_t end = (from / PAGE + 1) * PAGE;

	return (to < end ? to : end) - from;
}

static void take_pages(struct fragments *f, struct making *m, struct piece piece)
{
	for (size_t i = piece.from / PAGE; i <= (piece.to - 1u) / PAGE; i++) {
		if (m->pages[i] != NONE)
			continue;
		while (f->free_page_count ==
		       0) /* never `m`: it is the least idle, and the pool holds one */
			evict_most_idle(f);
		m->pages[i] = f->free_pages[--f->free_page_count];
	}
}

static void write_piece(struct fragments *f, const struct making *m, struct piece piece,
                        const uint8_t *bytes)
{
	for (size_t at = piece.from; at < piece.to; at += in_page(at, piece.to))
		memcpy(page_at(f, m, at), bytes + (at - piece.from), in_page(at, piece.to));
}

static bool same_bytes(const struct fragments *f, const struct making *m, struct piece piece,
                       const uint8_t *bytes)
{
	for (size_t at = piece.from; at < piece.to; at += in_page(at, piece.to))
		if (memcmp(page_at(f, m, at), bytes + (at - piece.from), in_page(at, piece.to)) !=
		    0)
			return false;
	return true;
}

/* Where in the sorted list the piece belongs; the latest ones come last, as a rule. */
static size_t place_of(const struct making *m, struct piece piece)
{
	size_t i = m->piece_count;

	while (i > 0 && m->pieces[i - 1].from >= piece.from)
		i--;
	return i;
}

static bool overlaps(const struct making *m, size_t place, struct piece piece)
{
	return (place > 0 && m->pieces[place - 1].to > piece.from) ||
	       (place < m->piece_count && m->pieces[place].from < piece.to);
}

static bool is_known(const struct making *m, size_t place, struct piece piece)
{
	return place < m->piece_count && m->pieces[place].from == piece.from &&
	       m->pieces[place].to == piece.to;
}

static void insert(struct making *m, size_t place, struct piece piece)
{
	memmove(&m->pieces[place + 1], &m->pieces[place],
	        (m->piece_count - place) * sizeof *m->pieces);
	m->pieces[place] = piece;
	m->piece_count++;
}

/* Does the end that this piece tells, or its own end, contradict what is known? */
static bool is_contradiction(const struct making *m, struct piece piece, bool is_last)
{
	const struct piece *last = m->piece_count > 0 ? &m->pieces[m->piece_count - 1] : NULL;

	if (m->end != NONE)
		return piece.to > m->end || (is_last && piece.to != m->end);
	return is_last && last != NULL && last->to > piece.to;
}

static bool is_whole(const struct making *m)
{
	size_t reached = 0;

	if (m->end == NONE)
		return false;
	for (size_t i = 0; i < m->piece_count && m->pieces[i].from == reached; i++)
		reached = m->pieces[i].to;
	return reached == m->end;
}

/* True: the piece is new and now part of the datagram. */
static bool add_piece(struct fragments *f, struct making *m, struct piece piece,
                      const struct packet *p)
{
	size_t place = place_of(m, piece);
	struct fragments_counters *count = &f->counters;

	if (is_known(m, place, piece) && same_bytes(f, m, piece, p->payload.ptr)) {
		count->duplicates++;
		return false;
	}
	if (overlaps(m, place, piece))
		return give_up(f, m, &count->overlaps);
	if (is_contradiction(m, piece, !p->more_fragments))
		return give_up(f, m, &count->malformed);
	if (m->piece_count == FRAGMENT_PIECES_MAX)
		return give_up(f, m, &count->too_many);
	take_pages(f, m, piece);
	write_piece(f, m, piece, p->payload.ptr);
	insert(m, place, piece);
	if (piece.from == 0)
		m->protocol = p->protocol;
	if (!p->more_fragments)
		m->end = piece.to;
	return true;
}

static struct slice put_together(struct fragments *f, const struct making *m)
{
	for (size_t at = 0; at < m->end; at += in_page(at, m->end))
		memcpy(f->whole + at, page_at(f, m, at), in_page(at, m->end));
	return (struct slice){ f->whole, m->end };
}

static bool is_usable(struct fragments *f, const struct packet *p)
{
	if (p->payload.len < p->payload_len) {
		f->counters.cut++;
		return false;
	}
	if (p->payload.len == 0 || (p->more_fragments && p->payload.len % 8 != 0)) {
		f->counters.refused++;
		return false;
	}
	return true;
}

bool fragments_add(struct fragments *f, uint64_t now_ns, struct packet *p, struct slice *datagram)
{
	f->counters.pieces++;
	if (!is_usable(f, p))
		return false;
	uint32_t at = find_or_begin(f, p, now_ns);
	struct making *m = &f->makings[at];

	if (m->is_given_up) {
		f->counters.refused++;
		return false;
	}
	if (p->fragment_offset + p->payload.len > DATAGRAM_MAX)
		return give_up(f, m, &f->counters.malformed);
	struct piece piece = { (uint16_t)p->fragment_offset,
		               (uint16_t)(p->fragment_offset + p->payload.len) };

	if (!add_piece(f, m, piece, p) || !is_whole(m))
		return false;
	*datagram = put_together(f, m);
	p->protocol = m->protocol;
	f->counters.datagrams++;
	forget(f, at);
	return true;
}
