/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/duplicates.h"

#include "tests/check.h"

static const uint64_t us = 1000;

/* A frame of its own and the packet that a dissector would see in it: 40 bytes of heads. */
struct sample {
	uint8_t bytes[40 + 80];
	struct packet packet;
	struct frame frame;
};

static void make(struct sample *s, uint8_t ip_version, uint32_t id, uint8_t protocol,
                 size_t payload)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < sizeof s->bytes; i++)
		s->bytes[i] = (uint8_t)i;
	s->packet = (struct packet){ .ip_version = ip_version,
		                     .protocol = protocol,
		                     .fragment_id = id,
		                     .src = { 1 },
		                     .dst = { 2 },
		                     .src_port = 1000,
		                     .dst_port = 443,
		                     .tcp_flags = TCP_ACK,
		                     .tcp_seq = 77,
		                     .payload = { s->bytes + 40, payload },
		                     .payload_len = (uint32_t)payload };
	s->frame = (struct frame){ .bytes = { s->bytes, 40 + payload }, .time_ns = 1000000 * us };
}

static bool is_seen(struct duplicates *d, const struct sample *s)
{
	return duplicate_seen(d, duplicate_mark(d, &s->packet, &s->frame), s->frame.time_ns);
}

static void other_id(struct sample *s)
{
	s->packet.fragment_id++;
}

static void other_seq(struct sample *s)
{
	s->packet.tcp_seq++;
}

static void other_side(struct sample *s)
{
	s->packet.src[0] = 3;
}

static void other_vlan_and_mac(struct sample *s)
{
	s->packet.vlan_count = 1;
	s->packet.src_mac[0] = 9;
	s->bytes[0] = 0xee;
}

static void other_source(struct sample *s)
{
	s->frame.source = 1;
}

static void other_checksum(struct sample *s)
{
	s->bytes[36] ^= 1;
}

static void other_payload(struct sample *s)
{
	s->bytes[40] ^= 1;
}

static void late_payload(struct sample *s)
{
	s->bytes[40 + 60] ^= 1;
}

static void other_fragment(struct sample *s)
{
	s->packet.fragment_offset = 1480;
}

static void other_length(struct sample *s)
{
	s->packet.payload_len++;
}

static void nothing(struct sample *s)
{
	(void)s;
}

static void no_time(struct sample *s)
{
	s->frame.time_ns = 0;
}

static void make_fragment(struct sample *s)
{
	s->packet.is_fragment = true;
}

/* A packet, a change, the time between the two: is the second one a copy of the first? */
static const struct {
	const char *name;
	uint8_t ip_version;
	uint32_t id;
	uint8_t protocol;
	size_t payload;
	void (*before)(struct sample *);
	void (*change)(struct sample *);
	int64_t apart_us;
	bool is_copy;
} rows[] = {
	{ "the same", 4, 5, IP_TCP, 80, nothing, nothing, 3, true },
	{ "received and sent", 4, 5, IP_TCP, 80, nothing, other_vlan_and_mac, 3, true },
	{ "seen on two interfaces", 4, 5, IP_TCP, 80, nothing, other_source, -3, true },
	{ "late copy", 4, 5, IP_TCP, 80, nothing, nothing, 9999, true },
	{ "too late", 4, 5, IP_TCP, 80, nothing, nothing, 10001, false },
	{ "retransmission", 4, 5, IP_TCP, 80, nothing, other_id, 3, false },
	{ "next segment", 4, 5, IP_TCP, 80, nothing, other_seq, 3, false },
	{ "other host", 4, 5, IP_TCP, 80, nothing, other_side, 3, false },
	{ "other content", 4, 5, IP_TCP, 80, nothing, other_payload, 3, false },
	{ "other length", 4, 5, IP_TCP, 80, nothing, other_length, 3, false },
	{ "acknowledgement", 4, 5, IP_TCP, 0, nothing, nothing, 3, true },
	{ "acknowledgement repeated on purpose", 4, 5, IP_TCP, 0, nothing, other_id, 3, false },
	{ "IPv6", 6, 0, IP_TCP, 80, nothing, nothing, 999, true },
	{ "IPv6 retransmission", 6, 0, IP_TCP, 80, nothing, nothing, 1001, false },
	{ "IPv6 acknowledgement, repeated or copied", 6, 0, IP_TCP, 0, nothing, nothing, 3, false },
	{ "other checksum", 6, 0, IP_TCP, 80, nothing, other_checksum, 3, false },
	{ "no clock", 4, 5, IP_UDP, 80, no_time, nothing, 0, false },
	{ "no identification", 4, 0, IP_UDP, 80, nothing, nothing, 3, true },
	{ "the next datagram without one", 4, 0, IP_UDP, 80, nothing, late_payload, 3, false },
	{ "the same datagram later", 4, 0, IP_UDP, 80, nothing, nothing, 1001, false },
	{ "fragment", 4, 5, IP_UDP, 80, make_fragment, nothing, 3, true },
	{ "next fragment", 4, 5, IP_UDP, 80, make_fragment, other_fragment, 3, false },
};

