/* SPDX-License-Identifier: Apache-2.0 */
/* The census: what each site carries, and, with an inventory, the review of its organisations. */
#include "sensor/ledger/sites_command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/config/config.h"
#include "sensor/event/time_text.h"
#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/review.h"
#include "sensor/ledger/review_policy.h"
#include "sensor/log.h"
#include "sensor/options.h"
#include "sensor/rights/enclose.h"
#include "sensor/settings.h"

enum shape { FOR_PEOPLE, AS_CSV, AS_JSON };

struct census {
	const char *ledger, *inventory_path, *explain, *banned, *config_path;
	uint64_t since_ns;
	enum shape shape;
	bool wants_help;
	struct config *inventory; /* NULL: none; the config's own, where no other is given */
	struct config *config;    /* NULL: none */
	bool *is_told;            /* rows of the inventory that the ledger knows */
};

/* A line of the census, in the order of its columns. */
enum {
	NAME,
	DOMAIN,
	STATUS,
	VISITS,
	PIXEL_VISITS,
	FIRST,
	LAST,
	REMOVED,
	ORGANISATION,
	JURISDICTION,
	SECTOR,
	COLUMNS
};

static const char *const columns[COLUMNS] = {
	[NAME] = "name",
	[DOMAIN] = "domain",
	[STATUS] = "status",
	[VISITS] = "visits",
	[PIXEL_VISITS] = "pixel_visits",
	[FIRST] = "first_seen",
	[LAST] = "last_seen",
	[REMOVED] = "removed_at",
	[ORGANISATION] = "organisation",
	[JURISDICTION] = "jurisdiction",
	[SECTOR] = "sector",
};

static int usage(FILE *out)
{
	fputs("dancecard sites LEDGER [--csv | --json] [-c FILE] [--inventory FILE]\n"
	      "                       [--banned A,B] [--since TIME] [--explain SITE]\n\n"
	      "  --csv, --json         a line for each site, for programs\n"
	      "  --inventory FILE      sites to review (CSV, YAML): site, organisation, "
	      "jurisdiction,\n"
	      "                        sector; the review says which were never visited, too\n"
	      "  -c, --config FILE     its policy says who bans it; its inventory, where no other "
	      "is given\n"
	      "  --banned A,B,...      jurisdictions that ban it; the review says which of them "
	      "have it\n"
	      "  --since TIME          what is new and what is gone since then\n"
	      "  --explain SITE        the visits and packets that a finding stands on\n"
	      "  --help                this\n",
	      out);
	return out == stdout ? 0 : 2;
}

/* False: no such option, or its value is none; said where that is not plain. */
static bool take(struct census *c, int found)
{
	switch (found) {
	case 'c':
		c->config_path = optarg;
		return true;
	case 'i':
		c->inventory_path = optarg;
		return true;
	case 'e':
		c->explain = optarg;
		return true;
	case 'b':
		c->banned = optarg;
		return true;
	case 's':
		if (options_time(optarg, &c->since_ns))
			return true;
		log_error("option --since wants a time such as 2026-11-23, not '%s'", optarg);
		return false;
	case AS_CSV:
	case AS_JSON:
		c->shape = (enum shape)found;
		return true;
	case 'h':
		c->wants_help = true;
		return true;
	default:
		return false;
	}
}

static bool parse(struct census *c, int argc, char **argv)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' },
		                               { "inventory", required_argument, NULL, 'i' },
		                               { "explain", required_argument, NULL, 'e' },
		                               { "banned", required_argument, NULL, 'b' },
		                               { "since", required_argument, NULL, 's' },
		                               { "csv", no_argument, NULL, AS_CSV },
		                               { "json", no_argument, NULL, AS_JSON },
		                               { "help", no_argument, NULL, 'h' },
		                               { 0 } };
	int found;

	opterr = 0;
	optind = 0; /* glibc's way to begin anew */
	while ((found = getopt_long(argc, argv, "c:h", longs, NULL)) != -1)
		if (!take(c, found))
			return false;
	if (optind + 1 == argc)
		c->ledger = argv[optind];
	return c->wants_help || c->ledger != NULL;
}

