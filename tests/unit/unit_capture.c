/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/capture.h"

#include "sensor/log.h"
#include "tests/capture_files.h"
#include "tests/catch_errors.h"

#include <fcntl.h>
#include <lzma.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static const uint64_t second_ns = 1000000000;
enum { BIG_PACKETS = 60000, BIG_LEN = 1000 };

static char folder[] = "/tmp/unit_capture.XXXXXX";

/* ---- files ---- */

static const char *path_of(const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *path = paths[next++ % COUNT_OF(paths)];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static const char *save(const char *name, const void *bytes, size_t len)
{
	const char *path = path_of(name);
	FILE *out = fopen(path, "wb");

	CHECK(out != NULL && fwrite(bytes, 1, len, out) == len && fclose(out) == 0);
	return path;
}

/* A capture with a packet at each of the seconds given, 0 ends them; its bytes are the second's. */
static void make_seconds(struct maker *m, const uint32_t *seconds)
{
	m->len = 0;
	m->is_big = false;
	put_pcap_head(m, 0xa1b2c3d4, LINK_ETHERNET);
	for (; *seconds != 0; seconds++)
		put_pcap_record(m, *seconds, 0, (uint8_t)*seconds, 20);
}

static const char *save_seconds(const char *name, const uint32_t *seconds)
{
	static struct maker m;

	make_seconds(&m, seconds);
	return save(name, m.bytes, m.len);
}

static const char *save_big(const char *name, size_t packets)
{
	static uint8_t packet[16 + BIG_LEN];
	static struct maker m;
	const char *path = path_of(name);
	FILE *out = fopen(path, "wb");

	m.len = 0;
	put_pcap_head(&m, 0xa1b2c3d4, LINK_ETHERNET);
	CHECK(out != NULL && fwrite(m.bytes, m.len, 1, out) == 1);
	for (size_t i = 0; i < packets; i++) {
		uint32_t head[4] = { (uint32_t)(i + 1), 0, BIG_LEN, BIG_LEN };

		memcpy(packet, head, sizeof head);
		memset(packet + sizeof head, (int)(i % 251), BIG_LEN);
		CHECK(fwrite(packet, sizeof packet, 1, out) == 1);
	}
	CHECK(fclose(out) == 0);
	return path;
}

/* ---- what comes of them ---- */

struct result {
	uint64_t count;
	char order[512]; /* source and second of the first packets: "0:1 1:2 " */
	unsigned failures;
	bool was_opened;
	struct capture_counters counters;
	char text[CATCH_MAX]; /* of standard error */
};

static void take_batch(const struct frame_batch *batch, struct result *out)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct frame *f = &batch->frames[i];
		size_t used = strlen(out->order);

		out->count++;
		for (size_t k = 1; k < f->bytes.len; k++)
			CHECK(f->bytes.ptr[k] == f->bytes.ptr[0]);
		if (used < sizeof out->order - 32)
			snprintf(out->order + used, 32, "%u:%llu ", f->source,
			         (unsigned long long)(f->time_ns / second_ns));
	}
}

static void run(const struct capture_options *options, struct result *out)
{
	static struct frame_batch batch;
	int ends[2], before = catch_begin(ends);

	memset(out, 0, sizeof *out);
	struct capture *capture = capture_open(options);

	out->was_opened = capture != NULL;
	if (capture != NULL) {
		while (capture_read(capture, &batch) == CAPTURE_OK)
			take_batch(&batch, out);
		CHECK(batch.count == 0);
		capture_count(capture, &out->counters);
		out->failures = capture_failures(capture);
		capture_batch_release(&batch);
		capture_close(capture);
	}
	catch_end(ends, before, out->text);
}

static void run_paths(struct result *out, const char *first, const char *second)
{
	const char *reads[] = { first, second };

	run(&(struct capture_options){ .reads = reads, .read_count = second == NULL ? 1 : 2 }, out);
}

