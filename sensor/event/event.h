/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_EVENT_H
#define SENSOR_EVENT_EVENT_H

#include "dissect/packet.h"
#include "dissect/slice.h"

/*
 * An event as a struct: written once, by the verdict; its JSON shapes are made from it and from
 * nothing else. All of it is data that the caller owns and lends for the length of one call.
 * What is absent is NULL, empty or 0, and makes no key.
 */

enum event_type {
	EVENT_CONTACT,
	EVENT_LOOKUP,
	EVENT_FLOW,
	EVENT_PLACEMENT,
	EVENT_SITE,
	EVENT_HOST,
	EVENT_STATS,
	EVENT_TYPES
};

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };

/* Kinds of evidence; the first ones are also the kinds of a flow's names. */
enum evidence_kind {
	EVIDENCE_DNS_QUERY,
	EVIDENCE_DNS_ANSWER, /* the question whose answer gave the address */
	EVIDENCE_DNS_CNAME,
	EVIDENCE_DNS_HTTPS,
	EVIDENCE_MDNS_QUERY,
	EVIDENCE_LLMNR_QUERY,
	EVIDENCE_TLS_SNI,
	EVIDENCE_QUIC_SNI,
	EVIDENCE_GQUIC_SNI,
	EVIDENCE_DTLS_SNI,
	EVIDENCE_HTTP_HOST,
	EVIDENCE_H2C_AUTHORITY,
	EVIDENCE_HTTP_REFERER,
	EVIDENCE_TLS_CERT,
	EVIDENCE_IP_NETWORK,
	EVIDENCE_NDPI,
	EVIDENCE_KINDS
};

enum confidence { CONFIDENCE_NONE, CONFIDENCE_WEAK, CONFIDENCE_STRONG, CONFIDENCE_CERTAIN };

enum outcome {
	OUTCOME_PENDING,
	OUTCOME_ESTABLISHED,
	OUTCOME_RESET,
	OUTCOME_UNANSWERED,
	OUTCOME_BLOCKED,
};

enum ech_state { ECH_NONE, ECH_UNKNOWN, ECH_GREASE, ECH_REAL };

enum {
	EVENT_EVIDENCE_MAX = 16,
	EVENT_CANDIDATES_MAX = 3,
	EVENT_NAMES_MAX = 64,
	EVENT_ANSWERS_MAX = 32,
	EVENT_ALPNS_MAX = 8,
	EVENT_RISKS_MAX = 8,
	EVENT_CATEGORIES_MAX = 16,
};

/*
 * A value is what stood on the wire: of the DNS kinds a name in presentation form (dissect/dns.h),
 * of all others the bytes themselves.
 */
struct event_evidence {
	enum evidence_kind kind;
	struct slice value;
	bool is_outer;    /* a hello's name under real ECH: it stands before another one */
	bool is_against;  /* it says something else than the tracker's name */
	uint64_t packet;  /* pcap_cnt; 0: not known */
	const char *file; /* NULL: the event's own */
};

struct event_name {
	enum evidence_kind kind;
	struct slice value;
	uint64_t count;
};

struct event_local {
	uint8_t ip[16];
	bool has_ip, has_mac;
	uint8_t mac[6];
	bool mac_is_random;     /* locally administered bit */
	struct slice client_id; /* where no MAC is known: DHCP's, in hexadecimal digits */
	struct slice name;      /* bytes, as DHCP, mDNS or the policy file gave it */
	const char *name_source;
	const char *network, *organisation, *jurisdiction, *sector, *role;
	const char *direction;     /* "inbound", "internal", "external"; NULL: ours began it */
	struct slice on_behalf_of; /* a proxy's client, as X-Forwarded-For or PROXY names it */
};

struct event_tracker {
	const char *entity, *product, *category, *rule, *feed, *feed_version;
	struct slice name; /* lower case, presentation form */
};

struct event_policy {
	const char *verdict, *rule, *reference;
};

struct event_geo {
	char country[3]; /* ISO 3166-1 alpha-2, upper case; "": not known */
	char city[64];
	uint32_t asn; /* 0: not known */
	char as_org[96];
	const char *source;    /* who gave country and city: "GeoLite2-City 2026-11-20" */
	const char *as_source; /* who gave asn and as_org; NULL: `source` did */
	bool is_anycast; /* its network answers from many places at once: the country means little
	                  */
	bool is_cdn; /* its network delivers for others: the country is the delivering server's */
};

/* A site whose page may have made the call as well. */
struct event_candidate {
	struct slice name;
	double confidence;
	int64_t lag_ms;
};

/* What this run alone saw and learned of a site, without what the ledger knew before. */
struct event_site_run {
	const char *status;
	uint64_t first_ns, since_ns, confirmed_ns, gone_ns;
	uint64_t visits, hits, after; /* since the last hit */
	double chance, confidence, doubt;
	uint32_t heads, followed, distinct, begun;
	double embedded, calls;
	float lags[16];
};

struct event_site {
	struct slice name;
	struct slice domain;
	const char *organisation, *jurisdiction, *sector;
	const char *method, *status;
	double confidence; /* 0: none given */
	int64_t lag_ms;
	bool has_lag;
	struct event_candidate candidates[EVENT_CANDIDATES_MAX]; /* the likeliest first */
	size_t candidate_count;
	uint64_t since_ns, last_confirmed_ns, removed_at_ns, first_seen_ns, last_seen_ns;
	uint64_t visits, pixel_visits;
	const struct event_site_run *run;   /* of `site` events; for the ledger, in no event */
	double rate_low, rate_high, chance; /* of `site` events; NaN-free, 0 when unused */
	bool has_rates;
};

