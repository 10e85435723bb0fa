/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: what it keeps, that it keeps it once, what a crash leaves, what it forgets. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/ledger/ledger.h"
#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/review_policy.h"
#include "sensor/ledger/sites_command.h"
#include "sensor/site/site_verdict.h"

#include "tests/check.h"
#include "tests/in_child.h"

static const uint64_t day_ns = UINT64_C(86400) * 1000000000;
static const uint64_t start_ns = UINT64_C(1795441679) * 1000000000;

struct place {
	char folder[64], path[96];
};

static struct place new_place(void)
{
	struct place p = { .folder = "/tmp/ledger-XXXXXX" };

	CHECK(mkdtemp(p.folder) != NULL);
	snprintf(p.path, sizeof p.path, "%s/l.db", p.folder);
	return p;
}

static void remove_place(const struct place *p)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[128];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
		(void)remove(path);
	}
	CHECK(rmdir(p->folder) == 0);
}

static struct slice text(const char *s)
{
	return (struct slice){ (const uint8_t *)s, strlen(s) };
}

static void take_contact(struct ledger *l, enum event_type type, unsigned number, uint64_t time_ns,
                         const char *site)
{
	struct event_local local = { .has_ip = true,
		                     .name = text(number % 2 ? "desk-1" : "desk-0") };
	struct event_tracker tracker = { .entity = "ByteDance",
		                         .product = "TikTok",
		                         .category = "tracking_pixel",
		                         .name = text("analytics.tiktok.com") };
	struct event_site page = { .name = text(site), .method = "timing", .confidence = 0.9 };
	static struct event e;

	memset(&e, 0, sizeof e);
	local.ip[10] = local.ip[11] = 0xff;
	local.ip[12] = 10;
	local.ip[15] = (uint8_t)(number % 2);
	e.type = type;
	e.time_ns = time_ns;
	e.local = &local;
	e.tracker = &tracker;
	e.site = site[0] != '\0' ? &page : NULL;
	e.confidence = CONFIDENCE_CERTAIN;
	e.flow_id = number;
	memcpy(e.id, &number, sizeof number);
	e.id[15] = (uint8_t)type;
	ledger_take(l, &e);
}

static void take_site(struct ledger *l, const char *name, const char *status, uint64_t first_ns,
                      uint64_t visits, uint64_t hits, uint64_t after)
{
	struct event_tracker tracker = { .entity = "ByteDance" };
	struct event_site_run run = { .status = status,
		                      .first_ns = first_ns,
		                      .since_ns = first_ns,
		                      .confirmed_ns = first_ns,
		                      .gone_ns = after > 0 ? first_ns + 500 : 0,
		                      .visits = visits,
		                      .hits = hits,
		                      .after = after,
		                      .doubt = -2.0 * (double)hits,
		                      .calls = (double)hits,
		                      .heads = 3,
		                      .confidence = 0.99 };
	struct event_site site = { .name = text(name),
		                   .domain = text(name),
		                   .status = status,
		                   .last_seen_ns = first_ns + 1000,
		                   .run = &run };
	static struct event e;

	memset(&e, 0, sizeof e);
	e.type = EVENT_SITE;
	e.tracker = &tracker;
	e.site = &site;
	ledger_take(l, &e);
}

static struct ledger *open_ledger(const struct place *p)
{
	struct ledger *l = ledger_open(&(struct ledger_options){
	        .path = p->path, .may_wait = true, .retention_days = 400 });

	CHECK(l != NULL);
	return l;
}

static long long ask(const struct place *p, const char *sql)
{
	sqlite3 *db = ledger_file_open(p->path, false);
	sqlite3_stmt *s = ledger_file_prepare(db, sql);

	CHECK(s != NULL && sqlite3_step(s) == SQLITE_ROW);
	long long answer = sqlite3_column_int64(s, 0);

	sqlite3_finalize(s);
	sqlite3_close(db);
	return answer;
}

