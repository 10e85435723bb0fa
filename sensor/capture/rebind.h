/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_REBIND_H
#define SENSOR_CAPTURE_REBIND_H

#include <stdbool.h>

/*
 * Interfaces as the kernel knows them, asked over a socket that is open; and a packet socket moved
 * to another one. To make such a socket takes CAP_NET_RAW, to bind it anew takes nothing
 * (packet(7)): so an interface that comes back is captured again by a process that has given up all
 * its rights.
 */

/* 0: there is none of this name. */
unsigned interface_index(int control, const char *name);
bool interface_is_up(int control, const char *name);
/* ARPHRD_…, which says what its packets begin with; -1: there is none. */
int interface_kind(int control, const char *name);

/* The packet socket gets this interface's packets from now on, all that pass it. */
bool interface_bind(int packets, unsigned index);

#endif
