/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/port/self_check.h"

#include "sensor/log.h"
#include "sensor/port/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INTERFACES = 64, GLANCE_PACKETS = 100000, COLUMN = 16, WIDTH = 100 };

struct self_check {
	struct capture *capture;
	struct port *port; /* NULL: done */
	struct port_interface interfaces[INTERFACES];
	size_t count;
	bool is_live;
	uint64_t packets, by_source[INTERFACES];
	time_t begun;
	struct port_finding findings[PORT_FINDINGS];
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Where wires differ, the one that carries the largest packets. */
static uint32_t ask_interfaces(struct self_check *s, const char *const *names, size_t count)
{
	uint32_t mtu = 0;

	s->count = count < INTERFACES ? count : INTERFACES;
	for (size_t i = 0; i < s->count; i++) {
		struct port_interface *one = &s->interfaces[i];

		one->name = names[i];
		interface_facts(one->name, &one->facts);
		if (one->facts.mtu > mtu)
			mtu = one->facts.mtu;
	}
	return mtu;
}

struct self_check *self_check_new(struct capture *capture, const char *const *names, size_t count)
{
	struct self_check *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->capture = capture;
	s->is_live = capture_is_live(capture);
	s->begun = now();
	s->port = port_new(ask_interfaces(s, names, count));
	for (size_t i = 0; s->port != NULL && i < s->count; i++)
		if (s->interfaces[i].facts.has_mac)
			port_know(s->port, s->interfaces[i].facts.mac);
	if (s->port != NULL)
		return s;
	free(s);
	return NULL;
}

void self_check_free(struct self_check *s)
{
	if (s == NULL)
		return;
	port_free(s->port);
	free(s);
}

static void look(struct self_check *s, const struct frame_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct frame *f = &batch->frames[i];

		port_add(s->port, f);
		if (s->is_live && f->source < INTERFACES)
			s->by_source[f->source]++;
	}
	s->packets += batch->count;
}

/* Sources are those interfaces that could be opened, in their order. */
static void share_out(struct self_check *s)
{
	uint32_t source = 0;

	for (size_t i = 0; i < s->count && source < INTERFACES; i++) {
		s->interfaces[i].packets = 0;
		if (s->by_source[source] == 0 && !s->interfaces[i].facts.is_known)
			continue;
		const char *name = capture_source_name(s->capture, source);

		if (strcmp(name, s->interfaces[i].name) == 0)
			s->interfaces[i].packets = s->by_source[source++];
	}
}

static size_t judge(struct self_check *s)
{
	struct capture_counters counters = { 0 };

	capture_count(s->capture, &counters);
	share_out(s);
	return port_judge(&(struct port_case){ .port = s->port,
	                                       .capture = &counters,
	                                       .interfaces = s->interfaces,
	                                       .interface_count = s->count },
	                  s->findings);
}

/* ---- the whole of it ---- */

/* Breaks lines at blanks; the next ones begin under the first. */
static void print_words(FILE *out, const char *words)
{
	size_t room = WIDTH - 7 - COLUMN;

	while (strlen(words) > room) {
		size_t len = room;

		while (len > 0 && words[len] != ' ')
			len--;
		len = len > 0 ? len : room;
		fprintf(out, "%.*s\n%*s", (int)len, words, 7 + COLUMN, "");
		words += len + (words[len] == ' ');
	}
	fprintf(out, "%s\n", words);
}

static void print_finding(FILE *out, const struct port_finding *f)
{
	static const char *const grades[] = {
		[PORT_GOOD] = "good", [PORT_NOTE] = "note", [PORT_BAD] = "BAD"
	};

	fprintf(out, "%-5s  %-*s", grades[f->grade], COLUMN, f->about);
	print_words(out, f->words);
	if (f->todo[0] == '\0')
		return;
	fprintf(out, "%*s", 7 + COLUMN, "");
	print_words(out, f->todo);
}

static void print_counts(FILE *out, const struct port_counters *c)
{
	double seconds = (double)(c->last_ns - c->first_ns) * 1e-9;

	fprintf(out,
	        "%" PRIu64 " packets in %.1f s (%.1f MB): %" PRIu64 " no IP, %" PRIu64
	        " malformed, %" PRIu64 " cut, %" PRIu64 " copies\n\n",
	        c->packets, seconds, (double)c->bytes / 1e6, c->not_ip, c->malformed, c->truncated,
	        c->duplicates);
}

static bool print_all(struct self_check *s, FILE *out)
{
	size_t count = judge(s), bad = 0;

	print_counts(out, port_count(s->port));
	for (size_t i = 0; i < count; i++) {
		print_finding(out, &s->findings[i]);
		bad += s->findings[i].grade == PORT_BAD;
	}
	return bad == 0;
}

bool self_check_run(struct self_check *s, FILE *out)
{
	struct frame_batch *batch = calloc(1, sizeof *batch);

	if (batch == NULL)
		return false;
	if (s->is_live)
		log_note("listening for %d seconds; Ctrl-C ends it earlier", SELF_CHECK_SECONDS);
	while (capture_read(s->capture, batch) == CAPTURE_OK) {
		look(s, batch);
		if (s->is_live && now() - s->begun >= SELF_CHECK_SECONDS)
			break;
	}
	capture_batch_release(batch);
	free(batch);
	bool is_good = print_all(s, out);

	return fflush(out) == 0 && is_good;
}

/* ---- the brief one ---- */

static void say_briefly(struct self_check *s)
{
	size_t count = judge(s), said = 0;

	for (size_t i = 0; i < count; i++) {
		const struct port_finding *f = &s->findings[i];

		if (f->grade == PORT_GOOD || f->todo[0] == '\0')
			continue;
		log_note("self-check: %s: %s. %s", f->about, f->words, f->todo);
		said++;
	}
	if (said == 0)
		log_note("self-check: %" PRIu64
		         " packets: both directions, DNS, whole packets: good",
		         s->packets);
}

void self_check_glance(struct self_check *s, const struct frame_batch *batch)
{
	if (s->port == NULL)
		return;
	look(s, batch);
	if (s->packets < GLANCE_PACKETS && now() - s->begun < SELF_CHECK_SECONDS)
		return;
	say_briefly(s);
	port_free(s->port);
	s->port = NULL;
}
