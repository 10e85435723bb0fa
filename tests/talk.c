/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/talk.h"

#include "feeds/feed.h"
#include "tests/check.h"

static const uint64_t second_ns = 1000000000U;

struct writer {
	uint8_t *at;
	size_t len, room;
};

static void put(struct writer *w, const void *bytes, size_t len)
{
	CHECK(len <= w->room - w->len);
	if (len > 0)
		memcpy(w->at + w->len, bytes, len);
	w->len += len;
}

static void put_uint(struct writer *w, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		put(w, &(uint8_t){ (uint8_t)(value >> 8 * (width - 1 - i)) }, 1);
}

static bool is_ip4(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(a, mapped, sizeof mapped) == 0;
}

static void put_mac(struct writer *w, const uint8_t address[16])
{
	put(w, (const uint8_t[]){ 2, 0, 0, address[13], address[14], address[15] }, 6);
}

static void put_ip(struct writer *w, const struct talk_ends *e, unsigned side, uint16_t id,
                   size_t behind)
{
	uint8_t protocol = e->is_udp ? IP_UDP : IP_TCP;

	if (is_ip4(e->address[0])) {
		put_uint(w, 0x4500U << 16 | (uint32_t)(20 + behind), 4);
		put_uint(w, (uint32_t)id << 16, 4);
		put_uint(w, 0x4000U << 16 | (uint32_t)protocol << 16, 4);
		put(w, e->address[side] + 12, 4);
		put(w, e->address[1 - side] + 12, 4);
		return;
	}
	put_uint(w, 0x60000000U, 4);
	put_uint(w, (uint64_t)behind << 16 | (uint64_t)protocol << 8 | 64, 4);
	put(w, e->address[side], 16);
	put(w, e->address[1 - side], 16);
}

size_t talk_frame(const struct talk_ends *e, unsigned side, uint32_t seq, uint8_t flags,
                  uint16_t ip_id, struct slice payload, uint8_t out[TALK_FRAME_MAX])
{
	struct writer w = { out, 0, TALK_FRAME_MAX };

	put_mac(&w, e->address[1 - side]);
	put_mac(&w, e->address[side]);
	put_uint(&w, is_ip4(e->address[0]) ? 0x0800 : 0x86dd, 2);
	put_ip(&w, e, side, ip_id, payload.len + (e->is_udp ? 8 : 20));
	put_uint(&w, (uint32_t)e->port[side] << 16 | e->port[1 - side], 4);
	if (e->is_udp) {
		put_uint(&w, (uint64_t)(payload.len + 8) << 16, 4);
	} else {
		put_uint(&w, seq, 4);
		put_uint(&w, 1, 4);
		put_uint(&w, 0x5000U << 16 | (uint32_t)flags << 16 | 0xffff, 4);
		put_uint(&w, 0, 4);
	}
	put(&w, payload.ptr, payload.len);
	return w.len;
}

size_t talk_hello(const char *name, uint8_t out[TALK_PAYLOAD_MAX])
{
	size_t n = strlen(name), extensions = n + 9, body = 2 + 32 + 1 + 4 + 2 + 2 + extensions;
	struct writer w = { out, 0, TALK_PAYLOAD_MAX };

	put_uint(&w, 0x160301, 3);
	put_uint(&w, body + 4, 2);
	put_uint(&w, 1, 1);
	put_uint(&w, body, 3);
	put_uint(&w, 0x0303, 2);
	for (unsigned i = 0; i < 32; i++)
		put_uint(&w, i, 1);
	put_uint(&w, 0, 1);          /* no session */
	put_uint(&w, 0x00021301, 4); /* one cipher suite */
	put_uint(&w, 0x0100, 2);     /* one compression */
	put_uint(&w, extensions, 2);
	put_uint(&w, 0, 2); /* server_name */
	put_uint(&w, n + 5, 2);
	put_uint(&w, n + 3, 2);
	put_uint(&w, 0, 1);
	put_uint(&w, n, 2);
	put(&w, name, n);
	return w.len;
}

