/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/evidence/evidence.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/evidence/parts.h"

enum { BUCKETS = 1 << 14, FRAMES_MAX = 256, BYTES_MAX = 256 * 1024, ROLLING_MAX = 16 };

struct held {
	struct held *next;
	struct frame frame;
	uint8_t bytes[];
};

/* What is known of one flow. */
struct holder {
	struct holder *chain;
	const struct flow *flow;
	struct held *first, *last;
	size_t count, bytes;
	uint64_t lost;  /* found no room; nothing is missing unless an event is about the flow */
	bool is_marked; /* what comes goes to the file at once */
	uint8_t id[EVIDENCE_ID_LEN];
};

struct evidence_part {
	struct budget *budget;
	FILE *part;
	uint64_t part_bytes, lost;
	struct evidence_rows rows;
	struct holder *buckets[BUCKETS];
};

struct evidence_part *evidence_new(struct budget *budget, FILE *part)
{
	struct evidence_part *e = calloc(1, sizeof *e);

	if (e == NULL) {
		fclose(part);
		return NULL;
	}
	e->budget = budget;
	e->part = part;
	return e;
}

static struct holder **bucket_of(struct evidence_part *e, const struct flow *f)
{
	uint64_t h = (uint64_t)(uintptr_t)f * 0x9e3779b97f4a7c15U;

	return &e->buckets[h >> 50];
}

static struct holder *find(struct evidence_part *e, const struct flow *f)
{
	struct holder *h = *bucket_of(e, f);

	while (h != NULL && h->flow != f)
		h = h->chain;
	return h;
}

static struct holder *find_or_add(struct evidence_part *e, const struct flow *f)
{
	struct holder *h = find(e, f), **bucket = bucket_of(e, f);

	if (h != NULL)
		return h;
	h = budget_take(e->budget, sizeof *h);
	if (h == NULL)
		return NULL;
	h->flow = f;
	h->chain = *bucket;
	*bucket = h;
	return h;
}

static void drop_first(struct evidence_part *e, struct holder *h)
{
	struct held *gone = h->first;

	h->first = gone->next;
	if (h->first == NULL)
		h->last = NULL;
	h->count--;
	h->bytes -= gone->frame.bytes.len;
	budget_give(e->budget, gone, sizeof *gone + gone->frame.bytes.len);
}

static void keep(struct evidence_part *e, const struct frame *f, const uint8_t id[EVIDENCE_ID_LEN])
{
	if (!evidence_make_room(&e->rows) ||
	    fwrite(f->bytes.ptr, 1, f->bytes.len, e->part) != f->bytes.len) {
		e->lost++;
		return;
	}
	struct evidence_row *row = &e->rows.list[e->rows.count++];

	*row = (struct evidence_row){ .time_ns = f->time_ns,
		                      .number = f->number,
		                      .offset = e->part_bytes,
		                      .source = f->source,
		                      .link = (uint32_t)f->link,
		                      .wire_len = f->wire_len,
		                      .len = (uint32_t)f->bytes.len,
		                      .part = e->part };
	memcpy(row->id, id, EVIDENCE_ID_LEN);
	e->part_bytes += f->bytes.len;
}

static void hold(struct evidence_part *e, struct holder *h, const struct frame *f)
{
	size_t len = f->bytes.len;
	struct held *held = h->count < FRAMES_MAX && h->bytes + len <= BYTES_MAX
	                            ? budget_take(e->budget, sizeof *held + len)
	                            : NULL;

	if (held == NULL) {
		h->lost++;
		return;
	}
	held->frame = *f;
	memcpy(held->bytes, f->bytes.ptr, len);
	held->frame.bytes.ptr = held->bytes;
	if (h->last != NULL)
		h->last->next = held;
	else
		h->first = held;
	h->last = held;
	h->count++;
	h->bytes += len;
}

void evidence_saw(struct evidence_part *e, const struct flow *f, const struct frame *frame,
                  bool rolls)
{
	struct holder *h = find_or_add(e, f);

	if (h == NULL) {
		e->lost++;
	} else if (h->is_marked) {
		keep(e, frame, h->id);
	} else {
		if (rolls && h->count == ROLLING_MAX)
			drop_first(e, h);
		hold(e, h, frame);
	}
}

void evidence_mark_held(struct evidence_part *e, const struct flow *f,
                        const uint8_t id[EVIDENCE_ID_LEN])
{
	struct holder *h = find(e, f);

	for (const struct held *held = h != NULL ? h->first : NULL; held != NULL; held = held->next)
		keep(e, &held->frame, id);
	if (h != NULL) {
		e->lost += h->lost;
		h->lost = 0;
	}
}

void evidence_mark(struct evidence_part *e, const struct flow *f, const uint8_t id[EVIDENCE_ID_LEN])
{
	struct holder *h = find_or_add(e, f);

	if (h == NULL)
		return;
	evidence_mark_held(e, f, id);
	while (h->first != NULL)
		drop_first(e, h);
	h->is_marked = true;
	memcpy(h->id, id, EVIDENCE_ID_LEN);
}

void evidence_forget(struct evidence_part *e, const struct flow *f)
{
	struct holder **link = bucket_of(e, f), *h;

	while (*link != NULL && (*link)->flow != f)
		link = &(*link)->chain;
	h = *link;
	if (h == NULL)
		return;
	*link = h->chain;
	while (h->first != NULL)
		drop_first(e, h);
	budget_give(e->budget, h, sizeof *h);
}

void evidence_free(struct evidence_part *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (e->buckets[i] != NULL)
			evidence_forget(e, e->buckets[i]->flow);
	fclose(e->part);
	free(e->rows.list);
	free(e);
}

uint64_t evidence_lost(const struct evidence_part *e)
{
	return e->lost;
}

struct evidence_rows *evidence_rows(struct evidence_part *e)
{
	return &e->rows;
}

void evidence_empty(struct evidence_part *e)
{
	e->rows.count = 0;
	e->part_bytes = 0;
	rewind(e->part);
	(void)!ftruncate(fileno(e->part), 0); /* else it is written over */
}

bool evidence_make_room(struct evidence_rows *r)
{
	if (r->count < r->room)
		return true;
	size_t room = r->room > 0 ? r->room * 2 : 256;
	struct evidence_row *grown = realloc(r->list, room * sizeof *grown);

	if (grown == NULL)
		return false;
	r->list = grown;
	r->room = room;
	return true;
}
