/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_WEIGH_H
#define SENSOR_SITE_SITE_WEIGH_H

#include "sensor/site/site_hosts.h"

/*
 * How well does a visit explain a call? A new flow is weighed by a logistic model, one that wakes
 * up by the pages that it is bound to. Only sensor/site includes this.
 *
 *   likelihood: what the visit's own packets say  ─► shared out among sites later (site_calls.h)
 *   weight:     likelihood × what the book knows  ─► its share of all, and of nobody, is the belief
 */

/* `later`: other pages that were begun between the visit and the call. 0: it was not yet. */
double site_likelihood(const struct site_watch *, const struct visit *, const struct site_call *,
                       size_t later);
double site_weigh(const struct site_watch *, const struct visit *, const struct site_call *,
                  double likely);
/* The weight of no page that was seen, where so many are open. */
double site_nobody(const struct site_call *, size_t open);

/* The tracker, for comparing within a watch. */
uint32_t site_tracker_hash(const struct site_call *);
/* A tracker's name as a number; 0: of a flow that was open already, or not known. */
uint32_t site_tracker_number(const struct site_call *);
/* Tracker and transport: requests of one kind are of one size, but for the page's name. 0: no size.
 */
uint32_t site_request_kind(const struct site_call *);
/* The visit as a number, among those of other hosts. */
uint64_t site_visit_number(const struct visit *, const struct site_call *);
/* What is left of the request's size without the page's name; site_sizes.h. */
int site_excess(const struct visit *, const struct site_call *);

#endif
