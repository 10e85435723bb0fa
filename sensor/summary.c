/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/event/address_text.h"
#include "sensor/event/event.h"
#include "sensor/event/time_text.h"

enum { BAR_WIDTH = 30, TABLE_ROWS = 25, CELL = 48 };

struct progress {
	double begun, drawn;
};

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct progress *progress_begin(bool is_wanted)
{
	struct progress *p = is_wanted && isatty(STDERR_FILENO) ? calloc(1, sizeof *p) : NULL;

	if (p != NULL)
		p->begun = now_seconds();
	return p;
}

static void draw_bar(double share)
{
	int full = (int)(share * BAR_WIDTH);

	fputs(" [", stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : '-', stderr);
	fprintf(stderr, "] %3.0f %%", share * 100);
}

void progress_show(struct progress *p, const struct capture_counters *c)
{
	double now = p != NULL ? now_seconds() : 0;

	if (p == NULL || now - p->drawn < 0.2)
		return;
	p->drawn = now;
	double spent = now - p->begun, rate = (double)c->input_bytes / (spent > 0 ? spent : 1);

	fputs("\r\033[K", stderr);
	if (c->input_size > 0) {
		double share = (double)c->input_bytes / (double)c->input_size;
		double left = (double)(c->input_size - c->input_bytes) / (rate > 0 ? rate : 1);

		draw_bar(share < 1 ? share : 1);
		fprintf(stderr, "  %.0f s left", left);
	}
	fprintf(stderr, "  %.1f MB/s  %" PRIu64 " packets", rate / 1e6, c->packets);
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p == NULL)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	free(p);
}

static void bytes_text(uint64_t bytes, char *out, size_t room)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1000;
		unit++;
	}
	snprintf(out, room, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

/* Names come off the wire: a terminal gets printable ASCII only. */
static void print_cell(FILE *out, const char *text, int width)
{
	int printed = 0;

	for (; *text != '\0' && printed < width; text++, printed++)
		fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
	fprintf(out, "%*s", width - printed + 2, "");
}

/* How wide a column must be: that of its longest cell, up to CELL. */
struct widths {
	int host, tracker, category, site;
};

static void widen(int *width, size_t len)
{
	int wanted = len > CELL ? CELL : (int)len;

	if (*width < wanted)
		*width = wanted;
}

static void host_text(const struct tally_row *row, char out[128])
{
	char address[ADDRESS_TEXT_MAX];

	address_text(row->local, address);
	snprintf(out, 128, row->host[0] != '\0' ? "%s (%s)" : "%s", address, row->host);
}

static struct widths measure(const struct tally *t)
{
	struct widths w = { .host = 10, .tracker = 7, .category = 8, .site = 4 };

	for (size_t i = 0; i < t->count && i < TABLE_ROWS; i++) {
		char host[128];

		host_text(&t->rows[i], host);
		widen(&w.host, strlen(host));
		widen(&w.tracker, strlen(t->rows[i].tracker));
		widen(&w.category, strlen(t->rows[i].category));
		widen(&w.site, strlen(t->rows[i].site));
	}
	return w;
}

static void print_row(FILE *out, const struct tally_row *row, const struct widths *w)
{
	char host[128], bytes[32], first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];

	host_text(row, host);
	bytes_text(row->bytes, bytes, sizeof bytes);
	time_text(row->first_ns, first);
	time_text(row->last_ns, last);
	fputs("  ", out);
	print_cell(out, host, w->host);
	print_cell(out, row->tracker, w->tracker);
	print_cell(out, row->category, w->category);
	print_cell(out, row->site[0] != '\0' ? row->site : "-", w->site);
	print_cell(out, row->contacts > 0 ? confidence_word(row->confidence) : "lookup", 7);
	fprintf(out, "%8" PRIu64 "  %7" PRIu64 "  %.19s  %.19s  %10s\n", row->contacts,
	        row->lookups, first, last, bytes);
}

static void print_table(FILE *out, const struct tally *t)
{
	struct widths w = measure(t);

	fprintf(out, "\n  %-*s  %-*s  %-*s  %-*s  sure     contacts  lookups  %-19s  %-19s  %10s\n",
	        w.host, "local host", w.tracker, "tracker", w.category, "category", w.site, "site",
	        "first (UTC)", "last (UTC)", "bytes");
	for (size_t i = 0; i < t->count && i < TABLE_ROWS; i++)
		print_row(out, &t->rows[i], &w);
	if (t->count > TABLE_ROWS)
		fprintf(out, "  ... and %zu more; the events have them all\n",
		        t->count - TABLE_ROWS);
	if (t->lost > 0)
		fprintf(out, "  (the table is full: %" PRIu64 " more are in the events only)\n",
		        t->lost);
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* How much a "no contact" is worth. */
static void print_visibility(FILE *out, const struct event_visibility *v)
{
	fprintf(out,
	        "\nvisibility: %.0f %% of %" PRIu64 " flows stated a name; %" PRIu64
	        " hellos (%" PRIu64 " incomplete, %" PRIu64 " offering ECH);\n"
	        "            %" PRIu64 " one-sided flows, %" PRIu64 " DoT, %" PRIu64
	        " DoQ, %" PRIu64 " dropped, %" PRIu64 " evicted\n",
	        percent(v->flows_named, v->flows), v->flows, v->hellos, v->hellos_incomplete,
	        v->ech_unknown + v->ech_grease + v->ech_real, v->one_sided, v->dot, v->doq,
	        v->drops, v->evictions);
}

void summary_print(FILE *out, const struct totals *totals, const struct tally *t,
                   const struct capture_counters *capture, double seconds)
{
	const struct worker_counters *c = &totals->workers;
	struct event_visibility v;
	char bytes[32];

	bytes_text(totals->intake.bytes, bytes, sizeof bytes);
	totals_visibility(totals, capture, &v);
	fprintf(out,
	        "%" PRIu64 " packets (%s), %" PRIu64 " flows in %.2f s\n%" PRIu64
	        " contacts and %" PRIu64 " lookups (%" PRIu64 " blocked) of %s%zu host%s\n",
	        totals->intake.packets, bytes, c->flows, seconds, c->contacts, c->lookups,
	        c->lookups_blocked, t->hosts.lost > 0 ? "more than " : "", t->hosts.count,
	        t->hosts.count == 1 ? "" : "s");
	if (t->count > 0)
		print_table(out, t);
	print_visibility(out, &v);
}

void summary_print_drops(FILE *out, const struct totals *totals,
                         const struct capture_counters *capture)
{
	fprintf(out,
	        "drops: %" PRIu64 " packets by the kernel (the ring was full), %" PRIu64
	        " by the interface;\n       %" PRIu64
	        " flows, questions and contacts by us (memory was full)\n",
	        capture->kernel_drops, capture->interface_drops, totals_own_drops(totals));
}
