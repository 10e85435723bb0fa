/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/retro/retro_command.h"

#include <stdio.h>

#include "sensor/ledger/ledger_flows.h"
#include "sensor/retro/lines.h"
#include "sensor/retro/retro.h"

enum { COMPLAINTS_MAX = 5 }; /* of a file; the rest are counted */

/* One file on its way through. */
struct reading {
	struct retro *retro;
	const char *path;
	uint64_t line, bad, events;
};

static void refuse(struct reading *reading, const char *reason)
{
	if (reading->bad++ < COMPLAINTS_MAX)
		fprintf(stderr, "dancecard: %s:%llu: %s\n", reading->path,
		        (unsigned long long)reading->line, reason);
}

static void print_line(void *context, struct slice line)
{
	(void)context;
	fwrite(line.ptr, 1, line.len, stdout);
	putchar('\n');
}

static void read_line(struct reading *reading, struct text line)
{
	struct text rest = text_trim(line);

	if (rest.len == 0)
		return;
	struct json *tree = json_open(rest, NULL);
	struct seen seen;

	switch (seen_read(tree, &seen)) {
	case SEEN_OK:
		reading->events++;
		retro_ask(reading->retro, &seen, print_line, NULL);
		break;
	case SEEN_OTHER:
		reading->events++;
		break;
	case SEEN_NO_JSON:
		refuse(reading, "not an object in JSON");
		break;
	case SEEN_NO_EVENT:
		refuse(reading, "not an event of dancecard in its native shape");
		break;
	}
	json_close(tree);
}

/* False when reading failed; what came before is done. */
static bool read_lines(struct reading *reading, struct lines *lines)
{
	const char *fault;
	struct text line;

	while (!ferror(stdout)) {
		enum lines_next next = lines_next(lines, &line, &fault);

		reading->line++;
		if (next == LINES_END)
			return true;
		if (next == LINES_FAULT) {
			fprintf(stderr, "dancecard: %s: %s\n", reading->path, fault);
			return false;
		}
		if (next == LINES_LONG)
			refuse(reading, "a line of over 1 MiB");
		else
			read_line(reading, line);
	}
	return false;
}

static void read_row(void *context, const char *line, size_t len)
{
	struct reading *reading = context;

	reading->line++;
	read_line(reading, (struct text){ line, len });
}

static bool read_ledger(struct reading *reading)
{
	uint64_t rows;

	if (!ledger_flows_each(reading->path, read_row, reading, &rows))
		return false;
	if (rows > 0)
		return true;
	fprintf(stderr, "dancecard: %s: a ledger without flows: they are kept with -a\n",
	        reading->path);
	return false;
}

static bool read_file(struct reading *reading)
{
	if (ledger_is_at(reading->path))
		return read_ledger(reading);
	const char *fault;
	struct lines *lines = lines_open(reading->path, &fault);

	if (lines == NULL) {
		fprintf(stderr, "dancecard: %s: %s\n", reading->path, fault);
		return false;
	}
	bool is_read = read_lines(reading, lines);

	lines_close(lines);
	/* "The feed reports 0" would read as an answer. */
	if (is_read && reading->events == 0)
		fprintf(stderr,
		        "dancecard: %s: holds no events of dancecard in their native shape\n",
		        reading->path);
	return is_read && reading->events > 0;
}

static void print_sum(const struct retro *retro, uint64_t bad)
{
	struct retro_counts counts;

	retro_counts(retro, &counts);
	fprintf(stderr,
	        "%llu events looked at; the feed reports %llu, of %llu hosts; %llu of these were "
	        "reported under that name at the time; %llu lines were no events\n",
	        (unsigned long long)counts.events, (unsigned long long)counts.reports,
	        (unsigned long long)counts.hosts, (unsigned long long)counts.known,
	        (unsigned long long)bad);
}

int retro_command(const struct feed_set *set, char *const *paths, int count)
{
	struct retro *retro = retro_new(set);
	uint64_t bad = 0;
	bool is_done = true;

	if (retro == NULL) {
		fprintf(stderr, "dancecard: feed: memory is out\n");
		return 1;
	}
	for (int i = 0; i < count; i++) {
		struct reading reading = { .retro = retro, .path = paths[i] };

		is_done &= read_file(&reading);
		bad += reading.bad;
	}
	print_sum(retro, bad);
	retro_free(retro);
	return is_done ? 0 : 1;
}
