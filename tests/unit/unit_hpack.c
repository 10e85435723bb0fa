/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/hpack.h"

#include "tests/bytes.h"
#include "tests/check.h"

static uint8_t memory[4096];

/* A header block, the fields in it ("name: value" and a line end each), and the table's size then.
 */
struct row {
	struct slice block;
	const char *fields;
	size_t table_size;
};

static size_t print(char *to, const struct hpack_string *string, const char *after)
{
	CHECK(string->text.len == string->len);
	if (string->len > 0)
		memcpy(to, string->text.ptr, string->len);
	memcpy(to + string->len, after, strlen(after));
	return string->len + strlen(after);
}

static void check_row(struct hpack_table *table, const struct row *row)
{
	struct reader block = reader_whole(row->block);
	char text[1024];
	size_t len = 0;

	for (struct hpack_field field; hpack_next(table, &block, &field);) {
		len += print(text + len, &field.name, ": ");
		len += print(text + len, &field.value, "\n");
	}
	CHECK(block.state == PARSE_OK && !reader_more(&block));
	CHECK(len == strlen(row->fields) && memcmp(text, row->fields, len) == 0);
	CHECK(table->size == row->table_size);
}

/* Blocks of one connection, in their order, with a table of `size_max` bytes. */
static void check_rows(const struct row *rows, size_t count, size_t size_max)
{
	struct scratch strings = { memory, sizeof memory, 0 };
	struct hpack_table table;

	hpack_start(&table, &strings);
	CHECK(table.size_max == 4096);
	table.size_max = size_max;
	for (size_t i = 0; i < count; i++)
		check_row(&table, &rows[i]);
}

/* RFC 7541, appendix C.2: each kind of field alone. */
static const struct row kinds[] = {
	{ BYTES("\x40\x0a"
	        "custom-key\x0d"
	        "custom-header"),
	  "custom-key: custom-header\n", 55 },
	{ BYTES("\x04\x0c/sample/path"), ":path: /sample/path\n", 0 },
	{ BYTES("\x10\x08password\x06secret"), "password: secret\n", 0 },
	{ BYTES("\x82"), ":method: GET\n", 0 },
};

#define REQUEST_1 ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n"
#define REQUEST_2 REQUEST_1 "cache-control: no-cache\n"
#define REQUEST_3                                                                                  \
	":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n"          \
	"custom-key: custom-value\n"

/* Appendix C.3, and C.4 with Huffman. */
static const struct row requests[] = {
	{ BYTES("\x82\x86\x84\x41\x0fwww.example.com"), REQUEST_1, 57 },
	{ BYTES("\x82\x86\x84\xbe\x58\x08no-cache"), REQUEST_2, 110 },
	{ BYTES("\x82\x87\x85\xbf\x40\x0a"
	        "custom-key\x0c"
	        "custom-value"),
	  REQUEST_3, 164 },
};
static const struct row requests_huffman[] = {
	{ BYTES("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"), REQUEST_1,
	  57 },
	{ BYTES("\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf"), REQUEST_2, 110 },
	{ BYTES("\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b"
	        "\xb8\xe8\xb4\xbf"),
	  REQUEST_3, 164 },
};

#define RESPONSE_1                                                                                 \
	":status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\n"              \
	"location: https://www.example.com\n"
#define RESPONSE_2                                                                                 \
	":status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\n"              \
	"location: https://www.example.com\n"
#define RESPONSE_3                                                                                 \
	":status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\n"              \
	"location: https://www.example.com\ncontent-encoding: gzip\n"                              \
	"set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n"

