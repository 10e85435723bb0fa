/* SPDX-License-Identifier: Apache-2.0 */
/* The tables and views, version by version: what is here never changes, what is new comes behind.
 */
#include "sensor/ledger/ledger_file.h"

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

/*
 * What the page answers beside: bytes, places, networks and bans, lookups, how much was seen; and
 * who a host is, whatever address it has (`identity`: its MAC, else "id:" and what it calls itself
 * to DHCP, else its address). Of what earlier versions kept, the host's MAC says it.
 */
/* clang-format off */
#define WHAT_OF_IT \
	" network TEXT, severity TEXT, verdict TEXT, rule TEXT, reference TEXT, src_ip TEXT," \
	" src_port INTEGER, proto TEXT, app_proto TEXT, country TEXT, asn INTEGER, as_org TEXT," \
	" geo_source TEXT, cdn INTEGER, anycast INTEGER, sensor TEXT"
#define WHOSE_AND_WHAT \
	"event_id BLOB PRIMARY KEY, time_ns INTEGER NOT NULL, host TEXT NOT NULL," \
	" identity TEXT NOT NULL, entity TEXT, product TEXT, category TEXT, tracker TEXT," \
	" confidence TEXT, outcome TEXT, server TEXT, port INTEGER, flow_id INTEGER, file TEXT," \
	" packet INTEGER," WHAT_OF_IT
