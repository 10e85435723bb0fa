/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger_write.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/ledger/ledger_file.h"
#include "sensor/log.h"

/* SQL that is put together reads best as it stands. */
/* clang-format off */

/* ?1 is an event's line, ?2 its id, ?3 its time; SQLite reads the rest out of the line. */
#define IN(path) "json_extract(?1, '$." path "')"

/* sensor/verdict/README.md, "Whose": a MAC of its own, its DHCP client id, its address. */
#define IDENTITY "coalesce(" IN("local.mac") ", 'id:' || " IN("local.client_id") ", " HOST ")"
#define HOST "coalesce(" IN("local.ip") ", '')"

#define WHOSE_AND_WHAT \
	"event_id, time_ns, host, identity, entity, product, category, tracker, confidence," \
	" outcome, server, port, flow_id, file, packet, network, severity, verdict, rule," \
	" reference, src_ip, src_port, proto, app_proto, country, asn, as_org, geo_source, cdn," \
	" anycast, sensor"
#define SAID_OF_IT \
	" ?2, ?3, " HOST ", " IDENTITY ", " IN("tracker.entity") ", " IN("tracker.product") ", " \
	IN("tracker.category") ", " IN("tracker.name") ", " IN("confidence") ", " IN("outcome") \
	", " IN("dest_ip") ", " IN("dest_port") ", " IN("flow_id") ", " IN("pcap_filename") ", " \
	IN("pcap_cnt") ", " IN("local.network") ", " IN("severity") ", " IN("policy.verdict") \
	", " IN("policy.rule") ", " IN("policy.reference") ", " IN("src_ip") ", " IN("src_port") \
	", " IN("proto") ", " IN("app_proto") ", " IN("geo.country") ", " IN("geo.asn") ", " \
	IN("geo.as_org") ", " IN("geo.source") ", " IN("geo.cdn") ", " IN("geo.anycast") ", " \
	IN("sensor")
#define SEEN(name) ", " IN("stats.visibility." name ".count")

enum statement {
	ADD_HOST,
	COUNT_CONTACT,
	COUNT_LOOKUP,
	ADD_CONTACT,
	ADD_LOOKUP,
	ADD_CONTACT_FLOW,
	ADD_PLACEMENT,
	ADD_NETWORK,
	ADD_VISIBILITY,
	ADD_FLOW,
	ADD_PERIOD,
	ADD_OWNER,
	ADD_LEARNED,
	ADD_CALLS,
	ADD_RUN,
	STATEMENTS
};