/*
 * RFC 4180. Strangers choose the names: what a spreadsheet would take for a formula (no host name
 * begins so) gets an apostrophe, which makes it text there.
 */
static void put_csv(const char *text)
{
	const char *guard = text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL ? "'" : "";

	if (strpbrk(text, ",\"\r\n") == NULL) {
		printf("%s%s", guard, text);
		return;
	}
	printf("\"%s", guard);
	for (; *text != '\0'; text++)
		printf(*text == '"' ? "\"\"" : "%c", *text);
	putchar('"');
}

static void put_json(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void put_json_line(const char *const fields[COLUMNS])
{
	bool is_first = true;

	putchar('{');
	for (size_t i = 0; i < COLUMNS; i++) {
		if (fields[i][0] == '\0')
			continue;
		printf(is_first ? "\"%s\":" : ",\"%s\":", columns[i]);
		is_first = false;
		if (i == VISITS || i == PIXEL_VISITS)
			fputs(fields[i], stdout);
		else
			put_json(fields[i]);
	}
	puts("}");
}

static void put_line(struct census *c, const char *const fields[COLUMNS])
{
	if (c->shape == AS_JSON) {
		put_json_line(fields);
		return;
	}
	if (c->shape == FOR_PEOPLE) {
		printf("%-36s %-9s %6s %6s  %-10.10s  %-10.10s  %-10.10s  %s%s%s%s%s\n",
		       fields[NAME], fields[STATUS], fields[VISITS], fields[PIXEL_VISITS],
		       fields[FIRST], fields[LAST], fields[REMOVED], fields[ORGANISATION],
		       fields[JURISDICTION][0] != '\0' ? ", " : "", fields[JURISDICTION],
		       fields[SECTOR][0] != '\0' ? ": " : "", fields[SECTOR]);
		return;
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		put_csv(fields[i]);
		putchar(i + 1 < COLUMNS ? ',' : '\n');
	}
}

static void put_heading(const struct census *c)
{
	if (c->shape == FOR_PEOPLE)
		printf("%-36s %-9s %6s %6s  %-10s  %-10s  %-10s  %s\n", "site", "status", "visits",
		       "pixel", "first seen", "last seen", "removed", "organisation");
	for (size_t i = 0; c->shape == AS_CSV && i < COLUMNS; i++)
		printf("%s%c", columns[i], i + 1 < COLUMNS ? ',' : '\n');
}

static size_t count_rows(const struct census *c)
{
	return c->inventory != NULL ? c->inventory->sites.count : 0;
}

static const struct config_site *find_row(const struct census *c, const char *name)
{
	return config_site_of(c->inventory, (struct slice){ (const uint8_t *)name, strlen(name) });
}

/* A cell that is empty in the file is NULL in the row. */
static const char *cell(const char *text)
{
	return text != NULL ? text : "";
}

static void put_row(const struct config_site *row, const char *fields[COLUMNS])
{
	fields[ORGANISATION] = row != NULL ? cell(row->organisation) : "";
	fields[JURISDICTION] = row != NULL ? cell(row->jurisdiction) : "";
	fields[SECTOR] = row != NULL ? cell(row->sector) : "";
}

static void fill_inventory(struct census *c, const char *fields[COLUMNS])
{
	const struct config_site *row = find_row(c, fields[NAME]);

	put_row(row, fields);
	if (row == NULL)
		return;
	c->is_told[row - (const struct config_site *)c->inventory->sites.items] = true;
}

static const char census_sql[] =
        "SELECT name, domain, status, visits, pixel_visits,"
        " strftime('%Y-%m-%dT%H:%M:%SZ', first_ns / 1000000000, 'unixepoch'),"
        " strftime('%Y-%m-%dT%H:%M:%SZ', last_ns / 1000000000, 'unixepoch'),"
        " strftime('%Y-%m-%dT%H:%M:%SZ', removed_ns / 1000000000, 'unixepoch')"
        " FROM sites ORDER BY CASE status WHEN 'present' THEN 0 WHEN 'removed' THEN 1"
        " WHEN 'unknown' THEN 2 ELSE 3 END, name";

static bool put_seen(struct census *c, sqlite3 *db)
{
	sqlite3_stmt *s = ledger_file_prepare(db, census_sql);

	if (s == NULL)
		return false;
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *fields[COLUMNS];

		for (int i = NAME; i <= REMOVED; i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);

			fields[i] = text != NULL ? text : "";
		}
		fill_inventory(c, fields);
		put_line(c, fields);
	}
	sqlite3_finalize(s);
	return true;
}

