/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_SAVEFILE_H
#define SENSOR_CAPTURE_SAVEFILE_H

#include "dissect/parse.h"
#include "sensor/capture/capture.h"

/*
 * The formats of capture files, read from whatever bytes are there: a mapping, a block that a pipe
 * or an inflater filled. Nothing is copied; a frame's bytes point into the bytes given.
 * pcap: libpcap's pcap-savefile(5). pcapng: draft-ietf-opsawg-pcapng.
 */
enum savefile_problem {
	SAVEFILE_CUT,           /* have of want bytes of what was captured */
	SAVEFILE_CUT_HEAD,      /* have of want bytes of a head */
	SAVEFILE_CUT_BLOCK,     /* have of want bytes of a block */
	SAVEFILE_UNKNOWN,       /* no capture: `have` holds its first four bytes */
	SAVEFILE_VERSION,       /* of format have.want */
	SAVEFILE_TOO_LONG,      /* a packet says have bytes, want is the most */
	SAVEFILE_BLOCK_LENGTH,  /* a block of have bytes */
	SAVEFILE_BLOCK_TRAILER, /* a block says have bytes at its head, want at its end */
	SAVEFILE_BYTE_ORDER,    /* mark have */
	SAVEFILE_INTERFACE,     /* a packet of interface have, of which want are described */
	SAVEFILE_INTERFACES,    /* over have interfaces */
	SAVEFILE_OVERFLOW,      /* a packet of have bytes in a block with room for want */
	SAVEFILE_MEMORY,
};

struct savefile_fault {
	enum savefile_problem what;
	uint64_t have, want;
};

enum {
	SAVEFILE_SNAPLEN = 262144,     /* what a packet may have where the file says no more */
	SAVEFILE_RECORD_MAX = 1 << 24, /* no packet and no block is longer */
	SAVEFILE_INTERFACES_MAX = 65536,
};

/* How a pcapng interface counts time: ticks of 10^-n or 2^-n seconds since `offset_s`. */
struct savefile_clock {
	bool is_binary;
	uint8_t exponent;
	int64_t offset_s;
};

struct savefile_interface {
	enum link_type link;
	uint32_t snaplen;
	struct savefile_clock clock;
};

/* A parser's state. Set to zero it is ready for a file's first byte. */
struct savefile {
	enum parse (*take)(struct savefile *, struct slice *rest, struct frame *out);
	/* Takes up to `room` packets that have nothing odd about them; NULL: one by one only. */
	size_t (*take_run)(struct savefile *, struct slice *rest, struct frame *out, size_t room);
	uint64_t packets; /* packets so far, the broken ones too */
	uint64_t time_ns; /* of the last packet */
	size_t need;      /* after PARSE_SHORT: ask again with this many bytes */
	bool is_lost;     /* after PARSE_BROKEN: nobody knows where the next record begins */
	bool is_big;      /* most significant byte first */
	struct savefile_fault fault;

	size_t record_head; /* pcap: bytes before a packet */
	uint32_t limit, fraction_ns;
	bool has_swapped_lengths, may_have_swapped_lengths;
	enum link_type link;

	struct savefile_interface *interfaces; /* pcapng: of this section */
	size_t interface_count, interface_room;
};

void savefile_free(struct savefile *);

/*
 * Takes the next packet off `rest`: bytes, time, number, lengths and link type of `out`.
 * PARSE_SHORT: there is no whole one; with `need` bytes there may be. `rest` begins where to go on.
 * At the end of the file nothing left is a clean end; else `fault` says what is cut off.
 * PARSE_FOREIGN: no capture. PARSE_BROKEN: see `fault`; ask for the next unless `is_lost`.
 */
enum parse savefile_next(struct savefile *, struct slice *rest, struct frame *out);

/* Words for a fault, without a newline. */
void savefile_explain(const struct savefile_fault *, char *text, size_t room);

/* For the formats' own files. */
enum parse savefile_begin_pcap(struct savefile *, struct slice *rest, uint32_t magic);
enum parse savefile_begin_pcapng(struct savefile *, struct slice *rest);
enum parse savefile_short(struct savefile *, size_t need, struct savefile_fault);
enum parse savefile_broken(struct savefile *, bool is_lost, struct savefile_fault);
enum link_type savefile_link(uint32_t number);

static inline uint32_t savefile_u32(const struct savefile *f, const uint8_t *p)
{
	return f->is_big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
	                 : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint16_t savefile_u16(const struct savefile *f, const uint8_t *p)
{
	unsigned first = p[0], second = p[1];

	return (uint16_t)(f->is_big ? first << 8 | second : second << 8 | first);
}

#endif
