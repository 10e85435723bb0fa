/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/log.h"
#include "sensor/site/site_verdict.h"

/* Times are nanoseconds since the epoch; the views show them as text. */
static const char version_1[] =
        "CREATE TABLE hosts (ip TEXT PRIMARY KEY, name TEXT, mac TEXT,"
        " first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, contacts INTEGER NOT NULL DEFAULT "
        "0);"
        "CREATE TABLE contacts (event_id BLOB PRIMARY KEY, time_ns INTEGER NOT NULL,"
        " host TEXT NOT NULL, entity TEXT, product TEXT, category TEXT, tracker TEXT,"
        " confidence TEXT, outcome TEXT, server TEXT, port INTEGER, flow_id INTEGER,"
        " site TEXT, site_confidence REAL, file TEXT, packet INTEGER) WITHOUT ROWID;"
        "CREATE INDEX contacts_host ON contacts (host, time_ns);"
        "CREATE TABLE placements (event_id BLOB PRIMARY KEY, time_ns INTEGER NOT NULL,"
        " host TEXT NOT NULL, entity TEXT, tracker TEXT, flow_id INTEGER,"
        " site TEXT, method TEXT, confidence REAL, lag_ms INTEGER, file TEXT, packet INTEGER)"
        " WITHOUT ROWID;"
        "CREATE INDEX placements_site ON placements (site, time_ns);"
        "CREATE INDEX placements_host ON placements (host);"
        /* What one run of the sensor saw of a site: one row, which grows while it runs. */
        "CREATE TABLE site_periods (name TEXT, entity TEXT, first_ns INTEGER, domain TEXT,"
        " last_ns INTEGER, visits INTEGER, pixel_visits INTEGER, after INTEGER, status TEXT,"
        " since_ns INTEGER, confirmed_ns INTEGER, gone_ns INTEGER, chance REAL, confidence REAL,"
        " PRIMARY KEY (name, entity, first_ns)) WITHOUT ROWID;"
        "CREATE TABLE sites (name TEXT, entity TEXT, domain TEXT, status TEXT, visits INTEGER,"
        " pixel_visits INTEGER, first_ns INTEGER, last_ns INTEGER, since_ns INTEGER,"
        " confirmed_ns INTEGER, removed_ns INTEGER, rate_low REAL, rate_high REAL, confidence REAL,"
        " PRIMARY KEY (name, entity)) WITHOUT ROWID;"
        "CREATE VIEW sites_with_tracker AS SELECT name, domain, entity, status, visits, "
        "pixel_visits,"
        " datetime(since_ns / 1000000000, 'unixepoch') AS since,"
        " datetime(confirmed_ns / 1000000000, 'unixepoch') AS last_confirmed,"
        " datetime(removed_ns / 1000000000, 'unixepoch') AS removed_at"
        " FROM sites WHERE status IN ('present', 'removed') ORDER BY name;"
        "CREATE VIEW hosts_seen AS SELECT ip, name, mac, contacts,"
        " datetime(first_ns / 1000000000, 'unixepoch') AS first_seen,"
        " datetime(last_ns / 1000000000, 'unixepoch') AS last_seen FROM hosts ORDER BY last_ns "
        "DESC;"
        "CREATE VIEW trackers_by_host AS SELECT host, entity, product, tracker, count(*) AS "
        "contacts,"
        " datetime(min(time_ns) / 1000000000, 'unixepoch') AS first_seen,"
        " datetime(max(time_ns) / 1000000000, 'unixepoch') AS last_seen"
        " FROM contacts GROUP BY host, tracker ORDER BY host, contacts DESC;"
        "CREATE VIEW contacts_by_day AS SELECT date(time_ns / 1000000000, 'unixepoch') AS day,"
        " count(*) AS contacts, count(DISTINCT host) AS hosts FROM contacts GROUP BY day;";

/*
 * All flows, where they are asked for (-a). The id and the source port are those of the first flow
 * of a row, so that what is found in it has the id that it would have had then.
 */
static const char version_2[] =
        "CREATE TABLE flows (host TEXT NOT NULL, name TEXT, src_ip TEXT, dest_ip TEXT,"
        " dest_port INTEGER, proto TEXT, app_proto TEXT, names TEXT, first_ns INTEGER NOT NULL,"
        " last_ns INTEGER NOT NULL, flow_id INTEGER, src_port INTEGER, state TEXT,"
        " PRIMARY KEY (src_ip, dest_ip, dest_port, proto, names)) WITHOUT ROWID;"
        "CREATE INDEX flows_host ON flows (host);";

