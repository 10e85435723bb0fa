/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture of web-like traffic for the benchmark: pages are visited, each a burst of flows
 * to the site and to what it embeds, DNS first; flows of heavy-tailed sizes run side by side. The
 * same options give the same bytes.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/flow.h"

/* What is to happen next, earliest first; `order` decides between equal times. */
struct appointment {
	uint64_t time_us, order;
	uint32_t flow;
};

struct options {
	const char *path;
	uint64_t flows, packets, seed;
	uint32_t hosts, names;
	double seconds, size;
};

struct traffic {
	struct options options;
	struct stage stage;
	struct flow *flows;
	struct appointment *heap;
	uint16_t *ports; /* last one used, of each client */
	uint32_t flow_room, free_flow, heap_count, most_open;
	uint64_t begun, order, kinds[5];
};

enum { NO_FLOW = UINT32_MAX };
static const uint64_t BEGIN_US = 1795435200000000u; /* 2026-11-23T12:00:00Z */

static bool earlier(const struct appointment *a, const struct appointment *b)
{
	return a->time_us != b->time_us ? a->time_us < b->time_us : a->order < b->order;
}

static void heap_push(struct traffic *t, uint64_t time_us, uint32_t flow)
{
	struct appointment entry = { time_us, t->order++, flow };
	uint32_t at = t->heap_count++;

	for (; at > 0 && earlier(&entry, &t->heap[(at - 1) / 2]); at = (at - 1) / 2)
		t->heap[at] = t->heap[(at - 1) / 2];
	t->heap[at] = entry;
	if (t->heap_count > t->most_open)
		t->most_open = t->heap_count;
}

static struct appointment heap_pop(struct traffic *t)
{
	struct appointment first = t->heap[0], last = t->heap[--t->heap_count];
	uint32_t at = 0;

	for (uint32_t child = 1; child < t->heap_count; child = 2 * at + 1) {
		if (child + 1 < t->heap_count && earlier(&t->heap[child + 1], &t->heap[child]))
			child++;
		if (!earlier(&t->heap[child], &last))
			break;
		t->heap[at] = t->heap[child];
		at = child;
	}
	t->heap[at] = last;
	return first;
}

/* Room for twice as many flows at once; a flow has at most one appointment. */
static bool grow(struct traffic *t)
{
	uint32_t room = t->flow_room == 0 ? 4096 : 2 * t->flow_room;
	struct flow *flows = realloc(t->flows, room * sizeof *flows);
	struct appointment *heap = realloc(t->heap, room * sizeof *heap);

	if (flows != NULL)
		t->flows = flows;
	if (heap != NULL)
		t->heap = heap;
	if (flows == NULL || heap == NULL)
		return false;
	for (uint32_t i = t->flow_room; i < room; i++) {
		t->flows[i].next_free = t->free_flow;
		t->free_flow = i;
	}
	t->flow_room = room;
	return true;
}

static void put_client(const struct traffic *t, uint32_t client, struct ends *e)
{
	static const uint8_t gateway[6] = { 2, 0, 0x5e, 0, 0, 1 };
	uint32_t subnet = client / 200, host = client % 200 + 20;

	(void)t;
	put32(e->address[0], 0x0a140000 + (subnet << 8 | host)); /* 10.20.0.0 and on */
	if (e->is_six) {
		memset(e->address[0], 0, 16);
		put32(e->address[0], 0x20010db8);
		put32(e->address[0] + 4, 0x00200000 | subnet);
		put32(e->address[0] + 12, host);
	}
	put16(e->mac[0], 0x0214);
	put32(e->mac[0] + 2, client * 2654435761u);
	memcpy(e->mac[1], gateway, sizeof gateway);
	e->vlan = (uint16_t)(subnet % 2 == 1 ? 100 + subnet % 3000 : 0);
}

static const struct {
	enum quirk quirk;
	uint32_t share; /* of a thousand */
} quirks[] = {
	{ QUIRK_CLIENT_ONLY, 6 }, { QUIRK_SERVER_ONLY, 4 }, { QUIRK_LATE, 8 },
	{ QUIRK_ABANDONED, 30 },  { QUIRK_REORDERED, 10 },  { QUIRK_REPEATED, 10 },
};

static enum quirk draw_quirk(struct noise *n)
{
	uint32_t at = noise_below(n, 1000);

	for (size_t i = 0; i < sizeof quirks / sizeof *quirks; i++) {
		if (at < quirks[i].share)
			return quirks[i].quirk;
		at -= quirks[i].share;
	}
	return QUIRK_NONE;
}

