/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVIDENCE_EVIDENCE_H
#define SENSOR_EVIDENCE_EVIDENCE_H

#include "sensor/capture/capture.h"
#include "sensor/flow/budget.h"

struct flow;

enum { EVIDENCE_ID_LEN = 16 };

/*
 * The packets of contacts, unchanged. What a flow has sent is held, bounded, while nobody knows
 * whether it is a contact; once it is, that is marked with the event's id and kept, and so is what
 * follows.
 *
 *   packet ─► held by its flow ─┬─ forgotten: nobody's business
 *                               └─ marked ─► part (in a file; rows in memory) ─► sorted ─► pcapng
 */
struct evidence_part;
/* Keeps marked packets in `part`, a file that is closed with it. NULL: out of memory. */
struct evidence_part *evidence_new(struct budget *, FILE *part);
void evidence_free(struct evidence_part *);

/* A packet of the flow; `rolls`: of a long flow keep the last ones, not the first. */
void evidence_saw(struct evidence_part *, const struct flow *, const struct frame *, bool rolls);
/* The flow has an event: what is held, and all that comes, belongs to it. */
void evidence_mark(struct evidence_part *, const struct flow *, const uint8_t id[EVIDENCE_ID_LEN]);
/* The same for what is held by now, and not for what comes. */
void evidence_mark_held(struct evidence_part *, const struct flow *,
                        const uint8_t id[EVIDENCE_ID_LEN]);
/* The flow is over, or no contact: nothing of it is held. */
void evidence_forget(struct evidence_part *, const struct flow *);

/* Frames that were not held because a flow or the budget was full. */
uint64_t evidence_lost(const struct evidence_part *);

/* For the manifest, and the names of the interfaces in the file. */
struct evidence_about {
	const char *path; /* of the file, for its name */
	const char *program, *feed;
	const uint8_t *config_hash; /* 32 bytes; NULL: there is no config */
	const char *config;
	bool is_live;
	const char *(*source)(void *context, uint32_t source);
	void *context;
};

/*
 * Writes what the parts have, each packet once, in order of time, as pcapng; an Enhanced Packet
 * Block's comment is "event_id HEX". Then the manifest. False after saying why.
 */
bool evidence_write(struct evidence_part *const *parts, size_t count, FILE *file, FILE *manifest,
                    const struct evidence_about *);

#endif
