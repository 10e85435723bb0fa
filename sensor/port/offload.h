/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PORT_OFFLOAD_H
#define SENSOR_PORT_OFFLOAD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the kernel says of an interface: whether it puts packets together before anybody sees them,
 * how large one may be on its wire, and its own MAC. Asked by ioctl (SIOCETHTOOL, SIOCGIFMTU,
 * SIOCGIFHWADDR), which takes no rights.
 */
struct interface_facts {
	bool is_known;  /* there is such an interface */
	bool merges[2]; /* generic and large receive offload: on; false also where nobody can say */
	bool has_mac;   /* an Ethernet's */
	uint8_t mac[6];
	uint32_t mtu; /* bytes above the link layer; 0: not known */
};

enum { OFFLOAD_GRO, OFFLOAD_LRO };

void interface_facts(const char *name, struct interface_facts *out);

#endif
