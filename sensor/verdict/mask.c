/* SPDX-License-Identifier: Apache-2.0 */
/* --pseudonymise: what of our hosts is in an event gives way to its pseudonym. */
#include <arpa/inet.h>

#include "sensor/event/address_text.h"
#include "sensor/flow/address.h"
#include "sensor/worker_state.h"

void mask_address(const struct worker *w, uint8_t address[16])
{
	if (w->use.pseudonyms != NULL && is_ours(w, address))
		pseudonym_of_address(w->use.pseudonyms, address, address);
}

void mask_ends(const struct worker *w, const struct flow *f, struct event *e)
{
	bool is_client_local = local_side(w, f) == f->client;

	if (w->use.pseudonyms == NULL)
		return;
	if (is_client_local || is_ours(w, e->src))
		pseudonym_of_address(w->use.pseudonyms, e->src, e->src);
	if (!is_client_local || is_ours(w, e->dst))
		pseudonym_of_address(w->use.pseudonyms, e->dst, e->dst);
}

struct tally_row *tally_host(struct worker *w, const uint8_t address[16], const char *tracker,
                             const char *category)
{
	uint8_t shown[16];

	memcpy(shown, address, 16);
	if (w->use.pseudonyms != NULL)
		pseudonym_of_address(w->use.pseudonyms, shown, shown);
	return tally_row(&w->tally, shown, tracker, category);
}

void tally_whose(struct worker *w, const struct event_local *local)
{
	uint8_t key[16];

	host_key(local, key);
	host_set_add(&w->tally.hosts, key);
}

bool is_address_text(struct slice name)
{
	bool has_letter = false, has_colon = false;

	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		has_colon |= c == ':' || c == '[';
		has_letter |= c != '.' && (c < '0' || c > '9');
	}
	return name.len == 0 || has_colon || !has_letter;
}

static struct slice before_any_of(struct slice text, const char *ends)
{
	size_t len = 0;

	while (len < text.len && strchr(ends, text.ptr[len] != '\0' ? text.ptr[len] : '?') == NULL)
		len++;
	return slice_head(text, len);
}

/* "https://host:port" of a URL: its path may say whose page it is. Empty: it names an address. */
static struct slice origin_of(struct slice url)
{
	static const char mark[] = "://";
	size_t scheme = before_any_of(url, ":").len, skip = scheme + sizeof mark - 1;

	if (url.len <= skip || memcmp(url.ptr + scheme, mark, sizeof mark - 1) != 0)
		return (struct slice){ 0 };
	struct slice host = before_any_of(slice_skip(url, skip), "/?#");

	if (is_address_text(before_any_of(host, ":")))
		return (struct slice){ 0 };
	return slice_head(url, skip + host.len);
}

struct slice mask_referer(const struct worker *w, struct slice url)
{
	return w->use.pseudonyms != NULL ? origin_of(url) : url;
}

/* A proxy's client, as a header names it: an address, with a port perhaps, or any word. */
static struct slice mask_client(struct worker *w, struct slice client, char out[ADDRESS_TEXT_MAX])
{
	char text[INET6_ADDRSTRLEN] = { 0 };
	uint8_t bytes[16], address[16];
	bool is_six = client.len > 0 && memchr(client.ptr, ':', client.len) != NULL;

	if (client.len == 0)
		return client;
	if (client.len < sizeof text)
		memcpy(text, client.ptr, client.len);
	if (inet_pton(is_six ? AF_INET6 : AF_INET, text, bytes) == 1) {
		address_from_wire(bytes, is_six ? 16 : 4, address);
		pseudonym_of_address(w->use.pseudonyms, address, address);
		return (struct slice){ (const uint8_t *)out, address_text(address, out) };
	}
	_Static_assert((int)ADDRESS_TEXT_MAX > (int)PSEUDONYM_NAME_LEN, "a name's pseudonym fits");
	pseudonym_of_name(w->use.pseudonyms, client, out);
	return (struct slice){ (const uint8_t *)out, PSEUDONYM_NAME_LEN };
}