static bool says(const struct result *result, const char *words)
{
	if (strstr(result->text, words) != NULL)
		return true;
	fprintf(stderr, "not said: %s\nbut: %s\n", words, result->text);
	return false;
}

/* ---- one file ---- */

static void test_cut_everywhere(void)
{
	static struct maker m;
	static const uint32_t seconds[] = { 1, 2, 3, 0 };
	struct result r;

	make_seconds(&m, seconds);
	for (size_t cut = 0; cut <= m.len; cut++) {
		size_t whole = cut < 24 ? 0 : (cut - 24) / 36;
		bool is_clean = cut >= 24 && (cut - 24) % 36 == 0;

		run_paths(&r, save("cut.pcap", m.bytes, cut), NULL);
		CHECK(r.count == whole);
		CHECK(r.failures == !is_clean || !r.was_opened);
		CHECK((r.text[0] == 0) == is_clean);
	}
	run_paths(&r, save("cut.pcap", m.bytes, 24 + 36 + 16 + 5), NULL);
	CHECK(says(&r, "cut.pcap: packet 2: cut off after 5 of 20 bytes\n"));
	run_paths(&r, save("cut.pcap", m.bytes, 0), NULL);
	CHECK(says(&r, "cut.pcap: empty, no capture\n") && !r.was_opened);
}

static void test_faulty_names(void)
{
	struct result r;

	run_paths(&r, path_of("missing.pcap"), NULL);
	CHECK(!r.was_opened && says(&r, "missing.pcap: No such file or directory\n"));
	run_paths(&r, save("a\033b.pcap", "hello", 5), NULL);
	CHECK(!r.was_opened && says(&r, "a\\027b.pcap: no capture: it begins with 68 65 6c 6c\n"));
	/* The rest goes on. */
	run_paths(&r, path_of("missing.pcap"), save_seconds("good.pcap", (uint32_t[]){ 1, 2, 0 }));
	CHECK(r.was_opened && r.count == 2 && r.failures == 1);
}

/* Blocks that contradict themselves are left out, said once, and the packets behind them come. */
static void test_resumes(void)
{
	static struct maker m;
	struct result r;

	m.len = 0;
	put_section(&m);
	put_interface(&m, LINK_ETHERNET, 0, 0, 0);
	for (uint32_t i = 0; i < 5; i++)
		put_enhanced(&m, i == 0 || i == 4 ? 0 : 9, 1, 7, 4);
	run_paths(&r, save("broken.pcapng", m.bytes, m.len), NULL);
	CHECK(r.count == 2 && r.failures == 1);
	CHECK(says(&r, "packet 2: corrupt: of interface 9, and 1 are described\n"));
	CHECK(says(&r, "broken.pcapng: 2 more faults like that\n"));
}

static void test_windows(void)
{
	struct result r;

	run_paths(&r, save_big("big.pcap", BIG_PACKETS), NULL); /* two windows of the map */
	CHECK(r.count == BIG_PACKETS && r.failures == 0 && r.text[0] == 0);
	CHECK(r.counters.input_bytes == r.counters.input_size);
	CHECK(r.counters.packets == BIG_PACKETS && r.counters.bytes == BIG_PACKETS * BIG_LEN);
}

/* ---- files that change under the map ---- */

static void test_grows(void)
{
	static struct frame_batch batch;
	static uint8_t more[16 + BIG_LEN];
	const char *path = save_big("grows.pcap", 1000);
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });
	uint32_t head[4] = { 9999, 0, BIG_LEN, BIG_LEN };
	uint64_t count = 0, last = 0;

	memcpy(more, head, sizeof head);
	CHECK(capture != NULL && capture_read(capture, &batch) == CAPTURE_OK);
	count += batch.count;
	for (int i = 0; i < 5000; i++) {
		FILE *out = i % 1000 == 0 ? fopen(path, "ab") : NULL;

		for (int k = 0; out != NULL && k < 1000; k++)
			CHECK(fwrite(more, sizeof more, 1, out) == 1);
		CHECK(out == NULL || fclose(out) == 0);
	}
	while (capture_read(capture, &batch) == CAPTURE_OK) {
		count += batch.count;
		last = batch.count > 0 ? batch.frames[batch.count - 1].time_ns : last;
	}
	CHECK(count == 6000 && last == 9999 * second_ns && capture_failures(capture) == 0);
	capture_batch_release(&batch);
	capture_close(capture);
}