static void write_all(const struct place *p)
{
	struct ledger *l = open_ledger(p);

	for (unsigned i = 0; i < 3000; i++) {
		take_contact(l, EVENT_CONTACT, i, start_ns + i, "www.carries.example");
		take_contact(l, EVENT_PLACEMENT, i, start_ns + i,
		             i % 10 == 0 ? "www.innocent.example" : "www.carries.example");
	}
	take_site(l, "www.carries.example", "present", start_ns, 10, 9, 0);
	take_site(l, "www.innocent.example", "absent", start_ns, 30, 0, 30);
	CHECK(ledger_close(l));
}

/* A command's words, copied: it may change them. */
static int run(int command(int, char **), const char *const *words)
{
	char *copies[8] = { NULL };
	int count = 0;

	for (; words[count] != NULL; count++)
		copies[count] = strdup(words[count]);
	int status = in_child(command, count, copies);

	while (count > 0)
		free(copies[--count]);
	return status;
}

/* The same events again change nothing; of who visited an innocent site nothing is kept. */
static void test_once(void)
{
	struct place p = new_place();

	for (int i = 0; i < 2; i++) {
		write_all(&p);
		CHECK(ask(&p, "SELECT count(*) FROM contacts") == 3000);
		CHECK(ask(&p, "SELECT count(*) FROM placements") == 3000);
		CHECK(ask(&p, "SELECT contacts FROM hosts WHERE ip = '10.0.0.1'") == 1500);
		CHECK(ask(&p, "SELECT count(*) FROM hosts") == 2);
		CHECK(ask(&p, "SELECT visits FROM sites WHERE name = 'www.carries.example'") == 10);
		CHECK(ask(&p, "SELECT count(*) FROM placements WHERE site IS NULL") == 300);
		CHECK(ask(&p, "SELECT visits FROM sites WHERE name = 'www.innocent.example'") ==
		      30);
	}
	CHECK(ask(&p, "PRAGMA user_version") == LEDGER_VERSION);
	CHECK(ask(&p, "SELECT count(*) FROM sites_with_tracker") == 1);
	CHECK(ask(&p, "SELECT sum(contacts) FROM trackers_by_host") == 3000);
	CHECK(ask(&p, "SELECT hosts FROM contacts_by_day") == 2);
	remove_place(&p);
}

/* Months later, after a restart: the site's visits go on, the tracker stays away. */
static void test_life(void)
{
	struct place p = new_place();
	struct ledger *l = open_ledger(&p);

	take_site(l, "a.example", "present", start_ns, 10, 9, 0);
	CHECK(ledger_close(l));
	l = open_ledger(&p);
	take_site(l, "a.example", "unknown", start_ns + 30 * day_ns, 2, 0, 2);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT status = 'present' FROM sites") == 1);
	l = open_ledger(&p);
	/* A period grows while its run goes on. */
	take_site(l, "a.example", "unknown", start_ns + 60 * day_ns, 4, 0, 4);
	take_site(l, "a.example", "absent", start_ns + 60 * day_ns, 12, 0, 12);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT status = 'removed' FROM sites") == 1);
	CHECK(ask(&p, "SELECT visits FROM sites") == 24);
	CHECK(ask(&p, "SELECT removed_ns FROM sites") == (long long)(start_ns + 30 * day_ns));
	l = open_ledger(&p);
	take_site(l, "a.example", "present", start_ns + 90 * day_ns, 3, 3, 0);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT status = 'present' AND removed_ns IS NULL FROM sites") == 1);
	remove_place(&p);
}

static void test_forget(void)
{
	struct place p = new_place();
	const char *const forget[] = { "ledger", "forget", "desk-1", p.path, NULL };
	const char *const usage[] = { "ledger", "forget", NULL };

	write_all(&p);
	CHECK(run(ledger_command, forget) == 0);
	CHECK(ask(&p, "SELECT count(*) FROM contacts") == 1500);
	CHECK(ask(&p, "SELECT count(*) FROM placements WHERE host = '10.0.0.1'") == 0);
	CHECK(ask(&p, "SELECT count(*) FROM hosts") == 1);
	CHECK(run(ledger_command, usage) == 2);
	remove_place(&p);
}