/*
 * What a start needs to go on where the last run ended (`learned`, `learned_calls`), when the
 * sensor looked (`runs`), and how sure each run's hits were.
 */
static const char version_3[] =
        "ALTER TABLE site_periods ADD COLUMN doubt REAL;"
        "ALTER TABLE sites ADD COLUMN after INTEGER;"
        "ALTER TABLE sites ADD COLUMN doubt REAL;"
        "ALTER TABLE sites ADD COLUMN gone_ns INTEGER;"
        "UPDATE sites SET after = 0, doubt = -1.5 * pixel_visits, gone_ns = removed_ns;"
        "CREATE TABLE learned (name TEXT PRIMARY KEY, last_ns INTEGER, heads INTEGER,"
        " followed INTEGER, distinct_heads INTEGER, begun INTEGER, embedded REAL) WITHOUT ROWID;"
        "CREATE TABLE learned_calls (name TEXT, entity TEXT, last_ns INTEGER, calls REAL, lags "
        "BLOB,"
        " PRIMARY KEY (name, entity)) WITHOUT ROWID;"
        "CREATE TABLE runs (first_ns INTEGER PRIMARY KEY, last_ns INTEGER NOT NULL, sites INTEGER);"
        "CREATE VIEW sites_gone AS SELECT name, domain, entity, visits, pixel_visits,"
        " datetime(removed_ns / 1000000000, 'unixepoch') AS removed_at,"
        " datetime(confirmed_ns / 1000000000, 'unixepoch') AS last_confirmed"
        " FROM sites WHERE status = 'removed' ORDER BY removed_ns DESC;"
        "CREATE VIEW sites_not_known AS SELECT name, domain, visits,"
        " datetime(last_ns / 1000000000, 'unixepoch') AS last_seen"
        " FROM sites WHERE status = 'unknown' ORDER BY visits DESC;"
        "CREATE VIEW sensor_runs AS SELECT datetime(first_ns / 1000000000, 'unixepoch') AS began,"
        " datetime(last_ns / 1000000000, 'unixepoch') AS ended,"
        " round((last_ns - first_ns) / 3.6e12, 2) AS hours, sites FROM runs ORDER BY first_ns;"
        "CREATE VIEW placements_by_site AS SELECT site, host, count(*) AS calls,"
        " datetime(min(time_ns) / 1000000000, 'unixepoch') AS first_seen,"
        " datetime(max(time_ns) / 1000000000, 'unixepoch') AS last_seen"
        " FROM placements WHERE site IS NOT NULL GROUP BY site, host ORDER BY site, calls DESC;";

/* migrations[n] brings version n to version n + 1. */
static const char *const migrations[LEDGER_VERSION] = { version_1, version_2, version_3 };

bool ledger_file_run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return true;
	log_error("ledger: %s", why != NULL ? why : sqlite3_errmsg(db));
	sqlite3_free(why);
	return false;
}

sqlite3_stmt *ledger_file_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK)
		return s;
	log_error("ledger: %s", sqlite3_errmsg(db));
	return NULL;
}

static int version_of(sqlite3 *db)
{
	sqlite3_stmt *s = ledger_file_prepare(db, "PRAGMA user_version");
	int version = s != NULL && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : -1;

	sqlite3_finalize(s);
	return version;
}

/* Each step and its number in one transaction: a crash leaves one version or the other. */
static bool migrate(sqlite3 *db, int version)
{
	for (; version < LEDGER_VERSION; version++) {
		char set[64];

		snprintf(set, sizeof set, "PRAGMA user_version = %d", version + 1);
		if (!ledger_file_run(db, "BEGIN IMMEDIATE") ||
		    !ledger_file_run(db, migrations[version]) || !ledger_file_run(db, set) ||
		    !ledger_file_run(db, "COMMIT"))
			return false;
	}
	return true;
}

static bool set_up(sqlite3 *db, const char *path, bool is_written)
{
	sqlite3_busy_timeout(db, 10000);
	int version = version_of(db);

	if (version > LEDGER_VERSION) {
		log_error("ledger %s: made by a later version of this program", path);
		return false;
	}
	if (!ledger_file_run(db, "PRAGMA temp_store = MEMORY")) /* its folders are shut to us */
		return false;
	if (!is_written) {
		if (version > 0)
			return migrate(db, version);
		log_error("ledger %s: is no ledger", path);
		return false;
	}
	return version >= 0 &&
	       ledger_file_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	                           " PRAGMA secure_delete = ON;") &&
	       migrate(db, version);
}

