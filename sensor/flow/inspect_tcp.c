/* SPDX-License-Identifier: Apache-2.0 */
/* Segments of a TCP flow, put in order and shown to a reader. */
#include "dissect/reader.h"
#include "sensor/flow/question.h"

enum {
	WINDOW_FORWARD = 1 << 20,
	GAP_SEGMENTS = 24,
	GAP_BYTES = 32 * 1024,
	SMALL_WINDOW = 4096,
};

/* Where `seq` lies from what is wanted next, in RFC 9293's arithmetic modulo 2^32. */
static int32_t distance(const struct stream *st, uint32_t seq)
{
	return (int32_t)(seq - st->next);
}

static void begin_at(struct stream *st, uint32_t seq, bool is_exact)
{
	st->next = seq;
	st->has_next = true;
	st->is_exact = is_exact;
}

static void pass(struct stream *st, uint64_t bytes)
{
	uint32_t n = bytes > BODY_MAX ? BODY_MAX : (uint32_t)bytes;

	st->next += n;
	assembly_drop(&st->held, n);
}

static void finish(struct inspector *i, struct stream *st)
{
	st->is_done = true;
	assembly_free(&st->held, i->use.budget);
}

/*
 * Lets the reader at `window` again and again while it takes something. Gives how many bytes of
 * the window were taken; a body may reach beyond it.
 */
static uint64_t read_window(struct inspector *i, const struct sight *s, struct stream *st,
                            struct slice window)
{
	read_stream *reader = st->reader;
	uint64_t taken = 0;

	while (!st->is_done && taken <= window.len) {
		struct slice rest = slice_skip(window, (size_t)taken);
		struct taken t = st->reader(i, s, st, rest);

		taken += t.bytes < BODY_MAX ? t.bytes : BODY_MAX;
		st->is_done = t.want == WANT_NOTHING;
		if (t.want != WANT_AGAIN)
			break;
		st->is_exact = true;
		if (st->reader == reader && t.bytes == 0)
			break;
		reader = st->reader;
	}
	return taken;
}

/* Where copies of the same bytes differed, the other reading may hold the name. */
static void read_other(struct inspector *i, const struct sight *s, struct stream *st)
{
	struct slice other = assembly_other_window(&st->held);
	struct stream copy = *st;

	copy.is_done = false;
	copy.reader = read_start;
	if (other.len > 0 && st->reader == read_start)
		(void)read_start(i, s, &copy, other);
}

static void read_held(struct inspector *i, const struct sight *s, struct stream *st)
{
	struct slice window = assembly_window(&st->held);

	if (window.len == 0)
		return;
	read_other(i, s, st);
	uint64_t taken = read_window(i, s, st, window);

	if (taken > 0)
		st->held_segments = 0;
	pass(st, taken);
}

/* In order and nothing held: read where it lies, and keep only what the reader left. */
static void read_in_place(struct inspector *i, const struct sight *s, struct stream *st,
                          struct slice bytes)
{
	uint64_t taken = read_window(i, s, st, bytes);

	st->next += taken > BODY_MAX ? BODY_MAX : (uint32_t)taken;
	if (st->is_done || taken >= bytes.len)
		return;
	struct slice rest = slice_skip(bytes, (size_t)taken);

	if (!assembly_add(&st->held, i->use.budget, 0, rest)) {
		i->counters.assembly_refused++;
		st->is_done = true;
	}
}

/* Earlier bytes than the first that were seen: only where nothing was read yet. */
static bool make_earlier(struct inspector *i, struct stream *st, uint32_t by)
{
	if (!assembly_shift(&st->held, i->use.budget, by))
		return false;
	st->next -= by;
	return true;
}

/*
 * A hole that nobody will fill: the capture lost it. What lies behind it may begin a message of its
 * own, as requests of a connection that is kept do.
 */
static void skip_gap(struct inspector *i, const struct sight *s, struct stream *st)
{
	if (assembly_is_empty(&st->held) || st->held.ranges[0].from == 0)
		return;
	i->counters.gaps_skipped++;
	uint32_t gap = st->held.ranges[0].from;

	st->next += gap;
	assembly_drop(&st->held, gap);
	st->is_exact = false;
	st->held_segments = 0;
	read_held(i, s, st);
}

