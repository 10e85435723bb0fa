/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures beside which the sensor's speed is printed: how long a bare pcap_next_ex loop takes
 * over a capture, and how long a walk over the mapped file that touches every record's header and
 * the frame's first cache line.
 */
#include <fcntl.h>
#include <pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct tally {
	uint64_t packets, bytes, sum; /* `sum` keeps the compiler from leaving the reads out */
};

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool run_pcap(const char *path, struct tally *out)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *capture = pcap_open_offline(path, error);
	struct pcap_pkthdr *head;
	const u_char *data;
	int got;

	if (capture == NULL) {
		fprintf(stderr, "bench_bare: %s\n", error);
		return false;
	}
	while ((got = pcap_next_ex(capture, &head, &data)) == 1) {
		out->packets++;
		out->bytes += head->caplen;
		out->sum += head->caplen > 0 ? data[0] : 0;
	}
	pcap_close(capture);
	return got == PCAP_ERROR_BREAK;
}

static void walk(const uint8_t *file, size_t len, struct tally *out)
{
	for (size_t at = 24; at + 16 <= len;) {
		uint32_t head[4];

		memcpy(head, file + at, sizeof head);
		at += sizeof head;
		if (head[2] > len - at)
			return;
		out->packets++;
		out->bytes += head[2];
		out->sum += head[2] > 23 ? file[at + 12] + file[at + 23] : 0;
		at += head[2];
	}
}

static bool run_mapped(const char *path, struct tally *out)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < 24) {
		fprintf(stderr, "bench_bare: %s: cannot be read\n", path);
		if (fd >= 0)
			close(fd);
		return false;
	}

	size_t len = (size_t)status.st_size;
	uint8_t *file = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	uint32_t magic;

	close(fd);
	if (file == MAP_FAILED)
		return false;
	memcpy(&magic, file, sizeof magic);
	if (magic == 0xa1b2c3d4 || magic == 0xa1b23c4d)
		walk(file, len, out);
	else
		fprintf(stderr, "bench_bare: %s: no pcap file of this machine's byte order\n",
		        path);
	munmap(file, len);
	return out->packets > 0;
}

static const struct {
	const char *name;
	bool (*run)(const char *path, struct tally *out);
} ways[] = {
	{ "pcap_next_ex", run_pcap },
	{ "mapped", run_mapped },
};

/*
 * One line for each way: name, seconds of the best run, packets, bytes of frames, and the
 * processor's seconds of its best run: where others use the machine, those are the ones to compare.
 */
int main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[2]) : 5;

	if (argc < 2 || runs < 1) {
		fprintf(stderr, "usage: bench_bare CAPTURE [RUNS]\n");
		return 2;
	}
	for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
		struct tally tally;
		double best = 1e9, best_cpu = 1e9;

		for (int i = 0; i < runs; i++) {
			double begin = now(CLOCK_MONOTONIC),
			       begin_cpu = now(CLOCK_PROCESS_CPUTIME_ID);

			memset(&tally, 0, sizeof tally);
			if (!ways[way].run(argv[1], &tally))
				return 1;

			double took = now(CLOCK_MONOTONIC) - begin;
			double took_cpu = now(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu;

			best = took < best ? took : best;
			best_cpu = took_cpu < best_cpu ? took_cpu : best_cpu;
		}
		printf("%s %.4f s %llu packets %llu bytes %.4f cpu\n", ways[way].name, best,
		       (unsigned long long)tally.packets, (unsigned long long)tally.bytes,
		       best_cpu);
	}
	return 0;
}
