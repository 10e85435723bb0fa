/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/savefile.h"

#include "tests/capture_files.h"

enum { EXPECT_MAX = 8 };
static const uint64_t second_ns = 1000000000;

struct expected {
	uint64_t time_ns;
	uint8_t fill;
	size_t len;
	enum link_type link;
};

/* Reads all of it; the answer that ended it. Frames must lie in the bytes and hold their fill. */
static enum parse read_all(struct slice bytes, const struct expected *expected, size_t *count,
                           struct savefile_fault *fault)
{
	struct savefile file = { 0 };
	struct slice rest = bytes;
	struct frame frame;
	enum parse answer;

	*count = 0;
	while ((answer = savefile_next(&file, &rest, &frame)) == PARSE_OK ||
	       (answer == PARSE_BROKEN && !file.is_lost)) {
		if (answer == PARSE_BROKEN)
			continue;
		const struct expected *e = &expected[(*count)++];

		CHECK(frame.bytes.ptr >= bytes.ptr);
		CHECK(frame.bytes.ptr + frame.bytes.len <= bytes.ptr + bytes.len);
		CHECK(frame.wire_len >= frame.bytes.len);
		if (expected == NULL)
			continue;
		CHECK(frame.time_ns == e->time_ns);
		CHECK(frame.bytes.len == e->len);
		CHECK(frame.link == e->link);
		for (size_t i = 0; i < e->len; i++)
			CHECK(frame.bytes.ptr[i] == e->fill);
	}
	if (answer == PARSE_SHORT && rest.len == 0 && file.take != NULL)
		answer = PARSE_OK; /* a clean end */
	*fault = file.fault;
	savefile_free(&file);
	return answer;
}

static void check_whole(const struct maker *m, const struct expected *expected, size_t count)
{
	struct savefile_fault fault;
	size_t got;

	CHECK(read_all((struct slice){ m->bytes, m->len }, expected, &got, &fault) == PARSE_OK);
	CHECK(got == count);
}

/* Cut anywhere it gives a beginning of its packets and asks for more; in a block of its own size.
 */
static void check_cuts(const struct maker *m, const struct expected *expected, size_t count)
{
	size_t most = 0;

	for (size_t cut = 0; cut < m->len; cut++) {
		struct savefile_fault fault;
		uint8_t *copy = malloc(cut + 1);
		size_t got;

		CHECK(copy != NULL);
		memcpy(copy, m->bytes, cut);
		enum parse answer = read_all((struct slice){ copy, cut }, expected, &got, &fault);

		CHECK(answer == PARSE_OK || answer == PARSE_SHORT);
		CHECK(got >= most && got <= count);
		most = got;
		free(copy);
	}
}

static void check_flips(const struct maker *m)
{
	for (size_t at = 0; at < m->len; at++)
		for (unsigned mask = 1; mask < 256; mask = mask * 2 + 1) {
			struct savefile_fault fault;
			uint8_t *copy = malloc(m->len);
			char text[160];
			size_t got;

			CHECK(copy != NULL);
			memcpy(copy, m->bytes, m->len);
			copy[at] ^= (uint8_t)mask;
			(void)read_all((struct slice){ copy, m->len }, NULL, &got, &fault);
			savefile_explain(&fault, text, sizeof text);
			free(copy);
		}
}

static void check_file(const struct maker *m, const struct expected *expected, size_t count)
{
	check_whole(m, expected, count);
	check_cuts(m, expected, count);
	check_flips(m);
}

static const struct {
	uint32_t magic;
	uint32_t fraction_ns;
	size_t after_head, after_record_head;
} pcaps[] = {
	{ 0xa1b2c3d4, 1000, 0, 0 }, /* microseconds */
	{ 0xa1b23c4d, 1, 0, 0 },    /* nanoseconds */
	{ 0xa1b2cd34, 1000, 0, 8 }, /* Kuznetzov */
	{ 0x1c0001ac, 1, 4, 0 },    /* IXIA hardware */
	{ 0x1c0001ab, 1000, 4, 0 }, /* IXIA software */
};

