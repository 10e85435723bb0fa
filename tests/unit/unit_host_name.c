/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/host_name.h"

#include "tests/check.h"
#include "tests/property.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define ZERO8  "\0\0\0\0\0\0\0\0"
#define ZERO32 ZERO8 ZERO8 ZERO8 ZERO8
#define ZERO64 ZERO32 ZERO32

/* RFC 2131, section 2: up to the options; sname and file may hold options, too. */
#define DHCP_FULL(op, ciaddr, yiaddr, sname, file)                                                 \
	op "\x01\x06\0\x39\x03\xf3\x26\0\0\0\0" ciaddr yiaddr ZERO8 "\x02\0\0\0\0\x0a" ZERO8       \
	   "\0\0" sname file "\x63\x82\x53\x63"
#define DHCP(op, ciaddr, yiaddr) DHCP_FULL(op, ciaddr, yiaddr, ZERO64, ZERO64 ZERO64)
#define ANY                      "\0\0\0\0"
#define IP4                      "\x0a\x14\0\x65"
#define REQUEST                  "\x01"
#define REPLY                    "\x02"

static const struct dhcp_row {
	const char *name;
	enum parse answer;
	struct slice message;
	bool is_reply, is_ack, has_address;
	struct slice host_name, client_id;
} dhcp_rows[] = {
	{ "request", PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x03\x32\x04" IP4 "\x0c\x0c"
	                                "front-desk-3\x3d\x07\x01\x02\0\0\0\0\x0a\xff"),
	  false, false, true, BYTES("front-desk-3"), BYTES("\x01\x02\0\0\0\0\x0a") },
	{ "discover's wish is no address",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x01\x32\x04" IP4 "\x0c\x02pc\xff"),
	  false,
	  false,
	  false,
	  BYTES("pc"),
	  { 0 } },
	{ "renewal",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, IP4, ANY) "\x35\x01\x03\x0c\x03pc\0\xff"),
	  false,
	  false,
	  true,
	  BYTES("pc"),
	  { 0 } },
	{ "acknowledged",
	  PARSE_OK,
	  BYTES(DHCP(REPLY, ANY, IP4) "\x35\x01\x05\0\0\x0c\x02pc\xff"),
	  true,
	  true,
	  true,
	  BYTES("pc"),
	  { 0 } },
	{ "offer",
	  PARSE_OK,
	  BYTES(DHCP(REPLY, ANY, IP4) "\x35\x01\x02\xff"),
	  true,
	  false,
	  true,
	  { 0 },
	  { 0 } },
	{ "refused",
	  PARSE_OK,
	  BYTES(DHCP(REPLY, ANY, ANY) "\x35\x01\x06\xff"),
	  true,
	  false,
	  false,
	  { 0 },
	  { 0 } },
	{ "declined",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x04\x32\x04" IP4 "\xff"),
	  false,
	  false,
	  false,
	  { 0 },
	  { 0 } },
	{ "fqdn as text",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x03\x51\x0d\0\0\0pc.example\xff"),
	  false,
	  false,
	  false,
	  BYTES("pc.example"),
	  { 0 } },
	{ "fqdn as in dns",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x03\x51\x0f\x04\0\0\x02pc\x07"
	                                "example\0\xff"),
	  false,
	  false,
	  false,
	  BYTES("pc"),
	  { 0 } },
	{ "host name before fqdn",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x51\x05\0\0\0no\x35\x01\x03\x0c\x02pc\xff"),
	  false,
	  false,
	  false,
	  BYTES("pc"),
	  { 0 } },
	{ "options in file and sname", PARSE_OK,
	  BYTES(DHCP_FULL(REQUEST, ANY, ANY, "\x0c\x02pc\xff\0\0\0" ZERO32 ZERO8 ZERO8 ZERO8,
	                  "\x3d\x02id\xff\0\0\0" ZERO64 ZERO32 ZERO8 ZERO8
	                          ZERO8) "\x35\x01\x03\x34\x01\x03\xff"),
	  false, false, false, BYTES("pc"), BYTES("id") },
	{ "no end",
	  PARSE_OK,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x03\x0c\x02pc"),
	  false,
	  false,
	  false,
	  BYTES("pc"),
	  { 0 } },
	{ "option past the end",
	  PARSE_BROKEN,
	  BYTES(DHCP(REQUEST, ANY, ANY) "\x35\x01\x03\x0c\x02pc\x3d\x09x"),
	  false,
	  false,
	  false,
	  BYTES("pc"),
	  { 0 } },
	{ "bootp", PARSE_FOREIGN,
	  BYTES("\x01\x01\x06\0" ZERO64 ZERO64 ZERO64 ZERO32 ZERO8 ZERO8 ZERO8),
	  .is_reply = false },
	{ "op 3", PARSE_FOREIGN, BYTES("\x03" ZERO8), .is_reply = false },
};

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x0a };
static const uint8_t ip4[16] = { [10] = 0xff, 0xff, 0x0a, 0x14, 0, 0x65 };
static const uint8_t ip6[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 0x65 };

