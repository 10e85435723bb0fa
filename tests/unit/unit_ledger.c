/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: what it keeps, that it keeps it once, what a crash leaves, what it forgets. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/ledger/ledger.h"
#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/sites_command.h"

#include "tests/check.h"

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
	struct event_site site = { .name = text(name),
		                   .domain = text(name),
		                   .status = status,
		                   .first_seen_ns = first_ns,
		                   .last_seen_ns = first_ns + 1000,
		                   .since_ns = first_ns,
		                   .last_confirmed_ns = first_ns,
		                   .gone_ns = after > 0 ? first_ns + 500 : 0,
		                   .visits = visits,
		                   .pixel_visits = hits,
		                   .visits_after = after,
		                   .confidence = 0.99 };
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
	        .path = p->path, .may_wait = true, .retention_days = LEDGER_RETENTION_DAYS });

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
	int status = command(count, copies);

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

static void write_file(const char *path, const char *content)
{
	FILE *out = fopen(path, "w");

	CHECK(out != NULL && fputs(content, out) >= 0 && fclose(out) == 0);
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
	test_crash();
	test_versions();
	test_census();
	return 0;
}
