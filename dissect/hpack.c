/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/hpack.h"

enum { ENTRY_OVERHEAD = 32, INTEGER_MORE_MAX = 4 };

#define TEXT(s)                                                                                    \
	{                                                                                          \
		{ (const uint8_t *)(s), sizeof(s) - 1 }, sizeof(s) - 1                             \
	}

/* RFC 7541, appendix A; the first one has index 1. */
static const struct hpack_field fixed[] = {
	{ TEXT(":authority"), TEXT("") },
	{ TEXT(":method"), TEXT("GET") },
	{ TEXT(":method"), TEXT("POST") },
	{ TEXT(":path"), TEXT("/") },
	{ TEXT(":path"), TEXT("/index.html") },
	{ TEXT(":scheme"), TEXT("http") },
	{ TEXT(":scheme"), TEXT("https") },
	{ TEXT(":status"), TEXT("200") },
	{ TEXT(":status"), TEXT("204") },
	{ TEXT(":status"), TEXT("206") },
	{ TEXT(":status"), TEXT("304") },
	{ TEXT(":status"), TEXT("400") },
	{ TEXT(":status"), TEXT("404") },
	{ TEXT(":status"), TEXT("500") },
	{ TEXT("accept-charset"), TEXT("") },
	{ TEXT("accept-encoding"), TEXT("gzip, deflate") },
	{ TEXT("accept-language"), TEXT("") },
	{ TEXT("accept-ranges"), TEXT("") },
	{ TEXT("accept"), TEXT("") },
	{ TEXT("access-control-allow-origin"), TEXT("") },
	{ TEXT("age"), TEXT("") },
	{ TEXT("allow"), TEXT("") },
	{ TEXT("authorization"), TEXT("") },
	{ TEXT("cache-control"), TEXT("") },
	{ TEXT("content-disposition"), TEXT("") },
	{ TEXT("content-encoding"), TEXT("") },
	{ TEXT("content-language"), TEXT("") },
	{ TEXT("content-length"), TEXT("") },
	{ TEXT("content-location"), TEXT("") },
	{ TEXT("content-range"), TEXT("") },
	{ TEXT("content-type"), TEXT("") },
	{ TEXT("cookie"), TEXT("") },
	{ TEXT("date"), TEXT("") },
	{ TEXT("etag"), TEXT("") },
	{ TEXT("expect"), TEXT("") },
	{ TEXT("expires"), TEXT("") },
	{ TEXT("from"), TEXT("") },
	{ TEXT("host"), TEXT("") },
	{ TEXT("if-match"), TEXT("") },
	{ TEXT("if-modified-since"), TEXT("") },
	{ TEXT("if-none-match"), TEXT("") },
	{ TEXT("if-range"), TEXT("") },
	{ TEXT("if-unmodified-since"), TEXT("") },
	{ TEXT("last-modified"), TEXT("") },
	{ TEXT("link"), TEXT("") },
	{ TEXT("location"), TEXT("") },
	{ TEXT("max-forwards"), TEXT("") },
	{ TEXT("proxy-authenticate"), TEXT("") },
	{ TEXT("proxy-authorization"), TEXT("") },
	{ TEXT("range"), TEXT("") },
	{ TEXT("referer"), TEXT("") },
	{ TEXT("refresh"), TEXT("") },
	{ TEXT("retry-after"), TEXT("") },
	{ TEXT("server"), TEXT("") },
	{ TEXT("set-cookie"), TEXT("") },
	{ TEXT("strict-transport-security"), TEXT("") },
	{ TEXT("transfer-encoding"), TEXT("") },
	{ TEXT("user-agent"), TEXT("") },
	{ TEXT("vary"), TEXT("") },
	{ TEXT("via"), TEXT("") },
	{ TEXT("www-authenticate"), TEXT("") },
};
#undef TEXT

static const size_t fixed_count = sizeof fixed / sizeof *fixed;

void hpack_start(struct hpack_table *table, struct scratch *strings)
{
	table->strings = strings;
	table->size = 0;
	table->size_max = HPACK_SIZE_DEFAULT;
	table->newest = 0;
	table->count = 0;
}

static size_t entry_size(const struct hpack_field *field)
{
	return field->name.len + field->value.len + ENTRY_OVERHEAD;
}