/* Cut to `keep` bytes after the first batch: no crash, no made-up packets, a message. */
static void test_shrinks(off_t keep)
{
	static struct frame_batch first, batch;
	static char text[CATCH_MAX];
	const char *path = save_big("shrinks.pcap", 5000);
	int ends[2], before = catch_begin(ends);
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });
	uint64_t count = 0, sum = 0;

	CHECK(capture != NULL && capture_read(capture, &first) == CAPTURE_OK);
	CHECK(first.count == FRAME_BATCH_MAX && truncate(path, keep) == 0);
	while (capture_read(capture, &batch) == CAPTURE_OK)
		for (size_t i = 0; i < batch.count; i++, count++)
			CHECK(batch.frames[i].bytes.len == BIG_LEN);
	CHECK((count + FRAME_BATCH_MAX) * (16 + BIG_LEN) + 24 <= (uint64_t)keep || count == 0);
	CHECK(capture_failures(capture) == 1);
	capture_close(capture);
	for (size_t i = 0; i < first.count; i++) /* zeros, and no SIGBUS, where the file is gone */
		for (size_t k = 0; k < first.frames[i].bytes.len; k++)
			sum += first.frames[i].bytes.ptr[k];
	CHECK(sum < UINT64_MAX);
	capture_batch_release(&first);
	capture_batch_release(&batch);
	catch_end(ends, before, text);
	CHECK(strstr(text, "shrinks.pcap: packet ") != NULL);
	CHECK(strstr(text, "shrank or failed while it was read\n") != NULL);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1); /* once */
}

/* ---- compressed ---- */

struct blob {
	uint8_t bytes[1 << 17];
	size_t len;
};

static void add_gzip(struct blob *b, const uint8_t *data, size_t len)
{
	z_stream z = { 0 };

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)data;
	z.avail_in = (unsigned)len;
	z.next_out = b->bytes + b->len;
	z.avail_out = (unsigned)(sizeof b->bytes - b->len);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	b->len += z.total_out;
	deflateEnd(&z);
}

static void add_zstd(struct blob *b, const uint8_t *data, size_t len)
{
	size_t got = ZSTD_compress(b->bytes + b->len, sizeof b->bytes - b->len, data, len, 3);

	CHECK(!ZSTD_isError(got));
	b->len += got;
}

static void add_xz(struct blob *b, const uint8_t *data, size_t len)
{
	CHECK(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, data, len, b->bytes, &b->len,
	                              sizeof b->bytes) == LZMA_OK);
}

static const struct {
	const char *name;
	void (*add)(struct blob *, const uint8_t *data, size_t len);
} codecs[] = {
	{ "x.gz", add_gzip },
	{ "x.zst", add_zstd },
	{ "x.xz", add_xz },
};