/* A bounded Pareto law: most flows are small, most bytes are in few. */
static uint64_t draw_size(struct traffic *t)
{
	double u = (double)((noise_next(&t->stage.noise) >> 11) + 1) / 9007199254740993.0;
	double size = 4200.0 * t->options.size * pow(u, -1 / 1.1);

	return (uint64_t)(size < 4e7 ? size : 4e7);
}

static struct flow *begin_flow(struct traffic *t, uint32_t client, uint32_t name,
                               enum script script, bool is_six, uint64_t time_us)
{
	static const uint16_t ports[] = { 53, 443, 80, 443, 443 };

	if (t->free_flow == NO_FLOW && !grow(t)) {
		t->stage.failed = true;
		return NULL;
	}

	uint32_t index = t->free_flow;
	struct flow *f = &t->flows[index];
	struct ends *e = &f->ends;

	t->free_flow = f->next_free;
	memset(f, 0, sizeof *f);
	e->is_six = is_six;
	e->is_udp = script == SCRIPT_DNS || script == SCRIPT_QUIC;
	put_client(t, client, e);
	t->ports[client] = (uint16_t)(t->ports[client] + 7);
	e->port[0] = (uint16_t)(32768 + t->ports[client] % 28232);
	e->port[1] = ports[script];
	for (int side = 0; side < 2; side++) {
		e->seq[side] = (uint32_t)noise_next(&t->stage.noise);
		e->ip_id[side] = (uint16_t)noise_next(&t->stage.noise);
	}
	f->script = script;
	f->name = name;
	f->quirk = script == SCRIPT_DNS ? QUIRK_NONE : draw_quirk(&t->stage.noise);
	f->rtt_us = 2000 + noise_below(&t->stage.noise, 60000);
	f->down_left = draw_size(t);
	if (script == SCRIPT_DNS)
		put32(e->address[1], 0x0a130035); /* 10.19.0.53 */
	else
		web_address(t->stage.web, name, is_six, e->address[1]);
	t->begun++;
	t->kinds[script]++;
	heap_push(t, time_us, index);
	return f;
}

static enum script draw_script(struct traffic *t, uint32_t name)
{
	if (noise_below(&t->stage.noise, 100) == 0)
		return SCRIPT_UNANSWERED;
	if (web_is_plain(t->stage.web, name))
		return SCRIPT_HTTP;
	return web_speaks_quic(t->stage.web, name) && noise_below(&t->stage.noise, 10) < 9
	               ? SCRIPT_QUIC
	               : SCRIPT_TLS;
}

/* A look-up, most times, and the flow that follows it. */
static void begin_contact(struct traffic *t, uint32_t client, uint32_t name, uint64_t time_us)
{
	if (noise_below(&t->stage.noise, 100) < 65) {
		struct flow *lookup = begin_flow(t, client, name, SCRIPT_DNS, false, time_us);

		if (lookup == NULL)
			return;
		time_us += lookup->rtt_us + 400;
	}

	enum script script = draw_script(t, name); /* in this order under every compiler */
	bool is_six = noise_below(&t->stage.noise, 3) < 2 && web_has_six(t->stage.web, name);

	begin_flow(t, client, name, script, is_six, time_us);
}

static void begin_page(struct traffic *t, uint64_t time_us)
{
	uint32_t embeds[WEB_EMBEDS_MAX], site = web_draw_site(t->stage.web, &t->stage.noise);
	uint32_t client = noise_below(&t->stage.noise, t->options.hosts),
	         count = web_embeds(t->stage.web, site, embeds);

	begin_contact(t, client, site, time_us);
	for (uint32_t i = 0; i < count; i++)
		if (noise_below(&t->stage.noise, 10) <
		    7) /* the rest goes over connections that are open */
			begin_contact(t, client, embeds[i],
			              time_us + 80000 + noise_below(&t->stage.noise, 700000));
}

static void run_step(struct traffic *t)
{
	struct appointment now = heap_pop(t);
	struct flow *f = &t->flows[now.flow];
	uint64_t wait_us = flow_step(&t->stage, f, now.time_us);

	if (wait_us != 0) {
		heap_push(t, now.time_us + wait_us, now.flow);
		return;
	}
	f->next_free = t->free_flow;
	t->free_flow = now.flow;
}

static void run(struct traffic *t)
{
	double page_us = t->options.seconds * 1e6 /
	                 ((double)t->options.flows / 8.35); /* a page begins about as many flows */
	uint64_t page = BEGIN_US;

	while (!t->stage.failed && !t->stage.out.failed &&
	       t->stage.out.packets < t->options.packets) {
		bool more = t->begun < t->options.flows;

		if (more && (t->heap_count == 0 || page <= t->heap[0].time_us)) {
			begin_page(t, page);
			page += (uint64_t)(-log((double)((noise_next(&t->stage.noise) >> 11) + 1) /
			                        9007199254740993.0) *
			                   page_us);
		} else if (t->heap_count > 0) {
			run_step(t);
		} else {
			return;
		}
	}
}