/* What nobody visited while the sensor looked is not known. */
static void put_never_seen(struct census *c)
{
	for (size_t i = 0; i < count_rows(c); i++) {
		const struct config_site *row =
		        (const struct config_site *)c->inventory->sites.items + i;
		const char *fields[COLUMNS] = {
			row->name, "", "unknown", "0", "0", "", "", "",
		};

		put_row(row, fields);
		if (!c->is_told[i])
			put_line(c, fields);
	}
}

/* Jurisdictions after --banned, with commas between them. */
static bool add_bans(struct census *c, sqlite3 *db)
{
	char *list = c->banned != NULL ? strdup(c->banned) : NULL, *rest = NULL;
	bool is_done = c->banned == NULL || list != NULL;

	for (char *one = list != NULL ? strtok_r(list, ",", &rest) : NULL; one != NULL && is_done;
	     one = strtok_r(NULL, ",", &rest))
		is_done = review_ban(db, one);
	free(list);
	return is_done;
}

static bool put_review(struct census *c, sqlite3 *db)
{
	uint64_t now_ns = (uint64_t)time(NULL) * 1000000000U;

	if (!review_begin(db) || !add_bans(c, db) ||
	    (c->config != NULL && !review_policy(db, c->config, c->inventory, now_ns)))
		return false;
	for (size_t i = 0; i < count_rows(c); i++) {
		const struct config_site *row =
		        (const struct config_site *)c->inventory->sites.items + i;

		if (!review_add(db, row->name, row->organisation, row->jurisdiction, row->sector))
			return false;
	}
	return review_print(db, c->since_ns);
}

static const char explain_sql[] =
        "SELECT strftime('%Y-%m-%dT%H:%M:%f', p.time_ns / 1e9, 'unixepoch'), p.host, p.tracker,"
        " p.method, p.confidence, p.lag_ms, p.file, p.packet, p.flow_id,"
        " lower(hex(coalesce(c.event_id, p.event_id)))"
        " FROM placements p LEFT JOIN contacts c ON c.flow_id = p.flow_id AND c.tracker = p.tracker"
        " WHERE p.site = ?1 OR p.site = 'www.' || ?1 ORDER BY p.time_ns";

/* For each capture: the time around the calls, and the hosts. */
static const char slice_sql[] =
        "SELECT file, min(time_ns) / 1000000000 - 15, max(time_ns) / 1000000000 + 15,"
        " group_concat(DISTINCT 'host ' || host) FROM placements"
        " WHERE (site = ?1 OR site = 'www.' || ?1) AND file <> '' GROUP BY file ORDER BY 2";

/* In a shell's single quotes. */
static void put_quoted(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++)
		printf(*text == '\'' ? "'\\''" : "%c", *text);
	putchar('\'');
}