static void put_name(struct writer *w, const char *name)
{
	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		put_uint(w, label, 1);
		put(w, name, label);
		name += label + (name[label] == '.');
	}
	put_uint(w, 0, 1);
}

static struct writer begin_message(uint16_t id, uint16_t flags, size_t answers, const char *name,
                                   uint16_t type, uint8_t *out)
{
	struct writer w = { out, 0, TALK_PAYLOAD_MAX };

	put_uint(&w, id, 2);
	put_uint(&w, flags, 2);
	put_uint(&w, 1, 2);
	put_uint(&w, answers, 2);
	put_uint(&w, 0, 4);
	put_name(&w, name);
	put_uint(&w, (uint32_t)type << 16 | 1, 4);
	return w;
}

size_t talk_question(uint16_t id, const char *name, uint16_t type, uint8_t out[TALK_PAYLOAD_MAX])
{
	return begin_message(id, 0x0100, 0, name, type, out).len;
}

static void put_record(struct writer *w, const char *owner, uint16_t type, uint32_t ttl,
                       const struct writer *data)
{
	put_name(w, owner);
	put_uint(w, (uint32_t)type << 16 | 1, 4);
	put_uint(w, ttl, 4);
	put_uint(w, data->len, 2);
	put(w, data->at, data->len);
}

size_t talk_answer(uint16_t id, const char *name, uint16_t type, const struct talk_answer *a,
                   uint8_t out[TALK_PAYLOAD_MAX])
{
	const char *owner = name;
	size_t aliases = 0;

	while (aliases < 4 && a->aliases[aliases] != NULL)
		aliases++;
	struct writer w = begin_message(id, (uint16_t)(0x8180 | a->rcode),
	                                aliases + a->address_count, name, type, out);

	for (size_t i = 0; i < aliases; i++) {
		uint8_t text[300];
		struct writer data = { text, 0, sizeof text };

		put_name(&data, a->aliases[i]);
		put_record(&w, owner, 5, a->ttl, &data);
		owner = a->aliases[i];
	}
	for (size_t i = 0; i < a->address_count; i++) {
		uint8_t bytes[4];
		struct writer data = { bytes, 0, sizeof bytes };

		put(&data, a->address[i], 4);
		put_record(&w, owner, 1, a->ttl, &data);
	}
	return w.len;
}

static void keep_line(void *context, enum line_reader reader, struct slice line)
{
	struct talk *t = context;

	(void)reader;
	if (t->text_room < t->text_len + line.len + 2) {
		t->text_room = 2 * (t->text_len + line.len + 2);
		t->text = realloc(t->text, t->text_room);
		CHECK(t->text != NULL);
	}
	memcpy(t->text + t->text_len, line.ptr, line.len);
	t->text_len += line.len;
	if (t->text[t->text_len - 1] != '\n')
		t->text[t->text_len++] = '\n';
	t->text[t->text_len] = '\0';
}

static const char *file_of(void *context, uint32_t source)
{
	const struct talk *t = context;

	(void)source;
	return t->file;
}

static struct feed_set *builtin_feeds(void)
{
	struct feed_builder *b = feed_builder_new();

	CHECK(b != NULL && feed_builder_add_builtin(b));
	return feed_builder_finish(b);
}

void talk_begin(struct talk *t, const struct worker_options *options)
{
	struct worker_options o = *options;

	o.limits.hosts = o.limits.hosts > 0 ? o.limits.hosts : 256; /* many workers are made */
	o.limits.visitors = o.limits.visitors > 0 ? o.limits.visitors : 256;
	o.limits.resolutions = o.limits.resolutions > 0 ? o.limits.resolutions : 256;

	*t = (struct talk){ .file = "talk.pcap", .now_ns = 1795441679U * second_ns };
	t->feeds = builtin_feeds();
	CHECK(t->feeds != NULL);
	o.feeds = t->feeds;
	o.source = file_of;
	o.context = t;
	CHECK(rig_begin(&t->rig, &o, true, keep_line, t));
	t->text_room = 1 << 16;
	t->text = calloc(1, t->text_room);
	CHECK(t->text != NULL);
}

