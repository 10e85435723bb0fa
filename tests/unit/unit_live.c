/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces, in a network namespace of its own that ends with the test: loopback, and a veth pair
 * where `ip` can make one. Needs root, and is skipped (77) without.
 */
#include "sensor/capture/capture.h"

#include "sensor/log.h"
#include "tests/catch_errors.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 4242, SENT = 500, SKIPPED = 77 };

static void set_up(const char *name, bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	CHECK(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0);
	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	CHECK(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
	close(fd);
}

static void send_packets(const char *address, int count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0 && inet_pton(AF_INET, address, &to.sin_addr) == 1);
	for (int i = 0; i < count; i++) {
		char text[64];
		int len = snprintf(text, sizeof text, "packet %d", i);

		(void)sendto(fd, text, (size_t)len, 0, (struct sockaddr *)&to, sizeof to);
	}
	close(fd);
}

static struct capture *open_live(const char *const *names, size_t count, const char *filter)
{
	static struct capture_options options;

	options = (struct capture_options){ .interfaces = names,
		                            .interface_count = count,
		                            .filter = filter };
	return capture_open(&options);
}

/* Reads until `want` packets of `source` came, or three seconds have passed. */
static uint64_t read_packets(struct capture *capture, uint64_t want, uint32_t source)
{
	static struct frame_batch batch;
	uint64_t got = 0;
	time_t end = time(NULL) + 3;

	while (got < want && time(NULL) <= end) {
		CHECK(capture_read(capture, &batch) == CAPTURE_OK);
		for (size_t i = 0; i < batch.count; i++) {
			const struct frame *f = &batch.frames[i];

			CHECK(f->bytes.len > 0 && f->wire_len >= f->bytes.len);
			CHECK(f->time_ns / 1000000000 >= (uint64_t)end - 10);
			got += f->source == source;
		}
	}
	capture_batch_release(&batch);
	return got;
}

/* Loopback shows each packet twice to some, once to libpcap: as often as it was sent. */
static void test_loopback(void)
{
	static struct frame_batch batch;
	const char *names[] = { "lo" };
	struct capture *capture = open_live(names, 1, "udp dst port 4242");
	struct capture_counters counters;

	CHECK(capture != NULL && capture_is_live(capture));
	CHECK(strcmp(capture_source_name(capture, 0), "lo") == 0);
	CHECK(capture_read(capture, &batch) == CAPTURE_OK && batch.count == 0); /* time passes */
	send_packets("127.0.0.1", SENT);
	CHECK(read_packets(capture, SENT, 0) == SENT);
	send_packets("127.0.0.1", 10); /* what the ring holds at the stop still comes */
	capture_stop(capture);
	uint64_t last = 0;

	while (capture_read(capture, &batch) == CAPTURE_OK)
		last += batch.count;
	CHECK(last == 10);
	capture_count(capture, &counters);
	CHECK(counters.packets == SENT + 10 && counters.kernel_drops == 0);
	CHECK(capture_failures(capture) == 0);
	capture_batch_release(&batch);
	capture_close(capture);
}

/* What is not there is said and counted; a filter that is none ends it. */
static void test_refusals(void)
{
	const char *names[] = { "nosuch0", "lo" };
	static char text[CATCH_MAX];
	int ends[2], before = catch_begin(ends);
	struct capture *both = open_live(names, 2, NULL);
	struct capture *none = open_live(names, 1, NULL);
	struct capture *unfiltered = open_live(names + 1, 1, "port port");

	catch_end(ends, before, text);
	CHECK(both != NULL && capture_failures(both) == 1);
	CHECK(strcmp(capture_source_name(both, 0), "lo") == 0);
	CHECK(none == NULL && unfiltered == NULL);
	CHECK(strstr(text, "nosuch0: no such interface (dancecard -D lists them)\n") != NULL);
	CHECK(strstr(text, "filter \"port port\": ") != NULL);
	capture_close(both);
}

/* Down and up again: said both times, and packets come again. */
static void test_down_and_up(void)
{
	const char *names[] = { "lo" };
	static char text[CATCH_MAX];
	int ends[2], before = catch_begin(ends);
	struct capture *capture = open_live(names, 1, "udp");

	CHECK(capture != NULL);
	set_up("lo", false);
	CHECK(read_packets(capture, 1, 0) == 0);
	set_up("lo", true);
	CHECK(read_packets(capture, 1, 0) == 0);
	send_packets("127.0.0.1", 5);
	uint64_t got = read_packets(capture, 5, 0);

	capture_close(capture);
	catch_end(ends, before, text);
	CHECK(got == 5);
	CHECK(strstr(text, "lo: the interface went down; it is tried each second\n") != NULL);
	CHECK(strstr(text, "lo: the interface is back\n") != NULL);
}

/* Two interfaces at once; one is taken away and made anew under its name. */
static void test_veth(void)
{
	static const char make[] = "ip link add v0 type veth peer name v1 2>/dev/null && "
	                           "ip addr add 10.9.9.1/24 dev v0 && ip link set v0 up && "
	                           "ip link set v1 up && "
	                           "ip neigh replace 10.9.9.2 lladdr 02:00:00:00:00:02 dev v0";
	const char *names[] = { "v1", "lo" };
	static char text[CATCH_MAX];
	int ends[2];

	if (system(make) != 0) {
		printf("no veth pair can be made here: that part is left out\n");
		return;
	}
	int before = catch_begin(ends);
	struct capture *capture = open_live(names, 2, "udp dst port 4242");

	CHECK(capture != NULL);
	send_packets("127.0.0.1", 7);
	CHECK(read_packets(capture, 7, 1) == 7);
	send_packets("10.9.9.2", SENT);
	CHECK(read_packets(capture, SENT, 0) == SENT);
	CHECK(system("ip link del v0") == 0);
	CHECK(read_packets(capture, 1, 0) == 0);
	CHECK(system(make) == 0);
	CHECK(read_packets(capture, 1, 0) == 0);
	send_packets("10.9.9.2", 5);
	uint64_t got = read_packets(capture, 5, 0);

	capture_close(capture);
	catch_end(ends, before, text);
	CHECK(got == 5);
	CHECK(strstr(text, "v1: the interface has gone; it is tried each second\n") != NULL);
	CHECK(strstr(text, "v1: the interface is back\n") != NULL);
}

static void test_list(void)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof text, "w");

	CHECK(out != NULL && capture_list_interfaces(out) && fclose(out) == 0);
	CHECK(strstr(text, "lo\tup") != NULL);
}

int main(void)
{
	if (unshare(CLONE_NEWNET) != 0) {
		printf("a network namespace takes root: skipped\n");
		return SKIPPED;
	}
	set_up("lo", true);
	test_list();
	test_refusals();
	test_loopback();
	test_down_and_up();
	test_veth();
	return 0;
}