#define WANT(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s: %s\n", s->name, #x);                                  \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static void check_lease(const struct dhcp_row *s, const struct dhcp_lease *lease,
                        const uint8_t *address)
{
	WANT(lease->is_reply == s->is_reply && lease->is_ack == s->is_ack);
	WANT(lease->has_mac && memcmp(lease->mac, mac, sizeof mac) == 0);
	WANT(lease->has_address == s->has_address);
	WANT(!s->has_address || memcmp(lease->address, address, 16) == 0);
	WANT(slice_equal(lease->host_name, s->host_name));
	WANT(slice_equal(lease->client_id, s->client_id));
}

static void check_dhcp(const struct dhcp_row *s)
{
	struct dhcp_lease lease;

	memset(&lease, 0xa5, sizeof lease);
	WANT(dissect_dhcp(s->message, &lease) == s->answer);
	if (s->answer != PARSE_FOREIGN)
		check_lease(s, &lease, ip4);
}

#define DUID_LL       "\0\x03\0\x01\x02\0\0\0\0\x0a"
#define CLIENT        "\0\x01\0\x0a" DUID_LL
#define IP6           "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x65"
#define IAADDR(valid) "\0\x05\0\x18" IP6 "\0\0\0\x01" valid
#define IA_NA(valid)  "\0\x03\0\x28\0\0\0\x01\0\0\0\0\0\0\0\0" IAADDR(valid)
#define RELAY(type)   type "\0" ZERO8 ZERO8 ZERO8 ZERO8

static const struct dhcp_row dhcpv6_rows[] = {
	{ "solicit", PARSE_OK,
	  BYTES("\x01"
	        "abc" CLIENT "\0\x27\0\x04\0\x02pc"),
	  false, false, false, BYTES("pc"), BYTES(DUID_LL) },
	{ "request", PARSE_OK,
	  BYTES("\x03"
	        "abc" CLIENT IA_NA("\0\0\0\0") "\0\x27\0\x0d\0\x02pc\x07"
	                                       "example\0"),
	  false, false, true, BYTES("pc.example"), BYTES(DUID_LL) },
	{ "reply",
	  PARSE_OK,
	  BYTES("\x07"
	        "abc" CLIENT IA_NA("\0\0\0\x09")),
	  true,
	  true,
	  true,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "taken away",
	  PARSE_OK,
	  BYTES("\x07"
	        "abc" CLIENT IA_NA("\0\0\0\0")),
	  true,
	  true,
	  false,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "declined",
	  PARSE_OK,
	  BYTES("\x09"
	        "abc" CLIENT IA_NA("\0\0\0\x09")),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "duid with a time",
	  PARSE_OK,
	  BYTES("\x01"
	        "abc"
	        "\0\x01\0\x0e\0\x01\0\x01time\x02\0\0\0\0\x0a"),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES("\0\x01\0\x01time\x02\0\0\0\0\x0a") },
	{ "temporary address",
	  PARSE_OK,
	  BYTES("\x03"
	        "abc" CLIENT "\0\x04\0\x20\0\0\0\x01" IAADDR("\0\0\0\x01")),
	  false,
	  false,
	  true,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "relayed twice",
	  PARSE_OK,
	  BYTES(RELAY("\x0c") "\0\x09\0\x38" RELAY("\x0c") "\0\x09\0\x12\x01"
	                                                   "abc" CLIENT),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "the relay's mac stands above the duid's",
	  PARSE_OK,
	  BYTES(RELAY("\x0c") "\0\x09\0\x12\x01"
	                      "abc"
	                      "\0\x01\0\x0a\0\x03\0\x01\x09\x09\x09\x09\x09\x09"
	                      "\0\x4f\0\x08\0\x01\x02\0\0\0\0\x0a"),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES("\0\x03\0\x01\x09\x09\x09\x09\x09\x09") },
	{ "odd octets", PARSE_OK,
	  BYTES("\x01"
	        "abc" CLIENT "\0\x27\0\x07\0\x05"
	        "a.\x07\\\xff"),
	  false, false, false, BYTES("a\\046\\007\\092\\255"), BYTES(DUID_LL) },
	{ "a label past the end is no name",
	  PARSE_OK,
	  BYTES("\x01"
	        "abc" CLIENT "\0\x27\0\x05\0\x04pcx"),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES(DUID_LL) },
	{ "option past the end",
	  PARSE_BROKEN,
	  BYTES("\x01"
	        "abc" CLIENT "\0\x27\0\x09\0\x02pc"),
	  false,
	  false,
	  false,
	  { 0 },
	  BYTES(DUID_LL) },
};