/* More than there is room for: what was whole counts, what lies behind a hole may begin anew. */
static void give_up_stream(struct inspector *i, const struct sight *s, struct stream *st)
{
	struct slice window = assembly_window(&st->held);

	if (window.len == 0) {
		skip_gap(i, s, st);
		return;
	}
	if (st->reader == read_start)
		(void)read_cut(i, s, window);
	st->is_done = true;
}

/*
 * A large window that grows by a byte at a time is not read anew for each: what readers cost would
 * grow with its square.
 */
static bool is_worth_reading(struct stream *st)
{
	size_t len = assembly_window(&st->held).len;

	if (len > SMALL_WINDOW && len < st->last_window + st->last_window / 64)
		return false;
	st->last_window = (uint32_t)len;
	return true;
}

static void add_segment(struct inspector *i, const struct sight *s, struct stream *st, uint32_t seq,
                        struct slice bytes)
{
	int32_t at = distance(st, seq);

	if (at < 0 && !st->is_exact && bytes.len > 1 && at > -(int32_t)ASSEMBLY_MAX) {
		if (!make_earlier(i, st, (uint32_t)-at))
			return;
		at = 0;
	}
	if (at < 0) { /* sent again, or a keep-alive's one byte */
		size_t old = (size_t) - (int64_t)at;

		if (old >= bytes.len)
			return;
		bytes = slice_skip(bytes, old);
		at = 0;
	}
	if (at > WINDOW_FORWARD)
		return;
	if (at == 0 && assembly_is_empty(&st->held)) {
		read_in_place(i, s, st, bytes);
		return;
	}
	if (!assembly_add(&st->held, i->use.budget, (uint32_t)at, bytes)) {
		i->counters.assembly_refused++;
		give_up_stream(i, s, st);
		return;
	}
	if (st->held_segments < UINT8_MAX)
		st->held_segments++;
	if (is_worth_reading(st))
		read_held(i, s, st);
	if (st->held_segments > GAP_SEGMENTS && assembly_end(&st->held) > GAP_BYTES)
		skip_gap(i, s, st);
}

/* A SYN that is late, or sent again, moves nothing that was put in order already. */
static void hear_syn(struct stream *st, uint32_t first)
{
	if (!st->has_next || (st->segments == 0 && assembly_is_empty(&st->held)))
		begin_at(st, first, true);
	else if (st->next == first)
		st->is_exact = true;
}

static void take_segment(struct inspector *i, const struct sight *s, struct stream *st)
{
	const struct packet *p = s->packet;
	uint32_t seq = p->tcp_seq;

	if (p->tcp_flags & TCP_SYN)
		hear_syn(st, ++seq);
	if (p->payload.len == 0 || st->is_done)
		return;
	if (!st->has_next)
		begin_at(st, seq, false);
	if (distance(st, seq) + (int64_t)p->payload.len > 0) /* no keep-alive */
		st->segments++;
	add_segment(i, s, st, seq, p->payload);
	if (!st->is_exact && st->reader == read_start && st->segments >= GUESSES_MAX)
		give_up_stream(i, s, st);
	if (st->is_done)
		finish(i, st);
}

/*
 * The flow has nothing more to tell: its client's side is read, or both are done. Where the first
 * packet did not say who the client is, either side may still turn out to be.
 */
static bool is_settled(const struct flow *f)
{
	const struct stream *st = f->question->streams;

	if (st[0].is_done && st[1].is_done)
		return true;
	if (f->app == APP_TLS && !f->is_named)
		return false; /* the server's certificate may have a name */
	return st[f->client].is_done && (f->has_syn || f->is_client_sure);
}

bool inspect_is_retry(const struct flow *f, unsigned side, uint32_t tcp_seq)
{
	const struct stream *st = f->question != NULL ? &f->question->streams[side] : NULL;

	return st != NULL && f->spoke == 0 && st->has_next && st->next == tcp_seq + 1;
}

void inspect_segment(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	take_segment(i, s, &q->streams[s->side]);
	q->is_settled = is_settled(s->flow);
}

void inspect_segment_end(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	for (unsigned side = 0; side < 2; side++) {
		struct stream *st = &q->streams[side];
		struct sight at_end = *s;

		at_end.side = side;
		if (!st->is_done && st->reader == read_start)
			(void)read_cut(i, &at_end, assembly_window(&st->held));
		if (!st->is_done)
			skip_gap(i, &at_end, st);
		finish(i, st);
	}
}
