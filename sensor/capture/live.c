/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/live.h"

#include "sensor/capture/rebind.h"
#include "sensor/log.h"

#include <errno.h>
#include <limits.h>
#include <net/if_arp.h>
#include <pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	SNAPLEN = 262144,
	RING_BYTES = 32 << 20,
	TIMEOUT_MS = 100,
	WATCH_MS = 1000,     /* how often interfaces are looked at */
	DRAIN_MS = 150,      /* a block of the ring is handed over after TIMEOUT_MS at the latest */
	DRAIN_MAX_MS = 1000, /* traffic that does not end does not keep us */
	TURN_MAX = 64,       /* packets of one interface before the next has its turn */
	INTERFACES_MAX = 64,
};

struct interface {
	const char *name;
	pcap_t *handle;    /* NULL while it is away */
	unsigned index;    /* the kernel's: another one behind the same name is another interface */
	int kind;          /* ARPHRD_…, of which `link` comes */
	bool is_down;      /* said */
	bool is_refused;   /* said */
	uint64_t since_ns; /* packets before are of the interface that stood in for it */
	enum link_type link;
	bool has_nanoseconds;
	uint64_t packets;
	uint64_t kernel_drops, interface_drops;
	uint32_t last_kernel_drops, last_interface_drops; /* what this handle said, which wraps */
};

struct live {
	const struct capture_options *options;
	struct filter *filter;
	const struct stop *stop;
	int control; /* a socket to ask the kernel about interfaces */
	size_t count, turn;
	uint64_t watched_ms, stopped_ms;
	struct interface interfaces[];
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Words for what pcap_activate() refuses; the usual cases say what to do. */
static void say_refused(const struct interface *f, int status, const char *detail)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		log_error("%s: no such interface (dancecard -D lists them)", f->name);
		break;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		log_error("%s: not permitted: capturing takes CAP_NET_RAW (run as root, or setcap "
		          "cap_net_raw+ep on the program)",
		          f->name);
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		log_error("%s: the interface is down", f->name);
		break;
	default:
		log_error("%s: %s: %s", f->name, pcap_statustostr(status), detail);
		break;
	}
}

static bool set_filter(pcap_t *handle, const struct interface *f, struct filter *filter)
{
	struct bpf_program code;

	if (filter == NULL)
		return true;
	if (pcap_compile(handle, &code, filter_words(filter), 1, PCAP_NETMASK_UNKNOWN) != 0) {
		log_error("%s: filter \"%s\": %s", f->name, filter_words(filter),
		          pcap_geterr(handle));
		return false;
	}
	bool done = pcap_setfilter(handle, &code) == 0;

	if (!done)
		log_error("%s: filter: %s", f->name, pcap_geterr(handle));
	pcap_freecode(&code);
	return done;
}

static pcap_t *create(const char *name, const struct capture_options *o, char *fault)
{
	pcap_t *handle = pcap_create(name, fault);
	size_t ring = o->ring_bytes == 0 ? RING_BYTES : o->ring_bytes;

	if (handle == NULL)
		return NULL;
	pcap_set_snaplen(handle, o->snaplen == 0 ? SNAPLEN : o->snaplen);
	pcap_set_promisc(handle, 1);
	pcap_set_timeout(handle, TIMEOUT_MS);
	pcap_set_buffer_size(handle, ring > INT_MAX ? INT_MAX : (int)ring);
	pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
	return handle;
}

/* The status of pcap_activate(); a refusal is said when `is_loud`. */
static int open_interface(struct live *live, struct interface *f, bool is_loud)
{
	char fault[PCAP_ERRBUF_SIZE] = "";
	pcap_t *handle = create(f->name, live->options, fault);
	int status = handle == NULL ? PCAP_ERROR : pcap_activate(handle);

	if (status < 0) {
		if (is_loud)
			say_refused(f, status, handle == NULL ? fault : pcap_geterr(handle));
		if (handle != NULL)
			pcap_close(handle);
		return status;
	}
	if (pcap_setnonblock(handle, 1, fault) != 0 || !set_filter(handle, f, live->filter)) {
		pcap_close(handle);
		return PCAP_ERROR;
	}
	f->handle = handle;
	f->index = interface_index(live->control, f->name);
	f->kind = interface_kind(live->control, f->name);
	f->link = filter_link(pcap_datalink(handle));
	f->has_nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
	f->last_kernel_drops = f->last_interface_drops = 0;
	return status;
}

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Moves the socket that is open to the interface that has the name now. */
static bool rebind(struct live *live, struct interface *f)
{
	unsigned index = interface_index(live->control, f->name);

	if (interface_kind(live->control, f->name) != f->kind ||
	    !interface_bind(pcap_fileno(f->handle), index))
		return false;
	f->index = index;
	return true;
}

/*
 * libpcap opens no interface that is down, and when it comes up we may have no right to. Loopback
 * is up, and its packets begin as Ethernet's do: its handle is bound to the one that is meant.
 */
