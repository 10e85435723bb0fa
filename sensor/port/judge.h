/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PORT_JUDGE_H
#define SENSOR_PORT_JUDGE_H

#include "sensor/port/offload.h"
#include "sensor/port/port.h"

/* Words about what a port shows, for those who run the network: what is wrong, and what to do. */

enum port_grade {
	PORT_GOOD,
	PORT_NOTE, /* to know; it may be as it should */
	PORT_BAD,  /* names or packets are lost by it */
};

enum { PORT_FINDINGS = 16, PORT_WORDS = 512 };

struct port_finding {
	enum port_grade grade;
	const char *about; /* a word or two */
	char words[PORT_WORDS];
	char todo[PORT_WORDS]; /* "": nothing */
};

/* One interface; none of them when captures were read. */
struct port_interface {
	const char *name;
	struct interface_facts facts;
	uint64_t packets;
};

struct port_case {
	struct port *port;
	const struct capture_counters *capture;
	const struct port_interface *interfaces;
	size_t interface_count;
};

/* Returns how many findings there are, in the order of the things, not of the grades. */
size_t port_judge(const struct port_case *, struct port_finding out[PORT_FINDINGS]);

#endif