/* "WHERE true": a SELECT before ON CONFLICT has one, or ON would read as a join's. */
static const char *const sql_of[STATEMENTS] = {
	[ADD_HOST] =
		"INSERT INTO hosts (identity, ip, name, mac, first_ns, last_ns)"
		" SELECT " IDENTITY ", " HOST ", " IN("local.name") ", " IN("local.mac") ", ?3, ?3"
		" WHERE true ON CONFLICT (identity, ip) DO UPDATE SET"
		" name = coalesce(excluded.name, name), first_ns = min(first_ns, excluded.first_ns),"
		" last_ns = max(last_ns, excluded.last_ns)",
	[COUNT_CONTACT] =
		"UPDATE hosts SET contacts = contacts + 1"
		" WHERE identity = " IDENTITY " AND ip = " HOST,
	[COUNT_LOOKUP] =
		"UPDATE hosts SET lookups = lookups + 1"
		" WHERE identity = " IDENTITY " AND ip = " HOST,
	[ADD_CONTACT] =
		"INSERT OR IGNORE INTO contacts (" WHOSE_AND_WHAT
		", represents, evidence, site, site_confidence) SELECT " SAID_OF_IT ", "
		IN("represents") ", " IN("evidence") ", " IN("site.name") ", "
		IN("site.confidence"),
	[ADD_LOOKUP] =
		"INSERT OR IGNORE INTO lookups (" WHOSE_AND_WHAT ", rrtype, rcode, evidence) SELECT "
		SAID_OF_IT ", " IN("dns.rrtype") ", " IN("dns.rcode") ", " IN("evidence"),
	/* A capture that ends within a flow tells less of it than one that goes on. */
	[ADD_CONTACT_FLOW] =
		"INSERT INTO contact_flows (" WHOSE_AND_WHAT
		", bytes_out, bytes_in, activity, beacons) SELECT " SAID_OF_IT
		", coalesce(" IN("flow.bytes_toserver") ", 0), coalesce(" IN("flow.bytes_toclient")
		", 0), " IN("flow.activity") ", " IN("flow.beacons")
		" WHERE true ON CONFLICT (event_id) DO UPDATE SET time_ns = excluded.time_ns,"
		" outcome = excluded.outcome, bytes_out = excluded.bytes_out,"
		" bytes_in = excluded.bytes_in, activity = excluded.activity,"
		" beacons = excluded.beacons"
		" WHERE excluded.bytes_out + excluded.bytes_in > bytes_out + bytes_in",
	[ADD_PLACEMENT] =
		"INSERT OR IGNORE INTO placements (event_id, time_ns, host, identity, entity,"
		" tracker, flow_id, site, method, confidence, lag_ms, file, packet) SELECT ?2, ?3, "
		HOST ", " IDENTITY ", " IN("tracker.entity") ", " IN("tracker.name") ", "
		IN("flow_id") ", " IN("site.name") ", " IN("site.method") ", "
		IN("site.confidence") ", " IN("site.lag_ms") ", " IN("pcap_filename") ", "
		IN("pcap_cnt"),
	[ADD_NETWORK] =
		"INSERT INTO networks SELECT " IN("local.network") ", " IN("local.organisation") ", "
		IN("local.jurisdiction") ", " IN("local.sector") ", " IN("summary.ban") ", ?3"
		" WHERE " IN("local.network") " IS NOT NULL ON CONFLICT (name) DO UPDATE SET"
		" organisation = excluded.organisation, jurisdiction = excluded.jurisdiction,"
		" sector = excluded.sector, ban = coalesce(excluded.ban, ban),"
		" last_ns = excluded.last_ns WHERE excluded.last_ns >= last_ns",
	[ADD_VISIBILITY] =
		"INSERT INTO visibility SELECT ?4, ?3, " IN("stats.visibility.packets") ", "
		IN("stats.visibility.flows") ", " IN("stats.visibility.hellos") SEEN("flows_named")
		SEEN("hellos_incomplete") SEEN("hellos_one_sided") SEEN("ech_real")
		SEEN("ech_grease") SEEN("ech_unknown") SEEN("doh") SEEN("dot") SEEN("doq")
		SEEN("drops") SEEN("evictions") " WHERE true ON CONFLICT (first_ns) DO UPDATE SET"
		" last_ns = excluded.last_ns, packets = excluded.packets, flows = excluded.flows,"
		" hellos = excluded.hellos, flows_named = excluded.flows_named,"
		" hellos_incomplete = excluded.hellos_incomplete,"
		" hellos_one_sided = excluded.hellos_one_sided, ech_real = excluded.ech_real,"
		" ech_grease = excluded.ech_grease, ech_unknown = excluded.ech_unknown,"
		" doh = excluded.doh, dot = excluded.dot, doq = excluded.doq,"
		" drops = excluded.drops, evictions = excluded.evictions"
		" WHERE excluded.packets >= packets",
	/* Of equal rows the first flow's identity stays, whenever it is read. */
	[ADD_FLOW] =
		"INSERT INTO flows VALUES (?,nullif(?,''),?,?,?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (src_ip, dest_ip, dest_port, proto, names) DO UPDATE SET"
		" name = coalesce(excluded.name, name), last_ns = max(last_ns, excluded.last_ns),"
		" state = CASE WHEN state = 'new' THEN excluded.state ELSE state END,"
		" flow_id = CASE WHEN excluded.first_ns < first_ns THEN excluded.flow_id"
		" ELSE flow_id END,"
		" src_port = CASE WHEN excluded.first_ns < first_ns THEN excluded.src_port"
		" ELSE src_port END,"
		" first_ns = min(first_ns, excluded.first_ns)",
	[ADD_PERIOD] =
		"INSERT INTO site_periods VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (name, entity, first_ns) DO UPDATE SET domain = excluded.domain,"
		" last_ns = excluded.last_ns, visits = excluded.visits,"
		" pixel_visits = excluded.pixel_visits, after = excluded.after,"
		" status = excluded.status, since_ns = excluded.since_ns,"
		" confirmed_ns = excluded.confirmed_ns, gone_ns = excluded.gone_ns,"
		" chance = excluded.chance, confidence = excluded.confidence,"
		" doubt = excluded.doubt WHERE excluded.last_ns >= last_ns",
	[ADD_OWNER] =
		"INSERT OR REPLACE INTO site_owners SELECT ?1, nullif(?2, ''), nullif(?3, ''),"
		" nullif(?4, '') WHERE ?2 || ?3 || ?4 <> ''",
	/* What is known already is older: a capture that is read again teaches nothing. */
	[ADD_LEARNED] =
		"INSERT INTO learned VALUES (?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET"
		" last_ns = excluded.last_ns, heads = excluded.heads,"
		" followed = excluded.followed, distinct_heads = excluded.distinct_heads,"
		" begun = excluded.begun, embedded = excluded.embedded"
		" WHERE excluded.last_ns > last_ns",
	[ADD_CALLS] =
		"INSERT INTO learned_calls VALUES (?,?,?,?,?)"
		" ON CONFLICT (name, entity) DO UPDATE SET last_ns = excluded.last_ns,"
		" calls = excluded.calls, lags = excluded.lags WHERE excluded.last_ns > last_ns",
	[ADD_RUN] =
		"INSERT INTO runs VALUES (?,?,?) ON CONFLICT (first_ns) DO UPDATE SET"
		" last_ns = max(last_ns, excluded.last_ns), sites = max(sites, excluded.sites)",
};