static const struct option long_options[] = {
	{ "flows", required_argument, NULL, 'f' },
	{ "packets", required_argument, NULL, 'p' },
	{ "hosts", required_argument, NULL, 'H' },
	{ "names", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 's' },
	{ "seconds", required_argument, NULL, 't' },
	{ "size", required_argument, NULL, 'z' },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fprintf(stderr, "usage: bench_traffic -o FILE [options]\n"
	                "  -o, --output FILE  the capture (pcap); - is standard output\n"
	                "  -f, --flows N      flows, DNS included (100000)\n"
	                "  -p, --packets N    stop there, whatever is open then (no limit)\n"
	                "  -H, --hosts N      clients (2000)\n"
	                "  -n, --names N      names of sites and third parties (2000)\n"
	                "  -t, --seconds S    time over which flows begin (300 for 100,000 flows)\n"
	                "  -z, --size X       flows' sizes, as a multiple of the usual ones (1)\n"
	                "  -s, --seed N       (1)\n");
	return 2;
}

static bool number(const char *text, double least, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == 0 && *out >= least && *out <= most;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	double value = 0;

	for (int c; (c = getopt_long(argc, argv, "f:p:H:n:s:t:z:o:", long_options, NULL)) != -1;) {
		if (c == 'o') {
			o->path = optarg;
			continue;
		}
		if (c == '?' || !number(optarg,
		                        c == 't' || c == 'z' ? 1e-3
		                        : c == 's'           ? 0
		                                             : 1,
		                        c == 'n'   ? 1e7
		                        : c == 'H' ? 3e6
		                                   : 1e15,
		                        &value))
			return false;
		if (c == 'f')
			o->flows = (uint64_t)value;
		else if (c == 'p')
			o->packets = (uint64_t)value;
		else if (c == 'H')
			o->hosts = (uint32_t)value;
		else if (c == 'n')
			o->names = (uint32_t)value < 16 ? 16 : (uint32_t)value;
		else if (c == 's')
			o->seed = (uint64_t)value;
		else if (c == 't')
			o->seconds = value;
		else
			o->size = value;
	}
	if (o->seconds == 0)
		o->seconds = 300.0 * (double)o->flows / 100000;
	return o->path != NULL && optind == argc;
}

static bool set_up(struct traffic *t)
{
	t->stage.noise.state = t->options.seed;
	t->free_flow = NO_FLOW;
	t->stage.web = web_new(t->options.names);
	t->stage.initials = initials_new();
	t->ports = calloc(t->options.hosts, sizeof *t->ports);
	noise_fill(&t->stage.noise, t->stage.filler, sizeof t->stage.filler);
	if (t->stage.web == NULL || t->stage.initials == NULL || t->ports == NULL) {
		fprintf(stderr, "bench_traffic: out of memory\n");
		return false;
	}
	if (!frame_file_open(&t->stage.out, t->options.path)) {
		fprintf(stderr, "bench_traffic: %s: %s\n", t->options.path, strerror(errno));
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct traffic t = { .options = { .flows = 100000,
		                                 .packets = UINT64_MAX,
		                                 .seed = 1,
		                                 .hosts = 2000,
		                                 .names = 2000,
		                                 .size = 1 } };

	if (!read_options(argc, argv, &t.options))
		return usage();
	if (!set_up(&t))
		return 1;
	run(&t);
	if (!frame_file_close(&t.stage.out) || t.stage.failed) {
		fprintf(stderr, "bench_traffic: %s: cannot be written whole\n", t.options.path);
		return 1;
	}
	fprintf(stderr,
	        "%llu packets, %llu bytes of frames, %llu flows (dns %llu, tls %llu, http %llu, "
	        "quic %llu, unanswered %llu), "
	        "%u open at once at most\n",
	        (unsigned long long)t.stage.out.packets, (unsigned long long)t.stage.out.bytes,
	        (unsigned long long)t.begun, (unsigned long long)t.kinds[0],
	        (unsigned long long)t.kinds[1], (unsigned long long)t.kinds[2],
	        (unsigned long long)t.kinds[3], (unsigned long long)t.kinds[4], t.most_open);
	web_free(t.stage.web);
	initials_free(t.stage.initials);
	free(t.flows);
	free(t.heap);
	free(t.ports);
	return 0;
}