static void test_pcap(size_t row, bool is_big)
{
	static struct maker m;
	uint64_t fraction = 250 * (uint64_t)pcaps[row].fraction_ns;
	const struct expected expected[] = {
		{ 1700000000 * second_ns + fraction, 0x11, 40, LINK_ETHERNET },
		{ 1700000001 * second_ns + fraction, 0x22, 0, LINK_ETHERNET },
		{ 4294967295 * second_ns + fraction, 0x33, 3, LINK_ETHERNET },
	};

	m.len = 0;
	m.is_big = is_big;
	put_pcap_head(&m, pcaps[row].magic, LINK_ETHERNET);
	put_fill(&m, 0xff, pcaps[row].after_head);
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		put(&m, expected[i].time_ns / second_ns, 4);
		put(&m, 250, 4);
		put(&m, expected[i].len, 4);
		put(&m, 0, 4); /* a wire length that lies is mended */
		put_fill(&m, 0xff, pcaps[row].after_record_head);
		put_fill(&m, expected[i].fill, expected[i].len);
	}
	check_file(&m, expected, COUNT_OF(expected));
}

static void test_pcapng(bool is_big)
{
	static struct maker m;
	const struct expected expected[] = {
		{ 1700000000000001000, 0x11, 41, LINK_ETHERNET },
		{ 1700000000000000002, 0x22, 5, LINK_RAW },
		{ 1500000000, 0x33, 8, LINK_LINUX_SLL },
		{ 1500000000, 0x44, 16, LINK_ETHERNET }, /* simple: the time before; cut to 16 */
		{ 9000000, 0x55, 7, LINK_RAW },
		{ 7, 0x66, 4, LINK_IPV4 }, /* a section of the other byte order, new interfaces */
	};

	m.len = 0;
	m.is_big = is_big;
	put_section(&m);
	put_interface(&m, LINK_ETHERNET, 16, 0, 0);
	put_unknown(&m, 0x0bad, 12);
	put_interface(&m, 12, 0, 9, 0); /* DLT_RAW in LINKTYPE's place */
	put_interface(&m, LINK_LINUX_SLL, 0, 0x80 | 1, 1);
	put_interface(&m, LINK_RAW, 0, 3, -1);
	put_enhanced(&m, 0, 1700000000000001, 0x11, 41);
	put_enhanced(&m, 1, 1700000000000000002, 0x22, 5);
	put_unknown(&m, 5, 64);
	put_obsolete(&m, 2, 1, 0x33, 8);
	put_simple(&m, 0x44, 1000, 16);
	put_enhanced(&m, 3, 1009, 0x55, 7);
	m.is_big = !is_big;
	put_section(&m);
	put_interface(&m, LINK_IPV4, 0, 9, 0);
	put_enhanced(&m, 0, 7, 0x66, 4);
	check_file(&m, expected, COUNT_OF(expected));
}

/* Every exponent a writer can put, with the largest and a middling number of ticks. */
static void test_clocks(void)
{
	static const struct {
		uint8_t resolution;
		int64_t offset_s;
		uint64_t ticks, time_ns;
	} rows[] = {
		{ 6, 0, 1, 1000 },
		{ 9, 0, UINT64_MAX, INT64_MAX },
		{ 3, 0, UINT64_MAX, INT64_MAX }, /* saturates */
		{ 12, 0, 5000, 5 },
		{ 28, 0, UINT64_MAX, 1 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0x80 | 20, 0, 3 << 19, 1500000000 },
		{ 0x80 | 34, 0, UINT64_C(1) << 33, 500000000 },
		{ 0x80 | 63, 0, UINT64_C(1) << 62, 500000000 },
		{ 0x80 | 64, 0, UINT64_MAX, 0 },
		{ 0x80 | 1, 0, UINT64_MAX, INT64_MAX },
		{ 9, 2, 5, 2000000005 },
		{ 9, -2, 5000000000, 3000000000 },
		{ 9, -9, 5000000000, 0 },
		{ 9, INT64_MIN, UINT64_MAX, 0 },
		{ 9, INT64_MAX, 1, INT64_MAX },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static struct maker m;
		const struct expected expected = { rows[i].time_ns, 9, 4, LINK_ETHERNET };

		m.len = 0;
		put_section(&m);
		put_interface(&m, LINK_ETHERNET, 0, rows[i].resolution, rows[i].offset_s);
		put_enhanced(&m, 0, rows[i].ticks, 9, 4);
		check_whole(&m, &expected, 1);
	}
}

