/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/report.h"

#include <stdlib.h>

#include "sensor/report/parts.h"
#include "sensor/report/policy.h"

enum { IDS_MAX = 1 << 23, PAIRS_MAX = 1 << 20 };

/* A row for each of these holds the counts of the fact that it stands for. */
enum { PARTS_MAX = 8 };

struct parts {
	struct sum_row *rows[PARTS_MAX];
	size_t count;
};

static const size_t limits[] = { 4096, 65536, 16384, 1024, 16384, 8192, 256, 131072, 65536 };

static void for_each_table(struct report_tables *t, void (*act)(struct sum_table *, size_t))
{
	struct sum_table *const all[] = { &t->networks, &t->hosts,    &t->sites,
		                          &t->products, &t->trackers, &t->places,
		                          &t->rules,    &t->matrix,   &t->streams };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		act(all[i], limits[i]);
}

static void free_table(struct sum_table *t, size_t limit)
{
	(void)limit;
	sum_table_free(t);
}

struct report *report_new(void)
{
	struct report *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	for_each_table(&r->tables, sum_table_init);
	if (words_init(&r->words))
		return r;
	report_free(r);
	return NULL;
}

void report_free(struct report *r)
{
	if (r == NULL)
		return;
	words_free(&r->words);
	for_each_table(&r->tables, free_table);
	listing_free(&r->listing);
	packed_free(&r->packed);
	seen_set_close(&r->known);
	seen_set_close(&r->stays);
	seen_set_close(&r->addresses);
	free(r);
}

uint64_t report_events(const struct report *r)
{
	return r->events;
}

static uint32_t word(struct report *r, struct text t)
{
	return words_add(&r->words, t);
}

void report_source(struct report *r, const char *name)
{
	seeing_end_runs(&r->seeing);
	if (r->source_count < SOURCES_MAX)
		r->sources[r->source_count++] = word(r, text_of(name));
}

void report_ban(struct report *r, const char *rule, const char *reference, uint64_t since_ns,
                uint64_t until_ns)
{
	if (r->ban_count == BANS_MAX)
		return;
	r->bans[r->ban_count].rule = word(r, text_of(rule));
	r->bans[r->ban_count].reference = word(r, text_of(reference != NULL ? reference : ""));
	r->bans[r->ban_count].since_ns = since_ns;
	r->bans[r->ban_count].until_ns = until_ns;
	r->ban_count++;
}

static void know(struct report *r, uint32_t *attribute, struct text t)
{
	if (t.len > 0)
		*attribute = word(r, t);
}

/* Pages are known as the site of both, with and without "www.". */
static struct text site_name(struct text name)
{
	return text_starts(name, "www.") ? text_skip(name, 4) : name;
}

/* The sums that a fact goes into */

static struct sum_row *sum_of(struct sum_table *t, uint32_t a, uint32_t b, uint32_t c)
{
	return sum_table_row(t, (const uint32_t[SUM_KEYS]){ a, b, c });
}

static struct sum_row *network_row(struct report *r, const struct fact *f)
{
	return sum_of(&r->tables.networks, word(r, f->network), word(r, f->organisation),
	              word(r, f->jurisdiction));
}

/* False also when there are too many to know. */
static bool is_new_pair(struct seen_set *s, uint32_t one, uint32_t other)
{
	return s->count < PAIRS_MAX && seen_set_add(s, (uint64_t)one << 32 | other);
}

static struct sum_row *host_row(struct report *r, const struct fact *f)
{
	uint32_t identity = word(r, fact_identity(f)), address = word(r, f->host);
	struct sum_row *host = sum_of(&r->tables.hosts, identity, 0, 0);

	if (host == NULL)
		return NULL;
	host->counts.addresses += is_new_pair(&r->addresses, identity, address);
	know(r, &host->attribute[HOST_ADDRESS], f->host);
	know(r, &host->attribute[HOST_NAME], f->host_name);
	know(r, &host->attribute[HOST_MAC], f->mac);
	know(r, &host->attribute[HOST_NETWORK], f->network);
	return host;
}

static struct sum_row *place_row(struct report *r, const struct fact *f)
{
	char number[32];
	struct text as = { number, 0 };

