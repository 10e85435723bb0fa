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
 *
 * A capture's parts are written at its end, all in order of time. Live each part is settled every
 * few seconds, so that a sensor that is killed loses little and the parts stay small; the file is
 * then in order of time only within what was settled together.
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
	const uint8_t *inventory_hash; /* 32 bytes; NULL: the config names no file */
	const char *inventory;
	bool is_live;
	const char *(*source)(void *context, uint32_t source);
	void *context;
};

/*
 * The pcapng that all parts go to; an Enhanced Packet Block's comment is "event_id HEX". `about`
 * and `file` stay the caller's, and must outlive it. NULL: memory is out.
 */
struct evidence_file;
struct evidence_file *evidence_file_new(FILE *file, const struct evidence_about *about);
void evidence_file_free(struct evidence_file *);
/* Appends what the part has, in order of time, and empties it. By several threads at once. */
void evidence_settle(struct evidence_part *, struct evidence_file *);
/* Appends what all parts have, each packet once, in order of time; then the manifest. False after
 * saying why, also where an earlier evidence_settle() failed. */
bool evidence_finish(struct evidence_file *, struct evidence_part *const *parts, size_t count,
                     FILE *manifest);

#endif
