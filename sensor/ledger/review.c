/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/review.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/ledger/ledger_file.h"

/* A site's name with and without "www." is one; a site carries what any owner's tracker is on. */
static const char tables[] =
        "CREATE TEMP TABLE reviewed (site TEXT PRIMARY KEY, organisation TEXT, jurisdiction TEXT,"
        " sector TEXT);"
        "CREATE TEMP TABLE bans (jurisdiction TEXT PRIMARY KEY);"
        "CREATE TEMP VIEW seen AS SELECT"
        " CASE WHEN name LIKE 'www.%' THEN substr(name, 5) ELSE name END AS site, name,"
        " CASE WHEN max(status = 'present') THEN 'present' WHEN max(status = 'removed')"
        "  THEN 'removed' WHEN max(status = 'unknown') THEN 'unknown' ELSE 'absent' END AS status,"
        " max(visits) AS visits, min(since_ns) AS since_ns, max(removed_ns) AS removed_ns"
        " FROM sites GROUP BY 1;"
        "CREATE TEMP VIEW review AS SELECT r.site, coalesce(organisation, r.site) AS organisation,"
        " jurisdiction, sector, coalesce(status, 'unknown') AS status, coalesce(visits, 0) AS "
        "visits,"
        " since_ns, removed_ns FROM reviewed r LEFT JOIN seen s ON s.site = r.site;";

bool review_begin(sqlite3 *db)
{
	return ledger_file_run(db, tables);
}

static bool insert(sqlite3 *db, const char *sql, const char *const *texts, int count)
{
	sqlite3_stmt *s = ledger_file_prepare(db, sql);

	if (s == NULL)
		return false;
	for (int i = 0; i < count; i++)
		if (texts[i] != NULL && texts[i][0] != '\0')
			sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_TRANSIENT);
	bool is_done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return is_done;
}

bool review_add(sqlite3 *db, const char *site, const char *organisation, const char *jurisdiction,
                const char *sector)
{
	const char *texts[] = { strncmp(site, "www.", 4) == 0 ? site + 4 : site, organisation,
		                jurisdiction, sector };

	return insert(db, "INSERT OR IGNORE INTO reviewed VALUES (?,?,?,?)", texts, 4);
}

bool review_ban(sqlite3 *db, const char *jurisdiction)
{
	return insert(db, "INSERT OR IGNORE INTO bans VALUES (?)", &jurisdiction, 1);
}

static sqlite3_stmt *ask(sqlite3 *db, const char *sql, uint64_t since_ns)
{
	sqlite3_stmt *s = ledger_file_prepare(db, sql);

	if (s != NULL && sqlite3_bind_parameter_count(s) > 0)
		sqlite3_bind_int64(s, 1, (sqlite3_int64)since_ns);
	return s;
}

static long long count(sqlite3 *db, const char *sql, uint64_t since_ns)
{
	sqlite3_stmt *s = ask(db, sql, since_ns);
	long long n = s != NULL && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;

	sqlite3_finalize(s);
	return n;
}

/* "Heading: a, b, c." of a query's rows; nothing when there is none. */
static void list(sqlite3 *db, const char *heading, const char *sql, uint64_t since_ns)
{
	sqlite3_stmt *s = ask(db, sql, since_ns);
	size_t rows = 0;

	for (; s != NULL && sqlite3_step(s) == SQLITE_ROW; rows++)
		printf("%s%s", rows == 0 ? heading : ", ", (const char *)sqlite3_column_text(s, 0));
	if (rows > 0)
		puts(".");
	sqlite3_finalize(s);
}