static void test_retention(void)
{
	struct place p = new_place();
	struct ledger *l = open_ledger(&p);

	take_contact(l, EVENT_CONTACT, 0, start_ns, "");
	take_contact(l, EVENT_CONTACT, 1, start_ns + 401 * day_ns, "");
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT count(*) FROM contacts") == 1);
	CHECK(ask(&p, "SELECT count(*) FROM hosts") == 1);
	remove_place(&p);
}

/* An event of one host: MAC and address are told apart, as DHCP and IPv6 do. */
static void take_sight(struct ledger *l, enum event_type type, unsigned number, uint64_t time_ns,
                       uint8_t mac, uint8_t address)
{
	struct event_local local = {
		.has_ip = true, .has_mac = mac > 0, .network = "Health", .organisation = "State"
	};
	struct event_tracker tracker = { .entity = "ByteDance",
		                         .product = "TikTok",
		                         .category = "app_api",
		                         .name = text("api.tiktokv.us") };
	struct event_policy policy = { .verdict = "banned", .rule = "r1", .reference = "memo" };
	struct event_geo geo = { .country = "SG", .asn = 396986, .as_org = "B \"D\"" };
	struct event_flow flow = { .bytes_toserver = 100,
		                   .bytes_toclient = 900,
		                   .reason = "timeout" };
	static struct event e;

	memset(&e, 0, sizeof e);
	local.mac[5] = mac;
	local.ip[10] = local.ip[11] = 0xff;
	local.ip[12] = 10;
	local.ip[15] = address;
	e.type = type;
	e.time_ns = time_ns;
	e.local = &local;
	e.tracker = &tracker;
	e.policy = &policy;
	e.geo = type != EVENT_LOOKUP ? &geo : NULL;
	e.flow = type == EVENT_FLOW ? &flow : NULL;
	e.has_flow = true;
	e.flow_id = number;
	e.protocol = 6;
	e.confidence = CONFIDENCE_CERTAIN;
	e.has_outcome = true;
	e.outcome = type == EVENT_LOOKUP ? OUTCOME_BLOCKED : OUTCOME_ESTABLISHED;
	e.evidence[0] = (struct event_evidence){ .kind = EVIDENCE_TLS_SNI,
		                                 .value = text("api.\"x"),
		                                 .packet = 7 };
	e.evidence[1] = (struct event_evidence){ .kind = EVIDENCE_HTTP_REFERER,
		                                 .value = text("innocent.example") };
	e.evidence_count = type == EVENT_FLOW ? 0 : 2;
	memcpy(e.id, &number, sizeof number);
	e.id[15] = (uint8_t)type;
	ledger_take(l, &e);
}

/* Two hosts: one with three addresses, of which the other has one later. */
static void write_sights(const struct place *p)
{
	static const uint8_t whose[][2] = { { 1, 1 }, { 1, 2 }, { 1, 3 }, { 2, 2 }, { 0, 9 } };
	struct ledger *l = open_ledger(p);

	for (unsigned i = 0; i < COUNT_OF(whose); i++) {
		take_sight(l, EVENT_CONTACT, i, start_ns + i, whose[i][0], whose[i][1]);
		take_sight(l, EVENT_LOOKUP, i, start_ns + i, whose[i][0], whose[i][1]);
		take_sight(l, EVENT_FLOW, i, start_ns + i, whose[i][0], whose[i][1]);
	}
	CHECK(ledger_close(l));
}

