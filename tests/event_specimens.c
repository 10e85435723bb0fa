/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/event_specimens.h"

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}
#define IPV4(a, b, c, d)                                                                           \
	{                                                                                          \
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                               \
	}

static const uint64_t noon = 1795440308531207999; /* 2026-11-23 13:25:08.531207999 */

static const struct packet packet = {
	.vlan = { 12, 4095 },
	.vlan_count = 2,
	.tunnel = { { .kind = TUNNEL_MPLS, .id = 16 },
	            { .kind = TUNNEL_VXLAN,
	              .id = 5001,
	              .src = IPV4(192, 0, 2, 1),
	              .dst = IPV4(192, 0, 2, 2) } },
	.tunnel_count = 2,
};

static const struct event_local local = {
	.ip = IPV4(10, 20, 0, 101),
	.has_ip = true,
	.mac = { 2, 0, 0x5e, 0x10, 0, 1 },
	.has_mac = true,
	.mac_is_random = true,
	.name = TEXT("front-desk-3"),
	.name_source = "dhcp",
	.network = "Department of Health",
	.organisation = "State of Utah",
	.jurisdiction = "UT",
	.sector = "health",
	.role = "proxy",
};

static const struct event_tracker tracker = {
	.entity = "ByteDance",
	.product = "TikTok",
	.category = "tracking_pixel",
	.name = TEXT("analytics.tiktok.com"),
	.rule = "analytics.tiktok.com",
	.feed = "bytedance",
	.feed_version = "2026-11-23",
};

static const struct event_policy policy = { "banned", "state-ban", "Executive Order 2022-31" };

static const struct event_geo geo = {
	.country = "US",
	.city = "Z\xc3\xbcrich",
	.asn = 20940,
	.as_org = "Akamai \"International\"",
	.source = "GeoLite2-City 2026-11-20",
	.as_source = "GeoLite2-ASN 2026-11-20",
	.is_anycast = true,
	.is_cdn = true,
};

static const struct event_site site = {
	.name = TEXT("dmv.utah.example"),
	.domain = TEXT("utah.example"),
	.organisation = "Driver License Division",
	.jurisdiction = "UT",
	.sector = "licences",
	.status = "removed",
	.since_ns = 1700000000000000000,
	.last_confirmed_ns = 1750000000000000000,
	.removed_at_ns = 1760000000000000000,
	.first_seen_ns = 1690000000000000000,
	.last_seen_ns = 1795440308000000000,
	.visits = 40,
	.pixel_visits = 38,
	.rate_low = 0.8312,
	.rate_high = 0.99,
	.chance = 0.015,
	.has_rates = true,
	.method = "timing",
	.confidence = 0.94,
	.lag_ms = 212,
	.has_lag = true,
};

static const struct event_ndpi ndpi = {
	.protocol = "QUIC.TikTok",
	.category = "SocialNetwork",
	.risks = { "Known Proto on Non Std Port", "Susp Entropy" },
	.risk_count = 2,
};

static const struct event_hello quic = {
	.is_quic = true,
	.version = "1",
	.sni = TEXT("analytics.tiktok.com"),
	.alpn = { TEXT("h3") },
	.alpn_count = 1,
	.ja3 = "cd08e31494f9531f560d64c695473da9",
	.ja4 = "q13d0310h3_55b375c5d22e_cd85d2d88918",
	.ech = ECH_UNKNOWN,
	.has_post_quantum_share = true,
};

static const struct event_hello tls = {
	.version = "TLS 1.3",
	.sni = TEXT("analytics.tiktok.com"),
	.alpn = { TEXT("h2"), TEXT("http/1.1") },
	.alpn_count = 2,
	.ja3 = "cd08e31494f9531f560d64c695473da9",
	.ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1",
	.ech = ECH_GREASE,
	.has_post_quantum_share = true,
};

static const struct event_http http = {
	.hostname = TEXT("analytics.tiktok.com"),
	.url = TEXT("/i18n/pixel/events.js?sdkid=\"x\"&lib=ttq\xff"),
	.method = TEXT("GET"),
	.user_agent = TEXT("Mozilla/5.0 (X11; Linux x86_64)"),
	.referer = TEXT("http://dmv.utah.example/renew"),
	.forwarded_for = TEXT("10.20.7.7"),
};

