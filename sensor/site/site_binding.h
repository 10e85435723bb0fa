/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_BINDING_H
#define SENSOR_SITE_SITE_BINDING_H

#include "sensor/site/site_hosts.h"

/*
 * What the calls on one flow to a tracker say of each other: they are all one site's. Only
 * sensor/site includes this.
 */

/* How much the flow is believed to be the page's; 0: not at all, or it is new. */
double site_bound_to(const struct site_binding *, const struct name *);
/* What pages to which the flow is bound, but which were not visited now, weigh. */
double site_unseen_weight(struct site_host *, const struct site_binding *);
/* The flow is somebody's who was seen, or of one that it was bound to and that was not seen now. */
void site_bind(struct site_watch *, struct site_host *, const double *weights, double sum,
               struct site_binding *);
/* Takes back what was given to a page which the flow, as it now turns out, is not of. */
void site_reconsider(struct site_watch *, struct site_host *, const struct site_call *);
/* The call was given to the visit, and may have to be taken back. */
void site_note_placed(struct site_binding *, const struct visit *, double belief);

#endif
