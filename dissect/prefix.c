/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/prefix.h"

#include "dissect/http.h"
#include "dissect/prefix_rows.h"

static const struct {
	enum prefix_kind kind;
	void (*read)(struct reader *r, struct prefix *out);
} kinds[] = {
	{ PREFIX_HTTP_CONNECT, prefix_http_connect },
	{ PREFIX_SOCKS4, prefix_socks4 },
	{ PREFIX_SOCKS5, prefix_socks5 },
	{ PREFIX_PROXY_1, prefix_proxy_1 },
	{ PREFIX_PROXY_2, prefix_proxy_2 },
	{ PREFIX_STARTTLS_SMTP, prefix_smtp },
	{ PREFIX_STARTTLS_IMAP, prefix_imap },
	{ PREFIX_STARTTLS_POP3, prefix_pop3 },
	{ PREFIX_STARTTLS_FTP, prefix_ftp },
	{ PREFIX_STARTTLS_XMPP, prefix_xmpp },
	{ PREFIX_STARTTLS_LDAP, prefix_ldap },
	{ PREFIX_STARTTLS_POSTGRESQL, prefix_postgresql },
	{ PREFIX_STARTTLS_MYSQL, prefix_mysql },
	{ PREFIX_STARTTLS_RDP, prefix_rdp },
};

void prefix_expect(struct reader *r, const char *bytes, size_t len)
{
	struct slice head = slice_head(r->rest, len);

	if (head.len > 0 && memcmp(head.ptr, bytes, head.len) != 0)
		reader_fail(r, PARSE_FOREIGN);
	read_bytes(r, len);
}

/* "host:port", "[v6]:port" or "host" without the port. */
static struct slice without_port(struct slice authority)
{
	size_t end = authority.len;

	while (end > 0 && authority.ptr[end - 1] >= '0' && authority.ptr[end - 1] <= '9')
		end--;
	return end > 0 && authority.ptr[end - 1] == ':' ? slice_head(authority, end - 1)
	                                                : authority;
}

/* RFC 9110, section 9.3.6. Other methods are no prefix: foreign at the first byte that differs. */
void prefix_http_connect(struct reader *r, struct prefix *out)
{
	struct reader ahead = *r;
	struct http_request request;

	prefix_expect(&ahead, "CONNECT ", 8);
	if (ahead.state != PARSE_OK) {
		*r = ahead;
		return;
	}
	enum parse answer = dissect_http_request(r->rest, &request);

	if (answer != PARSE_OK)
		reader_fail(r, answer);
	out->name = prefix_name(without_port(request.host));
	read_bytes(r, request.head_len);
}

/* Most streams that are asked about begin with a TLS handshake: none of the kinds begins so. */
static bool is_tls(struct slice stream)
{
	enum { TLS_HANDSHAKE = 0x16 };

	return stream.len > 0 && stream.ptr[0] == TLS_HANDSHAKE;
}

/* The first kind that is whole; else the first that has begun. */
enum parse dissect_prefix(struct slice stream, struct prefix *out)
{
	enum parse answer = PARSE_FOREIGN;
	size_t count = is_tls(stream) ? 0 : sizeof kinds / sizeof *kinds;

	for (size_t i = 0; i < count; i++) {
		struct reader r = reader_stream(stream);

		*out = (struct prefix){ .kind = kinds[i].kind };
		kinds[i].read(&r, out);
		if (r.state == PARSE_OK) {
			out->len = stream.len - r.rest.len;
			return PARSE_OK;
		}
		if (r.state != PARSE_FOREIGN && answer == PARSE_FOREIGN)
			answer = r.state;
	}
	*out = (struct prefix){ .kind = PREFIX_NONE };
	return answer;
}
