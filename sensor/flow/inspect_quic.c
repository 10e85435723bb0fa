/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC Initials: opened, their CRYPTO frames put in order, the hello in them read. */
#include "dissect/gquic.h"
#include "dissect/quic.h"
#include "sensor/flow/question.h"

enum {
	QUIC_ID_TELLING = 8,
	REOPENED_MAX = 8
}; /* RFC 9000, section 7.2: a client's id has 8 bytes */

static bool opens(struct inspector *i, const struct quic_keys *keys, const struct quic_packet *p,
                  struct slice *plain)
{
	struct scratch room = { .ptr = i->plain, .room = sizeof i->plain };
	struct quic_frames frames;

	switch (quic_keys_open(i->crypto, keys, p, &room, plain)) {
	case PARSE_OK:
		return true;
	case PARSE_SHORT: /* cut off: no tag to check, so the frames must make sense */
		return dissect_quic_frames(*plain, &frames) != PARSE_FOREIGN && frames.count > 0;
	default:
		return false;
	}
}

static bool is_path_of(const struct quic_path *path, const struct quic_packet *p)
{
	return path->dcid_len == p->dcid.len && memcmp(path->dcid, p->dcid.ptr, p->dcid.len) == 0;
}

/* A path that this connection id was tried for: its keys are derived once, whatever came of it. */
static bool known_path(const struct quic_question *q, const struct quic_packet *p)
{
	for (size_t n = 0; n < q->path_count; n++)
		if (is_path_of(&q->paths[n], p) && q->paths[n].version == p->version)
			return true;
	return false;
}

static uint16_t hash_id(struct slice id)
{
	uint32_t h = 2166136261U; /* FNV-1a: only to tell ids apart, never to find them */

	for (size_t n = 0; n < id.len; n++)
		h = (h ^ id.ptr[n]) * 16777619U;
	return (uint16_t)(h ^ h >> 16);
}

static struct slice id_of(const struct quic_path *path)
{
	return (struct slice){ path->dcid, path->dcid_len };
}

/* The same client, at another port: a NAT on the way forgot the first one. */
static bool is_same_connection(const struct quic_path *a, const struct quic_path *b)
{
	return a->version == b->version && a->dcid_len >= QUIC_ID_TELLING &&
	       slice_equal(id_of(a), id_of(b)) && a->flow->owner == b->flow->owner &&
	       memcmp(a->flow->address[a->flow->client], b->flow->address[b->flow->client], 16) ==
	               0;
}

/* Who sends chooses the id, and may choose one for many addresses. */
static uint16_t slot_of(const struct inspector *i, const struct quic_path *path)
{
	uint64_t words[6] = { 0 };

	memcpy(words, path->dcid, path->dcid_len);
	memcpy(words + 3, path->flow->address[path->flow->client], 16);
	return keyed_hash(&i->secret, words, 6) % QUIC_PATH_SLOTS;
}

/* Pieces of the hello that came on another five-tuple of the same connection. */
static void take_over(struct inspector *i, struct quic_path *path)
{
	path->slot = slot_of(i, path); /* kept: which side is the client may turn out otherwise */
	struct quic_path **slot = &i->paths[path->slot];
	const struct quic_path *other = *slot;

	while (other != NULL && !is_same_connection(other, path))
		other = other->next;
	const struct assembly *from = other != NULL ? &other->crypto : NULL;

	for (size_t n = 0; from != NULL && n < from->range_count; n++) {
		struct assembly_range r = from->ranges[n];
		struct slice piece = { from->first + r.from, r.to - r.from };

		(void)assembly_add(&path->crypto, i->use.budget, r.from, piece);
	}
	path->next = *slot;
	*slot = path;
}

static void leave_slot(struct inspector *i, const struct quic_path *path)
{
	struct quic_path **link = &i->paths[path->slot];

	while (*link != NULL && *link != path)
		link = &(*link)->next;
	if (*link != NULL)
		*link = path->next;
}

/* Tries the keys of one version; the path is kept only when they open the packet. */
static struct quic_path *try_path(struct inspector *i, const struct sight *s,
                                  const struct quic_packet *p, uint32_t version,
                                  struct slice *plain)
{
	struct quic_question *q = s->flow->question->quic;
	struct quic_path *path = &q->paths[q->path_count];

	enum parse answer = quic_keys_try(i->crypto, version, QUIC_CLIENT, p, &path->keys);