static void test_hosts(void)
{
	struct place p = new_place();

	for (int i = 0; i < 2; i++) {
		write_sights(&p);
		CHECK(ask(&p, "SELECT count(*) FROM hosts") == 5);
		CHECK(ask(&p, "SELECT count(*) FROM hosts_seen") == 3);
		CHECK(ask(&p,
		          "SELECT contacts = 3 AND lookups = 3 AND addresses = 3 FROM hosts_seen"
		          " WHERE ip = '10.0.0.3'") == 1);
		CHECK(ask(&p, "SELECT hosts = 3 AND contacts = 5 FROM contacts_by_day") == 1);
		CHECK(ask(&p, "SELECT hosts = 3 AND bytes_in = 4500 AND as_org = 'B \"D\"'"
		              " FROM places") == 1);
		CHECK(ask(&p, "SELECT tried = 10 AND stopped = 5 AND hosts = 3 FROM bans") == 1);
		CHECK(ask(&p, "SELECT count(*) FROM networks WHERE organisation = 'State'") == 1);
		CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE"
		              " json_extract(evidence, '$[0].value') = 'api.\"x'") == 5);
	}
	const char *const forget[] = { "ledger", "forget", "10.0.0.1", p.path, NULL };
	const char *const by_mac[] = { "ledger", "forget", "00:00:00:00:00:02", p.path, NULL };

	CHECK(run(ledger_command, forget) == 0); /* and what it did with its other addresses */
	CHECK(ask(&p, "SELECT count(*) FROM hosts") == 2);
	CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE identity LIKE '%:01'") == 0);
	CHECK(ask(&p, "SELECT count(*) FROM lookups") == 2);
	CHECK(ask(&p, "SELECT count(*) FROM contact_flows") == 2);
	CHECK(run(ledger_command, by_mac) == 0);
	CHECK(ask(&p, "SELECT count(*) FROM contacts") == 1);
	remove_place(&p);
}

/* Where a ban holds only lookups come, and the contacts go all the same. */
static void test_retention_of_all(void)
{
	struct place p = new_place();
	struct ledger *l;

	write_sights(&p);
	l = open_ledger(&p);
	take_sight(l, EVENT_LOOKUP, 99, start_ns + 401 * day_ns, 1, 1);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT count(*) FROM contacts") == 0);
	CHECK(ask(&p, "SELECT count(*) FROM contact_flows") == 0);
	CHECK(ask(&p, "SELECT count(*) FROM lookups") == 1);
	CHECK(ask(&p, "SELECT count(*) FROM hosts") == 1);
	remove_place(&p);
}

/* The same flow of a capture that ended within it, and of one that went on. */
static void test_longer(void)
{
	static const char longer[] = "SELECT bytes_in FROM contact_flows";
	struct place p = new_place();
	struct event_local local = { .has_ip = true };
	struct event_tracker tracker = { .entity = "ByteDance", .product = "TikTok" };
	static const uint64_t bytes[] = { 500, 900, 500 }, wanted[] = { 500, 900, 900 };
	static struct event e;

	for (size_t i = 0; i < COUNT_OF(bytes); i++) {
		struct event_flow flow = { .bytes_toclient = bytes[i], .reason = "forced" };
		struct event_flow interim = { .bytes_toclient = 5000, .reason = "interim" };
		struct ledger *l = open_ledger(&p);

		e = (struct event){ .type = EVENT_FLOW,
			            .time_ns = start_ns + bytes[i],
			            .local = &local,
			            .tracker = &tracker,
			            .flow = &flow };
		ledger_take(l, &e);
		e.flow = &interim;
		ledger_take(l, &e);
		CHECK(ledger_close(l));
		CHECK(ask(&p, longer) == (long long)wanted[i]);
	}
	remove_place(&p);
}

/* Of an innocent site nothing is kept of who came from there, also not what the request said. */
static void test_referer(void)
{
	struct place p = new_place();
	struct ledger *l;

	write_sights(&p);
	sqlite3 *db = ledger_file_open(p.path, false);

	CHECK(ledger_file_run(db, "UPDATE contacts SET site = 'innocent.example' WHERE host ="
	                          " '10.0.0.1'"));
	sqlite3_close(db);
	l = open_ledger(&p);
	take_site(l, "innocent.example", "absent", start_ns, 30, 0, 30);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE site IS NOT NULL") == 0);
	CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE evidence LIKE '%innocent%'") == 4);
	CHECK(ask(&p, "SELECT json_array_length(evidence) FROM contacts WHERE host = '10.0.0.1'") ==
	      1);
	remove_place(&p);
}

