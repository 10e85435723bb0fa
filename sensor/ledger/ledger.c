/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/event/address_text.h"
#include "sensor/event/wire_text.h"
#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/ledger_flows.h"
#include "sensor/log.h"

enum { QUEUE_MAX = 1 << 14, TEXT = 256, BATCH_SECONDS = 1 };

/* What is kept of an event: copied, since the event goes. */
struct row {
	enum event_type type;
	uint8_t id[16];
	uint64_t time_ns, packet, flow_id;
	char host[ADDRESS_TEXT_MAX], host_name[TEXT], mac[24];
	char entity[TEXT], product[TEXT], category[64], tracker[TEXT];
	char site[TEXT], domain[TEXT], file[TEXT], server[ADDRESS_TEXT_MAX];
	const char *confidence, *outcome, *status, *method; /* literals */
	uint16_t port;
	double site_confidence, chance;
	int64_t lag_ms;
	uint64_t visits, pixel_visits, after;
	uint64_t first_ns, last_ns, since_ns, confirmed_ns, gone_ns;
	char client[ADDRESS_TEXT_MAX]; /* of a flow, with what follows */
	char *names;                   /* the row's own */
	const char *state, *app;       /* literals */
	uint16_t client_port;
	uint8_t protocol;
};

struct ledger {
	sqlite3 *db;
	uint64_t retention_days;
	bool may_wait, keeps_flows;
	pthread_t writer;
	pthread_mutex_t lock;
	pthread_cond_t change, room_again;
	struct row *queue, *batch; /* one is filled while the other is written */
	size_t count, room, batch_room;
	uint64_t lost;
	bool is_closing, has_failed;
	sqlite3_stmt *add_host, *add_contact, *add_placement, *add_period, *count_contact,
	        *add_flow;
};

static const char add_host[] =
        "INSERT INTO hosts (ip, name, mac, first_ns, last_ns) VALUES "
        "(?,nullif(?,''),nullif(?,''),?4,?4)"
        " ON CONFLICT (ip) DO UPDATE SET name = coalesce(excluded.name, name),"
        " mac = coalesce(excluded.mac, mac), first_ns = min(first_ns, excluded.first_ns),"
        " last_ns = max(last_ns, excluded.last_ns)";
static const char add_contact[] =
        "INSERT OR IGNORE INTO contacts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,nullif(?,''),?,?,?)";
static const char count_contact[] = "UPDATE hosts SET contacts = contacts + 1 WHERE ip = ?";
static const char add_placement[] =
        "INSERT OR IGNORE INTO placements VALUES (?,?,?,?,?,?,nullif(?,''),?,?,?,?,?)";
static const char add_period[] =
        "INSERT INTO site_periods VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (name, entity, first_ns) DO UPDATE SET domain = excluded.domain,"
        " last_ns = excluded.last_ns, visits = excluded.visits,"
        " pixel_visits = excluded.pixel_visits, after = excluded.after,"
        " status = excluded.status, since_ns = excluded.since_ns,"
        " confirmed_ns = excluded.confirmed_ns, gone_ns = excluded.gone_ns,"
        " chance = excluded.chance, confidence = excluded.confidence"
        " WHERE excluded.last_ns >= last_ns";

/* Of equal rows the first flow's identity stays, whenever it is read. */
static const char add_flow[] =
        "INSERT INTO flows VALUES (?,nullif(?,''),?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (src_ip, dest_ip, dest_port, proto, names) DO UPDATE SET"
        " name = coalesce(excluded.name, name), last_ns = max(last_ns, excluded.last_ns),"
        " state = CASE WHEN state = 'new' THEN excluded.state ELSE state END,"
        " flow_id = CASE WHEN excluded.first_ns < first_ns THEN excluded.flow_id ELSE flow_id END,"
        " src_port = CASE WHEN excluded.first_ns < first_ns THEN excluded.src_port ELSE src_port "
        "END,"
        " first_ns = min(first_ns, excluded.first_ns)";

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text != NULL ? text : "", -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *s, int at, uint64_t number)
{
	sqlite3_bind_int64(s, at, (sqlite3_int64)number);
}