/* The dynamic entry that was put in `age` entries before the newest. */
static struct hpack_field *entry_at(struct hpack_table *table, size_t age)
{
	return &table->entries[(table->newest + HPACK_ENTRIES_MAX - age) % HPACK_ENTRIES_MAX];
}

static void evict_to(struct hpack_table *table, size_t size)
{
	while (table->count > 0 && table->size > size)
		table->size -= entry_size(entry_at(table, --table->count));
}

/* RFC 7541, section 4.4: an entry that is larger than the table leaves it empty. */
static void insert(struct hpack_table *table, const struct hpack_field *field)
{
	size_t size = entry_size(field);

	evict_to(table, size > table->size_max ? 0 : table->size_max - size);
	if (size > table->size_max)
		return;
	if (table->count == HPACK_ENTRIES_MAX)
		table->size -= entry_size(entry_at(table, --table->count));
	table->newest = (table->newest + 1) % HPACK_ENTRIES_MAX;
	table->entries[table->newest] = *field;
	table->size += size;
	table->count++;
}

/* RFC 7541, section 5.1. `first` holds the prefix; no size in a header needs over 28 bits more. */
static size_t read_integer(struct reader *r, uint8_t first, unsigned prefix_bits)
{
	size_t prefix_max = ((size_t)1 << prefix_bits) - 1;
	size_t value = first & prefix_max;

	if (value < prefix_max)
		return value;
	for (unsigned i = 0; i < INTEGER_MORE_MAX; i++) {
		uint8_t byte = read_u8(r);

		value += (size_t)(byte & 0x7f) << 7 * i;
		if (byte < 0x80)
			return value;
	}
	reader_fail(r, PARSE_BROKEN);
	return 0;
}

/* RFC 7541, section 5.2 */
static struct hpack_string read_string(struct hpack_table *table, struct reader *r)
{
	uint8_t first = read_u8(r);
	struct slice bytes = read_bytes(r, read_integer(r, first, 7));
	struct hpack_string string = { bytes, bytes.len };

	if (r->state == PARSE_OK && first & 0x80 &&
	    hpack_huffman(bytes, table->strings, &string) != PARSE_OK)
		reader_fail(r, PARSE_BROKEN);
	return string;
}

/* RFC 7541, section 2.3.3 */
static struct hpack_field find_index(struct hpack_table *table, struct reader *r, size_t index)
{
	if (index > 0 && index <= fixed_count)
		return fixed[index - 1];
	if (index > fixed_count && index - fixed_count <= table->count)
		return *entry_at(table, index - fixed_count - 1);
	reader_fail(r, PARSE_BROKEN);
	return (struct hpack_field){ 0 };
}

/* RFC 7541, section 6.2: index 0 says that the name is spelled out. */
static struct hpack_field read_literal(struct hpack_table *table, struct reader *r, size_t index)
{
	struct hpack_field field = { 0 };

	if (index > 0)
		field = find_index(table, r, index);
	else
		field.name = read_string(table, r);
	field.value = read_string(table, r);
	return field;
}

static void resize(struct hpack_table *table, struct reader *r, size_t size)
{
	if (size > HPACK_SIZE_MAX)
		reader_fail(r, PARSE_BROKEN);
	if (r->state != PARSE_OK)
		return;
	table->size_max = size;
	evict_to(table, size);
}

/*
 * RFC 7541, section 6, told by the first byte:
 *
 *   1iiiiiii  indexed          01iiiiii  literal, put into the table
 *   001sssss  table size       000niiii  literal, not put into it
 */
bool hpack_next(struct hpack_table *table, struct reader *block, struct hpack_field *field)
{
	while (reader_more(block)) {
		uint8_t first = read_u8(block);

		if (first >= 0x80) {
			*field = find_index(table, block, read_integer(block, first, 7));
		} else if (first >= 0x40) {
			*field = read_literal(table, block, read_integer(block, first, 6));
			if (block->state == PARSE_OK)
				insert(table, field);
		} else if (first >= 0x20) {
			resize(table, block, read_integer(block, first, 5));
			continue;
		} else {
			*field = read_literal(table, block, read_integer(block, first, 4));
		}
		return block->state == PARSE_OK;
	}
	return false;
}