/* The counters are those of all that was read; the first run's time says of which. */
static void test_visibility(void)
{
	struct place p = new_place();
	struct event_site_run begun = { .first_ns = start_ns };
	struct event_site looked = { .run = &begun };
	static struct event e;

	for (int i = 0; i < 2; i++) {
		struct event_stats stats = { .visibility = { .packets = 10, .flows = 4 } };
		struct ledger *l = open_ledger(&p);

		e = (struct event){ .type = EVENT_STATS, .time_ns = start_ns, .stats = &stats };
		ledger_take(l, &e); /* before anybody says when it began */
		e = (struct event){ .type = EVENT_STATS, .time_ns = start_ns, .site = &looked };
		ledger_take(l, &e);
		stats.visibility.packets = 30;
		stats.visibility.drops = 2;
		e = (struct event){ .type = EVENT_STATS, .time_ns = start_ns + 9, .stats = &stats };
		ledger_take(l, &e);
		CHECK(ledger_close(l));
		CHECK(ask(&p, "SELECT sum(packets) = 30 AND sum(drops) = 2 AND sum(flows) = 4"
		              " FROM visibility") == 1);
	}
	remove_place(&p);
}

/* Contacts in the file while another process writes it; 0: not made yet. */
static long long count_now(const struct place *p)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	long long count = 0;

	if (sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM contacts", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		count = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return count;
}

static pid_t write_for_ever(const struct place *p, unsigned round)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child > 0)
		return child;
	struct ledger *l = open_ledger(p);

	for (unsigned i = 0;; i++)
		take_contact(l, EVENT_CONTACT, round << 24 | i, start_ns + i, "");
}

/* Killed while it writes, again and again: the file is whole, and goes on. */
static void test_crash(void)
{
	struct place p = new_place();
	long long before = 0;

	for (unsigned round = 0; round < 4; round++) {
		pid_t child = write_for_ever(&p, round);

		for (unsigned i = 0; i < 3000 && count_now(&p) <= before; i++)
			usleep(10000);
		usleep(round * 7000);
		CHECK(kill(child, SIGKILL) == 0);
		CHECK(waitpid(child, NULL, 0) == child);
		CHECK(ledger_close(open_ledger(&p)));
		CHECK(ask(&p, "SELECT count(*) FROM pragma_integrity_check"
		              " WHERE integrity_check = 'ok'") == 1);
		long long now = ask(&p, "SELECT count(*) FROM contacts");

		CHECK(now > before);
		CHECK(ask(&p, "SELECT sum(contacts) FROM hosts") == now);
		before = now;
	}
	remove_place(&p);
}

static void test_versions(void)
{
	struct place p = new_place();
	struct ledger_options options = { .path = p.path };
	sqlite3 *db;

	CHECK(ledger_close(open_ledger(&p)));
	CHECK(sqlite3_open(p.path, &db) == SQLITE_OK);
	CHECK(ledger_file_run(db, "PRAGMA user_version = 99"));
	sqlite3_close(db);
	CHECK(ledger_open(&options) == NULL);
	remove_place(&p);
}

