/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_HABITS_H
#define SENSOR_SITE_SITE_HABITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Behind one address several browsers stand, and not all speak QUIC. Who speaks it to a page does
 * so to a tracker, too; who speaks TCP to a page that others speak QUIC to mostly does not. How
 * strict that is depends on browsers and on what they know of the servers, so it is learned, for
 * each tracker's name:
 *
 *                        call over TCP   call over QUIC
 *   page over QUIC             0               9        ─► a call over TCP is none of this page's
 *   page over TCP              7               1           (the page's server speaks QUIC)
 *   page over TCP             11               8           (it does not, as far as is known)
 */
enum { SITE_HABITS_MAX = 16 };

enum site_page_kind { SITE_PAGE_QUIC, SITE_PAGE_TCP, SITE_PAGE_TCP_ONLY, SITE_PAGE_KINDS };

struct site_habit {
	uint32_t tracker; /* its name, as a number */
	uint32_t count[SITE_PAGE_KINDS][2];
};

struct site_habits {
	struct site_habit habits[SITE_HABITS_MAX];
	size_t count;
};

/* How much likelier the page's transport makes the call's. 1: nothing is known. */
double site_habits_ratio(const struct site_habits *, uint32_t tracker, enum site_page_kind,
                         bool is_udp);
/* A call is the page's. `tracker` 0: nothing is learned. */
void site_habits_credit(struct site_habits *, uint32_t tracker, enum site_page_kind, bool is_udp);

#endif
