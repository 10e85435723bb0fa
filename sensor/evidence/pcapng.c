/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng, as draft-ietf-opsawg-pcapng says: one section, an interface for each source and link
 * type, and packets. Little-endian on every machine.
 */
#include <stdlib.h>
#include <string.h>

#include "sensor/digest.h"
#include "sensor/evidence/parts.h"

enum {
	SECTION_HEADER = 0x0a0d0d0a,
	INTERFACE = 1,
	ENHANCED_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_IF_TSRESOL = 9,
	OPTION_USERAPPL = 4,
	INTERFACES_MAX = 65536,
};

/* A block while it is put together; it grows, and is reused. */
struct block {
	uint8_t *bytes;
	size_t len, room;
	bool has_failed;
};

struct interface {
	uint32_t source, link;
};

struct pcapng {
	FILE *out;
	struct digest_stream *digest;
	struct block block;
	struct interface interfaces[INTERFACES_MAX];
	uint32_t sources[INTERFACES_MAX];
	size_t interface_count, source_count;
	uint64_t packets;
	bool has_failed;
};

static void put(struct block *b, const void *bytes, size_t len)
{
	size_t wanted = b->len + len + 4; /* the padding is written over */

	if (wanted > b->room) {
		uint8_t *grown = realloc(b->bytes, wanted * 2);

		if (grown == NULL) {
			b->has_failed = true;
			return;
		}
		b->bytes = grown;
		b->room = wanted * 2;
	}
	if (len > 0)
		memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
	for (; b->len % 4 != 0; b->len++)
		b->bytes[b->len] = 0;
}

static void put_u16s(struct block *b, uint16_t first, uint16_t second)
{
	const uint8_t bytes[] = { (uint8_t)first, (uint8_t)(first >> 8), (uint8_t)second,
		                  (uint8_t)(second >> 8) };

	put(b, bytes, sizeof bytes);
}

static void put_u32(struct block *b, uint32_t value)
{
	put_u16s(b, (uint16_t)value, (uint16_t)(value >> 16));
}

static void put_option(struct block *b, uint16_t code, const void *bytes, size_t len)
{
	put_u16s(b, code, (uint16_t)len);
	put(b, bytes, len);
}

static void begin(struct pcapng *w, uint32_t type)
{
	w->block.len = 0;
	put_u32(&w->block, type);
	put_u32(&w->block, 0);
}

/* The length stands before and behind the body. */
static void end(struct pcapng *w)
{
	struct block *b = &w->block;

	put_u16s(b, OPTION_END, 0);
	put_u32(b, (uint32_t)b->len + 4);
	if (b->has_failed) {
		w->has_failed = true;
		return;
	}
	memcpy(b->bytes + 4, b->bytes + b->len - 4, 4);
	w->has_failed |= fwrite(b->bytes, 1, b->len, w->out) != b->len;
	digest_stream_add(w->digest, (struct slice){ b->bytes, b->len });
}

static void write_section(struct pcapng *w, const char *program)
{
	begin(w, SECTION_HEADER);
	put_u32(&w->block, BYTE_ORDER_MAGIC);
	put_u16s(&w->block, 1, 0);
	put_u32(&w->block, UINT32_MAX); /* the section's length: not said */
	put_u32(&w->block, UINT32_MAX);
	put_option(&w->block, OPTION_USERAPPL, program, strlen(program));
	end(w);
}

/* It is written when its first packet comes. */
static uint32_t interface_of(struct pcapng *w, const struct evidence_row *row, bool *is_new)
{
	size_t i = 0, s = 0;

	while (i < w->interface_count &&
	       (w->interfaces[i].source != row->source || w->interfaces[i].link != row->link))
		i++;
	*is_new = i == w->interface_count && i < INTERFACES_MAX;
	if (!*is_new)
		return (uint32_t)i;
	w->interfaces[w->interface_count++] = (struct interface){ row->source, row->link };
	while (s < w->source_count && w->sources[s] != row->source)
		s++;
	if (s == w->source_count)
		w->sources[w->source_count++] = row->source;
	return (uint32_t)i;
}

