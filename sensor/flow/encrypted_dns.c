/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/encrypted_dns.h"

enum { DNS_TLS_PORT = 853, HTTPS_PORT = 443 };

static bool offers(const struct tls_hello *hello, const char *protocol)
{
	struct slice wanted = { (const uint8_t *)protocol, strlen(protocol) };

	for (size_t a = 0; a < hello->alpn_count; a++)
		if (slice_equal(hello->alpn[a], wanted))
			return true;
	return false;
}

static bool is_resolver(const struct flow *f, const struct tls_hello *hello)
{
	unsigned server = flow_server(f);

	if (hello->sni.len > 0 && doh_host(hello->sni))
		return true;
	return f->port[server] == HTTPS_PORT && doh_address(f->address[server]);
}

enum encrypted_dns encrypted_dns_of(const struct flow *f, const struct tls_hello *hello)
{
	bool is_port = f->port[flow_server(f)] == DNS_TLS_PORT;
	bool is_udp = f->protocol == IP_UDP;

	if (offers(hello, "doq") || (is_port && is_udp))
		return DNS_OVER_QUIC;
	if (offers(hello, "dot") || is_port)
		return DNS_OVER_TLS;
	if ((offers(hello, "h2") || offers(hello, "h3")) && is_resolver(f, hello))
		return DNS_OVER_HTTPS;
	return DNS_IS_PLAIN;
}