/* Asked of the system first: "unable to open" is all that SQLite says of whatever is wrong. */
static bool can_open(const char *path, bool is_written)
{
	int fd = open(path, is_written ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0644);

	if (fd < 0) {
		log_error("ledger %s: %s", path, strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

sqlite3 *ledger_file_open(const char *path, bool is_written)
{
	sqlite3 *db = NULL;
	int flags = is_written ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;

	if (!can_open(path, is_written))
		return NULL;
	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
		log_error("ledger %s: %s", path, db != NULL ? sqlite3_errmsg(db) : "out of memory");
	else if (set_up(db, path, is_written))
		return db;
	sqlite3_close(db);
	return NULL;
}

struct sum {
	char domain[SITE_NAME_MAX + 1];
	int64_t visits, hits, after;
	int64_t first_ns, last_ns, since_ns, confirmed_ns, gone_ns;
	double chance, confidence, doubt;
	bool was_present, is_absent;
};

/* Of runs that did not keep it: what a hit usually leaves. */
static const double likely_doubt = -1.5;

static void add_period(struct sum *sum, sqlite3_stmt *s)
{
	const char *status = (const char *)sqlite3_column_text(s, 6);
	int64_t visits = sqlite3_column_int64(s, 3), hits = sqlite3_column_int64(s, 4);
	int64_t gone_ns = sqlite3_column_int64(s, 9);

	snprintf(sum->domain, sizeof sum->domain, "%s", (const char *)sqlite3_column_text(s, 0));
	sum->first_ns = sum->first_ns == 0 ? sqlite3_column_int64(s, 1) : sum->first_ns;
	sum->last_ns = sqlite3_column_int64(s, 2);
	sum->visits += visits;
	sum->hits += hits;
	sum->doubt += sqlite3_column_type(s, 11) != SQLITE_NULL ? sqlite3_column_double(s, 11)
	                                                        : likely_doubt * (double)hits;
	if (strcmp(status, "present") == 0 || strcmp(status, "removed") == 0) {
		sum->since_ns = sum->was_present ? sum->since_ns : sqlite3_column_int64(s, 7);
		sum->confirmed_ns = sqlite3_column_int64(s, 8);
		sum->confidence = sqlite3_column_double(s, 10);
		sum->after = sqlite3_column_int64(s, 5);
		sum->gone_ns = gone_ns;
		sum->was_present = true;
		return;
	}
	if (hits > 0 && sum->was_present) { /* too few for a verdict of their own */
		sum->confirmed_ns = sqlite3_column_int64(s, 8);
		sum->after = sqlite3_column_int64(s, 5);
		sum->gone_ns = gone_ns;
		return;
	}
	if (sum->after == 0)
		sum->gone_ns = sqlite3_column_int64(s, 1);
	sum->after += visits;
	sum->is_absent = strcmp(status, "absent") == 0;
	if (!sum->was_present)
		sum->confidence = sqlite3_column_double(s, 10);
}

static const char *status_of(const struct sum *sum, double low)
{
	double silence = 1;

	if (!sum->was_present)
		return sum->is_absent || (sum->visits >= 5 && sum->hits == 0) ? "absent"
		                                                              : "unknown";
	for (int64_t i = 0; i < sum->after && silence >= 0.01; i++)
		silence *= 1 - low;
	return silence < 0.01 ? "removed" : "present";
}

static bool write_sum(sqlite3 *db, const char *name, const char *entity, const struct sum *sum)
{
	sqlite3_stmt *s = ledger_file_prepare(
	        db, "INSERT OR REPLACE INTO sites VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	double low, high, rate_low, rate_high;

	if (s == NULL)
		return false;
	wilson_interval((double)sum->hits, (double)(sum->visits - sum->after), &low, &high);
	wilson_interval((double)sum->hits, (double)sum->visits, &rate_low, &rate_high);
	const char *status = status_of(sum, low);

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, entity, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, sum->domain, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 4, status, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 5, sum->visits);
	sqlite3_bind_int64(s, 6, sum->hits);
	sqlite3_bind_int64(s, 7, sum->first_ns);
	sqlite3_bind_int64(s, 8, sum->last_ns);
	if (sum->was_present) {
		sqlite3_bind_int64(s, 9, sum->since_ns);
		sqlite3_bind_int64(s, 10, sum->confirmed_ns);
	}
	if (strcmp(status, "removed") == 0)
		sqlite3_bind_int64(s, 11, sum->gone_ns);
	sqlite3_bind_double(s, 12, rate_low);
	sqlite3_bind_double(s, 13, rate_high);
	sqlite3_bind_double(s, 14, sum->confidence);
	sqlite3_bind_int64(s, 15, sum->after);
	sqlite3_bind_double(s, 16, sum->doubt);
	sqlite3_bind_int64(s, 17, sum->gone_ns);
	bool is_done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return is_done;
}

bool ledger_sum_site(sqlite3 *db, const char *name, const char *entity)
{
	sqlite3_stmt *s = ledger_file_prepare(
	        db, "SELECT domain, first_ns, last_ns, visits, pixel_visits, after, status,"
	            " since_ns, confirmed_ns, gone_ns, confidence, doubt FROM site_periods"
	            " WHERE name = ? AND entity = ? ORDER BY first_ns");
	struct sum sum = { .visits = 0 };

	if (s == NULL)
		return false;
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, entity, -1, SQLITE_STATIC);
	while (sqlite3_step(s) == SQLITE_ROW)
		add_period(&sum, s);
	sqlite3_finalize(s);
	return write_sum(db, name, entity, &sum);
}

bool ledger_forget(sqlite3 *db, const char *host, int *rows)
{
	static const char *const deletions[] = {
		("DELETE FROM contacts WHERE host = ?1"
		 " OR host IN (SELECT ip FROM hosts WHERE ip = ?1 OR name = ?1)"),
		("DELETE FROM placements WHERE host = ?1"
		 " OR host IN (SELECT ip FROM hosts WHERE ip = ?1 OR name = ?1)"),
		("DELETE FROM flows WHERE host = ?1 OR name = ?1"
		 " OR host IN (SELECT ip FROM hosts WHERE ip = ?1 OR name = ?1)"),
		"DELETE FROM hosts WHERE ip = ?1 OR name = ?1",
	};
	bool is_done = ledger_file_run(db, "PRAGMA secure_delete = ON; BEGIN IMMEDIATE");

	*rows = 0;
	for (size_t i = 0; is_done && i < sizeof deletions / sizeof *deletions; i++) {
		sqlite3_stmt *s = ledger_file_prepare(db, deletions[i]);

		is_done = s != NULL &&
		          sqlite3_bind_text(s, 1, host, -1, SQLITE_STATIC) == SQLITE_OK &&
		          sqlite3_step(s) == SQLITE_DONE;
		*rows += is_done ? sqlite3_changes(db) : 0;
		sqlite3_finalize(s);
	}
	/* What was deleted is to be gone from the write-ahead log, too. */
	return ledger_file_run(db, is_done ? "COMMIT" : "ROLLBACK") && is_done &&
	       ledger_file_run(db, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
}

bool ledger_prune(sqlite3 *db, uint64_t days)
{
	char sql[1024];
	long long kept_ns = (long long)days * 86400 * 1000000000;

	if (days == 0)
		return true;
	snprintf(
	        sql, sizeof sql,
	        "DELETE FROM placements WHERE time_ns < (SELECT max(time_ns) FROM contacts) - %lld;"
	        "DELETE FROM contacts WHERE time_ns < (SELECT max(time_ns) FROM contacts) - %lld;"
	        "DELETE FROM flows WHERE last_ns < (SELECT max(last_ns) FROM flows) - %lld;"
	        "DELETE FROM hosts WHERE last_ns < (SELECT max(last_ns) FROM hosts) - %lld;"
	        "DELETE FROM learned WHERE last_ns < (SELECT max(last_ns) FROM learned) - %lld;"
	        "DELETE FROM learned_calls WHERE name NOT IN (SELECT name FROM learned);"
	        "DELETE FROM runs WHERE last_ns < (SELECT max(last_ns) FROM runs) - %lld;",
	        kept_ns, kept_ns, kept_ns, kept_ns, kept_ns, kept_ns);
	return ledger_file_run(db, sql);
}

/* Of a site that turned out to carry nothing, nobody's visits are kept. */
static const char drop_visitors[] =
        "UPDATE placements SET site = NULL WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');"
        "UPDATE contacts SET site = NULL, site_confidence = 0 WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');";

bool ledger_tidy(sqlite3 *db, uint64_t days)
{
	return ledger_file_run(db, drop_visitors) && ledger_prune(db, days);
}