/* clang-format on */

struct ledger_writer {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	uint64_t begun_ns; /* the first packet; 0: not known yet */
	struct row seen;   /* the last counters, while that is not known */
	bool has_failed;
};

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text != NULL ? text : "", -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *s, int at, uint64_t number)
{
	sqlite3_bind_int64(s, at, (sqlite3_int64)number);
}

static bool step(struct ledger_writer *w, enum statement which)
{
	sqlite3_stmt *s = w->statements[which];
	bool is_done = sqlite3_step(s) == SQLITE_DONE;

	if (!is_done && !w->has_failed) {
		log_error("ledger: %s", sqlite3_errmsg(w->db));
		w->has_failed = true;
	}
	sqlite3_reset(s);
	return is_done;
}

/* Rows that it added or changed; those of a statement that failed are none. */
static int put(struct ledger_writer *w, enum statement which, const struct row *r)
{
	sqlite3_stmt *s = w->statements[which];
	int wanted = sqlite3_bind_parameter_count(s);

	sqlite3_bind_text(s, 1, r->line, (int)r->line_len, SQLITE_STATIC);
	if (wanted >= 2)
		sqlite3_bind_blob(s, 2, r->id, sizeof r->id, SQLITE_STATIC);
	if (wanted >= 3)
		bind_number(s, 3, r->time_ns);
	if (wanted >= 4)
		bind_number(s, 4, w->begun_ns);
	return step(w, which) ? sqlite3_changes(w->db) : 0;
}

/* What is known already is counted already. */
static void write_sight(struct ledger_writer *w, const struct row *r)
{
	bool is_contact = r->type == EVENT_CONTACT;

	(void)put(w, ADD_HOST, r);
	(void)put(w, ADD_NETWORK, r);
	if (put(w, is_contact ? ADD_CONTACT : ADD_LOOKUP, r) > 0)
		(void)put(w, is_contact ? COUNT_CONTACT : COUNT_LOOKUP, r);
}

static const char *protocol_word(uint8_t number)
{
	return number == 6 ? "TCP" : number == 17 ? "UDP" : number == 132 ? "SCTP" : "";
}

static void write_flow(struct ledger_writer *w, const struct row_flow *r)
{
	sqlite3_stmt *s = w->statements[ADD_FLOW];

	bind_text(s, 1, r->host);
	bind_text(s, 2, r->host_name);
	bind_text(s, 3, r->client);
	bind_text(s, 4, r->server);
	bind_number(s, 5, r->port);
	bind_text(s, 6, protocol_word(r->protocol));
	bind_text(s, 7, r->app);
	bind_text(s, 8, r->names);
	bind_number(s, 9, r->first_ns);
	bind_number(s, 10, r->last_ns);
	bind_number(s, 11, r->flow_id);
	bind_number(s, 12, r->client_port);
	bind_text(s, 13, r->state);
	(void)step(w, ADD_FLOW);
}

static void write_learned(struct ledger_writer *w, const struct row_site *r)
{
	sqlite3_stmt *s = w->statements[ADD_LEARNED];

	bind_text(s, 1, r->name);
	bind_number(s, 2, r->last_ns);
	bind_number(s, 3, r->run.heads);
	bind_number(s, 4, r->run.followed);
	bind_number(s, 5, r->run.distinct);
	bind_number(s, 6, r->run.begun);
	sqlite3_bind_double(s, 7, r->run.embedded);
	(void)step(w, ADD_LEARNED);
	s = w->statements[ADD_CALLS];
	bind_text(s, 1, r->name);
	bind_text(s, 2, r->entity);
	bind_number(s, 3, r->last_ns);
	sqlite3_bind_double(s, 4, r->run.calls);
	sqlite3_bind_blob(s, 5, r->run.lags, sizeof r->run.lags, SQLITE_STATIC);
	(void)step(w, ADD_CALLS);
}

