/* SPDX-License-Identifier: Apache-2.0 */
/* The words of events: DESIGN.md, "Words" and "The events". */
#include "sensor/event/event.h"

static const char *const types[EVENT_TYPES] = {
	[EVENT_CONTACT] = "contact",     [EVENT_LOOKUP] = "lookup", [EVENT_FLOW] = "flow",
	[EVENT_PLACEMENT] = "placement", [EVENT_SITE] = "site",     [EVENT_HOST] = "host",
	[EVENT_STATS] = "stats",
};

static const char *const kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_DNS_QUERY] = "dns_query",       [EVIDENCE_DNS_ANSWER] = "dns_answer",
	[EVIDENCE_DNS_CNAME] = "dns_cname",       [EVIDENCE_DNS_HTTPS] = "dns_https",
	[EVIDENCE_MDNS_QUERY] = "mdns_query",     [EVIDENCE_LLMNR_QUERY] = "llmnr_query",
	[EVIDENCE_TLS_SNI] = "tls_sni",           [EVIDENCE_QUIC_SNI] = "quic_sni",
	[EVIDENCE_GQUIC_SNI] = "gquic_sni",       [EVIDENCE_DTLS_SNI] = "dtls_sni",
	[EVIDENCE_HTTP_HOST] = "http_host",       [EVIDENCE_H2C_AUTHORITY] = "h2c_authority",
	[EVIDENCE_HTTP_REFERER] = "http_referer", [EVIDENCE_TLS_CERT] = "tls_cert",
	[EVIDENCE_IP_NETWORK] = "ip_network",     [EVIDENCE_NDPI] = "ndpi",
};

static const char *const confidences[] = {
	[CONFIDENCE_NONE] = NULL,
	[CONFIDENCE_WEAK] = "weak",
	[CONFIDENCE_STRONG] = "strong",
	[CONFIDENCE_CERTAIN] = "certain",
};

static const char *const outcomes[] = {
	[OUTCOME_PENDING] = "pending", [OUTCOME_ESTABLISHED] = "established",
	[OUTCOME_RESET] = "reset",     [OUTCOME_UNANSWERED] = "unanswered",
	[OUTCOME_BLOCKED] = "blocked",
};

static const char *const severities[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
};

static const char *const ech_states[] = {
	[ECH_NONE] = NULL,
	[ECH_UNKNOWN] = "unknown",
	[ECH_GREASE] = "grease",
	[ECH_REAL] = "real",
};

const char *event_type_word(enum event_type type)
{
	return types[type];
}

const char *evidence_word(enum evidence_kind kind)
{
	return kinds[kind];
}

const char *confidence_word(enum confidence confidence)
{
	return confidences[confidence];
}

const char *outcome_word(enum outcome outcome)
{
	return outcomes[outcome];
}

const char *severity_word(enum severity severity)
{
	return severities[severity];
}

const char *ech_word(enum ech_state state)
{
	return ech_states[state];
}