	if (f->country.len == 0 && f->asn == 0)
		return NULL;
	if (f->asn > 0)
		as.len = (size_t)snprintf(number, sizeof number, "AS%llu",
		                          (unsigned long long)f->asn);
	struct sum_row *place =
	        sum_of(&r->tables.places, word(r, f->country), word(r, f->as_org), word(r, as));

	if (place != NULL && (f->is_cdn || f->is_anycast))
		know(r, &place->attribute[PLACE_KIND], text_of(f->is_anycast ? "anycast" : "cdn"));
	return place;
}

static struct sum_row *rule_row(struct report *r, const struct fact *f)
{
	static const char *const words[] = { "", "banned", "allowed", "watch" };

	if (f->verdict == VERDICT_NONE)
		return NULL;
	return sum_of(&r->tables.rules, word(r, f->rule), word(r, text_of(words[f->verdict])),
	              word(r, f->reference));
}

static void add_part(struct parts *p, struct sum_row *row)
{
	if (row != NULL)
		p->rows[p->count++] = row;
}

/* A host is counted in each network where it was in contact. */
static void find_parts(struct report *r, const struct fact *f, struct parts *p)
{
	uint32_t product = word(r, f->product), category = word(r, f->category);
	uint32_t identity = word(r, fact_identity(f));

	p->count = 0;
	add_part(p, host_row(r, f));
	struct sum_row *network = network_row(r, f);

	add_part(p, network);
	if (network != NULL && f->type != EVENT_LOOKUP)
		network->counts.hosts += is_new_pair(&r->stays, word(r, f->network), identity);
	add_part(p, sum_of(&r->tables.products, product, category, word(r, f->entity)));
	add_part(p, sum_of(&r->tables.trackers, word(r, f->tracker), 0, 0));
	add_part(p, sum_of(&r->tables.matrix, identity, product, category));
	add_part(p, f->type != EVENT_LOOKUP ? place_row(r, f) : NULL);
	add_part(p, rule_row(r, f));
}

static bool is_stopped(const struct fact *f)
{
	return f->outcome == OUTCOME_RESET || f->outcome == OUTCOME_UNANSWERED ||
	       f->outcome == OUTCOME_BLOCKED;
}

/* As in host events: what is not known counts for neither. */
static void count_ban(struct counts *c, const struct fact *f, uint64_t weight)
{
	if (f->verdict != VERDICT_BANNED)
		return;
	c->through += f->outcome == OUTCOME_ESTABLISHED ? weight : 0;
	c->held += is_stopped(f) ? weight : 0;
}

static void count_policy(struct counts *c, const struct fact *f, uint64_t weight)
{
	count_ban(c, f, weight);
	c->banned += f->verdict == VERDICT_BANNED ? weight : 0;
	c->allowed += f->verdict == VERDICT_ALLOWED ? weight : 0;
	c->watched += f->verdict == VERDICT_WATCH ? weight : 0;
}

static void count_contact(struct counts *c, const struct fact *f, uint64_t weight)
{
	uint64_t *const outcomes[] = { [OUTCOME_PENDING] = &c->pending,
		                       [OUTCOME_ESTABLISHED] = &c->established,
		                       [OUTCOME_RESET] = &c->reset,
		                       [OUTCOME_UNANSWERED] = &c->unanswered,
		                       [OUTCOME_BLOCKED] = &c->blocked_contacts };

	c->contacts += weight;
	*outcomes[f->outcome] += weight;
	c->certain += f->confidence == CONFIDENCE_CERTAIN ? weight : 0;
	c->strong += f->confidence == CONFIDENCE_STRONG ? weight : 0;
	c->weak += f->confidence == CONFIDENCE_WEAK ? weight : 0;
	count_policy(c, f, weight);
	counts_saw(c, f->time_ns);
}

static void count_lookup(struct counts *c, const struct fact *f)
{
	c->lookups++;
	if (f->outcome == OUTCOME_BLOCKED) {
		c->blocked++;
		count_ban(c, f, 1);
	}
	counts_saw(c, f->time_ns);
}

static void count_bytes(struct counts *c, const struct fact *f)
{
	c->bytes_out += f->bytes_out;
	c->bytes_in += f->bytes_in;
}

/* The list */