static bool step(struct ledger *l, sqlite3_stmt *s)
{
	bool is_done = sqlite3_step(s) == SQLITE_DONE;

	if (!is_done && !l->has_failed) {
		log_error("ledger: %s", sqlite3_errmsg(l->db));
		l->has_failed = true;
	}
	sqlite3_reset(s);
	return is_done;
}

static void write_host(struct ledger *l, const struct row *r)
{
	bind_text(l->add_host, 1, r->host);
	bind_text(l->add_host, 2, r->host_name);
	bind_text(l->add_host, 3, r->mac);
	bind_number(l->add_host, 4, r->time_ns);
	(void)step(l, l->add_host);
}

static void write_contact(struct ledger *l, const struct row *r)
{
	sqlite3_stmt *s = l->add_contact;

	write_host(l, r);
	sqlite3_bind_blob(s, 1, r->id, sizeof r->id, SQLITE_STATIC);
	bind_number(s, 2, r->time_ns);
	bind_text(s, 3, r->host);
	bind_text(s, 4, r->entity);
	bind_text(s, 5, r->product);
	bind_text(s, 6, r->category);
	bind_text(s, 7, r->tracker);
	bind_text(s, 8, r->confidence);
	bind_text(s, 9, r->outcome);
	bind_text(s, 10, r->server);
	bind_number(s, 11, r->port);
	bind_number(s, 12, r->flow_id);
	bind_text(s, 13, r->site);
	sqlite3_bind_double(s, 14, r->site_confidence);
	bind_text(s, 15, r->file);
	bind_number(s, 16, r->packet);
	if (!step(l, s) || sqlite3_changes(l->db) == 0)
		return; /* known already */
	bind_text(l->count_contact, 1, r->host);
	(void)step(l, l->count_contact);
}

static void write_placement(struct ledger *l, const struct row *r)
{
	sqlite3_stmt *s = l->add_placement;

	sqlite3_bind_blob(s, 1, r->id, sizeof r->id, SQLITE_STATIC);
	bind_number(s, 2, r->time_ns);
	bind_text(s, 3, r->host);
	bind_text(s, 4, r->entity);
	bind_text(s, 5, r->tracker);
	bind_number(s, 6, r->flow_id);
	bind_text(s, 7, r->site);
	bind_text(s, 8, r->method);
	sqlite3_bind_double(s, 9, r->site_confidence);
	sqlite3_bind_int64(s, 10, r->lag_ms);
	bind_text(s, 11, r->file);
	bind_number(s, 12, r->packet);
	(void)step(l, s);
}

static void write_site(struct ledger *l, const struct row *r)
{
	sqlite3_stmt *s = l->add_period;

	bind_text(s, 1, r->site);
	bind_text(s, 2, r->entity);
	bind_number(s, 3, r->first_ns);
	bind_text(s, 4, r->domain);
	bind_number(s, 5, r->last_ns);
	bind_number(s, 6, r->visits);
	bind_number(s, 7, r->pixel_visits);
	bind_number(s, 8, r->after);
	bind_text(s, 9, r->status);
	bind_number(s, 10, r->since_ns);
	bind_number(s, 11, r->confirmed_ns);
	bind_number(s, 12, r->gone_ns);
	sqlite3_bind_double(s, 13, r->chance);
	sqlite3_bind_double(s, 14, r->site_confidence);
	(void)step(l, s);
	if (!ledger_sum_site(l->db, r->site, r->entity))
		l->has_failed = true;
}

static const char *protocol_word(uint8_t number)
{
	return number == 6 ? "TCP" : number == 17 ? "UDP" : number == 132 ? "SCTP" : "";
}

static void write_flow(struct ledger *l, const struct row *r)
{
	sqlite3_stmt *s = l->add_flow;

	bind_text(s, 1, r->host[0] != '\0' ? r->host : r->client);
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
	(void)step(l, s);
}

