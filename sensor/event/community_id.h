/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_COMMUNITY_ID_H
#define SENSOR_EVENT_COMMUNITY_ID_H

#include "sensor/digest.h"

enum { COMMUNITY_ID_MAX = 32 };

/* A flow, in either direction; ICMP has its type and code for ports, as in struct packet. */
struct flow_tuple {
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
	uint8_t protocol;
};

/* Do the numbers beside the addresses mean ports? */
bool has_ports(uint8_t protocol);

/*
 * Community ID version 1, seed 0, of the innermost flow: "1:" and the SHA-1 in base64, the same
 * for both directions. Protocols that have neither ports nor types are hashed without.
 * False, with "" in `out`, where libcrypto has no SHA-1.
 * Source: the specification at github.com/corelight/community-id-spec.
 */
bool community_id(struct digest *, const struct flow_tuple *, char out[COMMUNITY_ID_MAX]);

#endif
