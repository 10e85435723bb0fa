/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/packed.h"

#include <stdlib.h>
#include <zlib.h>

void packed_free(struct packed *p)
{
	free(p->open);
	free(p->bytes);
	free(p->ends);
	*p = (struct packed){ 0 };
}

static bool make_room(struct packed *p, size_t len)
{
	if (p->len + len > p->room) {
		size_t room = 2 * (p->len + len);
		uint8_t *grown = realloc(p->bytes, room);

		if (grown == NULL)
			return false;
		p->bytes = grown;
		p->room = room;
	}
	if (p->blocks == p->block_room) {
		size_t room = p->block_room > 0 ? 2 * p->block_room : 16;
		size_t *grown = realloc(p->ends, room * sizeof *grown);

		if (grown == NULL)
			return false;
		p->ends = grown;
		p->block_room = room;
	}
	return true;
}

bool packed_finish(struct packed *p)
{
	uLongf len = compressBound((uLong)p->open_len);

	if (p->open_len == 0)
		return true;
	if (!make_room(p, len) || compress2(p->bytes + p->len, &len, (const Bytef *)p->open,
	                                    (uLong)p->open_len, Z_DEFAULT_COMPRESSION) != Z_OK)
		return false;
	p->len += len;
	p->ends[p->blocks++] = p->len;
	p->open_len = 0;
	return true;
}

static bool open_room(struct packed *p, size_t len)
{
	if (p->open_len + len <= p->open_room)
		return true;
	size_t room = 2 * (p->open_len + len);
	char *grown = realloc(p->open, room);

	if (grown == NULL)
		return false;
	p->open = grown;
	p->open_room = room;
	return true;
}

uint32_t packed_add(struct packed *p, struct text line)
{
	if (line.len > PACKED_LINE_MAX || p->len > PACKED_BYTES_MAX ||
	    memchr(line.ptr, '\n', line.len) != NULL || !open_room(p, line.len + 1))
		return PACKED_NOT;
	if (p->lines > 0 && p->lines % PACKED_LINES == 0 && p->blocks < p->lines / PACKED_LINES &&
	    !packed_finish(p))
		return PACKED_NOT;
	memcpy(p->open + p->open_len, line.ptr, line.len);
	p->open[p->open_len + line.len] = '\n';
	p->open_len += line.len + 1;
	return p->lines++;
}

struct text packed_block(const struct packed *p, size_t block)
{
	size_t begin = block > 0 ? p->ends[block - 1] : 0;

	return (struct text){ (const char *)p->bytes + begin, p->ends[block] - begin };
}
