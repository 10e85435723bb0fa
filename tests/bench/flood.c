/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood KIND COUNT: a capture on standard output that is hard on a flow table.
 *
 *   syn       COUNT SYNs to one server, each from another address and port
 *   scan      COUNT SYNs of one host, each to another address
 *   answered  COUNT flows that say their name (no tracker's) and then stay open
 *
 * A million packets a second of packet time for the first two; all answered flows begin within 500
 * s.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TCP_SYN = 2, TCP_ACK = 16, HEADS = 54, ROOM = 256 };

/* TLS 1.2, one cipher suite, server_name "a.example". */
static const uint8_t hello[] = {
	0x16, 3,    1, 0,    0x43, 1, 0,  0,   0x3f, 3,   3,    0,   0,   0,   0,   0,    0,   0,
	0,    0,    0, 0,    0,    0, 0,  0,   0,    0,   0,    0,   0,   0,   0,   0,    0,   0,
	0,    0,    0, 0,    0,    0, 0,  0,   0,    2,   0x13, 1,   1,   0,   0,   0x14, 0,   0,
	0,    0x10, 0, 0x0e, 0,    0, 11, 'a', 'b',  'c', '.',  'e', 'x', 'a', 'm', 'p',  'l', 'e',
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

struct ends {
	uint32_t client, server;
	uint16_t port;
};

static void write_packet(uint64_t time_us, const struct ends *e, int from_server, uint32_t seq,
                         unsigned flags, const uint8_t *payload, size_t len)
{
	uint32_t head[4] = { (uint32_t)(time_us / 1000000), (uint32_t)(time_us % 1000000),
		             (uint32_t)(HEADS + len), (uint32_t)(HEADS + len) };
	uint8_t p[ROOM] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };

	put16(p + 16, (unsigned)(40 + len));
	p[22] = 64;
	p[23] = 6;
	put32(p + 26, from_server ? e->server : e->client);
	put32(p + 30, from_server ? e->client : e->server);
	put16(p + 34, from_server ? 443 : e->port);
	put16(p + 36, from_server ? e->port : 443);
	put32(p + 38, seq);
	p[46] = 0x50;
	p[47] = (uint8_t)flags;
	put16(p + 48, 64240);
	if (len > 0)
		memcpy(p + HEADS, payload, len);
	fwrite(head, sizeof head, 1, stdout);
	fwrite(p, HEADS + len, 1, stdout);
}

static const uint64_t begin_us = 1795441679000000U;

static void syn(uint32_t i)
{
	struct ends e = { .client = 0xc6000000 + i * 2654435761U % 0x01ffffff,
		          .server = 0x0a000001,
		          .port = (uint16_t)(1024 + i % 60000) };

	write_packet(begin_us + i, &e, 0, i, TCP_SYN, NULL, 0);
}

static void scan(uint32_t i)
{
	struct ends e = { .client = 0x0a000001, .server = 0x20000000 + i, .port = 40000 };

	write_packet(begin_us + i, &e, 0, i, TCP_SYN, NULL, 0);
}

static uint32_t count;

static void answered(uint32_t i)
{
	struct ends e = { .client = 0x0a000000 + i / 60000,
		          .server = 0x50000000 + i % 1000,
		          .port = (uint16_t)(1024 + i % 60000) };
	uint64_t at = begin_us + (uint64_t)i * 500000000 / count;

	write_packet(at, &e, 0, 1, TCP_SYN, NULL, 0);
	write_packet(at, &e, 1, 1, TCP_SYN | TCP_ACK, NULL, 0);
	write_packet(at, &e, 0, 2, TCP_ACK, hello, sizeof hello);
}

static const struct {
	const char *name;
	void (*write)(uint32_t i);
} kinds[] = { { "syn", syn }, { "scan", scan }, { "answered", answered } };

int main(int argc, char **argv)
{
	const uint32_t file_head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };

	count = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	for (size_t k = 0; count > 0 && k < sizeof kinds / sizeof *kinds; k++) {
		if (strcmp(kinds[k].name, argv[1]) != 0)
			continue;
		fwrite(file_head, sizeof file_head, 1, stdout);
		for (uint32_t i = 0; i < count; i++)
			kinds[k].write(i);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	fputs("usage: flood syn|scan|answered COUNT\n", stderr);
	return 2;
}