/* What the first version kept, without its views. */
static const char first_version[] =
        "CREATE TABLE hosts (ip TEXT PRIMARY KEY, name TEXT, mac TEXT, first_ns INTEGER NOT NULL,"
        " last_ns INTEGER NOT NULL, contacts INTEGER NOT NULL DEFAULT 0);"
        "CREATE TABLE contacts (event_id BLOB PRIMARY KEY, time_ns INTEGER NOT NULL,"
        " host TEXT NOT NULL, entity TEXT, product TEXT, category TEXT, tracker TEXT,"
        " confidence TEXT, outcome TEXT, server TEXT, port INTEGER, flow_id INTEGER, site TEXT,"
        " site_confidence REAL, file TEXT, packet INTEGER) WITHOUT ROWID;"
        "CREATE TABLE placements (event_id BLOB PRIMARY KEY, time_ns INTEGER NOT NULL,"
        " host TEXT NOT NULL, entity TEXT, tracker TEXT, flow_id INTEGER, site TEXT, method TEXT,"
        " confidence REAL, lag_ms INTEGER, file TEXT, packet INTEGER) WITHOUT ROWID;"
        "CREATE TABLE site_periods (name TEXT, entity TEXT, first_ns INTEGER, domain TEXT,"
        " last_ns INTEGER, visits INTEGER, pixel_visits INTEGER, after INTEGER, status TEXT,"
        " since_ns INTEGER, confirmed_ns INTEGER, gone_ns INTEGER, chance REAL, confidence REAL,"
        " PRIMARY KEY (name, entity, first_ns)) WITHOUT ROWID;"
        "CREATE TABLE sites (name TEXT, entity TEXT, domain TEXT, status TEXT, visits INTEGER,"
        " pixel_visits INTEGER, first_ns INTEGER, last_ns INTEGER, since_ns INTEGER,"
        " confirmed_ns INTEGER, removed_ns INTEGER, rate_low REAL, rate_high REAL, confidence REAL,"
        " PRIMARY KEY (name, entity)) WITHOUT ROWID;"
        "INSERT INTO hosts VALUES ('10.0.0.9', 'old', NULL, 1, 2, 7);"
        "INSERT INTO site_periods VALUES ('a.example', 'ByteDance', 1000, 'a.example', 2000, 10, 9,"
        " 0, 'present', 1000, 2000, 0, 0.01, 0.99);"
        "INSERT INTO sites VALUES ('a.example', 'ByteDance', 'a.example', 'present', 10, 9, 1000,"
        " 2000, 1000, 2000, NULL, 0.6, 0.98, 0.99);"
        "PRAGMA user_version = 1;";

/* A file of an earlier version goes on; what it kept is there, and adds up with what comes. */
static void test_migration(void)
{
	struct place p = new_place();
	sqlite3 *db;

	CHECK(sqlite3_open(p.path, &db) == SQLITE_OK);
	CHECK(ledger_file_run(db, first_version));
	sqlite3_close(db);
	struct ledger *l = open_ledger(&p);

	take_site(l, "a.example", "unknown", start_ns, 12, 0, 12);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "PRAGMA user_version") == LEDGER_VERSION);
	CHECK(ask(&p, "SELECT contacts FROM hosts WHERE name = 'old'") == 7);
	CHECK(ask(&p, "SELECT visits = 22 AND status = 'removed' FROM sites") == 1);
	CHECK(ask(&p, "SELECT count(*) FROM sites_gone") == 1);
	remove_place(&p);
}

/* The third version did not know who a host is: its MAC said it, where there was one. */
static const char third_rows[] =
        "INSERT INTO hosts VALUES ('10.0.0.1', 'a', '02:00:00:00:00:01', 1795441670000000000, "
        "1795441670000000005, 2),"
        " ('10.0.0.2', 'b', NULL, 1795441670000000000, 1795441670000000005, 1);"
        "INSERT INTO contacts (event_id, time_ns, host) VALUES (x'01', 1795441670000000001, "
        "'10.0.0.1'),"
        " (x'02', 1795441670000000002, '10.0.0.1'), (x'03', 1795441670000000003, '10.0.0.2');"
        "INSERT INTO placements (event_id, time_ns, host) VALUES (x'01', 1795441670000000001, "
        "'10.0.0.1');"
        "PRAGMA user_version = 3;";

static void test_third_version(void)
{
	struct place p = new_place();
	sqlite3 *db;

	CHECK(sqlite3_open(p.path, &db) == SQLITE_OK);
	for (size_t i = 0; i < 3; i++)
		CHECK(ledger_file_run(db, ledger_migrations[i]));
	CHECK(ledger_file_run(db, third_rows));
	sqlite3_close(db);
	write_sights(&p);
	CHECK(ask(&p, "PRAGMA user_version") == LEDGER_VERSION);
	CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE identity = '02:00:00:00:00:01'") == 2);
	CHECK(ask(&p, "SELECT count(*) FROM contacts WHERE identity = '10.0.0.2'") == 1);
	CHECK(ask(&p, "SELECT identity = '02:00:00:00:00:01' FROM placements") == 1);
	CHECK(ask(&p, "SELECT contacts FROM hosts WHERE name = 'a'") == 2);
	CHECK(ask(&p, "SELECT count(*) FROM contacts") == 8);
	CHECK(ask(&p, "SELECT count(*) FROM hosts_seen") == 5);
	remove_place(&p);
}

