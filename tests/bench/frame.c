/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/frame.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER = 4 << 20, RECORD_MAX = 4096, RECORD_HEAD = 16, SYN_OPTIONS = 20, TIMESTAMPS = 12 };

void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void put_host32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
}

/* RFC 1071: the sum may be taken in the host's own order. */
static uint64_t sum_bytes(uint64_t sum, const uint8_t *at, size_t len)
{
	uint32_t word;

	for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
		memcpy(&word, at, sizeof word);
		sum += word;
	}
	word = 0;
	memcpy(&word, at, len);
	return sum + word;
}

static void put_checksum(uint8_t *at, uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	uint16_t folded = (uint16_t)~sum;

	memcpy(at, &folded, sizeof folded);
}

static size_t link_len(const struct ends *e)
{
	return e->vlan != 0 ? 18 : 14;
}

static size_t ip_len(const struct ends *e)
{
	return e->is_six ? 40 : 20;
}

static size_t transport_len(const struct ends *e, uint8_t flags)
{
	if (e->is_udp)
		return 8;
	return flags & FRAME_SYN ? 20 + SYN_OPTIONS : 20 + TIMESTAMPS;
}

bool frame_file_open(struct frame_file *f, const char *path)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1 };

	memset(f, 0, sizeof *f);
	f->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
	f->buffer = malloc(BUFFER);
	if (f->file == NULL || f->buffer == NULL)
		return false;
	return fwrite(head, sizeof head, 1, f->file) == 1;
}

static void flush(struct frame_file *f)
{
	if (f->used > 0 && fwrite(f->buffer, f->used, 1, f->file) != 1)
		f->failed = true;
	f->used = 0;
}

bool frame_file_close(struct frame_file *f)
{
	flush(f);
	free(f->buffer);
	return fclose(f->file) == 0 && !f->failed;
}

uint8_t *frame_payload(struct frame_file *f, const struct ends *e)
{
	if (f->used + RECORD_MAX > BUFFER)
		flush(f);
	return f->buffer + f->used + RECORD_HEAD + link_len(e) + ip_len(e) + transport_len(e, 0);
}

static void put_link(uint8_t *at, const struct ends *e, int side)
{
	memcpy(at, e->mac[1 - side], 6);
	memcpy(at + 6, e->mac[side], 6);
	if (e->vlan != 0) {
		put16(at + 12, 0x8100);
		put16(at + 14, e->vlan);
	}
	put16(at + link_len(e) - 2, e->is_six ? 0x86dd : 0x0800);
}

static void put_ip(uint8_t *at, struct ends *e, int side, size_t below)
{
	uint8_t protocol = e->is_udp ? 17 : 6;

	if (e->is_six) {
		put32(at, 0x60000000);
		put16(at + 4, (uint32_t)below);
		at[6] = protocol;
		at[7] = side == 0 ? 64 : 55;
		memcpy(at + 8, e->address[side], 16);
		memcpy(at + 24, e->address[1 - side], 16);
		return;
	}
	put32(at, 0x45000000 | (uint32_t)(20 + below));
	put16(at + 4, e->ip_id[side]++);
	put16(at + 6, 0x4000);
	at[8] = side == 0 ? 64 : 55;
	at[9] = protocol;
	put16(at + 10, 0);
	memcpy(at + 12, e->address[side], 4);
	memcpy(at + 16, e->address[1 - side], 4);
	put_checksum(at + 10, sum_bytes(0, at, 20));
}

static void put_tcp(uint8_t *at, const struct ends *e, int side, uint8_t flags, uint64_t time_us)
{
	static const uint8_t syn_options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10 };
	uint8_t *stamps = at + 20;

	put32(at + 4, e->seq[side]);
	put32(at + 8, flags & FRAME_ACK ? e->seq[1 - side] : 0);
	put16(at + 12, (uint32_t)(transport_len(e, flags) / 4 << 12) | flags);
	put16(at + 14, flags & FRAME_SYN ? 64240 : 501);
	put32(at + 16, 0);
	if (flags & FRAME_SYN) {
		memcpy(stamps, syn_options, sizeof syn_options);
		put32(at + 36, 0x01030307); /* NOP, window scale */
	} else {
		put32(stamps, 0x0101080a);
	}
	stamps += flags & FRAME_SYN ? 8 : 4;
	put32(stamps, (uint32_t)(time_us / 1000) + (uint32_t)side * 77777);
	put32(stamps + 4, flags & FRAME_ACK
	                          ? (uint32_t)(time_us / 1000) + (uint32_t)(1 - side) * 77777 - 20
	                          : 0);
}

static void put_transport(uint8_t *at, const struct ends *e, int side, uint8_t flags,
                          uint64_t time_us, size_t below)
{
	size_t address_len = e->is_six ? 16 : 4;
	uint8_t pseudo[4] = { 0, e->is_udp ? 17 : 6, (uint8_t)(below >> 8), (uint8_t)below };
	size_t sum_at = e->is_udp ? 6 : 16;

	put16(at, e->port[side]);
	put16(at + 2, e->port[1 - side]);
	if (e->is_udp)
		put32(at + 4, (uint32_t)below << 16);
	else
		put_tcp(at, e, side, flags, time_us);

	uint64_t sum = sum_bytes(0, pseudo, sizeof pseudo);

	sum = sum_bytes(sum, e->address[0], address_len);
	sum = sum_bytes(sum, e->address[1], address_len);
	put_checksum(at + sum_at, sum_bytes(sum, at, below));
	if (e->is_udp && at[6] == 0 && at[7] == 0)
		put16(at + 6, 0xffff);
}

void frame_end(struct frame_file *f, struct ends *e, int side, uint8_t flags, uint64_t time_us,
               size_t payload_len, bool hidden)
{
	uint8_t *record = f->buffer + f->used, *frame = record + RECORD_HEAD;
	size_t below = transport_len(e, flags) + payload_len;
	size_t frame_len = link_len(e) + ip_len(e) + below;

	if (!hidden) {
		put_host32(record, (uint32_t)(time_us / 1000000));
		put_host32(record + 4, (uint32_t)(time_us % 1000000));
		put_host32(record + 8, (uint32_t)frame_len);
		put_host32(record + 12, (uint32_t)frame_len);
		put_link(frame, e, side);
		put_ip(frame + link_len(e), e, side, below);
		put_transport(frame + link_len(e) + ip_len(e), e, side, flags, time_us, below);
		f->used += RECORD_HEAD + frame_len;
		f->packets++;
		f->bytes += frame_len;
	}
	e->seq[side] += (uint32_t)payload_len + (flags & (FRAME_SYN | FRAME_FIN) ? 1 : 0);
}
