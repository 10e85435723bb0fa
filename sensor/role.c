/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/role.h"

#include <string.h>

enum {
	DNS_PORT = 53,
	DNS_HEADER = 12,
	DNS_IS_ANSWER = 0x80, /* RFC 1035, section 4.1.1: QR, in the third byte */
	SOCKS_PORT = 1080,
	METHOD_MAX = 8,
};

/* RFC 1928, section 4: version, CONNECT, 0, and an address of the length that its type says. */
static bool is_socks5_request(struct slice s)
{
	if (s.len < 10 || s.ptr[0] != 5 || s.ptr[1] != 1 || s.ptr[2] != 0)
		return false;
	switch (s.ptr[3]) {
	case 1:
		return s.len == 10;
	case 3:
		return s.len == (size_t)7 + s.ptr[4];
	case 4:
		return s.len == 22;
	default:
		return false;
	}
}

/* Version, CONNECT, port, address, a user's name: too little to go by without the port. */
static bool is_socks4_request(const struct packet *p)
{
	struct slice s = p->payload;

	return p->dst_port == SOCKS_PORT && s.len >= 9 && s.ptr[0] == 4 && s.ptr[1] == 1 &&
	       s.ptr[s.len - 1] == 0;
}

/* "CONNECT ", or a method and "http://". */
static bool is_proxy_request(struct slice s)
{
	static const char scheme[] = "http://", tunnel[] = "CONNECT ";
	const size_t scheme_len = sizeof scheme - 1, tunnel_len = sizeof tunnel - 1;
	size_t at = 0;

	while (at < s.len && at < METHOD_MAX && s.ptr[at] >= 'A' && s.ptr[at] <= 'Z')
		at++;
	if (at == 0 || at == s.len || s.ptr[at] != ' ')
		return false;
	at++;
	if (at == tunnel_len && memcmp(s.ptr, tunnel, tunnel_len) == 0)
		return true;
	return s.len - at > scheme_len && memcmp(s.ptr + at, scheme, scheme_len) == 0;
}

enum host_role role_shown(const struct packet *p, const uint8_t **host)
{
	struct slice s = p->payload;

	if (p->protocol == IP_UDP && p->src_port == DNS_PORT && s.len >= DNS_HEADER &&
	    (s.ptr[2] & DNS_IS_ANSWER) != 0) {
		*host = p->src;
		return HOST_ROLE_RESOLVER;
	}
	if (p->protocol != IP_TCP || s.len == 0)
		return HOST_ROLE_NONE;
	if (!is_proxy_request(s) && !is_socks5_request(s) && !is_socks4_request(p))
		return HOST_ROLE_NONE;
	*host = p->dst;
	return HOST_ROLE_PROXY;
}
