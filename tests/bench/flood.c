/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood KIND COUNT [BEGIN]: a capture on standard output that is hard on a sensor's memory. BEGIN
 * is the packet time of the first, in seconds since the epoch.
 *
 *   syn        COUNT SYNs to one server, each from another address and port
 *   scan       COUNT SYNs of one host, each to another address
 *   answered   COUNT flows that say their name (no tracker's) and then stay open
 *   hosts      COUNT hosts with such a flow each
 *   contacts   COUNT hosts with a contact each
 *   sites      COUNT such flows, each with a name of its own
 *   hellos     COUNT flows whose hello breaks off
 *   dns        COUNT questions for random names, and as many answers that there is none
 *   fragments  COUNT first fragments, whose rest never comes
 *   initials   COUNT QUIC Initials with random connection ids, that nobody can open
 *
 * All answered flows begin within 500 s; of the others a million packets make a second.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/noise.h"

enum { TCP_SYN = 2, TCP_ACK = 16, HEADS = 54, ROOM = 1400 };
enum { UDP_HEADS = 42, INITIAL_LEN = 1200 };

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

static uint64_t begin_us = 1795441679000000U;

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

/* A handshake that says the name `abc` with `number` in place of it, or the beginning of one. */
static void say(uint32_t client, uint32_t i, uint32_t number, size_t len)
{
	struct ends e = { .client = client,
		          .server = 0x50000000 + i % 1000,
		          .port = (uint16_t)(1024 + i % 60000) };
	uint8_t named[sizeof hello];

	memcpy(named, hello, sizeof hello);
	for (size_t k = 0; k < 7; k++) /* "abc.exa" becomes seven letters, and "mple" a domain */
		named[sizeof hello - 11 + k] = (uint8_t)('a' + (number >> 4 * k & 15));
	memcpy(named + sizeof hello - 4, ".com", 4);
	write_packet(begin_us + i, &e, 0, 1, TCP_SYN, NULL, 0);
	write_packet(begin_us + i, &e, 1, 1, TCP_SYN | TCP_ACK, NULL, 0);
	write_packet(begin_us + i, &e, 0, 2, TCP_ACK, named, len);
}

static void hosts(uint32_t i)
{
	say(0x0a000001 + i, i, 1, sizeof hello);
}

/* The hello again, with a tracker's name in place of its own. */
static void contacts(uint32_t i)
{
	static const uint8_t lengths[] = { 4, 8, 51, 55, 57, 60 }; /* the low bytes of each */
	static const char name[] = "analytics.tiktok.com";
	enum { NAME_LEN = sizeof name - 1, OLD_LEN = 11, NAME_AT = sizeof hello - OLD_LEN };
	struct ends e = { .client = 0x0a000001 + i,
		          .server = 0x50000000 + i % 1000,
		          .port = (uint16_t)(1024 + i % 60000) };
	uint8_t named[NAME_AT + NAME_LEN];

	memcpy(named, hello, NAME_AT);
	memcpy(named + NAME_AT, name, NAME_LEN);
	for (size_t k = 0; k < sizeof lengths; k++)
		named[lengths[k]] = (uint8_t)(named[lengths[k]] + NAME_LEN - OLD_LEN);
	write_packet(begin_us + i, &e, 0, 1, TCP_SYN, NULL, 0);
	write_packet(begin_us + i, &e, 1, 1, TCP_SYN | TCP_ACK, NULL, 0);
	write_packet(begin_us + i, &e, 0, 2, TCP_ACK, named, sizeof named);
}

static void sites(uint32_t i)
{
	say(0x0a000001 + i % 200, i, i, sizeof hello);
}

static void hellos(uint32_t i)
{
	say(0x0a000001 + i % 200, i, i, sizeof hello - 8);
}

/* An Ethernet frame with UDP, or with `fragment` of it. */
static void write_udp(uint32_t i, const struct ends *e, int from_server, uint16_t to,
                      unsigned fragment, const uint8_t *payload, size_t len)
{
	uint64_t time_us = begin_us + i;
	uint32_t head[4] = { (uint32_t)(time_us / 1000000), (uint32_t)(time_us % 1000000),
		             (uint32_t)(UDP_HEADS + len), (uint32_t)(UDP_HEADS + len) };
	uint8_t p[ROOM] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };

	put16(p + 16, (unsigned)(28 + len));
	put16(p + 18, i & 0xffff);
	put16(p + 20, fragment);
	p[22] = 64;
	p[23] = 17;
	put32(p + 26, from_server ? e->server : e->client);
	put32(p + 30, from_server ? e->client : e->server);
	put16(p + 34, from_server ? to : e->port);
	put16(p + 36, from_server ? e->port : to);
	put16(p + 38, (unsigned)(8 + len));
	memcpy(p + UDP_HEADS, payload, len);
	fwrite(head, sizeof head, 1, stdout);
	fwrite(p, UDP_HEADS + len, 1, stdout);
}