#define ADD(column) "ALTER TABLE contacts ADD COLUMN " column ";"
static const char version_4[] =
	ADD("identity TEXT") ADD("network TEXT") ADD("severity TEXT") ADD("verdict TEXT")
	ADD("rule TEXT") ADD("reference TEXT") ADD("src_ip TEXT") ADD("src_port INTEGER")
	ADD("proto TEXT") ADD("app_proto TEXT") ADD("country TEXT") ADD("asn INTEGER")
	ADD("as_org TEXT") ADD("geo_source TEXT") ADD("cdn INTEGER") ADD("anycast INTEGER")
	ADD("sensor TEXT") ADD("represents INTEGER") ADD("evidence TEXT")
	"ALTER TABLE placements ADD COLUMN identity TEXT;"
	"UPDATE contacts SET identity ="
	" coalesce((SELECT mac FROM hosts WHERE hosts.ip = contacts.host), host);"
	"UPDATE placements SET identity ="
	" coalesce((SELECT mac FROM hosts WHERE hosts.ip = placements.host), host);"
	"CREATE INDEX contacts_identity ON contacts (identity);"
	"CREATE TABLE lookups (" WHOSE_AND_WHAT ", rrtype TEXT, rcode TEXT, evidence TEXT)"
	" WITHOUT ROWID;"
	"CREATE INDEX lookups_host ON lookups (host, time_ns);"
	"CREATE INDEX lookups_identity ON lookups (identity);"
	/* The ends of flows with a contact: what went each way. */
	"CREATE TABLE contact_flows (" WHOSE_AND_WHAT ", bytes_out INTEGER, bytes_in INTEGER,"
	" activity TEXT, beacons INTEGER) WITHOUT ROWID;"
	"CREATE INDEX contact_flows_host ON contact_flows (host, time_ns);"
	"CREATE INDEX contact_flows_identity ON contact_flows (identity);"
	"DROP VIEW IF EXISTS hosts_seen;"
	"ALTER TABLE hosts RENAME TO hosts_before;"
	"CREATE TABLE hosts (identity TEXT NOT NULL, ip TEXT NOT NULL, name TEXT, mac TEXT,"
	" first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,"
	" contacts INTEGER NOT NULL DEFAULT 0, lookups INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (identity, ip)) WITHOUT ROWID;"
	"INSERT INTO hosts SELECT coalesce(mac, ip), ip, name, mac, first_ns, last_ns, contacts, 0"
	" FROM hosts_before;"
	"DROP TABLE hosts_before;"
	"CREATE INDEX hosts_ip ON hosts (ip);"
	"CREATE TABLE networks (name TEXT PRIMARY KEY, organisation TEXT, jurisdiction TEXT,"
	" sector TEXT, ban TEXT, last_ns INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE site_owners (site TEXT PRIMARY KEY, organisation TEXT, jurisdiction TEXT,"
	" sector TEXT) WITHOUT ROWID;"
	/* By the time of the program's first packet: the counters of all that it read. */
	"CREATE TABLE visibility (first_ns INTEGER PRIMARY KEY, last_ns INTEGER NOT NULL,"
	" packets INTEGER NOT NULL, flows INTEGER, hellos INTEGER, flows_named INTEGER,"
	" hellos_incomplete INTEGER, hellos_one_sided INTEGER, ech_real INTEGER,"
	" ech_grease INTEGER, ech_unknown INTEGER, doh INTEGER, dot INTEGER, doq INTEGER,"
	" drops INTEGER, evictions INTEGER);"
	"CREATE VIEW hosts_seen AS SELECT (SELECT ip FROM hosts a WHERE a.identity = h.identity"
	" ORDER BY last_ns DESC, ip LIMIT 1) AS ip, (SELECT name FROM hosts a"
	" WHERE a.identity = h.identity AND name IS NOT NULL ORDER BY last_ns DESC, ip LIMIT 1)"
	" AS name, max(mac) AS mac, count(*) AS addresses, sum(contacts) AS contacts,"
	" sum(lookups) AS lookups, datetime(min(first_ns) / 1000000000, 'unixepoch') AS first_seen,"
	" datetime(max(last_ns) / 1000000000, 'unixepoch') AS last_seen, identity"
	" FROM hosts h GROUP BY identity ORDER BY max(last_ns) DESC;"
	"DROP VIEW IF EXISTS trackers_by_host;"
	"CREATE VIEW trackers_by_host AS SELECT host, entity, product, tracker,"
	" count(*) AS contacts, datetime(min(time_ns) / 1000000000, 'unixepoch') AS first_seen,"
	" datetime(max(time_ns) / 1000000000, 'unixepoch') AS last_seen, identity"
	" FROM contacts GROUP BY identity, host, tracker ORDER BY host, contacts DESC;"
	"DROP VIEW IF EXISTS contacts_by_day;"
	"CREATE VIEW contacts_by_day AS SELECT date(time_ns / 1000000000, 'unixepoch') AS day,"
	" count(*) AS contacts, count(DISTINCT identity) AS hosts FROM contacts GROUP BY day;"
	"DROP VIEW IF EXISTS placements_by_site;"
	"CREATE VIEW placements_by_site AS SELECT site, max(host) AS host, count(*) AS calls,"
	" datetime(min(time_ns) / 1000000000, 'unixepoch') AS first_seen,"
	" datetime(max(time_ns) / 1000000000, 'unixepoch') AS last_seen, identity"
	" FROM placements WHERE site IS NOT NULL GROUP BY site, identity"
	" ORDER BY site, calls DESC;"
	"CREATE VIEW places AS SELECT country, as_org, asn, count(*) AS flows,"
	" count(DISTINCT identity) AS hosts, sum(bytes_out) AS bytes_out,"
	" sum(bytes_in) AS bytes_in, max(cdn) AS cdn, max(anycast) AS anycast"
	" FROM contact_flows GROUP BY country, as_org, asn ORDER BY sum(bytes_in) DESC;"
	"CREATE VIEW bans AS SELECT network, rule, count(*) AS tried,"
	" sum(outcome IN ('reset', 'unanswered', 'blocked')) AS stopped,"
	" count(DISTINCT identity) AS hosts,"
	" datetime(min(time_ns) / 1000000000, 'unixepoch') AS first_seen,"
	" datetime(max(time_ns) / 1000000000, 'unixepoch') AS last_seen FROM"
	" (SELECT network, rule, outcome, identity, time_ns FROM contacts WHERE verdict = 'banned'"
	" UNION ALL SELECT network, rule, outcome, identity, time_ns FROM lookups"
	" WHERE verdict = 'banned' AND outcome = 'blocked') GROUP BY network, rule;";
/* clang-format on */

const char *const ledger_migrations[LEDGER_VERSION] = { version_1, version_2, version_3,
	                                                version_4 };