static void put_carriers(sqlite3 *db)
{
	printf("\nOf %lld organisations (%lld sites) in the inventory %lld (%lld) were visited;",
	       count(db, "SELECT count(DISTINCT organisation) FROM review", 0),
	       count(db, "SELECT count(*) FROM review", 0),
	       count(db, "SELECT count(DISTINCT organisation) FROM review WHERE visits > 0", 0),
	       count(db, "SELECT count(*) FROM review WHERE visits > 0", 0));
	printf(" %lld (%lld) carry the tracker, in %lld jurisdictions",
	       count(db, "SELECT count(DISTINCT organisation) FROM review WHERE status = 'present'",
	             0),
	       count(db, "SELECT count(*) FROM review WHERE status = 'present'", 0),
	       count(db, "SELECT count(DISTINCT jurisdiction) FROM review WHERE status = 'present'",
	             0));
	if (count(db, "SELECT count(*) FROM bans", 0) > 0)
		printf(", of which %lld ban it",
		       count(db,
		             "SELECT count(DISTINCT jurisdiction) FROM review"
		             " WHERE status = 'present' AND jurisdiction IN (SELECT * FROM bans)",
		             0));
	puts(".");
	list(db, "Where it is banned and there: ",
	     "SELECT site || ' (' || jurisdiction || ')' FROM review WHERE status = 'present'"
	     " AND jurisdiction IN (SELECT * FROM bans) ORDER BY jurisdiction, site",
	     0);
	list(db, "Where people deal with licences, taxes or health: ",
	     "SELECT site || ' (' || sector || ')' FROM review WHERE status = 'present' AND"
	     " (sector LIKE 'licen%' OR sector LIKE 'tax%' OR sector LIKE '%health%')"
	     " ORDER BY sector, site",
	     0);
	list(db, "Sectors with it: ",
	     "SELECT sector || ' ' || count(*) FROM review WHERE status = 'present'"
	     " AND sector IS NOT NULL GROUP BY sector ORDER BY count(*) DESC, sector",
	     0);
}

static void put_changes(sqlite3 *db, uint64_t since_ns)
{
	long long gone = count(db,
	                       "SELECT count(*) FROM review WHERE status = 'removed'"
	                       " AND removed_ns >= ?1",
	                       since_ns);

	if (since_ns > 0)
		list(db, "New since then: ",
		     "SELECT site || ' (' || date(since_ns / 1000000000, 'unixepoch') || ')'"
		     " FROM review WHERE status = 'present' AND since_ns >= ?1 ORDER BY since_ns",
		     since_ns);
	if (gone > 0)
		printf("%lld took it off%s. ", gone, since_ns > 0 ? " since then" : "");
	list(db, "Gone: ",
	     "SELECT site || ' (' || date(removed_ns / 1000000000, 'unixepoch') || ')'"
	     " FROM review WHERE status = 'removed' AND removed_ns >= ?1 ORDER BY removed_ns",
	     since_ns);
}

/* Nothing known is not "clean": nobody went there, too few did, or nobody looked. */
static void put_unknown(sqlite3 *db, uint64_t since_ns)
{
	printf("%lld were not visited while the sensor looked, %lld too seldom for a verdict: of"
	       " them nothing is known.\n",
	       count(db, "SELECT count(*) FROM review WHERE visits = 0", 0),
	       count(db, "SELECT count(*) FROM review WHERE visits > 0 AND status = 'unknown'", 0));
	list(db, "The sensor looked: ",
	     "SELECT strftime('%Y-%m-%d %H:%M', first_ns / 1000000000, 'unixepoch') || ' to ' ||"
	     " strftime('%Y-%m-%d %H:%M', last_ns / 1000000000, 'unixepoch') FROM runs"
	     " WHERE last_ns >= ?1 ORDER BY first_ns DESC LIMIT 10",
	     since_ns);
	list(db, "It did not look for more than an hour: ",
	     "SELECT strftime('%Y-%m-%d %H:%M', a / 1000000000, 'unixepoch') || ' to ' ||"
	     " strftime('%Y-%m-%d %H:%M', b / 1000000000, 'unixepoch') FROM (SELECT"
	     " max(last_ns) OVER (ORDER BY first_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 "
	     "PRECEDING)"
	     " AS a, first_ns AS b FROM runs) WHERE b - a > 3600000000000 AND b >= ?1"
	     " ORDER BY a DESC LIMIT 10",
	     since_ns);
}

bool review_print(sqlite3 *db, uint64_t since_ns)
{
	put_carriers(db);
	put_changes(db, since_ns);
	put_unknown(db, since_ns);
	return true;
}
