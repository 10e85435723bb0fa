/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams: DNS in its kinds, and what has its own file. */
#include "dissect/dns.h"
#include "sensor/flow/question.h"

static const struct {
	uint16_t port;
	uint8_t app;
	const char *transport;
} dns_ports[] = {
	{ 53, APP_DNS, "udp" },
	{ 5353, APP_MDNS, "mdns" },   /* RFC 6762 */
	{ 5355, APP_LLMNR, "llmnr" }, /* RFC 4795 */
};

static bool read_dns_datagram(struct inspector *i, const struct sight *s, enum flow_app app,
                              const char *transport)
{
	if (read_dns_message(i, s, s->packet->payload, transport) == PARSE_FOREIGN)
		return false;
	s->flow->app = (uint8_t)app;
	return true;
}

static bool inspect_dns(struct inspector *i, const struct sight *s)
{
	const struct flow *f = s->flow;

	for (size_t p = 0; p < sizeof dns_ports / sizeof *dns_ports; p++)
		if (f->port[0] == dns_ports[p].port || f->port[1] == dns_ports[p].port)
			return read_dns_datagram(i, s, dns_ports[p].app, dns_ports[p].transport);
	if (f->app != APP_DNS && !dissect_dns_likely(s->packet->payload))
		return false;
	return read_dns_datagram(i, s, APP_DNS, "udp");
}

/* Asked in this order; a flow that is known goes straight to its reader. */
static const struct {
	uint8_t app;
	bool (*inspect)(struct inspector *, const struct sight *);
} readers[] = {
	{ APP_DNS, inspect_dns },
	{ APP_QUIC, inspect_quic },
	{ APP_DTLS, inspect_dtls },
};

static bool wants(const struct flow *f, uint8_t app)
{
	bool is_dns = f->app == APP_MDNS || f->app == APP_LLMNR;

	return f->app == APP_UNKNOWN || f->app == app || (is_dns && app == APP_DNS);
}

void inspect_datagram(struct inspector *i, const struct sight *s)
{
	struct question *q = s->flow->question;

	if (s->packet->payload.len == 0)
		return;
	for (size_t r = 0; r < sizeof readers / sizeof *readers; r++)
		if (wants(s->flow, readers[r].app) && readers[r].inspect(i, s))
			break;
	bool is_dns =
	        s->flow->app == APP_DNS || s->flow->app == APP_MDNS || s->flow->app == APP_LLMNR;

	if (is_dns || q->is_settled || q->payloads < DATAGRAMS_MAX)
		return;
	inspect_datagram_end(i, s);
	q->is_settled = true;
}

void inspect_datagram_end(struct inspector *i, const struct sight *s)
{
	inspect_quic_end(i, s);
	inspect_dtls_end(i, s);
}

enum parse read_dns_message(struct inspector *i, const struct sight *s, struct slice message,
                            const char *transport)
{
	enum parse answer = dissect_dns(message, &i->dns);

	if (answer == PARSE_FOREIGN)
		return answer;
	count_answer(i, answer);
	i->counters.dns_messages++;
	i->counters.dns_broken += answer == PARSE_BROKEN;
	i->use.dns(i->use.context, s, &i->dns, transport);
	return answer;
}