static void check_dhcpv6(const struct dhcp_row *s)
{
	uint8_t room[64];
	struct scratch text = { room, sizeof room, 0 };
	struct dhcp_lease lease;

	memset(&lease, 0xa5, sizeof lease);
	WANT(dissect_dhcpv6(s->message, &text, &lease) == s->answer);
	check_lease(s, &lease, ip6);
}

static void check_dhcpv6_room(void)
{
	static const struct slice message = BYTES("\x01"
	                                          "abc\0\x27\0\x07\0\x05hello");
	uint8_t room[5];
	struct scratch text = { room, sizeof room, 0 };
	struct dhcp_lease lease;

	CHECK(dissect_dhcpv6(message, &text, &lease) == PARSE_OK);
	CHECK(lease.host_name.len == 0 && text.used == 0);
}

static void check_dhcpv6_foreign(void)
{
	uint8_t room[64];
	struct scratch text = { room, sizeof room, 0 };
	struct dhcp_lease lease;

	CHECK(dissect_dhcpv6((struct slice)BYTES("\x37"
	                                         "abc"),
	                     &text, &lease) == PARSE_FOREIGN);
	CHECK(dissect_dhcpv6((struct slice)BYTES(RELAY("\x0c")), &text, &lease) == PARSE_BROKEN);
	CHECK(dissect_dhcpv6((struct slice){ 0 }, &text, &lease) == PARSE_BROKEN);
}

/* "FRONT-DESK" in half bytes, then five blanks and the suffix. */
#define NAME(suffix)                                                                               \
	"\x20"                                                                                     \
	"EGFCEPEOFECNEEEFFDELCACACACACA" suffix "\0"
#define NAME_SCOPED                                                                                \
	"\x20"                                                                                     \
	"EGFCEPEOFECNEEEFFDELCACACACACAAA"                                                         \
	"\x05scope\0"
#define HEAD(flags, qd, an, ar)                                                                    \
	"\x12\x34" flags "\0" qd "\0" an "\0\0"                                                    \
	"\0" ar
#define QUESTION(name, type) name "\0" type "\0\x01"
#define RECORD(flags)        "\xc0\x0c\0\x20\0\x01\0\0\x01\x2c\0\x06" flags IP4

static const struct netbios_row {
	const char *name;
	enum parse (*dissect)(struct slice, struct netbios_name *);
	enum parse answer;
	bool is_owner, has_address;
	uint8_t suffix;
	struct slice message;
} netbios_rows[] = {
	{ "registration", dissect_netbios, PARSE_OK, true, true, 0,
	  BYTES(HEAD("\x29\x10", "\x01", "\0", "\x01") QUESTION(NAME("AA"), "\x20")
	                RECORD("\0\0")) },
	{ "refresh of a server", dissect_netbios, PARSE_OK, true, true, 0x20,
	  BYTES(HEAD("\x40\0", "\x01", "\0", "\x01") QUESTION(NAME("CA"), "\x20")
	                RECORD("\x60\0")) },
	{ "multihomed, with a scope", dissect_netbios, PARSE_OK, true, true, 0,
	  BYTES(HEAD("\x79\0", "\x01", "\0", "\x01") QUESTION(NAME_SCOPED, "\x20")
	                RECORD("\0\0")) },
	{ "group", dissect_netbios, PARSE_OK, false, true, 0,
	  BYTES(HEAD("\x29\x10", "\x01", "\0", "\x01") QUESTION(NAME("AA"), "\x20")
	                RECORD("\x80\0")) },
	{ "domain master", dissect_netbios, PARSE_OK, false, true, 0x1b,
	  BYTES(HEAD("\x29\x10", "\x01", "\0", "\x01") QUESTION(NAME("BL"), "\x20")
	                RECORD("\0\0")) },
	{ "query", dissect_netbios, PARSE_OK, false, false, 0,
	  BYTES(HEAD("\x01\x10", "\x01", "\0", "\0") QUESTION(NAME("AA"), "\x20")) },
	{ "answer", dissect_netbios, PARSE_OK, true, true, 0,
	  BYTES(HEAD("\x85\0", "\0", "\x01", "\0")
	                NAME("AA") "\0\x20\0\x01\0\0\x01\x2c\0\x06\0\0" IP4) },
	{ "negative answer", dissect_netbios, PARSE_OK, false, false, 0,
	  BYTES(HEAD("\x85\x03", "\0", "\x01", "\0")
	                NAME("AA") "\0\x20\0\x01\0\0\0\0\0\x06\0\0" ANY) },
	{ "release", dissect_netbios, PARSE_OK, false, false, 0,
	  BYTES(HEAD("\x30\0", "\x01", "\0", "\x01") QUESTION(NAME("AA"), "\x20") RECORD("\0\0")) },
	{ "node status", dissect_netbios, PARSE_OK, true, false, 0x20,
	  BYTES(HEAD("\x84\0", "\0", "\x01", "\0") NAME("AA") "\0\x21\0\x01\0\0\0\0\0\x25\x02"
	                                                      "GROUP          \0\x84\0"
	                                                      "FRONT-DESK     \x20\x04\0") },
	{ "datagram", dissect_netbios_datagram, PARSE_OK, true, true, 0,
	  BYTES("\x11\x02\x12\x34" IP4 "\0\x8a\0\x44\0\0" NAME("AA")) },
	{ "a user's datagram", dissect_netbios_datagram, PARSE_OK, false, true, 3,
	  BYTES("\x10\x02\x12\x34" IP4 "\0\x8a\0\x44\0\0" NAME("AD")) },
};

