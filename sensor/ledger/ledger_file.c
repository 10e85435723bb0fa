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
		    !ledger_file_run(db, ledger_migrations[version]) || !ledger_file_run(db, set) ||
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

/* All that the host is: whatever address it had, and whoever else had that one. */
static const char begin_to_forget[] =
        "PRAGMA secure_delete = ON; BEGIN IMMEDIATE;"
        "CREATE TEMP TABLE IF NOT EXISTS forgotten (identity TEXT, ip TEXT);"
        "DELETE FROM forgotten";
static const char find_forgotten[] =
        "INSERT INTO forgotten SELECT identity, ip FROM hosts WHERE identity IN"
        " (SELECT identity FROM hosts WHERE ip = ?1 OR name = ?1 OR mac = ?1 OR identity = ?1)";

/* Counts the rows that it changes into `*rows`. */
static bool run_for(sqlite3 *db, const char *sql, const char *host, int *rows)
{
	sqlite3_stmt *s = ledger_file_prepare(db, sql);
	bool is_done = s != NULL;

	if (is_done && sqlite3_bind_parameter_count(s) > 0)
		is_done = sqlite3_bind_text(s, 1, host, -1, SQLITE_STATIC) == SQLITE_OK;
	is_done = is_done && sqlite3_step(s) == SQLITE_DONE;
	*rows += is_done ? sqlite3_changes(db) : 0;
	sqlite3_finalize(s);
	return is_done;
}

bool ledger_forget(sqlite3 *db, const char *host, int *rows)
{
#define OF_HOST " WHERE host = ?1 OR identity IN (SELECT identity FROM forgotten)"
	static const char *const deletions[] = {
		"DELETE FROM contacts" OF_HOST,
		"DELETE FROM lookups" OF_HOST,
		"DELETE FROM contact_flows" OF_HOST,
		"DELETE FROM placements" OF_HOST,
		("DELETE FROM flows WHERE host = ?1 OR name = ?1"
		 " OR host IN (SELECT ip FROM forgotten)"),
		"DELETE FROM hosts WHERE identity IN (SELECT identity FROM forgotten)",
	};
#undef OF_HOST
	int found = 0;
	bool is_done =
	        ledger_file_run(db, begin_to_forget) && run_for(db, find_forgotten, host, &found);

	*rows = 0;
	for (size_t i = 0; is_done && i < sizeof deletions / sizeof *deletions; i++)
		is_done = run_for(db, deletions[i], host, rows);
	/* What was deleted is to be gone from the write-ahead log, too. */
	return ledger_file_run(db, is_done ? "COMMIT; DROP TABLE temp.forgotten" : "ROLLBACK") &&
	       is_done && ledger_file_run(db, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
}

/* Where a ban holds there are no new contacts, and the old ones go all the same. */
#define NEWEST                                                                                     \
	"(SELECT max(time_ns) FROM (SELECT max(time_ns) AS time_ns FROM contacts UNION ALL"        \
	" SELECT max(time_ns) FROM lookups UNION ALL SELECT max(time_ns) FROM contact_flows))"

bool ledger_prune(sqlite3 *db, uint64_t days)
{
	static const char *const deletions[] = {
		"DELETE FROM placements WHERE time_ns < " NEWEST " - ?1",
		"DELETE FROM contact_flows WHERE time_ns < " NEWEST " - ?1",
		"DELETE FROM lookups WHERE time_ns < " NEWEST " - ?1",
		"DELETE FROM contacts WHERE time_ns < " NEWEST " - ?1",
		"DELETE FROM flows WHERE last_ns < (SELECT max(last_ns) FROM flows) - ?1",
		"DELETE FROM hosts WHERE last_ns < (SELECT max(last_ns) FROM hosts) - ?1",
		"DELETE FROM networks WHERE last_ns < (SELECT max(last_ns) FROM networks) - ?1",
		"DELETE FROM learned WHERE last_ns < (SELECT max(last_ns) FROM learned) - ?1",
		"DELETE FROM learned_calls WHERE name NOT IN (SELECT name FROM learned)",
		"DELETE FROM site_owners WHERE site NOT IN (SELECT name FROM sites)",
		"DELETE FROM runs WHERE last_ns < (SELECT max(last_ns) FROM runs) - ?1",
		"DELETE FROM visibility WHERE last_ns < (SELECT max(last_ns) FROM visibility) - ?1",
	};
	bool is_done = true;

	for (size_t i = 0; days > 0 && is_done && i < sizeof deletions / sizeof *deletions; i++) {
		sqlite3_stmt *s = ledger_file_prepare(db, deletions[i]);

		if (s != NULL && sqlite3_bind_parameter_count(s) > 0)
			sqlite3_bind_int64(s, 1, (sqlite3_int64)days * 86400 * 1000000000);
		is_done = s != NULL && sqlite3_step(s) == SQLITE_DONE;
		if (s != NULL && !is_done)
			log_error("ledger: %s", sqlite3_errmsg(db));
		sqlite3_finalize(s);
	}
	return is_done;
}

/* Of a site that turned out to carry nothing, nobody's visits are kept; a referer names it, too. */
static const char drop_visitors[] =
        "UPDATE placements SET site = NULL WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');"
        "UPDATE contacts SET evidence = (SELECT json_group_array(json(value)) FROM"
        " json_each(evidence) WHERE json_extract(value, '$.kind') <> 'http_referer')"
        " WHERE json_valid(evidence) AND evidence LIKE '%http_referer%' AND site IN"
        " (SELECT name FROM sites WHERE status = 'absent');"
        "UPDATE contacts SET site = NULL, site_confidence = 0 WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');";

bool ledger_tidy(sqlite3 *db, uint64_t days)
{
	return ledger_file_run(db, drop_visitors) && ledger_prune(db, days);
}
