/* SPDX-License-Identifier: Apache-2.0 */
/* The census: what each site carries, and, with an inventory, the review of its organisations. */
#include "sensor/ledger/sites_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/config/config.h"
#include "sensor/event/time_text.h"
#include "sensor/ledger/ledger_file.h"
#include "sensor/log.h"

enum shape { FOR_PEOPLE, AS_CSV, AS_JSON };

struct census {
	const char *ledger, *inventory_path, *explain;
	enum shape shape;
	struct config *inventory; /* NULL: none */
	bool *is_told;            /* rows of the inventory that the ledger knows */
	size_t visited, carrying, gone, lines;
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

static int usage(void)
{
	fputs("dancecard sites LEDGER [--csv | --json] [--inventory FILE] [--explain SITE]\n\n"
	      "  --csv, --json         a line for each site, for programs\n"
	      "  --inventory FILE      sites to review (CSV, YAML): site, organisation, "
	      "jurisdiction,\n"
	      "                        sector; the review says which were never visited, too\n"
	      "  --explain SITE        the visits and packets that a finding stands on\n",
	      stderr);
	return 2;
}

static bool parse(struct census *c, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		bool has_more = i + 1 < argc;

		if (strcmp(argv[i], "--csv") == 0)
			c->shape = AS_CSV;
		else if (strcmp(argv[i], "--json") == 0)
			c->shape = AS_JSON;
		else if (strcmp(argv[i], "--inventory") == 0 && has_more)
			c->inventory_path = argv[++i];
		else if (strcmp(argv[i], "--explain") == 0 && has_more)
			c->explain = argv[++i];
		else if (argv[i][0] != '-' && c->ledger == NULL)
			c->ledger = argv[i];
		else
			return false;
	}
	return c->ledger != NULL;
}

static void put_csv(const char *text)
{
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
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
	c->lines++;
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
	size_t at = (size_t)(row - (const struct config_site *)c->inventory->sites.items);

	if (c->is_told[at])
		return;
	c->is_told[at] = true;
	c->visited++;
	c->carrying += strcmp(fields[STATUS], "present") == 0;
	c->gone += strcmp(fields[STATUS], "removed") == 0;
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

struct tally_set {
	const char *seen[4096];
	size_t count;
};

static void count_once(struct tally_set *set, const char *text)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->seen[i], text) == 0)
			return;
	if (text[0] != '\0' && set->count < sizeof set->seen / sizeof *set->seen)
		set->seen[set->count++] = text;
}

static void put_review(struct census *c, sqlite3 *db)
{
	sqlite3_stmt *s = ledger_file_prepare(db, "SELECT name FROM sites WHERE status='present'");
	struct tally_set organisations = { .count = 0 }, jurisdictions = organisations,
	                 sectors = organisations;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const struct config_site *row =
		        find_row(c, (const char *)sqlite3_column_text(s, 0));

		if (row == NULL)
			continue;
		count_once(&organisations, cell(row->organisation));
		count_once(&jurisdictions, cell(row->jurisdiction));
		count_once(&sectors, cell(row->sector));
	}
	sqlite3_finalize(s);
	printf("\nOf %zu sites in the inventory %zu were visited; %zu carry the tracker: %zu"
	       " organisations in %zu jurisdictions%s.\n",
	       count_rows(c), c->visited, c->carrying, organisations.count, jurisdictions.count,
	       c->gone > 0 ? "" : "; none took it off");
	if (c->gone > 0)
		printf("%zu took it off.\n", c->gone);
	printf("%zu were not visited while the sensor looked: of them nothing is known.\n",
	       count_rows(c) - c->visited);
	for (size_t i = 0; i < sectors.count; i++)
		printf("%s%s", i == 0 ? "Sectors with it: " : ", ", sectors.seen[i]);
	if (sectors.count > 0)
		puts(".");
}

static const char explain_sql[] =
        "SELECT strftime('%Y-%m-%dT%H:%M:%f', p.time_ns / 1e9, 'unixepoch'), p.host, p.tracker,"
        " p.method, p.confidence, p.lag_ms, p.file, p.packet, p.flow_id,"
        " hex(coalesce(c.event_id, p.event_id))"
        " FROM placements p LEFT JOIN contacts c ON c.flow_id = p.flow_id AND c.tracker = p.tracker"
        " WHERE p.site = ?1 OR p.site = 'www.' || ?1 ORDER BY p.time_ns";

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
		put_review(c, db);
	return true;
}

static void tell_fault(void *context, const char *line)
{
	(void)context;
	log_error("%s", line);
}

int sites_command(int argc, char **argv)
{
	struct census c = { .shape = FOR_PEOPLE };

	if (!parse(&c, argc, argv))
		return usage();
	if (c.inventory_path != NULL) {
		c.inventory = config_load_inventory(c.inventory_path, tell_fault, NULL);
		if (c.inventory == NULL)
			return 1;
	}
	c.is_told = calloc(count_rows(&c) + 1, sizeof *c.is_told);
	sqlite3 *db = c.is_told != NULL ? ledger_file_open(c.ledger, false) : NULL;
	bool is_done = db != NULL && take_census(&c, db);

	sqlite3_close(db);
	free(c.is_told);
	config_free(c.inventory);
	return is_done ? 0 : 1;
}