static void check_netbios(const struct netbios_row *s)
{
	struct netbios_name name;

	memset(&name, 0xa5, sizeof name);
	WANT(s->dissect(s->message, &name) == s->answer);
	WANT(name.is_owner == s->is_owner && name.suffix == s->suffix);
	WANT(name.len == 10 && memcmp(name.text, "FRONT-DESK\0\0\0\0\0", 16) == 0);
	WANT(memcmp(name.address, s->has_address ? ip4 : (uint8_t[16]){ 0 }, 16) == 0);
}

static void check_netbios_foreign(void)
{
	struct netbios_name name;

	CHECK(dissect_netbios((struct slice)BYTES(HEAD("\x01\0", "\x02", "\0", "\0")), &name) ==
	      PARSE_FOREIGN);
	CHECK(dissect_netbios(
	              (struct slice)BYTES(HEAD("\x01\0", "\x01", "\0", "\0") "\x03"
	                                                                     "abc\0\0\x20\0\x01"),
	              &name) == PARSE_BROKEN);
	CHECK(dissect_netbios_datagram((struct slice)BYTES("\x13\0\0\0"), &name) == PARSE_FOREIGN);
	CHECK(name.len == 0 && !name.is_owner);
}

static enum parse probe_dhcp(struct slice s)
{
	struct dhcp_lease lease;

	return dissect_dhcp(s, &lease);
}

static enum parse probe_dhcpv6(struct slice s)
{
	uint8_t room[64];
	struct scratch text = { room, sizeof room, 0 };
	struct dhcp_lease lease;

	return dissect_dhcpv6(s, &text, &lease);
}

static enum parse (*probed)(struct slice, struct netbios_name *);

static enum parse probe_netbios(struct slice s)
{
	struct netbios_name name;

	return probed(s, &name);
}

/* A DHCP message may end at any option; what comes before them may not be cut. */
static void check_properties(void)
{
	for (size_t i = 0; i < COUNT_OF(dhcp_rows); i++)
		if (dhcp_rows[i].answer == PARSE_OK)
			property_check(&(struct specimen){ dhcp_rows[i].name, probe_dhcp,
			                                   dhcp_rows[i].message, PARSE_BROKEN, 0,
			                                   240 });
	for (size_t i = 0; i < COUNT_OF(dhcpv6_rows); i++)
		if (dhcpv6_rows[i].answer == PARSE_OK)
			property_check(&(struct specimen){ dhcpv6_rows[i].name, probe_dhcpv6,
			                                   dhcpv6_rows[i].message, PARSE_BROKEN, 0,
			                                   4 });
	for (size_t i = 0; i < COUNT_OF(netbios_rows); i++) {
		probed = netbios_rows[i].dissect;
		property_check(&(struct specimen){ netbios_rows[i].name, probe_netbios,
		                                   netbios_rows[i].message, PARSE_BROKEN, 0, 0 });
	}
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(dhcp_rows); i++)
		check_dhcp(&dhcp_rows[i]);
	for (size_t i = 0; i < COUNT_OF(dhcpv6_rows); i++)
		check_dhcpv6(&dhcpv6_rows[i]);
	for (size_t i = 0; i < COUNT_OF(netbios_rows); i++)
		check_netbios(&netbios_rows[i]);
	check_dhcpv6_room();
	check_dhcpv6_foreign();
	check_netbios_foreign();
	check_properties();
	return 0;
}