/* The commands that cut out what a finding stands on: contacts with their events, and all. */
static void put_slices(const struct census *c, sqlite3 *db)
{
	sqlite3_stmt *s = ledger_file_prepare(db, slice_sql);
	unsigned number = 0;

	if (s == NULL)
		return;
	sqlite3_bind_text(s, 1, c->explain, -1, SQLITE_STATIC);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *file = (const char *)sqlite3_column_text(s, 0);
		long long from = sqlite3_column_int64(s, 1), to = sqlite3_column_int64(s, 2);
		char *hosts = strdup((const char *)sqlite3_column_text(s, 3)), *rest = NULL;

		printf("# dancecard -q -r ");
		put_quoted(file);
		printf(" --from %lld --to %lld -w finding-%u.pcapng", from, to, ++number);
		for (char *one = hosts != NULL ? strtok_r(hosts, ",", &rest) : NULL; one != NULL;
		     one = strtok_r(NULL, ",", &rest))
			printf("%s %s", one == hosts ? "" : " or", one);
		printf("\n# editcap -A %lld -B %lld ", from, to);
		put_quoted(file);
		printf(" visits-%u.pcapng\n", number);
		free(hosts);
	}
	sqlite3_finalize(s);
}

/* The visits of a finding, each with the packet that anybody can look at again. */
static bool explain(const struct census *c, sqlite3 *db)
{
	sqlite3_stmt *s = ledger_file_prepare(db, explain_sql);
	size_t count = 0;

	if (s == NULL)
		return false;
	sqlite3_bind_text(s, 1, c->explain, -1, SQLITE_STATIC);
	puts("time\thost\ttracker\tmethod\tconfidence\tlag_ms\tfile\tpacket\tflow_id\tevent_id");
	for (; sqlite3_step(s) == SQLITE_ROW; count++)
		for (int i = 0; i < 10; i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);

			printf("%s%c", text != NULL ? text : "", i < 9 ? '\t' : '\n');
		}
	sqlite3_finalize(s);
	put_slices(c, db);
	if (count == 0)
		log_error("nothing is kept of %s", c->explain);
	return count > 0;
}

static bool take_census(struct census *c, sqlite3 *db)
{
	if (c->explain != NULL)
		return explain(c, db);
	put_heading(c);
	if (!put_seen(c, db))
		return false;
	put_never_seen(c);
	if (c->shape == FOR_PEOPLE && count_rows(c) > 0)
		return put_review(c, db);
	return true;
}

static void tell_fault(void *context, const char *line)
{
	(void)context;
	log_error("%s", line);
}

/* Not what the file says of options: they are the sensor's. */
static bool load_config(struct census *c)
{
	struct options unused = { 0 };

	c->config = settings_load(c->config_path, &unused);
	options_free(&unused);
	return c->config != NULL;
}

static bool load(struct census *c)
{
	if (c->config_path != NULL && !load_config(c))
		return false;
	if (c->inventory_path != NULL)
		c->inventory = config_load_inventory(c->inventory_path, tell_fault, NULL);
	else
		c->inventory = c->config;
	return c->inventory != NULL || c->inventory_path == NULL;
}

static bool open_and_take(struct census *c)
{
	c->is_told = calloc(count_rows(c) + 1, sizeof *c->is_told);
	sqlite3 *db = c->is_told != NULL ? ledger_file_open(c->ledger, false) : NULL;
	bool is_done = db != NULL && take_census(c, db);

	sqlite3_close(db);
	free(c->is_told);
	return is_done;
}

/* Config and inventory are the operator's, and read; what the ledger holds strangers said. */
static bool confine_to_files(const struct census *c)
{
	struct enclosure files = { 0 };

	enclosure_writes(&files, c->ledger);
	return enclose(&files);
}

int sites_command(int argc, char **argv)
{
	struct census c = { .shape = FOR_PEOPLE };

	if (!parse(&c, argc, argv))
		return usage(stderr);
	if (c.wants_help)
		return usage(stdout);
	bool is_done = load(&c) && confine_to_files(&c) && open_and_take(&c);

	if (c.inventory != c.config)
		config_free(c.inventory);
	config_free(c.config);
	return is_done ? 0 : 1;
}