static void visit_silently(struct site_book *book, const char *site, uint64_t begin_ns,
                           unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct site_observation o = { .time_ns = begin_ns + i * UINT64_C(60000000000),
			                      .order = i,
			                      .kind = SITE_SAW_VISIT,
			                      .name = text(site) };

		site_book_learn(book, &o, 1);
	}
}

static struct site_verdict judge_whole(const struct site_book *book, const char *name,
                                       bool *has_base)
{
	const struct site *s = site_book_find(book, text(name));
	struct site whole;
	struct site_verdict v;

	CHECK(s != NULL);
	*has_base = site_whole(s, 0, &whole);
	site_judge(&whole, 0, site_book_coincidence(book, 0), &v);
	return v;
}

/* After a restart a sensor knows what it knew; of a capture that is read again it does not. */
static void test_restore(void)
{
	struct place p = new_place();
	struct ledger *l = open_ledger(&p);
	struct event_site_run run = { .first_ns = start_ns };
	struct event_site looked = { .run = &run };
	static struct event e;
	bool has_base;

	take_site(l, "a.example", "present", start_ns, 10, 9, 0);
	e = (struct event){ .type = EVENT_STATS, .time_ns = start_ns + 5000, .site = &looked };
	ledger_take(l, &e);
	CHECK(ledger_close(l));
	CHECK(ask(&p, "SELECT count(*) FROM sensor_runs") == 1);
	l = open_ledger(&p);
	struct site_book *book = site_book_new(64, 1), *again = site_book_new(64, 1);

	CHECK(book != NULL && again != NULL);
	CHECK(ledger_restore(l, book) && ledger_restore(l, again));
	visit_silently(book, "a.example", start_ns + 30 * day_ns, 1);
	CHECK(judge_whole(book, "a.example", &has_base).status == SITE_PRESENT);
	CHECK(has_base);
	CHECK(site_book_find(book, text("a.example"))->heads == 3);
	visit_silently(book, "a.example", start_ns + 31 * day_ns, 11);
	struct site_verdict v = judge_whole(book, "a.example", &has_base);

	CHECK(v.status == SITE_REMOVED && v.visits == 22 && v.hits == 9);
	CHECK(v.removed_at_ns == start_ns + 30 * day_ns);
	visit_silently(again, "a.example", start_ns, 1);
	CHECK(judge_whole(again, "a.example", &has_base).status == SITE_UNKNOWN);
	CHECK(!has_base);
	CHECK(site_book_find(again, text("a.example"))->heads == 0);
	site_book_free(book);
	site_book_free(again);
	CHECK(ledger_close(l));
	remove_place(&p);
}

static void write_file(const char *path, const char *content)
{
	FILE *out = fopen(path, "w");

	CHECK(out != NULL && fputs(content, out) >= 0 && fclose(out) == 0);
}