struct event_ndpi {
	const char *protocol, *category;
	const char *risks[EVENT_RISKS_MAX];
	uint8_t risk_count;
};

/* Of tls and quic alike. */
struct event_hello {
	bool is_quic;
	char version[24]; /* "TLS 1.3"; quic: "1", "2", "draft-29", "Q046", "0x…" */
	struct slice sni;
	struct slice alpn[EVENT_ALPNS_MAX]; /* as offered, in order */
	uint8_t alpn_count;
	char ja3[33], ja4[37];
	enum ech_state ech;
	bool has_post_quantum_share;
	bool is_complete; /* false: the name was read, the rest of the hello was missing */
};

struct event_http {
	struct slice hostname, url, method, user_agent, referer, forwarded_for;
};

struct event_dns_answer {
	struct slice name;
	uint16_t type;
	uint32_t ttl;
	struct slice address; /* 4 or 16 bytes */
	struct slice target;
	/* Of SVCB and HTTPS, as dissect/dns.h has them */
	uint16_t priority, port;
	struct slice alpn, ipv4_hints, ipv6_hints, ech;
};

struct event_dns {
	struct slice rrname;
	uint16_t rrtype, id;
	bool is_answer;
	uint8_t rcode;
	uint16_t answer_count;
	struct event_dns_answer answers[EVENT_ANSWERS_MAX];
	const char *transport; /* "udp", "tcp", "mdns", "llmnr" */
};

struct event_flow {
	uint64_t pkts_toserver, pkts_toclient, bytes_toserver, bytes_toclient; /* frame bytes */
	uint64_t start_ns, end_ns;
	const char *state;  /* EVE: "new", "established", "closed" */
	const char *reason; /* EVE: "timeout", "forced", "shutdown"; interim events: "interim" */
	uint8_t tcp_flags_toserver, tcp_flags_toclient;
	bool alerted;
	const char *activity; /* of the pixel: "loaded", "beacon"; NULL: not known */
	uint64_t beacons;     /* of the pixel: how often it called home there */
};

struct event_visibility;

/* The sum for a host and product, or for a network. */
struct event_host {
	uint64_t first_seen_ns, last_seen_ns;
	uint64_t contacts, lookups, bytes_toserver, bytes_toclient, sites;
	const char *product;
	const char *categories[EVENT_CATEGORIES_MAX];
	uint8_t category_count;
	uint64_t hosts;                          /* of a network's sum; 0: it is a host's */
	uint64_t established, reset, unanswered; /* contacts */
	uint64_t blocked;                        /* lookups */
	uint64_t banned, allowed, watched;       /* contacts and lookups */
	const char *ban; /* "effective", "partial", "none"; NULL: nothing banned was tried */
	const struct event_visibility *visibility;
};

/* How much a "no contact" is worth, DESIGN.md. Counts; shares are made by whoever shows them. */
struct event_visibility {
	uint64_t packets; /* that were seen; drops come on top */
	uint64_t flows, flows_named;
	uint64_t hellos, hellos_incomplete, one_sided;
	uint64_t ech_real, ech_grease, ech_unknown;
	uint64_t doh, dot, doq;
	uint64_t drops, evictions;
};

/* A counter by name; the object is nested at the dots: "capture.packets". */
struct event_counter {
	const char *name;
	uint64_t value;
};

struct event_stats {
	const struct event_counter *counters;
	size_t counter_count;
	struct event_visibility visibility;
	const char *const *geo_sources; /* databases in use, with their dates */
	size_t geo_source_count;
};

struct event {
	enum event_type type;
	uint64_t time_ns;
	uint8_t id[16]; /* printed as 32 hexadecimal digits */
	bool has_severity;
	enum severity severity;
	const char *sensor; /* NULL: not set */

	bool has_flow; /* five-tuple and what belongs to it */
	uint64_t flow_id;
	char community_id[32]; /* "1:…" */
	const char *pcap_filename, *interface;
	uint64_t pcap_cnt;
	const struct packet *packet; /* VLANs and tunnels of the flow's first packet; NULL: none */
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port; /* ICMP and ICMPv6: type and code */
	uint8_t protocol;
	const char *app_proto;

	const struct event_local *local;
	const struct event_tracker *tracker;
	bool has_outcome;
	enum outcome outcome;
	enum confidence confidence;
	struct event_evidence evidence[EVENT_EVIDENCE_MAX];
	size_t evidence_count;
	uint64_t represents; /* --suppress: contacts that this one stands for; 0: only itself */

	const struct event_policy *policy;
	const struct event_geo *geo;
	const struct event_site *site;
	const struct event_ndpi *ndpi;
	const struct event_hello *hello;
	const struct event_http *http;
	const struct event_dns *dns;
	const struct event_flow *flow;
	const struct event_host *host;
	const struct event_stats *stats;
	struct event_name names[EVENT_NAMES_MAX];
	size_t name_count;
};

/* The words that events use: literals; NULL for CONFIDENCE_NONE and ECH_NONE. */
const char *event_type_word(enum event_type);
const char *evidence_word(enum evidence_kind);
const char *confidence_word(enum confidence);
const char *outcome_word(enum outcome);
const char *severity_word(enum severity);
const char *ech_word(enum ech_state);

#endif