void talk_finish(struct talk *t)
{
	rig_mark(&t->rig, MARK_FINISH, t->now_ns);
}

void talk_free(struct talk *t)
{
	rig_free(&t->rig);
	feed_set_free(t->feeds);
	free(t->text);
}

void talk_say(struct talk *t, const struct talk_ends *e, unsigned side, uint32_t seq, uint8_t flags,
              struct slice payload)
{
	uint8_t bytes[TALK_FRAME_MAX];
	size_t len = talk_frame(e, side, seq, flags, ++t->ip_id, payload, bytes);

	rig_frame(&t->rig,
	          &(struct frame){ .bytes = { bytes, len },
	                           .time_ns = t->now_ns,
	                           .number = ++t->number,
	                           .wire_len = (uint32_t)len,
	                           .link = LINK_ETHERNET },
	          t->now_ns);
	t->now_ns += second_ns / 1000;
}

void talk_wait(struct talk *t, double seconds)
{
	uint64_t end = t->now_ns + (uint64_t)(seconds * (double)second_ns);

	while (t->now_ns + second_ns < end) {
		t->now_ns += second_ns;
		rig_mark(&t->rig, MARK_TICK, t->now_ns);
	}
	t->now_ns = end;
	rig_mark(&t->rig, MARK_TICK, t->now_ns);
}

void talk_handshake(struct talk *t, const struct talk_ends *e)
{
	struct slice nothing = { 0 };

	talk_say(t, e, 0, 1000, TCP_SYN, nothing);
	talk_say(t, e, 1, 5000, TCP_SYN | TCP_ACK, nothing);
	talk_say(t, e, 0, 1001, TCP_ACK, nothing);
}

struct talk_ends talk_between(unsigned host, uint16_t port, const uint8_t server[4],
                              uint16_t server_port)
{
	struct talk_ends e = {
		.address = { { [10] = 0xff, 0xff, 10, 0, (uint8_t)(host >> 8), (uint8_t)host },
		             { [10] = 0xff, 0xff } },
		.port = { port, server_port }
	};

	memcpy(e.address[1] + 12, server, 4);
	return e;
}

static struct talk_ends to_resolver(unsigned host)
{
	struct talk_ends e = talk_between(host, 40000, (const uint8_t[]){ 10, 0, 0, 53 }, 53);

	e.is_udp = true;
	return e;
}

void talk_ask(struct talk *t, unsigned host, uint16_t id, const char *name, uint16_t type)
{
	uint8_t message[TALK_PAYLOAD_MAX];
	struct talk_ends e = to_resolver(host);
	size_t len = talk_question(id, name, type, message);

	talk_say(t, &e, 0, 0, 0, (struct slice){ message, len });
}

void talk_tell(struct talk *t, unsigned host, uint16_t id, const char *name, uint16_t type,
               const struct talk_answer *answer)
{
	uint8_t message[TALK_PAYLOAD_MAX];
	struct talk_ends e = to_resolver(host);
	size_t len = talk_answer(id, name, type, answer, message);

	talk_say(t, &e, 1, 0, 0, (struct slice){ message, len });
}

static bool line_has(const char *line, size_t len, const char *word)
{
	return memmem(line, len, word, strlen(word)) != NULL;
}

size_t talk_count(const struct talk *t, const char *const *words)
{
	size_t count = 0;

	for (const char *line = t->text; *line != '\0';) {
		size_t len = strcspn(line, "\n"), w = 0;

		while (words[w] != NULL && line_has(line, len, words[w]))
			w++;
		count += words[w] == NULL;
		line += len + (line[len] == '\n');
	}
	return count;
}