static void check_row(size_t i)
{
	static struct sample first, second;
	struct duplicates *d = duplicates_new();

	CHECK(d != NULL);
	make(&first, rows[i].ip_version, rows[i].id, rows[i].protocol, rows[i].payload);
	make(&second, rows[i].ip_version, rows[i].id, rows[i].protocol, rows[i].payload);
	rows[i].before(&first);
	rows[i].before(&second);
	rows[i].change(&second);
	second.frame.time_ns += (uint64_t)(rows[i].apart_us * (int64_t)us);
	CHECK(!is_seen(d, &first));
	if (is_seen(d, &second) != rows[i].is_copy) {
		fprintf(stderr, "%s: not so\n", rows[i].name);
		exit(1);
	}
	CHECK(duplicates_count(d) == rows[i].is_copy);
	duplicates_free(d);
}

/* A stream whose packets all come twice, the copy three packets behind, at full rate. */
static void test_span(void)
{
	enum { PACKETS = 100000, BEHIND = 3 };
	static struct sample s;
	struct duplicates *d = duplicates_new();

	CHECK(d != NULL);
	make(&s, 4, 1, IP_TCP, 80);
	for (uint32_t i = 0; i < PACKETS; i++) {
		s.frame.time_ns += us;
		s.packet.fragment_id = i % 65535 + 1;
		s.packet.tcp_seq = i * 80;
		CHECK(!is_seen(d, &s));
		if (i < BEHIND)
			continue;
		s.packet.fragment_id = (i - BEHIND) % 65535 + 1;
		s.packet.tcp_seq = (i - BEHIND) * 80;
		(void)is_seen(d, &s);
	}
	/* Few are forgotten: another packet took the place between. */
	CHECK(duplicates_count(d) > PACKETS - PACKETS / 100);
	duplicates_free(d);
}

/* A payload elsewhere (put together from fragments) has no transport header before it. */
static void test_payload_elsewhere(void)
{
	static struct sample s;
	uint8_t *alone = malloc(8);
	struct duplicates *d = duplicates_new();

	CHECK(d != NULL && alone != NULL);
	memset(alone, 1, 8);
	make(&s, 4, 1, IP_TCP, 80);
	s.packet.payload = (struct slice){ alone, 8 };
	CHECK(!is_seen(d, &s));
	s.packet.payload = (struct slice){ NULL, 0 };
	CHECK(!is_seen(d, &s));
	s.packet.payload = (struct slice){ s.bytes + 10, 4 }; /* less before it than a TCP header */
	CHECK(!is_seen(d, &s));
	free(alone);
	duplicates_free(d);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_row(i);
	test_span();
	test_payload_elsewhere();
	duplicates_free(NULL);
	return 0;
}