static void dns(uint32_t i)
{
	struct ends e = { .client = 0x0a000001 + i % 200,
		          .server = 0x08080808,
		          .port = (uint16_t)(1024 + i % 60000) };
	uint8_t m[] = { 0,   0,   1,   0,   0,   1,   0,   0,   0,   0,   0,   0,
		        12,  'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
		        'a', 3,   'c', 'o', 'm', 0,   0,   1,   0,   1 };
	struct noise noise = { i };
	uint64_t r = noise_next(&noise);

	put16(m, (unsigned)(r >> 48));
	for (size_t k = 0; k < 12; k++)
		m[13 + k] = (uint8_t)('a' + (r >> 4 * k & 15));
	write_udp(i, &e, 0, 53, 0, m, sizeof m);
	m[2] = 0x81;
	m[3] = 0x83; /* NXDOMAIN */
	write_udp(i, &e, 1, 53, 0, m, sizeof m);
}

static void fragments(uint32_t i)
{
	struct ends e = { .client = 0x0a000001 + i / 65536, .server = 0x50000001, .port = 5000 };
	uint8_t zeros[512] = { 0 };

	write_udp(i, &e, 0, 443, 0x2000, zeros, sizeof zeros);
}

static void initials(uint32_t i)
{
	struct ends e = { .client = 0x0a000001 + i % 200,
		          .server = 0x50000000 + i % 1000,
		          .port = (uint16_t)(1024 + i % 60000) };
	uint8_t p[INITIAL_LEN] = { 0xc3, 0, 0, 0, 1, 8 };
	struct noise noise = { i };

	noise_fill(&noise, p + 6, 8);
	put16(p + 16, 0x4000 | (INITIAL_LEN - 18)); /* no source id, no token, the length */
	noise_fill(&noise, p + 18, sizeof p - 18);
	write_udp(i, &e, 0, 443, 0, p, sizeof p);
}

static const struct {
	const char *name;
	void (*write)(uint32_t i);
} kinds[] = {
	{ "syn", syn },           { "scan", scan },         { "answered", answered },
	{ "hosts", hosts },       { "contacts", contacts }, { "sites", sites },
	{ "hellos", hellos },     { "dns", dns },           { "fragments", fragments },
	{ "initials", initials },
};

int main(int argc, char **argv)
{
	const uint32_t file_head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };

	count = argc >= 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	if (argc == 4)
		begin_us = strtoull(argv[3], NULL, 10) * 1000000;
	for (size_t k = 0; count > 0 && k < sizeof kinds / sizeof *kinds; k++) {
		if (strcmp(kinds[k].name, argv[1]) != 0)
			continue;
		fwrite(file_head, sizeof file_head, 1, stdout);
		for (uint32_t i = 0; i < count; i++)
			kinds[k].write(i);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	fputs("usage: flood KIND COUNT [BEGIN]\n", stderr);
	return 2;
}