/* Appendix C.5, and C.6 with Huffman: a table of 256 bytes, so entries are evicted. */
static const struct row responses[] = {
	{ BYTES("\x48\x03\x33\x30\x32\x58\x07private\x61\x1dMon, 21 Oct 2013 20:13:21 GMT"
	        "\x6e\x17https://www.example.com"),
	  RESPONSE_1, 222 },
	{ BYTES("\x48\x03\x33\x30\x37\xc1\xc0\xbf"), RESPONSE_2, 222 },
	{ BYTES("\x88\xc1\x61\x1dMon, 21 Oct 2013 20:13:22 GMT\xc0\x5a\x04gzip\x77\x38"
	        "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"),
	  RESPONSE_3, 215 },
};
static const struct row responses_huffman[] = {
	{ BYTES("\x48\x82\x64\x02\x58\x85\xae\xc3\x77\x1a\x4b\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4"
	        "\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff\x6e\x91\x9d\x29\xad"
	        "\x17\x18\x63\xc7\x8f\x0b\x97\xc8\xe9\xae\x82\xae\x43\xd3"),
	  RESPONSE_1, 222 },
	{ BYTES("\x48\x83\x64\x0e\xff\xc1\xc0\xbf"), RESPONSE_2, 222 },
	{ BYTES("\x88\xc1\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66"
	        "\xe0\x84\xa6\x2d\x1b\xff\xc0\x5a\x83\x9b\xd9\xab\x77\xad\x94\xe7\x82\x1d\xd7\xf2"
	        "\xe6\xc7\xb3\x35\xdf\xdf\xcd\x5b\x39\x60\xd5\xaf\x27\x08\x7f\x36\x72\xc1\xab\x27"
	        "\x0f\xb5\x29\x1f\x95\x87\x31\x60\x65\xc0\x03\xed\x4e\xe5\xb1\x06\x3d\x50\x07"),
	  RESPONSE_3, 215 },
};

/* A size of 0 empties the table, and another follows: section 4.2. */
static const struct row sizes[] = {
	{ BYTES("\x40\1a\1b"), "a: b\n", 34 },
	{ BYTES("\x20\x3f\xe1\x1f\x40\1c\1d"), "c: d\n", 34 },
	{ BYTES("\xbe"), "c: d\n", 34 },
};

static void test_broken(void)
{
	static const struct slice rows[] = {
		BYTES("\x80"),                     /* index 0 */
		BYTES("\xbe"),                     /* an entry that nobody put there */
		BYTES("\x7f\x80\x80\x80\x80\x01"), /* integers without end: section 5.1 */
		BYTES("\x40\1a\x7f\xff\xff\xff\xff\xff"),
		BYTES("\x40\1a\2b"),             /* longer than the block */
		BYTES("\x40"),                   /* no name */
		BYTES("\x3f\xff\xff\xff\x7f"),   /* a size that nobody grants */
		BYTES("\4\x81\xfe"),             /* padding that is not of ones */
		BYTES("\4\x82\x1f\xff"),         /* and of more than seven bits */
		BYTES("\4\x84\xff\xff\xff\xff"), /* the end of the string in it: section 5.2 */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scratch strings = { memory, sizeof memory, 0 };
		struct reader block = reader_whole(rows[i]);
		struct hpack_table table;
		struct hpack_field field;

		hpack_start(&table, &strings);
		CHECK(!hpack_next(&table, &block, &field));
		CHECK(block.state == PARSE_BROKEN);
	}
}

/* Where there is no room for a string the table still counts right. */
static void test_no_room(void)
{
	struct scratch strings = { memory, 3, 0 };
	struct reader block = reader_whole(requests_huffman[0].block);
	struct hpack_table table;
	struct hpack_field field = { 0 };

	hpack_start(&table, &strings);
	while (hpack_next(&table, &block, &field))
		CHECK(field.value.len > 0);
	CHECK(block.state == PARSE_OK && table.size == 57);
	CHECK(field.value.len == 15 && field.value.text.len == 0 && strings.used == 0);
}

/* More entries than the ring has places: the oldest goes. */
static void test_ring(void)
{
	struct scratch strings = { memory, sizeof memory, 0 };
	struct hpack_table table;
	struct hpack_field field;

	hpack_start(&table, &strings);
	table.size_max = HPACK_SIZE_MAX;
	for (int i = 0; i <= HPACK_ENTRIES_MAX; i++) {
		struct reader block = reader_whole(BYTES("\x40\1a\1b"));

		CHECK(hpack_next(&table, &block, &field));
	}
	CHECK(table.count == HPACK_ENTRIES_MAX && table.size == 34 * HPACK_ENTRIES_MAX);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		check_rows(&kinds[i], 1, 4096);
	check_rows(requests, COUNT_OF(requests), 4096);
	check_rows(requests_huffman, COUNT_OF(requests_huffman), 4096);
	check_rows(responses, COUNT_OF(responses), 256);
	check_rows(responses_huffman, COUNT_OF(responses_huffman), 256);
	check_rows(sizes, COUNT_OF(sizes), 4096);
	test_broken();
	test_no_room();
	test_ring();
	return 0;
}