static bool open_stand_in(struct live *live, struct interface *f)
{
	const char *name = f->name;

	if (interface_kind(live->control, name) != ARPHRD_ETHER)
		return false;
	f->name = "lo";
	int status = open_interface(live, f, false);

	f->name = name;
	f->kind = ARPHRD_ETHER;
	if (status >= 0 && rebind(live, f)) {
		f->since_ns = wall_ns();
		return true;
	}
	if (f->handle != NULL)
		pcap_close(f->handle);
	f->handle = NULL;
	return false;
}

/* Down when it starts is no failure: it may come up. */
static bool open_first(struct live *live, struct interface *f)
{
	int status = open_interface(live, f, true);

	f->is_down = status == PCAP_ERROR_IFACE_NOT_UP;
	if (f->is_down)
		(void)open_stand_in(live, f); /* else it is opened when it is up, if we still may */
	return status >= 0 || f->is_down;
}

struct live *live_open(const struct capture_options *options, struct filter *filter,
                       const struct stop *stop, unsigned *failures)
{
	size_t most = options->interface_count < INTERFACES_MAX ? options->interface_count
	                                                        : INTERFACES_MAX;
	struct live *live = calloc(1, sizeof *live + most * sizeof *live->interfaces);

	if (live == NULL)
		return NULL;
	live->options = options;
	live->filter = filter;
	live->stop = stop;
	live->control = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < most; i++) {
		struct interface *f = &live->interfaces[live->count];

		f->name = options->interfaces[i];
		if (open_first(live, f))
			live->count++;
		else
			++*failures;
	}
	if (live->count > 0)
		return live;
	live_close(live);
	return NULL;
}

/* A counter that wraps; an interface that was replaced begins anew. */
static uint32_t grown(uint32_t now, uint32_t before)
{
	uint32_t by = now - before;

	return by > INT32_MAX ? 0 : by;
}

static void count_drops(struct interface *f)
{
	struct pcap_stat stat;

	if (f->handle == NULL || pcap_stats(f->handle, &stat) != 0)
		return;
	f->kernel_drops += grown(stat.ps_drop, f->last_kernel_drops);
	f->interface_drops += grown(stat.ps_ifdrop, f->last_interface_drops);
	f->last_kernel_drops = stat.ps_drop;
	f->last_interface_drops = stat.ps_ifdrop;
}

static void close_interface(struct interface *f)
{
	if (f->handle == NULL)
		return;
	count_drops(f);
	pcap_close(f->handle);
	f->handle = NULL;
}

void live_close(struct live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; i < live->count; i++)
		close_interface(&live->interfaces[i]);
	if (live->control >= 0)
		close(live->control);
	free(live);
}

static void say_down(struct interface *f, const char *what)
{
	if (!f->is_down)
		log_error("%s: the interface %s; it is tried each second", f->name, what);
	f->is_down = true;
}

/* "any" is no interface of the kernel's, and never away. */
static bool is_any(const struct live *live, const struct interface *f)
{
	return strcmp(f->name, "any") == 0 || live->control < 0;
}

/* The socket that we have, or where that cannot be, a new one while we have the right to it. */
static bool open_again(struct live *live, struct interface *f)
{
	if (f->handle != NULL && rebind(live, f))
		return true;
	close_interface(f);
	int status = open_interface(live, f, false);

	if (status == PCAP_ERROR_PERM_DENIED && !f->is_refused) {
		log_error(
		        "%s: the interface is back, but is of another kind, or was down when this "
		        "began: to open it takes a restart",
		        f->name);
		f->is_refused = true;
	}
	return status >= 0;
}

static void watch_interface(struct live *live, struct interface *f)
{
	if (is_any(live, f))
		return;
	unsigned index = interface_index(live->control, f->name);
	bool is_another = f->handle != NULL && index != f->index;

	if (is_another)
		say_down(f, index == 0 ? "has gone" : "was replaced");
	if (!interface_is_up(live->control, f->name)) {
		say_down(f, index == 0 ? "has gone" : "went down");
		return;
	}
	if ((f->handle == NULL || is_another) && !open_again(live, f))
		return;
	if (f->is_down)
		log_note("%s: the interface is back", f->name);
	f->is_down = f->is_refused = false;
}

static void watch(struct live *live)
{
	uint64_t now = now_ms();

	if (now - live->watched_ms < WATCH_MS)
		return;
	live->watched_ms = now;
	for (size_t i = 0; i < live->count; i++)
		watch_interface(live, &live->interfaces[i]);
}

