/* SPDX-License-Identifier: Apache-2.0 */
/* What a hello or a request says, kept for the event. */
#include "dissect/http.h"
#include "dissect/tls_fingerprint.h"
#include "sensor/digest.h"
#include "sensor/flow/encrypted_dns.h"
#include "sensor/flow/question.h"

static const struct {
	uint16_t version;
	const char *word;
} tls_versions[] = {
	{ 0x0002, "SSLv2" },    { 0x0300, "SSLv3" },    { 0x0301, "TLS 1.0" },
	{ 0x0302, "TLS 1.1" },  { 0x0303, "TLS 1.2" },  { 0x0304, "TLS 1.3" },
	{ 0xfeff, "DTLS 1.0" }, { 0xfefd, "DTLS 1.2" }, { 0xfefc, "DTLS 1.3" },
};

static void tls_version_text(uint16_t version, char *out, size_t room)
{
	for (size_t n = 0; n < sizeof tls_versions / sizeof *tls_versions; n++)
		if (tls_versions[n].version == version) {
			snprintf(out, room, "%s", tls_versions[n].word);
			return;
		}
	snprintf(out, room, "0x%04x", version);
}

static void quic_version_text(uint32_t version, char *out, size_t room)
{
	if (version == 1)
		snprintf(out, room, "1");
	else if (version == 0x6b3343cf)
		snprintf(out, room, "2");
	else if (version >> 8 == 0xff0000)
		snprintf(out, room, "draft-%02u", version & 0xff);
	else if (version >> 24 == 'Q' || version >> 24 == 'T')
		snprintf(out, room, "%c%c%c%c", (int)(version >> 24), (int)(version >> 16 & 0x7f),
		         (int)(version >> 8 & 0x7f), (int)(version & 0x7f));
	else
		snprintf(out, room, "0x%08x", version);
}

/* The first 12 digits of the SHA-256 of a list; zeros where the list is empty. */
static void short_hash(struct digest *d, struct slice list, char out[13])
{
	uint8_t hash[SHA256_LEN];
	char text[2 * SHA256_LEN + 1];

	memcpy(out, "000000000000", 13);
	if (list.len == 0 || !digest_sha256(d, list, hash))
		return;
	hex_text((struct slice){ hash, sizeof hash }, text);
	memcpy(out, text, 12);
}

static void write_ja4(struct inspector *i, const struct tls_hello *hello, char transport, char *out,
                      size_t room)
{
	struct scratch to = { .ptr = i->plain, .room = sizeof i->plain };
	struct ja4_raw raw;
	char ciphers[13], extensions[13];

	if (!dissect_ja4_raw(hello, transport, &to, &raw))
		return;
	short_hash(i->digest, raw.ciphers, ciphers);
	short_hash(i->digest, raw.extensions, extensions);
	snprintf(out, room, "%.*s_%s_%s", (int)raw.head.len, (const char *)raw.head.ptr, ciphers,
	         extensions);
}

static void write_ja3(struct inspector *i, const struct tls_hello *hello, char *out)
{
	struct scratch to = { .ptr = i->plain, .room = sizeof i->plain };
	uint8_t hash[MD5_LEN];
	struct slice raw;

	if (dissect_ja3_raw(hello, &to, &raw) && digest_md5(i->digest, raw, hash))
		hex_text((struct slice){ hash, sizeof hash }, out);
}

static char transport_letter(enum evidence_kind kind)
{
	if (kind == EVIDENCE_QUIC_SNI || kind == EVIDENCE_GQUIC_SNI)
		return 'q';
	return kind == EVIDENCE_DTLS_SNI ? 'd' : 't';
}

static void keep_alpn(struct noted_hello *n, const struct tls_hello *hello)
{
	size_t used = 0;

	for (size_t a = 0; a < hello->alpn_count && a < EVENT_ALPNS_MAX; a++) {
		struct slice id = hello->alpn[a];

		if (id.len == 0 || id.len > sizeof n->alpn - used)
			break;
		memcpy(n->alpn + used, id.ptr, id.len);
		n->facts.alpn[n->facts.alpn_count++] = (struct slice){ n->alpn + used, id.len };
		used += id.len;
	}
}

static void keep_facts(struct inspector *i, struct noted_hello *n, const struct tls_hello *hello,
                       enum evidence_kind kind, uint32_t version, bool is_complete)
{
	struct event_hello *e = &n->facts;

	*e = (struct event_hello){ .is_quic = version != 0, .is_complete = is_complete };
	if (version != 0)
		quic_version_text(version, e->version, sizeof e->version);
	else
		tls_version_text(hello->version, e->version, sizeof e->version);
	keep_alpn(n, hello);
	e->has_post_quantum_share = hello->has_post_quantum_share;
	if (!is_complete || kind == EVIDENCE_GQUIC_SNI)
		return; /* no fingerprint of half a hello, nor of one that is not TLS */
	write_ja4(i, hello, transport_letter(kind), e->ja4, sizeof e->ja4);
	write_ja3(i, hello, e->ja3);
}

