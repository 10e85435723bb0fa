/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CAPTURE_FILES_H
#define TESTS_CAPTURE_FILES_H

#include "dissect/slice.h"
#include "tests/check.h"

/* Capture files made byte by byte, in memory. */
struct maker {
	uint8_t bytes[1 << 16];
	size_t len;
	bool is_big; /* byte order of what is put */
};

static inline void put(struct maker *m, uint64_t value, size_t width)
{
	CHECK(m->len + width <= sizeof m->bytes);
	for (size_t i = 0; i < width; i++) {
		size_t shift = 8 * (m->is_big ? width - 1 - i : i);

		m->bytes[m->len++] = (uint8_t)(value >> shift);
	}
}

/* Bytes that tell one packet from another: `fill` over and over. */
static inline void put_fill(struct maker *m, uint8_t fill, size_t len)
{
	CHECK(m->len + len <= sizeof m->bytes);
	memset(m->bytes + m->len, fill, len);
	m->len += len;
}

static inline void put_pcap_head(struct maker *m, uint32_t magic, uint32_t link)
{
	put(m, magic, 4);
	put(m, 2, 2);
	put(m, 4, 2);
	put(m, 0, 8);
	put(m, 65535, 4);
	put(m, link, 4);
}

static inline void put_pcap_record(struct maker *m, uint32_t seconds, uint32_t fraction,
                                   uint8_t fill, uint32_t len)
{
	put(m, seconds, 4);
	put(m, fraction, 4);
	put(m, len, 4);
	put(m, len + 1000, 4);
	put_fill(m, fill, len);
}

static inline void put_section(struct maker *m)
{
	put(m, 0x0a0d0d0a, 4);
	put(m, 28, 4);
	put(m, 0x1a2b3c4d, 4);
	put(m, 1, 2);
	put(m, 0, 2);
	put(m, UINT64_MAX, 8);
	put(m, 28, 4);
}

/* `resolution` 0: no option. */
static inline void put_interface(struct maker *m, uint16_t link, uint32_t snaplen,
                                 uint8_t resolution, int64_t offset_s)
{
	uint32_t len = 24u + (resolution != 0 ? 8u : 0) + (offset_s != 0 ? 12u : 0);

	put(m, 1, 4);
	put(m, len, 4);
	put(m, link, 2);
	put(m, 0, 2);
	put(m, snaplen, 4);
	if (resolution != 0) {
		put(m, 9, 2);
		put(m, 1, 2);
		put(m, resolution, 1);
		put(m, 0, 3);
	}
	if (offset_s != 0) {
		put(m, 14, 2);
		put(m, 8, 2);
		put(m, (uint64_t)offset_s, 8);
	}
	put(m, 0, 4);
	put(m, len, 4);
}

static inline void put_enhanced(struct maker *m, uint32_t interface, uint64_t ticks, uint8_t fill,
                                uint32_t len)
{
	uint32_t padded = (len + 3) / 4 * 4;

	put(m, 6, 4);
	put(m, 32 + padded, 4);
	put(m, interface, 4);
	put(m, ticks >> 32, 4);
	put(m, ticks & 0xffffffff, 4);
	put(m, len, 4);
	put(m, len + 1000, 4);
	put_fill(m, fill, len);
	put_fill(m, 0, padded - len);
	put(m, 32 + padded, 4);
}

static inline void put_simple(struct maker *m, uint8_t fill, uint32_t wire, uint32_t len)
{
	uint32_t padded = (len + 3) / 4 * 4;

	put(m, 3, 4);
	put(m, 16 + padded, 4);
	put(m, wire, 4);
	put_fill(m, fill, len);
	put_fill(m, 0, padded - len);
	put(m, 16 + padded, 4);
}

static inline void put_obsolete(struct maker *m, uint16_t interface, uint64_t ticks, uint8_t fill,
                                uint32_t len)
{
	size_t start = m->len;

	put_enhanced(m, 0, ticks, fill, len);
	size_t end = m->len;

	m->len = start;
	put(m, 2, 4);
	m->len += 4;
	put(m, interface, 2);
	put(m, 7, 2); /* drops */
	m->len = end;
}

static inline void put_unknown(struct maker *m, uint32_t type, uint32_t len)
{
	put(m, type, 4);
	put(m, len, 4);
	put_fill(m, 0xee, len - 12);
	put(m, len, 4);
}

#endif
