/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_ASSEMBLY_H
#define SENSOR_FLOW_ASSEMBLY_H

#include "dissect/slice.h"
#include "sensor/flow/budget.h"

/*
 * Bytes of one direction, put in order: TCP segments, QUIC CRYPTO frames, DTLS fragments.
 *
 *   origin                                                     origin + room
 *   ├──────────────┬───────┬──────────────┬──────────┬────────┤
 *   │ range 0      │ hole  │ range 1      │ hole …   │        │   ranges: sorted, apart
 *   └──────────────┴───────┴──────────────┴──────────┴────────┘
 *   └── window ────┘  what can be read
 *
 * A list of ranges decides what is complete, never a count of bytes. Where bytes come twice and
 * differ, receivers disagree which to take (RFC 9293, section 3.10 leaves it open): `first` keeps
 * those that came first, `last` those that came last, and both are read.
 */
enum { ASSEMBLY_RANGES_MAX = 1024, ASSEMBLY_MAX = 80 * 1024 };

struct assembly_range {
	uint32_t from, to;
};

struct assembly {
	uint8_t *first;
	uint8_t *last; /* NULL while no bytes have come twice and differed */
	struct assembly_range *ranges;
	uint32_t room;
	uint16_t range_count, range_room;
};

/*
 * Keeps a copy of `bytes` at `at` (from the origin). False: past ASSEMBLY_MAX, too many holes, or
 * no memory; what was kept before stays.
 */
bool assembly_add(struct assembly *, struct budget *, uint32_t at, struct slice bytes);

/* Moves all bytes `by` further from the origin, since earlier ones exist. False as above. */
bool assembly_shift(struct assembly *, struct budget *, uint32_t by);

/* Forgets the first `n` bytes: the origin moves on. */
void assembly_drop(struct assembly *, uint32_t n);

/* The bytes from the origin up to the first hole. Live until the assembly is changed. */
struct slice assembly_window(const struct assembly *);
/* The same by the other policy; empty when there is no difference. */
struct slice assembly_other_window(const struct assembly *);

/* How far from the origin its last byte lies. */
static inline uint32_t assembly_end(const struct assembly *a)
{
	return a->range_count > 0 ? a->ranges[a->range_count - 1].to : 0;
}

static inline bool assembly_is_empty(const struct assembly *a)
{
	return a->range_count == 0;
}

void assembly_free(struct assembly *, struct budget *);

#endif
