/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/activity.h"

#include <string.h>

enum {
	SCRIPT_BYTES = 100000,
	REQUEST_LEAST = 150, /* bytes up, all packets of the exchange */
	SMALL_ANSWER = 2000,
	FULL_DATAGRAM = 1200,
	SAID_LEAST_TCP = 50, /* shorter is a window's update or a PING */
	SAID_LEAST_UDP = 100,
};
static const uint64_t silence_ns = 1000000000U, page_ns = 60U * UINT64_C(1000000000);

static bool has_script(const struct script_loads *l, const uint8_t host[16], uint64_t now_ns)
{
	for (size_t i = 0; i < SCRIPT_LOADS_MAX; i++)
		if (l->ring[i].time_ns != 0 && memcmp(l->ring[i].host, host, 16) == 0 &&
		    l->ring[i].time_ns <= now_ns && now_ns - l->ring[i].time_ns <= page_ns)
			return true;
	return false;
}

static void remember_script(struct script_loads *l, const uint8_t host[16], uint64_t now_ns)
{
	struct script_load *at = &l->ring[l->next++ % SCRIPT_LOADS_MAX];

	memcpy(at->host, host, 16);
	at->time_ns = now_ns;
}

/*
 * Is the exchange a beacon? In QUIC one full datagram of the server's is passed over: what probes
 * the path (RFC 9000, section 14.3) looks like any other.
 */
static bool is_beacon(const struct activity *a, const struct script_loads *l,
                      const uint8_t host[16], bool is_udp)
{
	uint32_t probe = is_udp && a->largest >= FULL_DATAGRAM ? a->largest : 0;
	uint32_t answer = a->down - probe;

	if (a->up < REQUEST_LEAST || a->down == 0 || answer > SMALL_ANSWER)
		return false;
	return answer < a->up || has_script(l, host, a->last_ns);
}

static void end_exchange(struct activity *a, const struct script_loads *l,
                         const struct activity_sight *s)
{
	bool is_counted = is_beacon(a, l, s->host, s->is_udp) && a->beacons < UINT16_MAX;

	a->beacons += is_counted;
	a->of_burst += is_counted;
	a->up = a->down = a->largest = 0;
}

void activity_asked(struct activity *a, struct script_loads *l, const struct activity_sight *s)
{
	uint32_t least = s->is_udp ? SAID_LEAST_UDP : SAID_LEAST_TCP;

	a->has_begun |= s->is_request;
	if (!a->has_begun || s->len < least)
		return;
	if (a->down > 0)
		end_exchange(a, l, s);
	if (s->now_ns > a->last_ns + silence_ns) {
		a->burst_down = 0;
		a->of_burst = 0;
	}
	a->last_ns = s->now_ns;
	if (a->up < UINT32_MAX - s->len)
		a->up += s->len;
}

void activity_answered(struct activity *a, struct script_loads *l, const struct activity_sight *s)
{
	a->has_begun |= s->is_alone;
	if (!a->has_begun)
		return;
	a->last_ns = s->now_ns;
	a->largest = s->len > a->largest ? s->len : a->largest;
	if (a->down < UINT32_MAX - s->len)
		a->down += s->len;
	uint64_t before = a->burst_down;

	a->burst_down += s->len;
	if (before > SCRIPT_BYTES || a->burst_down <= SCRIPT_BYTES)
		return;
	a->is_loaded = true;
	a->beacons -= a->of_burst;
	a->of_burst = 0;
	remember_script(l, s->host, s->now_ns);
}

unsigned activity_beacons(const struct activity *a, const struct script_loads *l,
                          const uint8_t host[16], bool is_udp)
{
	return a->beacons + (is_beacon(a, l, host, is_udp) ? 1U : 0U);
}
