/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_FLOW_H
#define SENSOR_FLOW_FLOW_H

#include "dissect/packet.h"

/*
 * A flow: an innermost five-tuple while it is in use. VLANs and tunnels are no part of it: taps
 * tag one direction only, and balance over tunnels.
 */

enum flow_state {
	FLOW_NEW,         /* one side has spoken */
	FLOW_ESTABLISHED, /* both have */
	FLOW_CLOSED,      /* FIN from both, or RST */
};

/* What a flow is known to carry; decides who looks at its packets. */
enum flow_app {
	APP_UNKNOWN,
	APP_TLS,
	APP_QUIC,
	APP_HTTP,
	APP_HTTP2,
	APP_DNS,
	APP_MDNS,
	APP_LLMNR,
	APP_DTLS,
	APP_DHCP,
	APP_NETBIOS,
	APP_SSH, /* and what else is told by no name: nDPI says which */
};

enum { SIDE_A = 0, SIDE_B = 1 };

/* What a proxy said of the tunnel that was asked for. */
enum flow_denial { DENIAL_NONE, DENIAL_FINAL, DENIAL_FOR_NOW /* credentials may follow */ };

struct name;
struct question;
struct notes;

/*
 * Side 0 sent the first packet. `client` is the side that began the flow, which the first packet
 * seen need not tell: a hello or a SYN corrects it.
 *
 * Ordered by use: the table finds by the first line of the cache and counts in the second; the
 * rest is for when a flow begins, is judged or ends.
 */
struct flow {
	uint8_t address[2][16];
	uint16_t port[2];
	uint32_t hash;
	uint32_t chain;        /* next in the bucket; indices into the pool, 0: none */
	uint32_t older, newer; /* in the idle list `list` */
	uint8_t protocol;
	uint8_t client;
	uint8_t state; /* enum flow_state */
	uint8_t app;   /* enum flow_app */
	uint8_t list;
	uint8_t tcp_flags[2]; /* all that were seen from each side */
	uint8_t has_syn : 1, is_client_sure : 1, was_refused : 1, is_answered : 1, is_inspected : 1,
	        has_contact : 1, is_named : 1, was_reset : 1;
	uint8_t spoke; /* bit 0 and 1: the side has sent a payload */
	uint8_t reopened;
	uint8_t denial; /* enum flow_denial */

	struct name *server_name;  /* held: what its client calls the server; NULL: not known */
	uint64_t asked_ns;         /* the client's last packet that is as long as a request */
	struct question *question; /* open: what is not known yet; NULL: answered */
	uint64_t last_ns;
	uint64_t last_step; /* of the last packet, see sensor/order.h */
	uint64_t bytes[2];  /* frame bytes from each side */
	uint32_t packets[2];
	struct notes *notes;              /* what is kept to be told; NULL: nothing */
	uint32_t owner;                   /* whose worker it is: owner_of() */
	uint16_t label_master, label_app; /* nDPI's */

	uint64_t first_ns;
	uint64_t first_number; /* pcap_cnt of the first packet */
	uint32_t source;       /* file or interface of the first packet */
	uint16_t quic_ids[2];  /* of an answered QUIC flow, hashed: the client's first, the server's
	                        */
};

static inline unsigned flow_server(const struct flow *f)
{
	return 1U - f->client;
}

/* Which side sent the packet. */
static inline unsigned flow_side(const struct flow *f, const struct packet *p)
{
	return memcmp(f->address[0], p->src, 16) == 0 && f->port[0] == p->src_port ? SIDE_A
	                                                                           : SIDE_B;
}

#endif