static void test_compressed(size_t row)
{
	static struct maker m;
	static struct blob b;
	struct result r;

	make_seconds(&m, (uint32_t[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 0 });
	b.len = 0;
	codecs[row].add(&b, m.bytes, 100);
	size_t second = b.len;

	codecs[row].add(&b, m.bytes + 100, m.len - 100); /* members follow each other */
	size_t len = b.len;

	run_paths(&r, save(codecs[row].name, b.bytes, len), NULL);
	CHECK(r.count == 9 && r.failures == 0 && r.text[0] == 0);
	CHECK(r.counters.input_bytes == len && r.counters.input_size == len);
	for (size_t cut = 1; cut < len; cut++) {
		run_paths(&r, save(codecs[row].name, b.bytes, cut), NULL);
		CHECK(r.failures == 1 || !r.was_opened);
		CHECK(r.count < 9 || says(&r, "the compressed data is cut off\n"));
	}
	b.bytes[second + 1] ^= 0xff;
	run_paths(&r, save(codecs[row].name, b.bytes, len), NULL);
	CHECK(r.count == 2 && r.failures == 1 &&
	      says(&r, "packet 3: the compressed data is corrupt"));
}

/* What stands behind the last member: zeros are padding, all else is said. */
static void test_gzip_tail(void)
{
	static struct maker m;
	static struct blob b;
	struct result r;

	make_seconds(&m, (uint32_t[]){ 1, 2, 0 });
	b.len = 0;
	add_gzip(&b, m.bytes, m.len);
	memset(b.bytes + b.len, 0, 512);
	run_paths(&r, save("tail.gz", b.bytes, b.len + 512), NULL);
	CHECK(r.count == 2 && r.failures == 0);
	b.bytes[b.len + 3] = 'x';
	run_paths(&r, save("tail.gz", b.bytes, b.len + 512), NULL);
	CHECK(r.count == 2 && r.failures == 1);
	CHECK(says(&r, "there is more behind the compressed data\n"));
}

/* ---- pipes ---- */

struct feeder {
	const char *path;
	const uint8_t *bytes;
	size_t len, step;
};

static void *feed(void *argument)
{
	const struct feeder *f = argument;
	int fd = open(f->path, O_WRONLY);

	for (size_t at = 0; fd >= 0 && at < f->len;) {
		ssize_t put_len =
		        write(fd, f->bytes + at, f->len - at < f->step ? f->len - at : f->step);

		if (put_len < 0)
			break;
		at += (size_t)put_len;
	}
	close(fd);
	return NULL;
}

static void test_pipe(const uint8_t *bytes, size_t len, size_t step, uint64_t packets)
{
	const char *path = path_of("pipe");
	struct feeder feeder = { path, bytes, len, step };
	struct result r;
	pthread_t thread;

	unlink(path);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(pthread_create(&thread, NULL, feed, &feeder) == 0);
	run_paths(&r, path, NULL);
	pthread_join(thread, NULL);
	CHECK(r.count == packets && r.failures == 0 && r.counters.input_size == 0);
	unlink(path);
}

static void test_pipes(void)
{
	static struct maker m;
	static struct blob b;

	make_seconds(&m, (uint32_t[]){ 1, 2, 3, 4, 5, 0 });
	test_pipe(m.bytes, m.len, 1, 5);
	test_pipe(m.bytes, m.len, 7, 5);
	test_pipe(m.bytes, m.len, 4096, 5);
	b.len = 0;
	add_zstd(&b, m.bytes, m.len);
	test_pipe(b.bytes, b.len, 3, 5);
}

static void test_standard_input(void)
{
	int before = dup(STDIN_FILENO);
	int fd = open(save_seconds("in.pcap", (uint32_t[]){ 1, 2, 3, 0 }), O_RDONLY);
	struct result r;

	CHECK(before >= 0 && fd >= 0 && dup2(fd, STDIN_FILENO) >= 0);
	run_paths(&r, "-", NULL);
	CHECK(r.count == 3 && r.failures == 0);
	lseek(STDIN_FILENO, 0, SEEK_END);
	run_paths(&r, "-", NULL);
	CHECK(r.failures == 1 || !r.was_opened);
	CHECK(says(&r, "standard input: empty, no capture\n"));
	CHECK(dup2(before, STDIN_FILENO) >= 0);
	close(fd);
	close(before);
}

static void *stop_soon(void *capture)
{
	usleep(50000);
	capture_stop(capture);
	return NULL;
}

/* A silent pipe ends when the capture is stopped, also behind an inflater's thread. */
static void test_stop(bool is_compressed)
{
	static const uint8_t gzip_head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	static struct frame_batch batch;
	const char *path = path_of("silent");
	pthread_t thread;

	unlink(path);
	CHECK(mkfifo(path, 0600) == 0);
	int fd = open(path, O_RDWR); /* a writer that says no more */

	if (is_compressed)
		CHECK(write(fd, gzip_head, sizeof gzip_head) == sizeof gzip_head);
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });

	CHECK(fd >= 0 && capture != NULL);
	CHECK(pthread_create(&thread, NULL, stop_soon, capture) == 0);
	while (capture_read(capture, &batch) == CAPTURE_OK)
		CHECK(batch.count == 0);
	pthread_join(thread, NULL);
	CHECK(capture_failures(capture) == 0);
	capture_batch_release(&batch);
	capture_close(capture);
	close(fd);
}