/* A block of a good pcapng file is made wrong at one place: what is said, and what still comes. */
static void test_corrupt_blocks(void)
{
	enum { SECTION = 28, INTERFACE = 24, PACKET = 36 };
	static const struct {
		size_t at;
		uint32_t value;
		enum parse answer;
		enum savefile_problem problem;
		size_t packets;
	} rows[] = {
		{ SECTION + INTERFACE + 4, 8, PARSE_BROKEN, SAVEFILE_BLOCK_LENGTH, 0 },
		{ SECTION + INTERFACE + 4, 0, PARSE_BROKEN, SAVEFILE_BLOCK_LENGTH, 0 },
		{ SECTION + INTERFACE + 4, 37, PARSE_BROKEN, SAVEFILE_BLOCK_LENGTH, 0 },
		{ SECTION + INTERFACE + 4, 0xfffffffc, PARSE_BROKEN, SAVEFILE_BLOCK_LENGTH, 0 },
		{ SECTION + INTERFACE + 4, 40, PARSE_BROKEN, SAVEFILE_BLOCK_TRAILER, 0 },
		{ SECTION + INTERFACE + PACKET - 4, 32, PARSE_BROKEN, SAVEFILE_BLOCK_TRAILER, 0 },
		{ SECTION + INTERFACE + 8, 1, PARSE_OK, SAVEFILE_INTERFACE, 1 },
		{ SECTION + INTERFACE + 20, 5, PARSE_OK, SAVEFILE_OVERFLOW, 1 },
		{ SECTION + INTERFACE + 20, UINT32_MAX, PARSE_OK, SAVEFILE_OVERFLOW, 1 },
		{ 12, 2, PARSE_BROKEN, SAVEFILE_VERSION, 0 },
		{ 8, 0x1a2b3c4e, PARSE_FOREIGN, SAVEFILE_UNKNOWN, 0 },
		{ 4, UINT32_MAX, PARSE_BROKEN, SAVEFILE_BLOCK_LENGTH, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static struct maker m;
		struct savefile_fault fault;
		size_t got, len;

		m.len = 0;
		put_section(&m);
		put_interface(&m, LINK_ETHERNET, 0, 0, 0);
		put_enhanced(&m, 0, 1, 9, 4);
		put_enhanced(&m, 0, 2, 9, 4);
		len = m.len;
		m.len = rows[i].at;
		put(&m, rows[i].value, 4);
		enum parse answer = read_all((struct slice){ m.bytes, len }, NULL, &got, &fault);

		CHECK(answer == rows[i].answer);
		CHECK(got == rows[i].packets);
		if (answer != PARSE_OK)
			CHECK(fault.what == rows[i].problem);
	}
}

static void test_words(void)
{
	static const struct {
		struct savefile_fault fault;
		const char *text;
	} rows[] = {
		{ { SAVEFILE_CUT, 31, 1514 }, "cut off after 31 of 1514 bytes" },
		{ { SAVEFILE_TOO_LONG, 4000000000, 262144 },
		  "corrupt: says 4000000000 bytes, where 262144 are the most" },
		{ { SAVEFILE_UNKNOWN, 0x736e6f6f, 0 },
		  "a snoop file, which is not read here (pcap and pcapng are, also as .gz, .zst "
		  "and .xz)" },
		{ { SAVEFILE_UNKNOWN, 0x01020304, 0 }, "no capture: it begins with 01 02 03 04" },
		{ { SAVEFILE_BLOCK_TRAILER, 36, 32 },
		  "corrupt: a block has 36 bytes by its head and 32 by its end" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[160];

		savefile_explain(&rows[i].fault, text, sizeof text);
		CHECK(strcmp(text, rows[i].text) == 0);
	}
}

/* A length past the snaplen that any writer uses is refused before anybody waits for the bytes. */
static void test_absurd_length(void)
{
	static struct maker m;
	struct savefile_fault fault;
	size_t got;

	m.len = 0;
	put_pcap_head(&m, 0xa1b2c3d4, LINK_ETHERNET);
	put_pcap_record(&m, 1, 1, 7, 4);
	put(&m, 1, 8);
	put(&m, 262145, 4);
	put(&m, 262145, 4);
	CHECK(read_all((struct slice){ m.bytes, m.len }, NULL, &got, &fault) == PARSE_BROKEN);
	CHECK(got == 1 && fault.what == SAVEFILE_TOO_LONG && fault.have == 262145);
}

int main(void)
{
	for (size_t row = 0; row < COUNT_OF(pcaps); row++)
		for (int is_big = 0; is_big < 2; is_big++)
			test_pcap(row, is_big == 1);
	test_pcapng(false);
	test_pcapng(true);
	test_clocks();
	test_corrupt_blocks();
	test_absurd_length();
	test_words();
	return 0;
}