/* Whom the config's policy says to ban the pixel: by networks, and by the sites' owners. */
static void test_policy(void)
{
	static const char text[] = "networks:\n"
	                           "  - {name: A, prefixes: 10.1.0.0/16, jurisdiction: MD}\n"
	                           "  - {name: B, prefixes: 10.2.0.0/16, jurisdiction: UT}\n"
	                           "  - {name: C, prefixes: 10.3.0.0/16, jurisdiction: OH}\n"
	                           "  - {name: D, prefixes: 10.4.0.0/16, jurisdiction: TX}\n"
	                           "  - {name: E, prefixes: 10.5.0.0/16, sector: tax}\n"
	                           "policy:\n"
	                           "  - {rule: r1, who: {network: A}, verdict: banned}\n"
	                           "  - {rule: r2, who: {jurisdiction: UT}, verdict: watch}\n"
	                           "  - {rule: r3, who: {jurisdiction: OH}, verdict: banned,"
	                           " until: 2022-01-01}\n"
	                           "  - {rule: r4, who: {sector: tax}, verdict: banned,"
	                           " what: {category: tracking_pixel}}\n"
	                           "  - {rule: r5, who: {jurisdiction: TX}, verdict: banned,"
	                           " what: {category: app_api}}\n"
	                           "inventory:\n"
	                           "  - {site: a.example, jurisdiction: ID, sector: tax}\n"
	                           "  - {site: b.example, jurisdiction: NV, sector: health}\n";
	struct config *c =
	        config_read("c.yaml", (struct slice){ (const uint8_t *)text, sizeof text - 1 },
	                    &(struct config_options){ 0 }, NULL, NULL);
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;

	CHECK(c != NULL && sqlite3_open(":memory:", &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, "CREATE TABLE bans (jurisdiction TEXT PRIMARY KEY)", NULL, NULL,
	                   NULL) == SQLITE_OK);
	CHECK(review_policy(db, c, c, UINT64_C(1700000000000000000)));
	CHECK(sqlite3_prepare_v2(db,
	                         "SELECT group_concat(jurisdiction) FROM"
	                         " (SELECT jurisdiction FROM bans ORDER BY 1)",
	                         -1, &s, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(s) == SQLITE_ROW);
	CHECK(strcmp((const char *)sqlite3_column_text(s, 0), "ID,MD") == 0);
	sqlite3_finalize(s);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	config_free(c);
}

static void test_census(void)
{
	struct place p = new_place();
	char csv[128];

	snprintf(csv, sizeof csv, "%s/inventory.csv", p.folder);
	write_file(csv, "\xef\xbb\xbfsector,site,organisation,jurisdiction\r\n"
	                "health,WWW.Carries.example,\"Health, \"\"State\"\" Office\",MD\r\n\r\n"
	                "taxes,never.example,Taxes\n");
	write_all(&p);
	static const char *const shapes[] = { "--csv", "--json", NULL };

	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		const char *const words[] = {
			"sites", p.path, "--inventory", csv, shapes[i], NULL
		};

		CHECK(run(sites_command, words) == 0);
	}
	const char *const review[] = { "sites", p.path, "--inventory", csv, "--banned", "MD,UT" };
	const char *const since[] = { "sites",   p.path,       "--inventory", csv,
		                      "--since", "2026-01-01", NULL };
	const char *const no_time[] = { "sites", p.path, "--since", "soon", NULL };
	const char *words[COUNT_OF(review) + 1] = { NULL };

	memcpy(words, review, sizeof review);
	CHECK(run(sites_command, words) == 0);
	CHECK(run(sites_command, since) == 0);
	CHECK(run(sites_command, no_time) == 2);
	const char *const example[] = { "sites", p.path, "-c", "sensor/config/example.yaml", NULL };
	const char *const no_config[] = { "sites", p.path, "--config", csv, NULL };

	CHECK(run(sites_command, example) == 0);
	CHECK(run(sites_command, no_config) == 1);
	const char *const explain[] = { "sites", p.path, "--explain", "carries.example", NULL };
	const char *const nothing[] = { "sites", p.path, "--explain", "never.example", NULL };

	CHECK(run(sites_command, explain) == 0);
	CHECK(run(sites_command, nothing) == 1);
	write_file(csv, "who,where\n");
	const char *const bad[] = { "sites", p.path, "--inventory", csv, NULL };

	CHECK(run(sites_command, bad) == 1);
	CHECK(remove(csv) == 0);
	remove_place(&p);
}

int main(void)
{
	test_once();
	test_life();
	test_forget();
	test_retention();
	test_hosts();
	test_retention_of_all();
	test_longer();
	test_referer();
	test_visibility();
	test_crash();
	test_versions();
	test_migration();
	test_third_version();
	test_restore();
	test_policy();
	test_census();
	return 0;
}