	i->counters.quic_keys_derived += answer != PARSE_BROKEN;
	if (answer != PARSE_OK || !opens(i, &path->keys, p, plain))
		return NULL;
	path->flow = s->flow;
	path->version = p->version;
	path->dcid_len = (uint8_t)p->dcid.len;
	if (p->dcid.len > 0)
		memcpy(path->dcid, p->dcid.ptr, p->dcid.len);
	q->path_count++;
	take_over(i, path);
	return path;
}

/*
 * The path whose keys open the packet. A packet may go to the id that the server chose: the keys
 * stay those of the first one (RFC 9001, section 5.2), so what is known is tried before anything
 * is derived.
 */
static struct quic_path *open_path(struct inspector *i, const struct sight *s,
                                   const struct quic_packet *p, struct slice *plain)
{
	struct quic_question *q = s->flow->question->quic;
	uint32_t versions[QUIC_CANDIDATES_MAX];
	struct quic_path *path = NULL;

	for (size_t n = 0; n < q->path_count; n++)
		if (opens(i, &q->paths[n].keys, p, plain))
			return &q->paths[n];
	if (known_path(q, p) || q->path_count == QUIC_PATHS_MAX || q->strange == QUIC_STRANGE_MAX ||
	    p->dcid.len > QUIC_CID_MAX)
		return NULL;
	size_t count = quic_candidate_versions(p->version, versions);

	for (size_t n = 0; n < count && path == NULL; n++)
		path = try_path(i, s, p, versions[n], plain);
	q->strange = (uint8_t)(q->strange + (path == NULL));
	return path;
}

static bool read_tls(struct inspector *i, const struct sight *s, struct slice crypto,
                     uint32_t version, bool is_last)
{
	struct tls_hello hello;
	enum parse answer = dissect_tls_hello(crypto, &hello);
	bool is_name = hello.sni.len > 0 && (is_last || answer == PARSE_BROKEN);

	if (!is_last)
		count_answer(i, answer);
	if (answer == PARSE_OK || is_name)
		note_hello(i, s, &hello, EVIDENCE_QUIC_SNI, version, answer == PARSE_OK);
	return answer == PARSE_OK || answer == PARSE_BROKEN;
}

static bool read_google(struct inspector *i, const struct sight *s, struct slice crypto,
                        uint32_t version, bool is_last)
{
	struct gquic_hello google;
	enum parse answer = dissect_gquic_hello(crypto, &google);

	if (!is_last)
		count_answer(i, answer);
	if (answer != PARSE_OK && !(is_last && answer != PARSE_FOREIGN && google.sni.len > 0))
		return false;
	struct tls_hello hello = { .sni = google.sni };

	note_hello(i, s, &hello, EVIDENCE_GQUIC_SNI, version, answer == PARSE_OK);
	return true;
}

/* Reads what is there of the hello, TLS or Google's; true once it is whole. */
static bool read_hello(struct inspector *i, const struct sight *s, struct slice crypto,
                       uint32_t version, bool is_last)
{
	static const uint8_t google[] = { 'C', 'H', 'L', 'O' };

	if (crypto.len == 0)
		return false;
	if (crypto.len >= sizeof google && memcmp(crypto.ptr, google, sizeof google) == 0)
		return read_google(i, s, crypto, version, is_last);
	return read_tls(i, s, crypto, version, is_last);
}

static void add_piece(struct inspector *i, struct quic_path *path, const struct quic_crypto *piece)
{
	if (piece->offset < path->origin)
		return; /* of the hello before */
	if (!assembly_add(&path->crypto, i->use.budget, piece->offset - path->origin, piece->bytes))
		i->counters.assembly_refused++;
}

static bool add_pieces(struct inspector *i, const struct sight *s, struct quic_path *path,
                       const struct quic_frames *frames)
{
	for (size_t n = 0; n < frames->count; n++)
		add_piece(i, path, &frames->crypto[n]);
	(void)read_hello(i, s, assembly_other_window(&path->crypto), path->version, false);
	return read_hello(i, s, assembly_window(&path->crypto), path->version, false);
}

/* Two connections may begin on one five-tuple at once: the question is open for both. */
static bool are_all_done(const struct quic_question *q)
{
	for (size_t n = 0; n < q->path_count; n++)
		if (!q->paths[n].is_done)
			return false;
	return q->path_count > 0;
}

