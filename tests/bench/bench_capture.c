/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast packets come out of a file: capture_read() beside a bare walk over the mapped file (the
 * floor) and a bare pcap_next_ex() loop, in one run. Each reads the time and length of every
 * packet and its first byte, as a flow table would its headers.
 *
 *   bench_capture [FILE.pcap]     without a file: one that is made, web-like in its lengths
 */
#include "sensor/capture/capture.h"
#include "tests/check.h"

#include <fcntl.h>
#include <pcap.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PACKETS = 2700000, ROUNDS = 5 };

struct sum {
	uint64_t packets, bytes, mixed;
};

static void add(struct sum *sum, const uint8_t *bytes, size_t len, uint64_t time)
{
	sum->packets++;
	sum->bytes += len;
	sum->mixed += time ^ (len > 0 ? bytes[0] : 0);
}

static struct sum walk_map(const char *path)
{
	struct sum sum = { 0 };
	struct stat file;
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && fstat(fd, &file) == 0);
	size_t size = (size_t)file.st_size;
	const uint8_t *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	CHECK(map != MAP_FAILED);
	for (size_t at = 24; at + 16 <= size;) {
		uint32_t head[4];

		memcpy(head, map + at, sizeof head);
		if (at + 16 + head[2] > size)
			break;
		add(&sum, map + at + 16, head[2], head[0] * UINT64_C(1000000000) + head[1]);
		at += 16 + head[2];
	}
	munmap((void *)(uintptr_t)map, size);
	close(fd);
	return sum;
}

static struct sum walk_pcap(const char *path)
{
	struct sum sum = { 0 };
	char fault[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(path, fault);
	struct pcap_pkthdr *head;
	const u_char *data;

	CHECK(in != NULL);
	while (pcap_next_ex(in, &head, &data) == 1)
		add(&sum, data, head->caplen,
		    (uint64_t)head->ts.tv_sec * UINT64_C(1000000000) + (uint64_t)head->ts.tv_usec);
	pcap_close(in);
	return sum;
}

static struct sum walk_capture(const char *path)
{
	static struct frame_batch batch;
	struct sum sum = { 0 };
	struct capture *capture =
	        capture_open(&(struct capture_options){ .reads = &path, .read_count = 1 });

	CHECK(capture != NULL);
	while (capture_read(capture, &batch) == CAPTURE_OK)
		for (size_t i = 0; i < batch.count; i++)
			add(&sum, batch.frames[i].bytes.ptr, batch.frames[i].bytes.len,
			    batch.frames[i].time_ns);
	capture_batch_release(&batch);
	capture_close(capture);
	return sum;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double best_of(struct sum (*walk)(const char *), const char *path, struct sum *sum)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		*sum = walk(path);
		double took = now() - start;

		best = took < best ? took : best;
	}
	return best;
}

/* Half full segments, a third acknowledgements, the rest between: 800 bytes in the mean. */
static uint32_t length_of(uint32_t random)
{
	return random % 6 < 3 ? 1514 : random % 6 < 5 ? 66 : 66 + random / 6 % 1000;
}

static void make_file(char *path)
{
	static uint8_t payload[2048];
	uint32_t head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1 };
	uint32_t random = 1;
	FILE *out = fdopen(mkstemp(path), "wb");

	CHECK(out != NULL);
	CHECK(fwrite(head, sizeof head, 1, out) == 1);
	for (uint32_t i = 0; i < PACKETS; i++) {
		random = random * 1664525 + 1013904223;
		uint32_t len = length_of(random >> 8);
		uint32_t record[4] = { 1700000000 + i / 50000, i % 50000 * 20, len, len };

		CHECK(fwrite(record, sizeof record, 1, out) == 1);
		CHECK(fwrite(payload, len, 1, out) == 1);
	}
	CHECK(fclose(out) == 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		struct sum (*walk)(const char *);
	} walks[] = {
		{ "bare walk over the map", walk_map },
		{ "bare pcap_next_ex loop", walk_pcap },
		{ "capture_read", walk_capture },
	};
	char made[] = "/tmp/bench_capture.XXXXXX";
	const char *path = argc > 1 ? argv[1] : made;
	double seconds[COUNT_OF(walks)];

	if (argc < 2)
		make_file(made);
	for (size_t i = 0; i < COUNT_OF(walks); i++) {
		struct sum sum;

		seconds[i] = best_of(walks[i].walk, path, &sum);
		printf("%-24s %.3f s  %6.1f ns/packet  %llu packets  %.0f MB\n", walks[i].name,
		       seconds[i], seconds[i] * 1e9 / (double)sum.packets,
		       (unsigned long long)sum.packets, (double)sum.bytes / 1e6);
	}
	printf("capture_read: %.2f times the rate of the walk, %.2f times that of pcap_next_ex\n",
	       seconds[0] / seconds[2], seconds[1] / seconds[2]);
	if (argc < 2)
		unlink(made);
	return 0;
}