static void fill_row(struct report *r, struct listing_row *row, const struct fact *f,
                     struct text line)
{
	row->time_ns = f->time_ns;
	row->packet = f->packet;
	row->weight = f->represents > 0 ? f->represents : 1;
	row->host = word(r, f->host);
	row->identity = word(r, fact_identity(f));
	row->network = word(r, f->network);
	row->organisation = word(r, f->organisation);
	row->jurisdiction = word(r, f->jurisdiction);
	row->tracker = word(r, f->tracker);
	row->entity = word(r, f->entity);
	row->product = word(r, f->product);
	row->category = word(r, f->category);
	row->site = word(r, site_name(f->site));
	row->country = word(r, f->country);
	row->as_org = word(r, f->as_org);
	row->server = word(r, f->server);
	row->file = word(r, f->file);
	row->is_lookup = f->type == EVENT_LOOKUP;
	row->outcome = (uint8_t)f->outcome;
	row->confidence = (uint8_t)f->confidence;
	row->verdict = (uint8_t)f->verdict;
	row->severity = (uint8_t)f->severity;
	row->event = packed_add(&r->packed, line);
	r->long_events += row->event == PACKED_NOT;
}

static void count_time(struct report *r, const struct fact *f, uint64_t weight)
{
	if (f->time_ns == 0 || (f->type == EVENT_LOOKUP && f->outcome != OUTCOME_BLOCKED))
		return;
	struct timeline_piece *piece = timeline_at(&r->timeline, f->time_ns);

	if (is_stopped(f))
		piece->stopped += weight;
	else if (f->outcome == OUTCOME_ESTABLISHED)
		piece->established += weight;
	else
		piece->pending += weight;
	if (f->verdict == VERDICT_BANNED && f->outcome == OUTCOME_ESTABLISHED)
		piece->banned += weight;
}

static void take_contact(struct report *r, const struct fact *f, struct text line)
{
	struct listing_row *row = listing_add(&r->listing, f);
	uint64_t weight = f->represents > 0 ? f->represents : 1;
	struct parts parts;

	find_parts(r, f, &parts);
	for (size_t i = 0; i < parts.count; i++)
		if (f->type == EVENT_LOOKUP)
			count_lookup(&parts.rows[i]->counts, f);
		else
			count_contact(&parts.rows[i]->counts, f, weight);
	if (f->type == EVENT_LOOKUP)
		count_lookup(&r->total, f);
	else
		count_contact(&r->total, f, weight);
	count_time(r, f, weight);
	if (row != NULL)
		fill_row(r, row, f, line);
}

/* The row of the flow's contact with that tracker or, where it is not known, any of the flow. */
static struct listing_row *row_of(struct report *r, const struct fact *f)
{
	struct listing_row *any = f->has_flow_id ? listing_find(&r->listing, f->flow_id) : NULL;
	uint32_t tracker = word(r, f->tracker);

	for (struct listing_row *row = any; row != NULL; row = listing_before(&r->listing, row))
		if (row->tracker == tracker)
			return row;
	return any;
}

static void take_flow(struct report *r, const struct fact *f)
{
	struct listing_row *listed = row_of(r, f);
	struct parts parts;

	if (f->tracker.len + f->product.len == 0 || f->is_interim)
		return;
	find_parts(r, f, &parts);
	for (size_t i = 0; i < parts.count; i++)
		count_bytes(&parts.rows[i]->counts, f);
	count_bytes(&r->total, f);
	if (listed != NULL) {
		listed->bytes_out += f->bytes_out;
		listed->bytes_in += f->bytes_in;
		return;
	}
	struct sum_row *stream =
	        sum_of(&r->tables.streams, word(r, f->network), WORD_NONE, word(r, f->product));

	if (stream != NULL)
		count_bytes(&stream->counts, f);
}

static void take_placement(struct report *r, const struct fact *f)
{
	struct listing_row *listed = row_of(r, f);

	if (listed != NULL && listed->site == WORD_NONE)
		listed->site = word(r, site_name(f->site));
}

