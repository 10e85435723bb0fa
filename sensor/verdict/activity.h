/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_ACTIVITY_H
#define SENSOR_VERDICT_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a tracking pixel does on a flow, by the sizes and the order of what is said. TLS hides the
 * rest.
 *
 *   client  >>>>        >>        >>>>>                    >>>>>
 *   server      <<<<<      <<<…<        <<                       <<
 *          └ exchange ┘└ loaded ┘└ beacon ┘   (silence)   └ beacon ┘
 *          └────────── burst ─────────────┘               └ burst ─┘
 *
 * An exchange is what the client says until the server has answered, a burst what follows each
 * other without a second of silence before a request. More than 100 kB down in one burst is the
 * script (`loaded`). A small answer to a request is a `beacon`: where the script came to the host
 * within the minute before, or else where more went up than came down. A script that comes in the
 * same burst afterwards says that what went before was no beacon: only a script sends them.
 */
struct activity {
	uint64_t last_ns; /* of the last payload of either side */
	uint64_t burst_down;
	uint32_t up, down, largest; /* of the exchange: bytes; the server's longest packet */
	uint16_t beacons, of_burst; /* the second: found in this burst */
	bool has_begun, is_loaded;
};

/* When which host got the script: the last ones. */
enum { SCRIPT_LOADS_MAX = 512 };
struct script_loads {
	struct script_load {
		uint8_t host[16];
		uint64_t time_ns;
	} ring[SCRIPT_LOADS_MAX];
	size_t next;
};

/* One packet with a payload. */
struct activity_sight {
	const uint8_t *host; /* 16 bytes: the client */
	uint64_t now_ns;
	uint32_t len; /* of the payload */
	bool is_udp;
	bool is_request; /* the client's: long enough for one, and no handshake */
	bool is_alone;   /* the server's: nothing was seen of the client */
};

void activity_asked(struct activity *, struct script_loads *, const struct activity_sight *);
void activity_answered(struct activity *, struct script_loads *, const struct activity_sight *);
/* The beacons, with the exchange that goes on. */
unsigned activity_beacons(const struct activity *, const struct script_loads *,
                          const uint8_t host[16], bool is_udp);

#endif
