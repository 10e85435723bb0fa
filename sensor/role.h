/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_ROLE_H
#define SENSOR_ROLE_H

#include "dissect/packet.h"
#include "sensor/flow/hosts.h"

/*
 * What a packet shows one of its ends to do for others: who answers DNS from its port is a
 * resolver; who is asked for a tunnel (HTTP's CONNECT, SOCKS) or a whole URL (RFC 9112, section
 * 3.2.2) is a proxy. Of one packet alone and nothing before it, so that the reading thread can tell
 * all workers at the same step: which of them has the flow makes no difference.
 *
 * HOST_ROLE_NONE: nothing; else `*host` is set, in `p`. Whether both ends are ours is the caller's
 * to ask: anybody can ask anybody.
 */
enum host_role role_shown(const struct packet *p, const uint8_t **host);

#endif