static void wait_for_packets(struct live *live)
{
	struct pollfd fds[INTERFACES_MAX + 1];
	nfds_t count = 0;
	bool has_error = false;

	fds[count++] = (struct pollfd){ .fd = live->stop->fd, .events = POLLIN };
	for (size_t i = 0; i < live->count; i++)
		if (live->interfaces[i].handle != NULL)
			fds[count++] = (struct pollfd){ .fd = pcap_get_selectable_fd(
				                                live->interfaces[i].handle),
				                        .events = POLLIN };
	if (atomic_load(&live->stop->is_set))
		fds[0].fd = -1; /* draining: no longer news */
	if (poll(fds, count, TIMEOUT_MS) <= 0)
		return;
	for (nfds_t i = 1; i < count; i++)
		has_error = has_error || (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	if (has_error) /* an interface that is down is always ready: no busy loop over it */
		poll(NULL, 0, TIMEOUT_MS / 10);
}

static uint64_t frame_time(const struct interface *f, const struct pcap_pkthdr *head)
{
	uint64_t fraction = (uint64_t)head->ts.tv_usec * (f->has_nanoseconds ? 1 : 1000);

	return (uint64_t)head->ts.tv_sec * UINT64_C(1000000000) + fraction;
}

static void add_frame(struct interface *f, uint32_t source, struct slice bytes,
                      const struct pcap_pkthdr *head, struct frame_batch *batch)
{
	batch->frames[batch->count++] = (struct frame){
		.bytes = bytes,
		.time_ns = frame_time(f, head),
		.number = ++f->packets,
		.wire_len = head->len > head->caplen ? head->len : head->caplen,
		.link = f->link,
		.source = source,
	};
}

static size_t snaplen(const struct live *live)
{
	int asked = live->options->snaplen;

	return asked > 0 && asked < SNAPLEN ? (size_t)asked : SNAPLEN;
}

/* One interface's turn. `used`: how much of the arena is. */
static void read_interface(struct live *live, struct interface *f, struct chunk *arena,
                           size_t *used, struct frame_batch *batch)
{
	uint32_t source = (uint32_t)(f - live->interfaces);

	for (int i = 0; i < TURN_MAX && batch->count < FRAME_BATCH_MAX; i++) {
		struct pcap_pkthdr *head;
		const u_char *data;

		if (*used + snaplen(live) > arena->size)
			return;
		int got = pcap_next_ex(f->handle, &head, &data);

		if (got < 0) {
			say_down(f, interface_index(live->control, f->name) == 0
			                    ? "has gone"
			                    : pcap_geterr(f->handle));
		}
		if (got != 1)
			return;
		if (f->since_ns != 0 && frame_time(f, head) < f->since_ns)
			continue;
		size_t len = head->caplen < snaplen(live) ? head->caplen : snaplen(live);

		memcpy(arena->bytes + *used, data, len);
		add_frame(f, source, (struct slice){ arena->bytes + *used, len }, head, batch);
		*used += len;
	}
}

/* Rounds over all interfaces, until the batch is full or a round brings nothing. */
static void read_round(struct live *live, struct chunk *arena, struct frame_batch *batch)
{
	size_t used = 0, before;

	do {
		before = batch->count;
		for (size_t i = 0; i < live->count; i++) {
			struct interface *f = &live->interfaces[live->turn++ % live->count];

			if (f->handle != NULL)
				read_interface(live, f, arena, &used, batch);
		}
	} while (batch->count > before && batch->count < FRAME_BATCH_MAX &&
	         used + snaplen(live) <= arena->size);
}

/* How long ago it was stopped; 0: it was not. */
static uint64_t draining_ms(struct live *live)
{
	if (!atomic_load(&live->stop->is_set))
		return 0;
	if (live->stopped_ms == 0)
		live->stopped_ms = now_ms();
	return now_ms() - live->stopped_ms + 1;
}

enum capture_state live_read(struct live *live, struct chunk *arena, struct frame_batch *batch)
{
	uint64_t draining = draining_ms(live);

	if (draining > DRAIN_MAX_MS)
		return CAPTURE_DONE;
	watch(live);
	read_round(live, arena, batch);
	if (batch->count > 0)
		return CAPTURE_OK;
	if (draining > DRAIN_MS)
		return CAPTURE_DONE;
	wait_for_packets(live);
	read_round(live, arena, batch);
	return CAPTURE_OK;
}

const char *live_name(const struct live *live, uint32_t source)
{
	return live->interfaces[source].name;
}

void live_count(struct live *live, struct capture_counters *out)
{
	for (size_t i = 0; i < live->count; i++) {
		struct interface *f = &live->interfaces[i];

		count_drops(f);
		out->kernel_drops += f->kernel_drops;
		out->interface_drops += f->interface_drops;
	}
}

static void print_interface(const pcap_if_t *f, FILE *out)
{
	fprintf(out, "%s\t%s%s%s\n", f->name, (f->flags & PCAP_IF_UP) != 0 ? "up" : "down",
	        f->description != NULL ? ", " : "", f->description != NULL ? f->description : "");
}

bool capture_list_interfaces(FILE *out)
{
	char fault[PCAP_ERRBUF_SIZE];
	pcap_if_t *all;

	if (pcap_findalldevs(&all, fault) != 0) {
		log_error("interfaces: %s", fault);
		return false;
	}
	if (all == NULL)
		log_error("no interface to capture from: without CAP_NET_RAW none is shown");
	for (const pcap_if_t *f = all; f != NULL; f = f->next)
		print_interface(f, out);
	bool found = all != NULL;

	pcap_freealldevs(all);
	return found;
}
