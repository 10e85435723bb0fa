/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EVENT_SPECIMENS_H
#define TESTS_EVENT_SPECIMENS_H

#include "sensor/event/event.h"

/* An event of every type, with everything set that its type can have; and bare ones. */
size_t event_specimen_count(void);
/* Fills `out` with the one at `index`; what it points to lives for ever. */
void event_specimen(size_t index, struct event *out);

#endif