static const struct event_dns dns = {
	.rrname = TEXT("analytics.tiktok.com"),
	.rrtype = 1,
	.id = 4711,
	.is_answer = true,
	.rcode = 0,
	.transport = "udp",
	.answer_count = 5,
	.answers = {
		{ .name = TEXT("analytics.tiktok.com"), .type = 5, .ttl = 300,
		  .target = TEXT("analytics.tiktok.com.edgekey.net") },
		{ .name = TEXT("analytics.tiktok.com.edgekey.net"), .type = 1, .ttl = 20,
		  .address = { (const uint8_t[]){ 198, 51, 100, 10 }, 4 } },
		{ .name = TEXT("analytics.tiktok.com.edgekey.net"), .type = 1, .ttl = 20,
		  .address = { (const uint8_t[]){ 198, 51, 100, 11 }, 4 } },
		{ .name = TEXT("analytics.tiktok.com.edgekey.net"), .type = 28, .ttl = 20,
		  .address = { (const uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 16 } },
		{ .name = TEXT("analytics.tiktok.com.edgekey.net"), .type = 65280, .ttl = 0 },
	},
};

static const struct event_flow flow = {
	.pkts_toserver = 12,
	.pkts_toclient = 18,
	.bytes_toserver = 9007199254740993, /* 2^53 + 1 */
	.bytes_toclient = UINT64_MAX,
	.start_ns = 1795440308531207999,
	.end_ns = 1795440370000000000,
	.state = "closed",
	.reason = "timeout",
	.tcp_flags_toserver = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN,
	.tcp_flags_toclient = TCP_SYN | TCP_ACK | TCP_RST,
	.alerted = true,
};

static const struct event_host host = {
	.first_seen_ns = 1795440308531207999,
	.last_seen_ns = 1795440370000000000,
	.contacts = 3,
	.lookups = 2,
	.bytes_toserver = 5120,
	.bytes_toclient = 151200,
	.sites = 1,
	.product = "TikTok",
	.categories = { "tracking_pixel", "cdn_media" },
	.category_count = 2,
};

static const struct event_counter counters[] = {
	{ "capture.packets", 32000 },
	{ "capture.bytes", 9007199254740993 },
	{ "capture.drops.kernel", 0 },
	{ "flows.seen", 1200 },
	{ "capture.drops.interface", 0 },
	{ "malformed.dns", 3 },
	{ "uptime", 17 },
};

static const char *const geo_sources[] = { "GeoLite2-City 2026-11-20",
	                                   "dancecard-country 2026-06-25" };

static const struct event_stats stats = {
	.counters = counters,
	.counter_count = sizeof counters / sizeof *counters,
	.visibility = { .packets = 32000,
	                .flows = 1200,
	                .flows_named = 1100,
	                .hellos = 900,
	                .hellos_incomplete = 9,
	                .one_sided = 4,
	                .ech_real = 1,
	                .ech_grease = 600,
	                .ech_unknown = 20,
	                .doh = 12,
	                .dot = 1,
	                .doq = 0,
	                .drops = 8,
	                .evictions = 2 },
	.geo_sources = geo_sources,
	.geo_source_count = sizeof geo_sources / sizeof *geo_sources,
};

static void set_head(struct event *e, enum event_type type)
{
	memset(e, 0, sizeof *e);
	e->type = type;
	e->time_ns = noon;
	for (size_t i = 0; i < sizeof e->id; i++)
		e->id[i] = (uint8_t)(0x6f + 0x1d * i);
	e->sensor = "span-7";
}

static void set_tuple(struct event *e)
{
	static const uint8_t src[16] = IPV4(10, 20, 0, 101), dst[16] = IPV4(198, 51, 100, 10);

	e->has_flow = true;
	e->flow_id = 1402387745903321;
	memcpy(e->community_id, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", 31);
	e->pcap_filename = "day.pcap";
	e->pcap_cnt = 4711;
	e->interface = "eth1";
	e->packet = &packet;
	memcpy(e->src, src, sizeof src);
	memcpy(e->dst, dst, sizeof dst);
	e->src_port = 55157;
	e->dst_port = 443;
	e->protocol = IP_UDP;
	e->app_proto = "quic";
}

static void set_verdict(struct event *e)
{
	e->has_severity = true;
	e->severity = SEVERITY_HIGH;
	e->local = &local;
	e->tracker = &tracker;
	e->confidence = CONFIDENCE_CERTAIN;
	e->has_outcome = true;
	e->outcome = OUTCOME_ESTABLISHED;
	e->policy = &policy;
	e->geo = &geo;
}

static void add_evidence(struct event *e, enum evidence_kind kind, const char *value,
                         uint64_t packet_number)
{
	e->evidence[e->evidence_count++] = (struct event_evidence){
		.kind = kind,
		.value = { (const uint8_t *)value, strlen(value) },
		.packet = packet_number,
		.file = packet_number < 100 ? "before.pcap" : NULL,
	};
}

static void add_name(struct event *e, enum evidence_kind kind, const char *value)
{
	e->names[e->name_count++] = (struct event_name){
		.kind = kind,
		.value = { (const uint8_t *)value, strlen(value) },
		.count = 1,
	};
}

static void make_contact(struct event *e)
{
	set_head(e, EVENT_CONTACT);
	set_tuple(e);
	set_verdict(e);
	add_evidence(e, EVIDENCE_DNS_CNAME, "analytics.tiktok.com.edgekey.net", 17);
	add_evidence(e, EVIDENCE_QUIC_SNI, "analytics.tiktok.com", 4711);
	e->represents = 12;
	e->site = &site;
	e->ndpi = &ndpi;
	e->hello = &quic;
}

/* As small as a contact can be. */
static void make_bare_contact(struct event *e)
{
	static const struct event_local someone = { .ip = IPV4(10, 20, 0, 102), .has_ip = true };
	static const struct event_tracker network = { .entity = "ByteDance",
		                                      .rule = "71.18.0.0/16",
		                                      .feed = "bytedance" };
	static const struct event_geo nowhere = { .source = NULL };

	set_head(e, EVENT_CONTACT);
	set_tuple(e);
	e->packet = NULL;
	e->sensor = e->pcap_filename = e->interface = e->app_proto = NULL;
	e->pcap_cnt = 0;
	e->has_severity = true;
	e->severity = SEVERITY_LOW;
	e->local = &someone;
	e->tracker = &network;
	e->geo = &nowhere;
	e->confidence = CONFIDENCE_WEAK;
	e->has_outcome = true;
	e->outcome = OUTCOME_PENDING;
	add_evidence(e, EVIDENCE_IP_NETWORK, "71.18.0.0/16", 0);
	e->evidence[0].file = NULL;
	add_evidence(e, EVIDENCE_TLS_SNI, "public.cdn.example", 4711);
	e->evidence[1].is_outer = true;
	e->evidence[1].is_against = true;
	e->evidence[1].is_shared = true;
}

static void make_http_contact(struct event *e)
{
	make_contact(e);
	e->protocol = IP_TCP;
	e->dst_port = 80;
	e->app_proto = "http";
	e->hello = NULL;
	e->http = &http;
	e->flow = &flow;
}

static void make_lookup(struct event *e)
{
	set_head(e, EVENT_LOOKUP);
	set_tuple(e);
	set_verdict(e);
	e->dst_port = 53;
	e->app_proto = "dns";
	e->outcome = OUTCOME_BLOCKED;
	add_evidence(e, EVIDENCE_DNS_QUERY, "analytics.tiktok.com", 4711);
	e->dns = &dns;
}

static void make_flow(struct event *e)
{
	set_head(e, EVENT_FLOW);
	set_tuple(e);
	e->protocol = IP_TCP;
	e->app_proto = "tls";
	e->hello = &tls;
	e->flow = &flow;
	e->dns = &dns;
	for (unsigned kind = 0; kind < EVIDENCE_IP_NETWORK; kind++)
		add_name(e, (enum evidence_kind)kind, "analytics.tiktok.com");
}

static void make_icmp_flow(struct event *e)
{
	static const struct event_flow small = { .pkts_toserver = 1, .bytes_toserver = 98 };

	set_head(e, EVENT_FLOW);
	set_tuple(e);
	e->protocol = IP_ICMP6;
	memset(e->src, 0, sizeof e->src);
	e->src[15] = 1;
	e->dst[10] = 0;
	e->src_port = 128;
	e->dst_port = 0;
	e->app_proto = NULL;
	e->flow = &small;
}

static void make_placement(struct event *e)
{
	set_head(e, EVENT_PLACEMENT);
	set_tuple(e);
	set_verdict(e);
	e->site = &site;
}

static void make_site(struct event *e)
{
	set_head(e, EVENT_SITE);
	e->tracker = &tracker;
	e->site = &site;
}

static void make_new_site(struct event *e)
{
	static const struct event_site unseen = { .name = TEXT("health.utah.example"),
		                                  .status = "unknown",
		                                  .lag_ms = -3,
		                                  .has_lag = true };

	static const struct event_tracker nameless = { .entity = "ByteDance" };

	make_site(e);
	e->tracker = &nameless;
	e->site = &unseen;
}

static void make_host(struct event *e)
{
	set_head(e, EVENT_HOST);
	e->local = &local;
	e->policy = &policy;
	e->host = &host;
}

static void make_stats(struct event *e)
{
	set_head(e, EVENT_STATS);
	e->stats = &stats;
}

static void make_empty_stats(struct event *e)
{
	static const struct event_stats nothing = { .counter_count = 0 };

	set_head(e, EVENT_STATS);
	e->stats = &nothing;
}

static void (*const makers[])(struct event *) = {
	make_contact,  make_bare_contact, make_http_contact, make_lookup,
	make_flow,     make_icmp_flow,    make_placement,    make_site,
	make_new_site, make_host,         make_stats,        make_empty_stats,
};

size_t event_specimen_count(void)
{
	return sizeof makers / sizeof *makers;
}

void event_specimen(size_t index, struct event *out)
{
	makers[index](out);
}