static void mask_local(struct worker *w, struct masked *m)
{
	struct event_local *l = &m->local;

	if (l->has_ip)
		pseudonym_of_address(w->use.pseudonyms, l->ip, l->ip);
	if (l->has_mac)
		pseudonym_of_mac(w->use.pseudonyms, l->mac, l->mac);
	l->mac_is_random = false; /* the pseudonym's bit says nothing */
	if (l->name.len > 0) {
		pseudonym_of_name(w->use.pseudonyms, l->name, m->name);
		l->name = (struct slice){ (const uint8_t *)m->name, PSEUDONYM_NAME_LEN };
	}
	if (l->client_id.len > 0) {
		pseudonym_of_name(w->use.pseudonyms, l->client_id, m->client_id);
		l->client_id = (struct slice){ (const uint8_t *)m->client_id, PSEUDONYM_NAME_LEN };
	}
	l->on_behalf_of = mask_client(w, l->on_behalf_of, m->client);
}

static void mask_tunnels(const struct worker *w, struct packet *p)
{
	for (size_t i = 0; i < p->tunnel_count; i++) {
		mask_address(w, p->tunnel[i].src);
		mask_address(w, p->tunnel[i].dst);
	}
}

static void mask_answers(const struct worker *w, struct masked *m)
{
	for (size_t i = 0; i < m->dns.answer_count; i++) {
		struct event_dns_answer *a = &m->dns.answers[i];
		uint8_t address[16];

		a->ipv4_hints = a->ipv6_hints = (struct slice){ 0 };
		if (a->address.len != 4 && a->address.len != 16)
			continue;
		address_from_wire(a->address.ptr, a->address.len, address);
		mask_address(w, address);
		memcpy(m->answers[i], address + 16 - a->address.len, a->address.len);
		a->address.ptr = m->answers[i];
	}
}

/* Of what the client said in the clear that which may be a host's of ours. Empty: nothing is left.
 */
static struct slice said_in_clear(enum evidence_kind kind, struct slice value)
{
	if (kind == EVIDENCE_HTTP_REFERER)
		return origin_of(value);
	bool is_host = kind == EVIDENCE_HTTP_HOST || kind == EVIDENCE_H2C_AUTHORITY;

	if (is_host && is_address_text(value))
		return (struct slice){ 0 };
	return value;
}

static void mask_evidence(struct event *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->evidence_count; i++) {
		struct event_evidence *x = &e->evidence[i];

		x->value = said_in_clear(x->kind, x->value);
		if (x->value.len > 0)
			e->evidence[kept++] = *x;
	}
	e->evidence_count = kept;
}

static void mask_names(struct event *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->name_count; i++) {
		struct event_name *x = &e->names[i];

		x->value = said_in_clear(x->kind, x->value);
		if (x->value.len > 0)
			e->names[kept++] = *x;
	}
	e->name_count = kept;
}

void mask_event(struct worker *w, struct event *e, struct masked *m)
{
	mask_evidence(e);
	mask_names(e);

	if (e->local != NULL) {
		m->local = *e->local;
		mask_local(w, m);
		e->local = &m->local;
	}
	if (e->packet != NULL && e->packet->tunnel_count > 0) {
		m->packet = *e->packet;
		mask_tunnels(w, &m->packet);
		e->packet = &m->packet;
	}
	if (e->http != NULL) {
		m->http = *e->http;
		m->http.forwarded_for = (struct slice){ 0 };
		m->http.url = before_any_of(m->http.url, "?");
		m->http.referer = origin_of(m->http.referer);
		e->http = &m->http;
	}
	if (e->dns != NULL) {
		m->dns = *e->dns;
		mask_answers(w, m);
		e->dns = &m->dns;
	}
}