static void write_batch(struct ledger *l, const struct row *rows, size_t count)
{
	if (!ledger_file_run(l->db, "BEGIN IMMEDIATE")) {
		l->has_failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (rows[i].type == EVENT_CONTACT)
			write_contact(l, &rows[i]);
		else if (rows[i].type == EVENT_PLACEMENT)
			write_placement(l, &rows[i]);
		else if (rows[i].type == EVENT_FLOW)
			write_flow(l, &rows[i]);
		else
			write_site(l, &rows[i]);
	}
	if (!ledger_file_run(l->db, "COMMIT"))
		l->has_failed = true;
}

/* Waits for rows or the end, at most for the time of a batch. */
static void wait_for_rows(struct ledger *l)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += BATCH_SECONDS;
	while (!l->is_closing && l->count < QUEUE_MAX / 2 &&
	       pthread_cond_timedwait(&l->change, &l->lock, &until) == 0)
		;
}

static void *write_all(void *context)
{
	struct ledger *l = context;
	bool is_over = false;

	pthread_mutex_lock(&l->lock);
	while (!is_over) {
		wait_for_rows(l);
		is_over = l->is_closing;
		struct row *rows = l->queue;
		size_t count = l->count, room = l->room;

		l->queue = l->batch;
		l->room = l->batch_room;
		l->count = 0;
		pthread_cond_broadcast(&l->room_again);
		pthread_mutex_unlock(&l->lock);
		if (count > 0)
			write_batch(l, rows, count);
		for (size_t i = 0; i < count; i++)
			free(rows[i].names);
		pthread_mutex_lock(&l->lock);
		l->batch = rows;
		l->batch_room = room;
		is_over = is_over && l->count == 0;
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static bool prepare(struct ledger *l)
{
	l->add_host = ledger_file_prepare(l->db, add_host);
	l->add_contact = ledger_file_prepare(l->db, add_contact);
	l->count_contact = ledger_file_prepare(l->db, count_contact);
	l->add_placement = ledger_file_prepare(l->db, add_placement);
	l->add_period = ledger_file_prepare(l->db, add_period);
	l->add_flow = ledger_file_prepare(l->db, add_flow);
	return l->add_flow != NULL && l->add_host != NULL && l->add_contact != NULL &&
	       l->count_contact != NULL && l->add_placement != NULL && l->add_period != NULL;
}

static void free_ledger(struct ledger *l)
{
	sqlite3_finalize(l->add_host);
	sqlite3_finalize(l->add_contact);
	sqlite3_finalize(l->count_contact);
	sqlite3_finalize(l->add_flow);
	sqlite3_finalize(l->add_placement);
	sqlite3_finalize(l->add_period);
	sqlite3_close(l->db);
	free(l->queue);
	free(l->batch);
	free(l);
}

struct ledger *ledger_open(const struct ledger_options *options)
{
	struct ledger *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->retention_days = options->retention_days;
	l->may_wait = options->may_wait;
	l->keeps_flows = options->keeps_flows;
	l->db = ledger_file_open(options->path, true);
	if (l->db == NULL || !prepare(l)) {
		free_ledger(l);
		return NULL;
	}
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->change, NULL);
	pthread_cond_init(&l->room_again, NULL);
	if (pthread_create(&l->writer, NULL, write_all, l) == 0)
		return l;
	free_ledger(l);
	return NULL;
}

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text != NULL ? text : "");
}

static void copy_name(char out[TEXT], struct slice name)
{
	size_t len = name.len < TEXT - 1 ? name.len : TEXT - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = name.ptr[i] > ' ' && name.ptr[i] < 0x7f ? (char)name.ptr[i] : '?';
	out[len] = '\0';
}

static void copy_local(struct row *r, const struct event_local *local)
{
	if (local == NULL)
		return;
	address_text(local->ip, r->host);
	copy_name(r->host_name, local->name);
	if (local->has_mac)
		snprintf(r->mac, sizeof r->mac, "%02x:%02x:%02x:%02x:%02x:%02x", local->mac[0],
		         local->mac[1], local->mac[2], local->mac[3], local->mac[4], local->mac[5]);
}