static bool read_initial(struct inspector *i, const struct sight *s, const struct quic_packet *p)
{
	struct quic_frames frames;
	struct slice plain;
	struct quic_path *path = open_path(i, s, p, &plain);

	if (path == NULL || dissect_quic_frames(plain, &frames) == PARSE_FOREIGN)
		return false;
	i->counters.quic_opened++;
	s->flow->app = APP_QUIC;
	path->is_done |= add_pieces(i, s, path, &frames);
	return are_all_done(s->flow->question->quic);
}

/* Google's own framing: in the clear, one stream for each connection id. */
static bool read_clear(struct inspector *i, const struct sight *s, const struct quic_packet *p)
{
	struct quic_question *q = s->flow->question->quic;
	struct quic_frames frames;

	if (dissect_gquic_frames(p, &frames) == PARSE_FOREIGN || frames.count == 0)
		return false;
	if (q->path_count == 0)
		q->paths[q->path_count++].version = p->version;
	s->flow->app = APP_QUIC;
	if (assembly_is_empty(&q->paths[0].crypto) && gquic_begins_hello(frames.crypto[0].bytes))
		q->paths[0].origin = frames.crypto[0].offset;
	q->paths[0].is_done |= add_pieces(i, s, &q->paths[0], &frames);
	return are_all_done(q);
}

static bool begin(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	if (q->quic == NULL)
		q->quic = budget_take(i->use.budget, sizeof *q->quic);
	if (q->quic == NULL)
		i->counters.questions_refused++;
	return q->quic != NULL;
}

static bool read_packet(struct inspector *i, const struct sight *s, const struct quic_packet *p)
{
	switch (p->kind) {
	case QUIC_INITIAL:
		return read_initial(i, s, p);
	case QUIC_GOOGLE:
		return read_clear(i, s, p);
	default:
		return false;
	}
}

bool inspect_quic(struct inspector *i, const struct sight *s)
{
	struct slice datagram = s->packet->payload, first_id = { 0 };
	struct quic_packet packet = { 0 };
	bool is_known = s->flow->app == APP_QUIC;

	if (!is_known && !dissect_quic_possible(datagram))
		return false;
	if (!is_known && dissect_quic_likely(datagram))
		s->flow->app = APP_QUIC;
	if (!begin(i, s))
		return true;
	while (datagram.len > 0) {
		packet.is_cut = false;
		enum parse answer = dissect_quic(&datagram, &packet);

		if (answer != PARSE_OK && !packet.is_cut)
			break;
		/* RFC 9000, section 12.2: packets for other ids are ignored; keys cost time. */
		if (first_id.ptr != NULL && !slice_equal(packet.dcid, first_id))
			break;
		first_id = packet.dcid;
		if (read_packet(i, s, &packet)) {
			s->flow->question->is_settled = true;
			break;
		}
		if (answer != PARSE_OK)
			break;
	}
	return s->flow->app == APP_QUIC;
}

void inspect_quic_end(struct inspector *i, const struct sight *s)
{
	struct quic_question *q = s->flow->question->quic;

	for (size_t n = 0; q != NULL && n < q->path_count; n++) {
		if (q->paths[n].is_done)
			continue;
		i->counters.hellos_incomplete += !assembly_is_empty(&q->paths[n].crypto);
		(void)read_hello(i, s, assembly_window(&q->paths[n].crypto), q->paths[n].version,
		                 true);
	}
}

void inspect_quic_close(struct inspector *i, struct flow *f)
{
	struct quic_question *q = f->question->quic;

	if (q == NULL)
		return;
	if (q->path_count > 0)
		f->quic_ids[0] = hash_id(id_of(&q->paths[q->path_count - 1]));
	for (size_t n = 0; n < q->path_count; n++) {
		leave_slot(i, &q->paths[n]);
		assembly_free(&q->paths[n].crypto, i->use.budget);
	}
	budget_give(i->use.budget, q, sizeof *q);
}

bool inspect_reopen(struct inspector *i, const struct sight *s)
{
	struct slice datagram = s->packet->payload;
	struct quic_packet packet = { 0 };
	struct flow *f = s->flow;

	if (datagram.len == 0 || (datagram.ptr[0] & 0x80) == 0 || f->reopened == REOPENED_MAX ||
	    dissect_quic(&datagram, &packet) != PARSE_OK)
		return false;
	if (s->side != f->client) {
		f->quic_ids[1] = hash_id(packet.scid);
		return false;
	}
	uint16_t id = hash_id(packet.dcid);

	if (packet.kind != QUIC_INITIAL || id == f->quic_ids[0] || id == f->quic_ids[1])
		return false;
	f->reopened++;
	inspect_open(i, s);
	return f->question != NULL;
}