/* The latest word on a site is the true one. */
static void take_site(struct report *r, const struct fact *f)
{
	uint64_t last_ns = f->last_seen_ns > f->time_ns ? f->last_seen_ns : f->time_ns;
	struct sum_row *site =
	        sum_of(&r->tables.sites, word(r, site_name(f->site)), word(r, f->entity), 0);

	if (site == NULL || last_ns < site->time_ns[SITE_LAST])
		return;
	know(r, &site->attribute[SITE_DOMAIN], f->domain);
	know(r, &site->attribute[SITE_STATUS], f->status);
	know(r, &site->attribute[SITE_ORGANISATION], f->site_organisation);
	know(r, &site->attribute[SITE_JURISDICTION], f->site_jurisdiction);
	know(r, &site->attribute[SITE_SECTOR], f->sector);
	site->time_ns[SITE_SINCE] = f->since_ns;
	site->time_ns[SITE_CONFIRMED] = f->confirmed_ns;
	site->time_ns[SITE_REMOVED] = f->removed_ns;
	site->time_ns[SITE_LAST] = last_ns;
	site->visits = f->visits;
	site->pixel_visits = f->pixel_visits;
}

/* Of a network, whether its ban holds; the rest is summed up here anyway. */
static void take_host(struct report *r, const struct fact *f)
{
	struct sum_row *network = f->host.len == 0 ? network_row(r, f) : NULL;

	if (network != NULL)
		know(r, &network->attribute[NETWORK_BAN], f->ban);
}

static void take(struct report *r, const struct fact *f, struct text line)
{
	r->events++;
	if (f->time_ns > 0 && (r->first_ns == 0 || f->time_ns < r->first_ns))
		r->first_ns = f->time_ns;
	if (f->time_ns > r->last_ns)
		r->last_ns = f->time_ns;
	switch (f->type) {
	case EVENT_CONTACT:
	case EVENT_LOOKUP:
		take_contact(r, f, line);
		break;
	case EVENT_FLOW:
		take_flow(r, f);
		break;
	case EVENT_PLACEMENT:
		take_placement(r, f);
		break;
	case EVENT_SITE:
		take_site(r, f);
		break;
	case EVENT_HOST:
		take_host(r, f);
		break;
	default:
		seeing_take(&r->seeing, word(r, f->sensor), f->visibility);
		break;
	}
}

static bool is_repeat(struct report *r, const struct fact *f)
{
	/* One site is told with the same id as long as nothing changes; no harm in reading it. */
	if (f->id == 0 || f->type == EVENT_SITE || r->known.count >= IDS_MAX)
		return false;
	bool is_new = seen_set_add(&r->known, f->id);

	r->repeats += !is_new;
	return !is_new;
}

static enum fact_answer read_line(struct report *r, struct text line, bool is_run)
{
	struct json *tree = json_open(line, NULL);
	struct fact fact;
	enum fact_answer answer = fact_read(tree, &fact);

	if (answer == FACT_OK && (is_run || !is_repeat(r, &fact))) {
		policy_fill(r->config, &fact);
		take(r, &fact, line);
	}
	json_close(tree);
	return answer;
}

enum fact_answer report_line(struct report *r, struct text line)
{
	return read_line(r, line, false);
}

void report_run_line(struct report *r, struct text line)
{
	(void)read_line(r, line, true);
}

static void settle_row(struct report *r, const struct listing_row *l)
{
	struct sum_row *site =
	        l->site != WORD_NONE ? sum_of(&r->tables.sites, l->site, l->entity, 0) : NULL;
	struct sum_row *stream = sum_of(&r->tables.streams, l->network, l->site, l->product);
	struct sum_row *const rows[] = { site, stream };
	struct fact fact = { .time_ns = l->time_ns,
		             .outcome = (enum outcome)l->outcome,
		             .confidence = (enum confidence)l->confidence,
		             .verdict = (enum verdict)l->verdict,
		             .bytes_out = l->bytes_out,
		             .bytes_in = l->bytes_in };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i] == NULL)
			continue;
		count_contact(&rows[i]->counts, &fact, l->weight);
		count_bytes(&rows[i]->counts, &fact);
	}
}

void report_settle(struct report *r)
{
	if (r->is_settled)
		return;
	r->is_settled = true;
	for (size_t i = 0; i < r->tables.hosts.count; i++)
		r->total.hosts += r->tables.hosts.rows[i].counts.contacts > 0;
	seeing_end_runs(&r->seeing);
	listing_sort(&r->listing, &r->words);
	for (size_t i = 0; i < r->listing.count; i++)
		if (!r->listing.rows[i].is_lookup)
			settle_row(r, &r->listing.rows[i]);
}