/* ---- several ---- */

static void test_merge(void)
{
	const char *a = save_seconds("a.pcap", (uint32_t[]){ 5, 6, 9, 7, 0 }); /* not in order */
	const char *b = save_seconds("b.pcap", (uint32_t[]){ 1, 5, 8, 9, 0 });
	const char *c = save_seconds("c.pcap", (uint32_t[]){ 2, 3, 0 });
	const char *reads[] = { a, b, c, path_of("none.pcap") };
	struct result r;

	save_seconds("none.pcap", (uint32_t[]){ 0 });
	run(&(struct capture_options){ .reads = reads, .read_count = 4 }, &r);
	CHECK(strcmp(r.order, "1:1 2:2 2:3 0:5 1:5 0:6 1:8 0:9 0:7 1:9 ") == 0);
	CHECK(r.failures == 0);
	run(&(struct capture_options){ .reads = reads,
	                               .read_count = 4,
	                               .from_ns = 3 * second_ns,
	                               .to_ns = 8 * second_ns },
	    &r);
	CHECK(strcmp(r.order, "2:3 0:5 1:5 0:6 0:7 ") == 0);
	CHECK(r.counters.outside == 5 && r.counters.packets == 5);
}

static void test_folder(void)
{
	struct result r;

	CHECK(mkdir(path_of("day"), 0700) == 0 && mkdir(path_of("day/deep"), 0700) == 0);
	run_paths(&r, path_of("day"), NULL);
	CHECK(!r.was_opened && says(&r, "day: no captures in this folder (0 other files)\n"));
	save("day/notes.txt", "packets of a day", 16);
	save("day/empty", "", 0);
	run_paths(&r, path_of("day"), NULL);
	CHECK(!r.was_opened && says(&r, "day: no captures in this folder (2 other files)\n"));
	save_seconds("day/b.pcap", (uint32_t[]){ 1, 4, 0 });
	save_seconds("day/a.pcap", (uint32_t[]){ 3, 5, 0 });
	save_seconds("day/deep/c.pcap", (uint32_t[]){ 2, 5, 0 });
	save_seconds("day/.hidden.pcap", (uint32_t[]){ 2, 0 });
	run_paths(&r, path_of("day"), NULL);
	CHECK(strcmp(r.order, "1:1 2:2 0:3 1:4 0:5 2:5 ") == 0);
	CHECK(r.failures == 0);
	CHECK(says(&r, "day: 2 files are no captures and were passed over\n"));
}

/* Rotated captures are open one at a time, and a batch outlives the file that it came from. */
static void test_many(void)
{
	struct result r;
	char order[64];

	CHECK(mkdir(path_of("many"), 0700) == 0);
	for (uint32_t i = 0; i < 1500; i++) {
		char name[32];

		snprintf(name, sizeof name, "many/%04u.pcap", i);
		save_seconds(name, (uint32_t[]){ 10 + 2 * i, 11 + 2 * i, 0 });
	}
	run_paths(&r, path_of("many"), NULL);
	CHECK(r.count == 3000 && r.failures == 0);
	snprintf(order, sizeof order, "0:10 0:11 1:12 1:13 ");
	CHECK(strncmp(r.order, order, strlen(order)) == 0);
}

