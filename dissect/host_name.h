/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_HOST_NAME_H
#define DISSECT_HOST_NAME_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/*
 * What a DHCP or DHCPv6 client says of itself, or a server of its client. After PARSE_BROKEN what
 * was whole before the break is there.
 */
struct dhcp_lease {
	bool is_reply;
	bool is_ack; /* DHCPACK, DHCPv6 Reply */
	bool has_mac;
	uint8_t mac[6];   /* the client's; of DHCPv6 as a relay saw it, else from the DUID, which
	                   * may be that of another interface of the host */
	bool has_address; /* given (yiaddr, IAADDR), asked for (DHCPREQUEST) or in use (ciaddr) */
	uint8_t address[16];    /* as in struct packet */
	struct slice host_name; /* option 12, else the FQDN's (option 81; DHCPv6 39) */
	struct slice client_id; /* option 61, DUID */
};

/*
 * RFC 2131, 2132 (options 12, 50, 55, 61, 81, overload 52); UDP 67 and 68. Slices point into the
 * message. host_name is as the client wrote it; of an FQDN in DNS encoding it is the first label.
 * PARSE_FOREIGN: no DHCP (BOOTP, too).
 */
enum parse dissect_dhcp(struct slice message, struct dhcp_lease *out);

/*
 * RFC 8415, RFC 4704; relay messages are opened; UDP 546 and 547. `text` holds the unpacked FQDN:
 * labels with dots between, octets that are no plain characters as \DDD; a name that does not fit
 * is left out (1,100 bytes are enough).
 */
enum parse dissect_dhcpv6(struct slice message, struct scratch *text, struct dhcp_lease *out);

/* A NetBIOS name that its owner registers or announces (RFC 1001, 1002; UDP 137, 138). */
struct netbios_name {
	/*
	 * The message says that a machine of this name exists, and perhaps at which address: a
	 * registration, refresh, positive answer, node status, or a datagram's source, of a unique
	 * name with suffix 0x00 or 0x20. False for what is only asked for, and for users' and
	 * groups' names.
	 */
	bool is_owner;
	uint8_t suffix;      /* 0x00 workstation, 0x20 server, 0x1b… */
	uint8_t address[16]; /* of the owner where the message says it, else zero */
	uint8_t len;
	char text[16]; /* without the padding, zeros behind; OEM characters */
};
enum parse dissect_netbios(struct slice message, struct netbios_name *out);
enum parse dissect_netbios_datagram(struct slice message, struct netbios_name *out);

#endif
