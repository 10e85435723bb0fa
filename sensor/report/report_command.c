/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/report_command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/apart.h"
#include "sensor/ledger/ledger_tell.h"
#include "sensor/log.h"
#include "sensor/options.h"
#include "sensor/report/page_file.h"
#include "sensor/report/policy.h"
#include "sensor/retro/lines.h"
#include "sensor/rights/enclose.h"
#include "sensor/settings.h"

enum { COMPLAINTS_MAX = 5 }; /* of a file; the rest are counted */

struct command {
	const char **inputs;
	size_t input_count;
	const char *output, *config_path;
	bool wants_help;
	struct options options; /* what the config file says to others is read past */
	struct config *config;
	struct report *report;
};

/* One file on its way through. */
struct reading {
	struct report *report;
	const char *path;
	uint64_t line, bad;
};

static int usage(FILE *out)
{
	fputs("dancecard report LEDGER|EVENTS... -o FILE.html [-c FILE]\n\n"
	      "Writes one HTML page, which needs nothing but a browser, of ledgers (-L) and of "
	      "files\n"
	      "of events in the native shape (-o; .gz .zst .xz; -: standard input).\n\n"
	      "  -o, --output FILE.html  the page; -: standard output\n"
	      "  -c, --config FILE       the networks and bans, where the events do not say them\n"
	      "      --help              this\n",
	      out);
	return out == stdout ? 0 : 2;
}

static bool parse(struct command *c, int argc, char **argv)
{
	static const struct option longs[] = { { "output", required_argument, NULL, 'o' },
		                               { "config", required_argument, NULL, 'c' },
		                               { "help", no_argument, NULL, 'h' },
		                               { 0 } };
	int found;

	opterr = 0;
	optind = 0; /* glibc's way to begin anew */
	while ((found = getopt_long(argc, argv, "o:c:h", longs, NULL)) != -1)
		if (found == 'o')
			c->output = optarg;
		else if (found == 'c')
			c->config_path = optarg;
		else if (found == 'h')
			c->wants_help = true;
		else
			return false;
	while (optind < argc)
		c->inputs[c->input_count++] = argv[optind++];
	return c->wants_help || (c->input_count > 0 && c->output != NULL);
}

static void refuse(struct reading *r, const char *reason)
{
	if (r->bad++ < COMPLAINTS_MAX)
		log_error("%s:%llu: %s", r->path, (unsigned long long)r->line, reason);
}

static void read_line(struct reading *r, struct text line)
{
	static const char *const reasons[] = {
		[FACT_NO_JSON] = "not an object in JSON",
		[FACT_NO_EVENT] = "not an event of dancecard in its native shape",
	};

	line = text_trim(line);
	enum fact_answer answer = line.len > 0 ? report_line(r->report, line) : FACT_OK;

	if (answer != FACT_OK)
		refuse(r, reasons[answer]);
}

/* False when reading failed; what came before is taken. */
static bool read_lines(struct reading *r, struct lines *lines)
{
	const char *fault;
	struct text line;

	for (;;) {
		enum lines_next next = lines_next(lines, &line, &fault);

		r->line++;
		if (next == LINES_END)
			return true;
		if (next == LINES_FAULT) {
			log_error("%s: %s", r->path, fault);
			return false;
		}
		if (next == LINES_LONG)
			refuse(r, "a line of over 1 MiB");
		else
			read_line(r, line);
	}
}

static bool read_events(struct reading *r)
{
	const char *fault;
	struct lines *lines = lines_open(r->path, &fault);

	if (lines == NULL) {
		log_error("%s: %s", r->path, fault);
		return false;
	}
	bool is_read = read_lines(r, lines);

	lines_close(lines);
	if (r->bad > COMPLAINTS_MAX)
		log_error("%s: %llu lines were no events", r->path, (unsigned long long)r->bad);
	return is_read;
}

static void take_row(void *context, const char *line, size_t len)
{
	struct reading *r = context;

	r->line++;
	read_line(r, (struct text){ line, len });
}

static bool read_input(struct report *report, const char *path)
{
	struct reading r = { .report = report, .path = path };
	uint64_t before = report_events(report);

	report_source(report, path);
	bool is_ledger = ledger_is_one(path);
	bool is_read = is_ledger ? ledger_tell(path, take_row, &r) : read_events(&r);

	/* A run ends with `stats` whatever it found: without, "no contact" is nobody's word. */
	if (is_read && !is_ledger && report_events(report) == before) {
		log_error("%s: holds no events of dancecard in their native shape", path);
		return false;
	}
	return is_read;
}

static bool open_config(struct command *c)
{
	if (c->config_path == NULL)
		return true;
	c->config = settings_load(c->config_path, &c->options);
	if (c->config != NULL)
		report_policy(c->report, c->config);
	return c->config != NULL;
}

/* The config is ours, and names other files; events and ledgers hold what strangers said. */
static bool confine_to_files(const struct command *c)
{
	struct enclosure files = { 0 };

	enclosure_writes(&files, c->output);
	for (size_t i = 0; i < c->input_count; i++)
		if (ledger_is_one(c->inputs[i]))
			enclosure_writes(&files, c->inputs[i]); /* SQLite's files beside it */
		else
			enclosure_reads(&files, c->inputs[i]);
	return enclose(&files);
}

static bool is_page_apart(const struct command *c)
{
	struct apart a = { 0 };

	for (size_t i = 0; i < c->input_count; i++)
		if (strcmp(c->inputs[i], "-") != 0)
			apart_reads(&a, "report", NULL, c->inputs[i]);
	if (c->config_path != NULL)
		apart_reads(&a, "--config", NULL, c->config_path);
	if (strcmp(c->output, "-") != 0)
		apart_writes(&a, "--output", NULL, c->output);
	bool is_apart = apart_check(&a);

	apart_free(&a);
	return is_apart;
}

static int run(struct command *c)
{
	struct page_file file;
	bool is_done = true;

	if (!is_page_apart(c))
		return 2;
	if (!page_file_open(&file, c->output))
		return 1;
	if (!open_config(c)) {
		(void)page_file_close(&file, NULL);
		return 2;
	}
	if (!confine_to_files(c)) {
		(void)page_file_close(&file, NULL);
		return 1;
	}
	for (size_t i = 0; i < c->input_count; i++)
		is_done &= read_input(c->report, c->inputs[i]);
	bool has_some = is_done || report_events(c->report) > 0;

	return page_file_close(&file, has_some ? c->report : NULL) && is_done ? 0 : 1;
}

int report_command(int argc, char **argv)
{
	struct command c = { .inputs = calloc((size_t)argc, sizeof(char *)) };
	int status = 1;

	if (c.inputs != NULL && !parse(&c, argc, argv))
		status = usage(stderr);
	else if (c.wants_help)
		status = usage(stdout);
	else if (c.inputs != NULL && (c.report = report_new()) != NULL)
		status = run(&c);
	report_free(c.report);
	config_free(c.config);
	options_free(&c.options);
	free(c.inputs);
	return status;
}