static void settle_client(const struct sight *s)
{
	s->flow->client = (uint8_t)s->side;
	s->flow->is_client_sure = true;
}

static enum flow_app app_of(enum evidence_kind kind)
{
	if (kind == EVIDENCE_QUIC_SNI || kind == EVIDENCE_GQUIC_SNI)
		return APP_QUIC;
	return kind == EVIDENCE_DTLS_SNI ? APP_DTLS : APP_TLS;
}

static void count_encrypted_dns(struct inspector *i, enum encrypted_dns kind)
{
	i->counters.doh += kind == DNS_OVER_HTTPS;
	i->counters.dot += kind == DNS_OVER_TLS;
	i->counters.doq += kind == DNS_OVER_QUIC;
}

/* The name that the outer one stands before: known from DNS, so that is where it was seen. */
static void note_inner(struct inspector *i, const struct sight *s, const struct ech_inner *inner)
{
	struct frame answer = { .number = inner->number, .source = inner->source };
	struct sight seen = {
		.flow = s->flow, .side = s->side, .packet = s->packet, .frame = &answer
	};

	note_name(i, &seen, name_text(inner->name), EVIDENCE_DNS_HTTPS);
}

/* Its own DNS or its address may make it a contact, also where real ECH hides the name. */
static bool is_suspect(struct inspector *i, const struct flow *f)
{
	return i->use.is_suspect != NULL && i->use.is_suspect(i->use.context, f);
}

void note_hello(struct inspector *i, const struct sight *s, const struct tls_hello *hello,
                enum evidence_kind kind, uint32_t version, bool is_complete)
{
	settle_client(s);
	s->flow->app = (uint8_t)app_of(kind);
	i->counters.hellos++;
	count_encrypted_dns(i, encrypted_dns_of(s->flow, hello));
	struct name *name = name_hold(i->use.names, hello->sni);
	struct ech_inner inner;
	enum ech_state ech = judge_ech(i, s, hello, name, &inner);
	bool is_wanted = i->use.keep_all || name == NULL || name->match != NULL ||
	                 ech == ECH_REAL || is_suspect(i, s->flow);
	struct notes *notes = is_wanted ? notes_of(s->flow, i->use.budget, s->packet) : NULL;
	struct noted_hello *facts = notes != NULL ? notes_hello(notes, i->use.budget) : NULL;

	if (name != NULL) {
		s->flow->is_named = true;
		note_name(i, s, hello->sni, kind);
	}
	i->counters.ech[ech]++;
	if (ech == ECH_REAL)
		note_inner(i, s, &inner);
	if (facts == NULL || facts->sni != NULL) {
		name_release(i->use.names, name);
		return;
	}
	keep_facts(i, facts, hello, kind, version, is_complete);
	facts->facts.ech = ech;
	facts->is_inner_sure = ech == ECH_REAL && inner.is_sure;
	facts->sni = name;
	if (name != NULL)
		facts->facts.sni = name_text(name);
}

static uint16_t copy_cut(uint8_t *out, size_t room, struct slice text)
{
	struct slice cut = slice_head(text, room);

	if (cut.len > 0)
		memcpy(out, cut.ptr, cut.len);
	return (uint16_t)cut.len;
}

static void keep_request(struct noted_http *n, const struct http_request *r)
{
	n->method_len = copy_cut(n->method, sizeof n->method, r->method);
	n->url_len = copy_cut(n->url, sizeof n->url, r->target);
	n->agent_len = copy_cut(n->agent, sizeof n->agent, r->user_agent);
	n->referer_len = copy_cut(n->referer, sizeof n->referer, r->referer);
	n->forwarded_len = copy_cut(n->forwarded, sizeof n->forwarded, r->forwarded_for);
}

/* "host:port" and "[v6]:port" without the port. */
static struct slice without_port(struct slice host)
{
	size_t end = host.len;

	while (end > 0 && host.ptr[end - 1] >= '0' && host.ptr[end - 1] <= '9')
		end--;
	if (end == 0 || end == host.len || host.ptr[end - 1] != ':')
		return host;
	return slice_head(host, end - 1);
}

void note_request(struct inspector *i, const struct sight *s, const struct http_request *r)
{
	settle_client(s);
	s->flow->app = APP_HTTP;
	struct slice host = without_port(r->host);
	struct name *name = name_hold(i->use.names, host);
	bool is_wanted = i->use.keep_all || (name != NULL && name->match != NULL);
	struct notes *notes = is_wanted ? notes_of(s->flow, i->use.budget, s->packet) : NULL;
	struct noted_http *facts = NULL;

	if (notes != NULL && notes->http == NULL)
		facts = notes_http(notes, i->use.budget);
	if (facts != NULL)
		keep_request(facts, r);
	if (name != NULL) {
		s->flow->is_named = true;
		note_name(i, s, host, EVIDENCE_HTTP_HOST);
	}
	if (is_wanted)
		note_text(i, s, r->referer, EVIDENCE_HTTP_REFERER);
	name_release(i->use.names, name);
}
