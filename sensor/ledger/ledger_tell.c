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

/* SQL that is put together reads best as it stands. */
/* clang-format off */

#define TIME(column) \
	"CASE WHEN " column " > 0 THEN strftime('%Y-%m-%dT%H:%M:%S', " column " / 1000000000," \
	" 'unixepoch') || printf('.%06d+0000', " column " / 1000 % 1000000) END"
/* An event has no nulls, and a merge with nothing (RFC 7396) takes them out. */
#define EVENT(members) "SELECT json_patch('{}', json_object(" members ")) FROM "
#define TYPE(time, word) "'timestamp', " TIME(time) ", 'event_type', '" word "', 'schema', '1.0'"
#define WHERE(given, members) "CASE WHEN " given " IS NOT NULL THEN json_object(" members ") END"
#define FLAG(column) "CASE WHEN " column " THEN json('true') END"

/* ledger_write.c, IDENTITY: it says which of the three it is. */
#define MAC "CASE WHEN c.identity <> c.host AND c.identity NOT LIKE 'id:%' THEN c.identity END"
#define CLIENT_ID "CASE WHEN c.identity LIKE 'id:%' THEN substr(c.identity, 4) END"
#define WHOSE "'ip', c.host, 'mac', " MAC ", 'client_id', " CLIENT_ID
#define LOCAL \
	", 'local', json_object(" WHOSE ", 'name', h.name, 'network', c.network," \
	" 'organisation', n.organisation, 'jurisdiction', n.jurisdiction, 'sector', n.sector)"
#define FILE_AND_PACKET \
	", 'pcap_filename', nullif(c.file, ''), 'pcap_cnt', nullif(c.packet, 0)"

/* What contacts, lookups and the ends of flows have in common. */
#define SIGHT(word) \
	TYPE("c.time_ns", word) ", 'event_id', lower(hex(c.event_id)), 'severity', c.severity," \
	" 'sensor', c.sensor, 'flow_id', c.flow_id" FILE_AND_PACKET ", 'src_ip', c.src_ip," \
	" 'src_port', c.src_port, 'dest_ip', nullif(c.server, ''), 'dest_port', c.port," \
	" 'proto', c.proto, 'app_proto', c.app_proto" LOCAL ", 'tracker', json_object('entity'," \
	" nullif(c.entity, ''), 'product', nullif(c.product, ''), 'category'," \
	" nullif(c.category, ''), 'name', nullif(c.tracker, '')), 'confidence'," \
	" nullif(c.confidence, ''), 'outcome', nullif(c.outcome, ''), 'policy', " \
	WHERE("c.verdict", "'verdict', c.verdict, 'rule', c.rule, 'reference', c.reference") \
	", 'geo', " \
	WHERE("coalesce(c.country, c.asn)", \
	      "'country', c.country, 'asn', c.asn, 'as_org', c.as_org, 'cdn', " FLAG("c.cdn") \
	      ", 'anycast', " FLAG("c.anycast") ", 'source', c.geo_source")
#define EVIDENCE ", 'evidence', CASE WHEN json_valid(c.evidence) THEN json(c.evidence) END"
#define JOINED(table) \
	table " c LEFT JOIN hosts h ON h.identity = c.identity AND h.ip = c.host" \
	" LEFT JOIN networks n ON n.name = c.network ORDER BY c.time_ns, c.event_id"
#define SEEN(name) ", '" name "', json_object('count', sum(" name "))"

/* In this order: the ends of flows and placements are looked up among what came before. */
static const char *const all[] = {
	EVENT(SIGHT("contact") ", 'represents', c.represents" EVIDENCE ", 'site', "
	      WHERE("c.site", "'name', c.site, 'confidence', c.site_confidence"))
	JOINED("contacts"),

	EVENT(SIGHT("lookup") EVIDENCE ", 'dns', "
	      WHERE("c.rrtype", "'rrtype', c.rrtype, 'rcode', c.rcode"))
	JOINED("lookups"),

	EVENT(TYPE("c.time_ns", "placement") ", 'event_id', lower(hex(c.event_id)),"
	      " 'flow_id', c.flow_id" FILE_AND_PACKET ", 'local', json_object(" WHOSE "),"
	      " 'tracker', json_object('entity', nullif(c.entity, ''), 'name',"
	      " nullif(c.tracker, '')), 'site', "
	      WHERE("c.site", "'name', c.site, 'method', nullif(c.method, ''), 'confidence',"
	            " c.confidence, 'lag_ms', c.lag_ms"))
	"placements c ORDER BY c.time_ns, c.event_id",

	EVENT(SIGHT("flow") ", 'flow', json_object('bytes_toserver', c.bytes_out, 'bytes_toclient',"
	      " c.bytes_in, 'activity', c.activity, 'beacons', c.beacons)")
	JOINED("contact_flows"),

	/* As the sensor says it when it ends. Of a site that was only visited there is nothing. */
	EVENT(TYPE("coalesce((SELECT max(last_ns) FROM runs), last_ns)", "site") ", 'tracker', json_object('entity', nullif(entity, '')),"
	      " 'site', json_object('name', name, 'domain', nullif(domain, ''), 'organisation',"
	      " o.organisation, 'jurisdiction', o.jurisdiction, 'sector', o.sector, 'status',"
	      " status, 'since', " TIME("since_ns") ", 'last_confirmed', " TIME("confirmed_ns")
	      ", 'removed_at', " TIME("removed_ns") ", 'first_seen', " TIME("first_ns")
	      ", 'last_seen', " TIME("last_ns") ", 'visits', visits, 'pixel_visits',"
	      " pixel_visits, 'rate_low', rate_low, 'rate_high', rate_high, 'confidence',"
	      " confidence)")
	"sites LEFT JOIN site_owners o ON o.site = name"
	" WHERE pixel_visits > 0 OR status IN ('present', 'removed') ORDER BY name, entity",

	EVENT(TYPE("last_ns", "host") ", 'local', json_object('network', name, 'organisation',"
	      " organisation, 'jurisdiction', jurisdiction, 'sector', sector), 'summary',"
	      " json_object('ban', ban)")
	"networks ORDER BY name",

	/* All runs together: of one nothing follows for the next. */
	EVENT(TYPE("max(last_ns)", "stats") ", 'stats', json_object('visibility', json_object("
	      "'packets', sum(packets), 'flows', sum(flows), 'hellos', sum(hellos)"
	      SEEN("flows_named") SEEN("hellos_incomplete") SEEN("hellos_one_sided")
	      SEEN("ech_real") SEEN("ech_grease") SEEN("ech_unknown") SEEN("doh") SEEN("dot")
	      SEEN("doq") SEEN("drops") SEEN("evictions") "))")
	"visibility HAVING count(*) > 0",
};

/* clang-format on */

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
	bool is_done = db != NULL && ledger_file_run(db, "PRAGMA trusted_schema = OFF;"
	                                                 " PRAGMA cell_size_check = ON; BEGIN");

	for (size_t i = 0; is_done && i < sizeof all / sizeof *all; i++)
		is_done = tell_rows(db, all[i], told, context);
	sqlite3_close(db);
	return is_done;
}