static void test_overlapping(void)
{
	struct result r;

	CHECK(mkdir(path_of("wide"), 0700) == 0);
	for (uint32_t i = 0; i < 700; i++) {
		char name[32];

		snprintf(name, sizeof name, "wide/%04u.pcap", i);
		save_seconds(name, (uint32_t[]){ 10 + i, 5000 - i, 0 });
	}
	run_paths(&r, path_of("wide"), NULL);
	CHECK(r.count == 1400 && r.failures == 0);
}

/* ---- filter ---- */

static void put_udp(struct maker *m, uint16_t link, uint16_t port)
{
	bool was_big = m->is_big;

	m->is_big = true;
	if (link == LINK_ETHERNET) {
		put_fill(m, 2, 12);
		put(m, 0x0800, 2);
	}
	put(m, 0x4500001c, 4);
	put(m, 0x00010000, 4);
	put(m, 0x40110000, 4);
	put(m, 0x0a000001, 4);
	put(m, 0x0a000002, 4);
	put(m, 1234, 2);
	put(m, port, 2);
	put(m, 8, 4);
	m->is_big = was_big;
}

static const char *save_mixed(void)
{
	static const struct {
		uint32_t interface;
		uint16_t link, port;
	} packets[] = { { 0, LINK_ETHERNET, 53 },
		        { 1, LINK_RAW, 53 },
		        { 1, LINK_RAW, 443 },
		        { 0, LINK_ETHERNET, 443 },
		        { 0, LINK_ETHERNET, 53 } };
	static struct maker m;

	m.len = 0;
	put_section(&m);
	put_interface(&m, LINK_ETHERNET, 0, 9, 0);
	put_interface(&m, LINK_RAW, 0, 9, 0);
	for (uint32_t i = 0; i < COUNT_OF(packets); i++) {
		uint32_t len = packets[i].link == LINK_ETHERNET ? 42 : 28;
		size_t start = m.len;

		put_enhanced(&m, packets[i].interface, i + 1, 0, len);
		size_t end = m.len;

		m.len = start + 28;
		put_udp(&m, packets[i].link, packets[i].port);
		m.len = end;
	}
	return save("mixed.pcapng", m.bytes, m.len);
}

static void count_filtered(const char *path, const char *filter, struct capture_counters *out,
                           unsigned *failures)
{
	static struct frame_batch batch;
	struct capture *capture = capture_open(
	        &(struct capture_options){ .reads = &path, .read_count = 1, .filter = filter });

	CHECK(capture != NULL);
	while (capture_read(capture, &batch) == CAPTURE_OK)
		;
	capture_count(capture, out);
	*failures = capture_failures(capture);
	capture_batch_release(&batch);
	capture_close(capture);
}

static void test_filter(void)
{
	static const struct {
		const char *words;
		uint64_t packets;
		unsigned failures;
	} rows[] = {
		{ "", 5, 0 },
		{ "udp port 53", 3, 0 },
		{ "udp port 443 and host 10.0.0.2", 2, 0 },
		{ "net 10.0.0.0/8 and not port 53", 2, 0 },
		{ "tcp", 0, 0 },
		{ "ether host 02:02:02:02:02:02", 3, 1 }, /* says nothing about raw IP */
	};
	static const struct {
		const char *words, *said;
	} refused[] = {
		{ "prot 53", "filter \"prot 53\": " },
		{ "udp port", "filter \"udp port\": " },
		{ "host www.example.com",
		  "filter \"host www.example.com\": www.example.com is a name" },
		{ "udp and dst analytics.example", ": analytics.example is a name" },
		{ "host localhost", ": localhost is a name" },
	};
	const char *path = save_mixed();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct capture_counters counters;
		unsigned failures;
		static char text[CATCH_MAX];
		int ends[2], before = catch_begin(ends);

		count_filtered(path, rows[i].words, &counters, &failures);
		catch_end(ends, before, text);
		CHECK(counters.packets == rows[i].packets && failures == rows[i].failures);
		CHECK(counters.filtered == 5 - rows[i].packets);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct result r;

		run(&(struct capture_options){ .reads = &path,
		                               .read_count = 1,
		                               .filter = refused[i].words },
		    &r);
		CHECK(!r.was_opened && says(&r, refused[i].said));
	}
}

