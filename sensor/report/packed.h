/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_PACKED_H
#define SENSOR_REPORT_PACKED_H

#include <stdint.h>

#include "feeds/text.h"

/*
 * Lines, many to a block, each block deflated (RFC 1950): events are much alike, so a hundred
 * thousand fit into a page, and the page opens only the block that somebody looks at.
 *
 *	line 0 … line 127 │ line 128 … line 255 │ …        the block of line n is n / PACKED_LINES
 */
enum { PACKED_LINES = 128, PACKED_BYTES_MAX = 64 << 20, PACKED_LINE_MAX = 64 * 1024 };
enum { PACKED_NOT = UINT32_MAX };

struct packed {
	char *open; /* the lines of the block that is being filled, each with its newline */
	size_t open_len, open_room;
	uint8_t *bytes;
	size_t len, room;
	size_t *ends; /* of the blocks in `bytes` */
	size_t blocks, block_room;
	uint32_t lines;
};

void packed_free(struct packed *);
/* The line's number; PACKED_NOT: it is too long, or there is no more room. */
uint32_t packed_add(struct packed *, struct text line);
/* Closes the block that is open: before blocks are read. False: out of memory. */
bool packed_finish(struct packed *);
/* The deflated bytes of a block. */
struct text packed_block(const struct packed *, size_t block);

#endif
