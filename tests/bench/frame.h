/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes a pcap file of Ethernet frames, with right lengths and checksums. */

enum {
	FRAME_PAYLOAD_MAX = 1448,
	FRAME_FIN = 1,
	FRAME_SYN = 2,
	FRAME_RST = 4,
	FRAME_PSH = 8,
	FRAME_ACK = 16
};

/* Both ends of a flow; side 0 is the client's. IPv4 addresses take the first four bytes. */
struct ends {
	uint8_t address[2][16];
	uint8_t mac[2][6];
	uint16_t port[2];
	uint32_t seq[2]; /* next of each side */
	uint16_t ip_id[2];
	uint16_t vlan; /* 0: none */
	bool is_six, is_udp;
};

struct frame_file {
	FILE *file;
	uint8_t *buffer;
	size_t used;
	uint64_t packets, bytes;
	bool failed;
};

bool frame_file_open(struct frame_file *, const char *path);
bool frame_file_close(struct frame_file *); /* false: something could not be written */

/* Where the next packet's payload is to be put: up to FRAME_PAYLOAD_MAX bytes. */
uint8_t *frame_payload(struct frame_file *, const struct ends *);

/*
 * Puts headers before the payload and takes the packet into the file. `flags` are TCP's. The
 * sequence number of `side` moves on, also when `hidden`: then nothing is written, as if the packet
 * had not been seen.
 */
void frame_end(struct frame_file *, struct ends *, int side, uint8_t flags, uint64_t time_us,
               size_t payload_len, bool hidden);

void put16(uint8_t *at, uint32_t value); /* network order */
void put32(uint8_t *at, uint32_t value);

#endif