/* Batches in flight while the reader goes on and away: each keeps what it points into. */
static void test_in_flight(void)
{
	enum { FLYING = 8 };
	static struct frame_batch batches[FLYING];
	const char *path = save_big("flight.pcap", BIG_PACKETS);
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });
	uint64_t count = 0, next = 0;

	CHECK(capture != NULL);
	for (size_t i = 0; capture_read(capture, &batches[i % FLYING]) == CAPTURE_OK; i++)
		count += batches[i % FLYING].count;
	CHECK(count == BIG_PACKETS);
	capture_close(capture);
	for (size_t i = 0; i < FLYING; i++)
		for (size_t k = 0; k < batches[i].count; k++) {
			const struct frame *f = &batches[i].frames[k];

			CHECK(f->bytes.ptr[0] == (f->number - 1) % 251);
			next += f->bytes.ptr[BIG_LEN - 1] == f->bytes.ptr[0];
		}
	CHECK(next > (FLYING - 2) * FRAME_BATCH_MAX);
	for (size_t i = 0; i < FLYING; i++)
		capture_batch_release(&batches[i]);
}

/* ---- threads ---- */

static void *read_and_release(void *argument)
{
	struct frame_batch *batch = argument;
	uint64_t sum = 0;

	for (size_t i = 0; i < batch->count; i++)
		sum += batch->frames[i].bytes.ptr[BIG_LEN - 1];
	capture_batch_release(batch);
	free(batch);
	return (void *)(uintptr_t)sum;
}

/* One thread reads, others read what it gave out and release it: for TSan and ASan to watch. */
static void test_threads(void)
{
	enum { THREADS = 4 };
	const char *path = save_big("threads.pcap", BIG_PACKETS / 4);
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });
	pthread_t threads[THREADS];
	size_t started = 0;

	CHECK(capture != NULL);
	for (;;) {
		struct frame_batch *batch = calloc(1, sizeof *batch);

		CHECK(batch != NULL);
		if (capture_read(capture, batch) != CAPTURE_OK) {
			capture_batch_release(batch);
			free(batch);
			break;
		}
		if (started >= THREADS)
			pthread_join(threads[started % THREADS], NULL);
		CHECK(pthread_create(&threads[started++ % THREADS], NULL, read_and_release,
		                     batch) == 0);
	}
	capture_close(capture); /* the last batches are still in flight */
	CHECK(started > THREADS);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	char command[64];

	signal(SIGPIPE, SIG_IGN);
	CHECK(mkdtemp(folder) != NULL);
	test_cut_everywhere();
	test_faulty_names();
	test_resumes();
	test_windows();
	test_grows();
	test_shrinks(24 + 300 * 1016 + 8); /* in the middle of a page: zeros without a signal */
	test_shrinks(4096 * 70);
	test_shrinks(0);
	for (size_t row = 0; row < COUNT_OF(codecs); row++)
		test_compressed(row);
	test_gzip_tail();
	test_pipes();
	test_standard_input();
	test_stop(false);
	test_stop(true);
	test_merge();
	test_folder();
	test_many();
	test_overlapping();
	test_filter();
	test_in_flight();
	test_threads();
	snprintf(command, sizeof command, "rm -r %s", folder);
	CHECK(system(command) == 0);
	return 0;
}
