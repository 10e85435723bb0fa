/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole way of a packet, under limits so small that flows are evicted, memory is refused and
 * questions are given up.
 *
 *   limits (4) │ step (8) payload │ step (8) payload │ …
 */
#include "feeds/feed.h"
#include "sensor/worker_state.h"
#include "tests/talk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP = 8, KIND_LIMIT = 2, KIND_FRAME = 3 };

static const char *file_of(void *context, uint32_t source)
{
	(void)context;
	return source & 1 ? "b.pcap" : "a.pcap";
}

static void take_line(void *context, enum line_reader reader, struct slice line)
{
	(void)reader;
	*(size_t *)context += line.len;
}

static const struct feed_set *feeds(void)
{
	static struct feed_set *set;
	struct feed_builder *b = set == NULL ? feed_builder_new() : NULL;

	if (b != NULL && feed_builder_add_builtin(b))
		set = feed_builder_finish(b);
	return set;
}

static bool begin(struct rig *r, const uint8_t limits[4], size_t *written)
{
	struct worker_options options = { .feeds = feeds(),
		                          .limits.flows = 1 + limits[0] % 16,
		                          .limits.hosts = 4,
		                          .limits.visitors = 4,
		                          .limits.visits = (size_t)1024 << limits[1] % 14,
		                          .limits.resolutions = 1 + limits[0] / 16,
		                          .limits.budget = (size_t)1024 << limits[1] % 14,
		                          .all_flows = limits[2] & 1,
		                          .is_live = limits[2] & 4,
		                          .source = file_of,
		                          .context = written };

	return rig_begin(r, &options, limits[2] & 2, take_line, written);
}

/* Few hosts and ports, so that packets meet: byte 1 of a step says who talks. */
static struct talk_ends ends_of(const uint8_t step[STEP])
{
	static const uint16_t ports[] = { 443, 80, 53, 5353, 853, 67, 137, 8080 };
	static const uint8_t server[4] = { 198, 51, 100, 10 };
	struct talk_ends e = talk_between(1 + (step[1] & 1), 40000 + (step[1] >> 1 & 3), server,
	                                  ports[step[1] >> 3 & 7]);

	e.is_udp = step[1] >> 6 & 1;
	return e;
}

/* Up to 2.5 hours; more than 200 seconds only seldom. */
static uint64_t time_step(uint8_t code)
{
	return code < 128   ? code * 1000000ull
	       : code < 250 ? (code - 128) * 1500000000ull
	                    : (code - 249) * 1500000000000ull;
}

/* Length: bytes 6 and 7. */
static struct slice payload_of(const uint8_t *data, size_t size)
{
	size_t len = ((size_t)data[6] << 8 | data[7]) % (TALK_PAYLOAD_MAX - 1);

	size -= STEP;
	return (struct slice){ data + STEP, len < size ? len : size };
}

static struct frame frame_of(const uint8_t step[STEP], struct slice payload, uint16_t id,
                             uint8_t room[TALK_FRAME_MAX])
{
	static const enum link_type links[] = { LINK_ETHERNET, LINK_RAW, LINK_LINUX_SLL,
		                                LINK_IEEE802_11 };
	struct talk_ends e = ends_of(step);
	uint32_t seq = 1000 + (uint32_t)(step[3] << 8 | step[4]);

	if (step[0] % 4 == KIND_FRAME)
		return (struct frame){ .bytes = payload, .link = links[step[1] % 4] };
	size_t len = talk_frame(&e, step[1] >> 7, seq, step[5], id, payload, room);

	return (struct frame){ .bytes = { room, len }, .link = LINK_ETHERNET };
}

/* Every packet becomes one thing. */
static void check_counters(const struct rig *r)
{
	const struct intake_counters *c = intake_count(r->intake);

	if (c->packets != c->not_ip + c->malformed + c->duplicates + c->fragments_held + c->tcp +
	                          c->udp + c->icmp + c->other)
		abort();
}

/* From here on there is so much more memory than is in use: the next allocations fail in turn. */
static void limit(struct worker *w, const uint8_t step[STEP])
{
	w->budget.limit = w->budget.used + (size_t)(step[3] << 8 | step[4]);
}

static void run(struct rig *r, const uint8_t *data, size_t size)
{
	uint64_t now_ns = 1795441679000000000ull, tick_ns = now_ns, number = 0;
	static uint8_t room[TALK_FRAME_MAX];

	while (size >= STEP) {
		struct slice payload = payload_of(data, size);
		struct frame frame = frame_of(data, payload, (uint16_t)++number, room);

		now_ns += time_step(data[2]);
		frame.time_ns = now_ns - (data[0] & 64 ? 1000000 : 0);
		frame.number = number;
		frame.source = data[0] >> 7;
		frame.wire_len = (uint32_t)frame.bytes.len;
		if (now_ns - tick_ns > 1000000000u)
			rig_mark(r, MARK_TICK, tick_ns = now_ns);
		if (data[0] % 4 == KIND_LIMIT)
			limit(r->worker, data);
		rig_frame(r, &frame, now_ns);
		size -= STEP + payload.len;
		data += STEP + payload.len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t written = 0;
	struct rig r;

	if (size < 4)
		return 0;
	if (begin(&r, data, &written)) {
		run(&r, data + 4, size - 4);
		rig_mark(&r, MARK_STATS, 0);
		rig_mark(&r, MARK_FINISH, 0);
		check_counters(&r);
	}
	rig_free(&r);
	return 0;
}