static void write_interface(struct pcapng *w, const struct evidence_row *row,
                            const struct evidence_about *about)
{
	static const uint8_t nanoseconds = 9;
	const char *name = about->source(about->context, row->source);

	begin(w, INTERFACE);
	put_u16s(&w->block, (uint16_t)row->link, 0);
	put_u32(&w->block, 0); /* no snaplen of ours */
	if (name != NULL)
		put_option(&w->block, OPTION_IF_NAME, name, strnlen(name, 4096));
	put_option(&w->block, OPTION_IF_TSRESOL, &nanoseconds, 1);
	end(w);
}

static void put_packet(struct pcapng *w, const struct evidence_row *row)
{
	uint8_t *bytes = malloc(row->len > 0 ? row->len : 1);

	if (bytes == NULL || fseek(row->part, (long)row->offset, SEEK_SET) != 0 ||
	    fread(bytes, 1, row->len, row->part) != row->len)
		w->has_failed = true;
	else
		put(&w->block, bytes, row->len);
	free(bytes);
}

static void put_comment(struct pcapng *w, const uint8_t id[EVIDENCE_ID_LEN])
{
	char text[9 + 2 * EVIDENCE_ID_LEN + 1] = "event_id ";

	hex_text((struct slice){ id, EVIDENCE_ID_LEN }, text + 9);
	put_option(&w->block, OPTION_COMMENT, text, strlen(text));
}

static bool is_same_packet(const struct evidence_row *a, const struct evidence_row *b)
{
	return a->time_ns == b->time_ns && a->source == b->source && a->number == b->number;
}

/* One packet, with a comment for each event. Returns how many rows it took. */
static size_t write_packet(struct pcapng *w, const struct evidence_row *rows, size_t left,
                           uint32_t interface)
{
	size_t same = 1;

	begin(w, ENHANCED_PACKET);
	put_u32(&w->block, interface);
	put_u32(&w->block, (uint32_t)(rows->time_ns >> 32));
	put_u32(&w->block, (uint32_t)rows->time_ns);
	put_u32(&w->block, rows->len);
	put_u32(&w->block, rows->wire_len);
	put_packet(w, rows);
	put_comment(w, rows->id);
	for (; same < left && is_same_packet(rows, rows + same); same++)
		if (memcmp(rows[same].id, rows[same - 1].id, EVIDENCE_ID_LEN) != 0)
			put_comment(w, rows[same].id);
	end(w);
	return same;
}

struct pcapng *pcapng_begin(FILE *out, const struct evidence_about *about)
{
	struct pcapng *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->out = out;
	w->digest = digest_stream_new();
	if (w->digest != NULL) {
		write_section(w, about->program);
		return w;
	}
	pcapng_free(w);
	return NULL;
}

bool pcapng_add(struct pcapng *w, const struct evidence_row *rows, size_t count,
                const struct evidence_about *about)
{
	for (size_t i = 0; i < count && !w->has_failed; w->packets++) {
		bool is_new;
		uint32_t interface = interface_of(w, &rows[i], &is_new);

		if (is_new)
			write_interface(w, &rows[i], about);
		i += write_packet(w, &rows[i], count - i, interface);
	}
	w->has_failed |= fflush(w->out) != 0;
	return !w->has_failed;
}

bool pcapng_end(struct pcapng *w, struct pcapng_sum *sum)
{
	struct digest_stream *digest = w->digest;

	w->digest = NULL;
	*sum = (struct pcapng_sum){ .packets = w->packets,
		                    .sources = w->sources,
		                    .source_count = w->source_count };
	return digest_stream_finish(digest, sum->sha256) && !w->has_failed;
}

void pcapng_free(struct pcapng *w)
{
	uint8_t unused[SHA256_LEN];

	if (w == NULL)
		return;
	if (w->digest != NULL)
		(void)digest_stream_finish(w->digest, unused);
	free(w->block.bytes);
	free(w);
}
