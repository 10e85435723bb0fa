/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet shows its ends to be, and whose it is where the config says what is ours. */
#include "sensor/role.h"

#include <string.h>

#include "sensor/config/config.h"
#include "sensor/owner.h"
#include "tests/check.h"

#define SOCKS5_NAME "\x05\x01\0\x03\x09x.example\x01\xbb"
#define SOCKS5_IP4  "\x05\x01\0\x01\xcb\0\x71\x05\x01\xbb"
#define SOCKS4      "\x04\x01\x01\xbb\xcb\0\x71\x05me\0"
#define TEXT(bytes) bytes, sizeof(bytes) - 1
#define DNS_HEAD    "\0\0\0\x01\0\0\0\0\0\0"

static const struct {
	const char *what, *text;
	size_t len;
	uint8_t protocol;
	uint16_t src_port, dst_port;
	enum host_role role; /* of the source where it is a resolver's, else of the destination */
} packets[] = {
	{ "a DNS answer", TEXT("\x12\x34\x81\x80" DNS_HEAD), IP_UDP, 53, 5000, HOST_ROLE_RESOLVER },
	{ "a DNS question", TEXT("\x12\x34\x01\0" DNS_HEAD), IP_UDP, 53, 53, HOST_ROLE_NONE },
	{ "too short", TEXT("\x12\x34\x81\x80"), IP_UDP, 53, 5000, HOST_ROLE_NONE },
	{ "another port", TEXT("\x12\x34\x81\x80" DNS_HEAD), IP_UDP, 5353, 5000, HOST_ROLE_NONE },
	{ "CONNECT", TEXT("CONNECT a.example:443 HTTP/1.1\r\n"), IP_TCP, 5000, 3128,
	  HOST_ROLE_PROXY },
	{ "a whole URL", TEXT("GET http://a.example/ HTTP/1.1\r\n"), IP_TCP, 5000, 80,
	  HOST_ROLE_PROXY },
	{ "a path", TEXT("GET /http://a.example/ HTTP/1.1\r\n"), IP_TCP, 5000, 80, HOST_ROLE_NONE },
	{ "no method", TEXT(" http://a.example/ HTTP/1.1"), IP_TCP, 5000, 80, HOST_ROLE_NONE },
	{ "a long word", TEXT("ABCDEFGHI http://a.example/"), IP_TCP, 5000, 80, HOST_ROLE_NONE },
	{ "a cut one", TEXT("CONNECT"), IP_TCP, 5000, 80, HOST_ROLE_NONE },
	{ "over UDP", TEXT("CONNECT a.example:443 HTTP/1.1\r\n"), IP_UDP, 5000, 3128,
	  HOST_ROLE_NONE },
	{ "SOCKS 5, a name", TEXT(SOCKS5_NAME), IP_TCP, 5000, 9050, HOST_ROLE_PROXY },
	{ "SOCKS 5, an address", TEXT(SOCKS5_IP4), IP_TCP, 5000, 9050, HOST_ROLE_PROXY },
	{ "SOCKS 5, a byte more", TEXT(SOCKS5_IP4 "x"), IP_TCP, 5000, 9050, HOST_ROLE_NONE },
	{ "SOCKS 5, BIND", TEXT("\x05\x02\0\x01\xcb\0\x71\x05\x01\xbb"), IP_TCP, 5000, 1080,
	  HOST_ROLE_NONE },
	{ "SOCKS 4", TEXT(SOCKS4), IP_TCP, 5000, 1080, HOST_ROLE_PROXY },
	{ "SOCKS 4 elsewhere", TEXT(SOCKS4), IP_TCP, 5000, 443, HOST_ROLE_NONE },
	{ "nothing", NULL, 0, IP_TCP, 5000, 3128, HOST_ROLE_NONE },
};

static void check_roles(void)
{
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		struct packet p = { .payload = { (const uint8_t *)packets[i].text, packets[i].len },
			            .protocol = packets[i].protocol,
			            .src_port = packets[i].src_port,
			            .dst_port = packets[i].dst_port };
		const uint8_t *host = NULL;
		enum host_role role = role_shown(&p, &host);

		if (role != packets[i].role)
			fprintf(stderr, "%s\n", packets[i].what);
		CHECK(role == packets[i].role);
		CHECK(role == HOST_ROLE_NONE ||
		      host == (role == HOST_ROLE_RESOLVER ? p.src : p.dst));
		/* Cut anywhere: never outside of its bytes. */
		for (; p.payload.len > 0; p.payload.len--)
			(void)role_shown(&p, &host);
	}
}

static struct packet between(uint8_t first, uint8_t second, uint16_t src_port, uint16_t dst_port)
{
	struct packet p = { .protocol = IP_TCP, .src_port = src_port, .dst_port = dst_port };

	memcpy(p.src, (const uint8_t[16]){ [10] = 0xff, 0xff, first, 0, 0, 1 }, 16);
	memcpy(p.dst, (const uint8_t[16]){ [10] = 0xff, 0xff, second, 0, 0, 1 }, 16);
	return p;
}

/* A university's public network: its host is the owner of both directions, whatever the ports. */
static void check_owners(void)
{
	static const char text[] = "home: 9.0.0.0/8\n";
	struct config *c =
	        config_read("c.yaml", (struct slice){ (const uint8_t *)text, strlen(text) },
	                    &(struct config_options){ 0 }, NULL, NULL);

	CHECK(c != NULL);
	for (unsigned ports = 0; ports < 2; ports++) {
		struct packet out = between(9, 8, ports ? 443 : 50000, ports ? 50000 : 443);
		struct packet in = between(8, 9, out.dst_port, out.src_port);

		CHECK(owner_of(&out, c) == owner_of_host(out.src));
		CHECK(owner_of(&in, c) == owner_of_host(out.src));
		/* Without the config the ports decide. */
		CHECK(owner_of(&out, NULL) == owner_of_host(ports ? out.dst : out.src));
	}
	struct packet private = between(10, 9, 50000, 443); /* 10.0.0.1 is outside there */

	CHECK(owner_of(&private, c) == owner_of_host(private.dst));
	CHECK(owner_of(&private, NULL) == owner_of_host(private.src));
	config_free(c);
}

int main(void)
{
	check_roles();
	check_owners();
	return 0;
}
