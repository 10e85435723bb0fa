/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger_tell.h"

#include <stdio.h>
#include <string.h>

#include "sensor/ledger/ledger_file.h"
#include "sensor/log.h"

bool ledger_is_one(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof magic];
	FILE *file = fopen(path, "rb");
	bool is_one = file != NULL && fread(head, 1, sizeof head, file) == sizeof head &&
	              memcmp(head, magic, sizeof head) == 0;

	if (file != NULL)
		fclose(file);
	return is_one;
}

#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', nullif(" column ", 0) / 1e9, 'unixepoch')"
/* An event has no nulls, and a merge with nothing (RFC 7396) takes them out. */
#define EVENT(members) "SELECT json_patch('{}', json_object(" members ")) FROM "

static const char contacts[] = EVENT("'timestamp', " TIME(
        "c.time_ns") ", 'event_type', 'contact', 'schema', '1.0',"
                     " 'event_id', lower(hex(c.event_id)), 'flow_id', c.flow_id,"
                     " 'pcap_filename', nullif(c.file, ''), 'pcap_cnt', nullif(c.packet, "
                     "0),"
                     " 'dest_ip', nullif(c.server, ''), 'dest_port', c.port,"
                     " 'local', json_object('ip', c.host, 'mac', h.mac, 'name', h.name),"
                     " 'tracker', json_object('entity', nullif(c.entity, ''), 'product', "
                     "nullif(c.product, ''),"
                     " 'category', nullif(c.category, ''), 'name', nullif(c.tracker, '')),"
                     " 'confidence', nullif(c.confidence, ''), 'outcome', "
                     "nullif(c.outcome, ''),"
                     " 'site', json_object('name', c.site,"
                     " 'confidence', CASE WHEN c.site IS NOT NULL THEN c.site_confidence "
                     "END)") "contacts c LEFT JOIN hosts h ON h.ip = c.host";

static const char placements[] = EVENT("'timestamp', " TIME(
        "time_ns") ", 'event_type', 'placement', 'schema', '1.0',"
                   " 'event_id', lower(hex(event_id)), 'flow_id', flow_id,"
                   " 'local', json_object('ip', host),"
                   " 'tracker', json_object('entity', nullif(entity, ''), 'name', nullif(tracker, "
                   "'')),"
                   " 'site', json_object('name', site, 'method', nullif(method, ''),"
                   " 'confidence', confidence, 'lag_ms', lag_ms)") "placements";

static const char sites[] = EVENT(
        "'timestamp', " TIME("last_ns") ", 'event_type', 'site', 'schema', '1.0',"
                                        " 'tracker', json_object('entity', nullif(entity, '')),"
                                        " 'site', json_object('name', name, 'domain', "
                                        "nullif(domain, ''), 'status', status,"
                                        " 'since', " TIME("since_ns") ", 'last_confirmed', " TIME(
                                                "confirmed_ns") ","
                                                                " 'removed_at', " TIME("removed_ns") ", 'first_seen', " TIME(
                                                                        "first_ns") ","
                                                                                    " 'last_seen',"
                                                                                    " " TIME(
                                                                                            "last_"
                                                                                            "ns") ", 'visits', visits, 'pixel_visits', pixel_visits,"
                                                                                                  " 'rate_low', rate_low, 'rate_high', rate_high, 'confidence', confidence)") "sites";

static bool tell_rows(sqlite3 *db, const char *sql, ledger_told *told, void *context)
{
	sqlite3_stmt *s = ledger_file_prepare(db, sql);
	int step = SQLITE_ERROR;

	while (s != NULL && (step = sqlite3_step(s)) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(s, 0);

		if (line != NULL)
			told(context, line, strlen(line));
	}
	if (s != NULL && step != SQLITE_DONE)
		log_error("ledger: %s", sqlite3_errmsg(db));
	sqlite3_finalize(s);
	return step == SQLITE_DONE;
}

bool ledger_tell(const char *path, ledger_told *told, void *context)
{
	sqlite3 *db = ledger_file_open(path, false);
	/* Whoever sent the file may have written its views. */
	bool is_done = db != NULL &&
	               ledger_file_run(db, "PRAGMA trusted_schema = OFF;"
	                                   " PRAGMA cell_size_check = ON; BEGIN") &&
	               tell_rows(db, contacts, told, context) &&
	               tell_rows(db, placements, told, context) &&
	               tell_rows(db, sites, told, context);

	sqlite3_close(db);
	return is_done;
}