static void copy_site(struct row *r, const struct event_site *site)
{
	if (site == NULL)
		return;
	copy_name(r->site, site->name);
	copy_name(r->domain, site->domain);
	r->status = site->status;
	r->method = site->method;
	r->site_confidence = site->confidence;
	r->chance = site->chance;
	r->lag_ms = site->lag_ms;
	r->visits = site->visits;
	r->pixel_visits = site->pixel_visits;
	r->after = site->visits_after;
	r->first_ns = site->first_seen_ns;
	r->last_ns = site->last_seen_ns;
	r->since_ns = site->since_ns;
	r->confirmed_ns = site->last_confirmed_ns;
	r->gone_ns = site->gone_ns;
}

static void copy_event(struct row *r, const struct event *e)
{
	*r = (struct row){ .type = e->type,
		           .time_ns = e->time_ns,
		           .packet = e->pcap_cnt,
		           .flow_id = e->flow_id,
		           .port = e->dst_port,
		           .confidence = confidence_word(e->confidence),
		           .outcome = e->has_outcome ? outcome_word(e->outcome) : NULL };
	memcpy(r->id, e->id, sizeof r->id);
	copy_local(r, e->local);
	copy_site(r, e->site);
	if (e->has_flow)
		address_text(e->dst, r->server);
	copy_text(r->file, sizeof r->file, e->pcap_filename);
	if (e->tracker == NULL)
		return;
	copy_text(r->entity, sizeof r->entity, e->tracker->entity);
	copy_text(r->product, sizeof r->product, e->tracker->product);
	copy_text(r->category, sizeof r->category, e->tracker->category);
	copy_name(r->tracker, e->tracker->name);
}

static void copy_flow(struct row *r, const struct event *e, char *names)
{
	address_text(e->src, r->client);
	r->client_port = e->src_port;
	r->protocol = e->protocol;
	r->app = e->app_proto;
	r->state = e->flow->state;
	r->first_ns = e->flow->start_ns;
	r->last_ns = e->flow->end_ns > 0 ? e->flow->end_ns : e->flow->start_ns;
	r->names = names;
}

static bool is_flow(const struct ledger *l, const struct event *e)
{
	return l->keeps_flows && e->type == EVENT_FLOW && e->has_flow && e->flow != NULL;
}

static bool make_room(struct ledger *l)
{
	if (l->count < l->room)
		return true;
	size_t room = l->room > 0 ? l->room * 2 : 64;
	struct row *grown = room <= QUEUE_MAX ? realloc(l->queue, room * sizeof *grown) : NULL;

	if (grown == NULL)
		return false;
	l->queue = grown;
	l->room = room;
	return true;
}

void ledger_take(struct ledger *l, const struct event *e)
{
	char *names = is_flow(l, e) ? ledger_names_text(e) : NULL;

	if (names == NULL && e->type != EVENT_CONTACT && e->type != EVENT_PLACEMENT &&
	    e->type != EVENT_SITE)
		return;
	pthread_mutex_lock(&l->lock);
	while (l->may_wait && l->count == QUEUE_MAX)
		pthread_cond_wait(&l->room_again, &l->lock);
	if (make_room(l)) {
		struct row *row = &l->queue[l->count++];

		copy_event(row, e);
		if (names != NULL)
			copy_flow(row, e, names);
	} else {
		free(names);
		l->lost++;
	}
	if (l->count == QUEUE_MAX / 2)
		pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
}

/* Of a site that turned out to carry nothing, nobody's visits are kept. */
static const char drop_visitors[] =
        "UPDATE placements SET site = NULL WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');"
        "UPDATE contacts SET site = NULL, site_confidence = 0 WHERE site IN"
        " (SELECT name FROM sites WHERE status = 'absent');";

bool ledger_close(struct ledger *l)
{
	if (l == NULL)
		return true;
	pthread_mutex_lock(&l->lock);
	l->is_closing = true;
	pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->writer, NULL);
	bool is_done = ledger_file_run(l->db, drop_visitors) &&
	               ledger_prune(l->db, l->retention_days) && !l->has_failed;

	if (l->lost > 0)
		log_error("ledger: %llu events found no room", (unsigned long long)l->lost);
	is_done = is_done && l->lost == 0;
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->change);
	pthread_cond_destroy(&l->room_again);
	free_ledger(l);
	return is_done;
}
