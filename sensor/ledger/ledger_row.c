/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger_row.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/event/wire_text.h"
#include "sensor/ledger/ledger_flows.h"

/* Of a flow's host: printable ASCII. */
static void copy_host_name(char *out, size_t size, struct slice name)
{
	size_t len = name.len < size - 1 ? name.len : size - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = name.ptr[i] > ' ' && name.ptr[i] < 0x7f ? (char)name.ptr[i] : '?';
	out[len] = '\0';
}

static struct row_flow *copy_flow(const struct event *e)
{
	struct row_flow *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->names = ledger_names_text(e);
	if (r->names == NULL) {
		free(r);
		return NULL;
	}
	address_text(e->src, r->client);
	address_text(e->dst, r->server);
	address_text(e->local != NULL ? e->local->ip : e->src, r->host);
	if (e->local != NULL)
		copy_host_name(r->host_name, sizeof r->host_name, e->local->name);
	r->client_port = e->src_port;
	r->port = e->dst_port;
	r->protocol = e->protocol;
	r->app = e->app_proto;
	r->state = e->flow->state;
	r->flow_id = e->flow_id;
	r->first_ns = e->flow->start_ns;
	r->last_ns = e->flow->end_ns > 0 ? e->flow->end_ns : e->flow->start_ns;
	return r;
}

/* A name as it stands in an event: that of the site's placements is the same. */
static char *put_name(char *at, const char **out, struct slice name)
{
	*out = at;
	wire_text(name, WIRE_NAME, at);
	at += wire_text_len(name, WIRE_NAME);
	*at = '\0';
	return at + 1;
}

static char *put_text(char *at, const char **out, const char *text)
{
	size_t size = strlen(text) + 1;

	*out = at;
	memcpy(at, text, size);
	return at + size;
}

static const char *text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

static struct row_site *copy_site(const struct event *e)
{
	const struct event_site *s = e->site;
	const char *entity = e->tracker != NULL ? text_or_none(e->tracker->entity) : "";
	const char *organisation = text_or_none(s->organisation);
	const char *jurisdiction = text_or_none(s->jurisdiction), *sector = text_or_none(s->sector);
	size_t len = wire_text_len(s->name, WIRE_NAME) + wire_text_len(s->domain, WIRE_NAME) +
	             strlen(entity) + strlen(organisation) + strlen(jurisdiction) + strlen(sector) +
	             6;
	struct row_site *r = malloc(sizeof *r + len);

	if (r == NULL)
		return NULL;
	*r = (struct row_site){ .last_ns = s->last_seen_ns, .len = len };
	char *at = put_name(r->text, &r->name, s->name);

	at = put_name(at, &r->domain, s->domain);
	at = put_text(at, &r->entity, entity);
	at = put_text(at, &r->organisation, organisation);
	at = put_text(at, &r->jurisdiction, jurisdiction);
	(void)put_text(at, &r->sector, sector);
	if (s->run != NULL)
		r->run = *s->run;
	return r;
}

static bool copy_line(struct row *r, const struct event *e, struct event_json *json)
{
	struct slice line = event_json_native(json, e);

	r->line = line.len > 0 ? malloc(line.len) : NULL;
	if (r->line == NULL)
		return false;
	memcpy(r->line, line.ptr, line.len);
	r->line_len = line.len;
	return true;
}

/* The end of a flow with a contact: what it says before is said again then. */
static bool is_end_of_contact(const struct event *e)
{
	return e->tracker != NULL && e->flow != NULL && e->flow->reason != NULL &&
	       strcmp(e->flow->reason, "interim") != 0;
}

static bool has_line(const struct event *e)
{
	switch (e->type) {
	case EVENT_CONTACT:
	case EVENT_LOOKUP:
	case EVENT_PLACEMENT:
		return true;
	case EVENT_FLOW:
		return is_end_of_contact(e);
	case EVENT_HOST: /* a network's: it names nobody */
		return e->local != NULL && !e->local->has_ip;
	case EVENT_STATS:
		return e->stats != NULL;
	default:
		return false;
	}
}

static bool has_site(const struct event *e)
{
	return e->site != NULL && (e->type == EVENT_SITE || e->type == EVENT_STATS);
}

static bool has_flow(const struct event *e, bool keeps_flows)
{
	return keeps_flows && e->type == EVENT_FLOW && e->has_flow && e->flow != NULL;
}

bool row_is_kept(const struct event *e, bool keeps_flows)
{
	return has_site(e) || has_flow(e, keeps_flows) || has_line(e);
}

bool row_fill(struct row *r, const struct event *e, struct event_json *json, bool keeps_flows)
{
	*r = (struct row){ .type = e->type, .time_ns = e->time_ns };
	memcpy(r->id, e->id, sizeof r->id);
	r->site = has_site(e) ? copy_site(e) : NULL;
	r->flow = has_flow(e, keeps_flows) ? copy_flow(e) : NULL;
	if ((r->site != NULL || !has_site(e)) && (r->flow != NULL || !has_flow(e, keeps_flows)) &&
	    (!has_line(e) || copy_line(r, e, json)))
		return true;
	row_free(r);
	return false;
}

void row_free(struct row *r)
{
	if (r->flow != NULL)
		free(r->flow->names);
	free(r->flow);
	free(r->site);
	free(r->line);
	*r = (struct row){ .type = r->type };
}

size_t row_size(const struct row *r)
{
	size_t of_flow = r->flow != NULL ? sizeof *r->flow + strlen(r->flow->names) : 0;

	return sizeof *r + r->line_len + of_flow +
	       (r->site != NULL ? sizeof *r->site + r->site->len : 0);
}