static void write_owner(struct ledger_writer *w, const struct row_site *r)
{
	sqlite3_stmt *s = w->statements[ADD_OWNER];

	bind_text(s, 1, r->name);
	bind_text(s, 2, r->organisation);
	bind_text(s, 3, r->jurisdiction);
	bind_text(s, 4, r->sector);
	(void)step(w, ADD_OWNER);
}

static void write_site(struct ledger_writer *w, const struct row_site *r)
{
	sqlite3_stmt *s = w->statements[ADD_PERIOD];

	write_learned(w, r);
	if (r->run.visits == 0)
		return;
	write_owner(w, r);
	bind_text(s, 1, r->name);
	bind_text(s, 2, r->entity);
	bind_number(s, 3, r->run.first_ns);
	bind_text(s, 4, r->domain);
	bind_number(s, 5, r->last_ns);
	bind_number(s, 6, r->run.visits);
	bind_number(s, 7, r->run.hits);
	bind_number(s, 8, r->run.after);
	bind_text(s, 9, r->run.status);
	bind_number(s, 10, r->run.since_ns);
	bind_number(s, 11, r->run.confirmed_ns);
	bind_number(s, 12, r->run.gone_ns);
	sqlite3_bind_double(s, 13, r->run.chance);
	sqlite3_bind_double(s, 14, r->run.confidence);
	sqlite3_bind_double(s, 15, r->run.doubt);
	(void)step(w, ADD_PERIOD);
	if (!ledger_sum_site(w->db, r->name, r->entity))
		w->has_failed = true;
}

/*
 * The counters are those of all that was read since the program began, so they are kept by the time
 * of its first packet: read again, the same is the same.
 */
static void write_seen(struct ledger_writer *w, const struct row *r)
{
	if (w->begun_ns != 0) {
		(void)put(w, ADD_VISIBILITY, r);
		return;
	}
	row_free(&w->seen);
	w->seen = *r;
	w->seen.line = malloc(r->line_len + 1);
	if (w->seen.line != NULL)
		memcpy(w->seen.line, r->line, r->line_len);
}

/* A run of the sensor is known by the time of its first packet. */
static void write_run(struct ledger_writer *w, const struct row *r)
{
	sqlite3_stmt *s = w->statements[ADD_RUN];

	bind_number(s, 1, r->site->run.first_ns);
	bind_number(s, 2, r->time_ns);
	bind_number(s, 3, r->site->run.visits);
	(void)step(w, ADD_RUN);
	if (w->begun_ns != 0)
		return;
	w->begun_ns = r->site->run.first_ns;
	if (w->seen.line != NULL)
		write_seen(w, &w->seen);
	row_free(&w->seen);
}

static void write_row(struct ledger_writer *w, const struct row *r)
{
	switch (r->type) {
	case EVENT_CONTACT:
	case EVENT_LOOKUP:
		write_sight(w, r);
		break;
	case EVENT_PLACEMENT:
		(void)put(w, ADD_PLACEMENT, r);
		break;
	case EVENT_FLOW:
		if (r->flow != NULL)
			write_flow(w, r->flow);
		if (r->line != NULL)
			(void)put(w, ADD_CONTACT_FLOW, r);
		break;
	case EVENT_HOST:
		(void)put(w, ADD_NETWORK, r);
		break;
	case EVENT_SITE:
		write_site(w, r->site);
		break;
	default:
		if (r->site != NULL)
			write_run(w, r);
		else
			write_seen(w, r);
		break;
	}
}

struct ledger_writer *ledger_writer_new(sqlite3 *db)
{
	struct ledger_writer *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->db = db;
	for (size_t i = 0; i < STATEMENTS; i++) {
		w->statements[i] = ledger_file_prepare(db, sql_of[i]);
		if (w->statements[i] == NULL) {
			ledger_writer_free(w);
			return NULL;
		}
	}
	return w;
}

void ledger_writer_free(struct ledger_writer *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(w->statements[i]);
	row_free(&w->seen);
	free(w);
}

bool ledger_write(struct ledger_writer *w, const struct row *rows, size_t count)
{
	if (!ledger_file_run(w->db, "BEGIN IMMEDIATE")) {
		w->has_failed = true;
		return false;
	}
	for (size_t i = 0; i < count; i++)
		write_row(w, &rows[i]);
	if (!ledger_file_run(w->db, "COMMIT"))
		w->has_failed = true;
	return !w->has_failed;
}
