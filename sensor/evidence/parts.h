/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVIDENCE_PARTS_H
#define SENSOR_EVIDENCE_PARTS_H

#include "sensor/evidence/evidence.h"

/* Shared by the files of this folder, and by nobody else. */

/* One packet for one event; its bytes are in the part's file. */
struct evidence_row {
	uint64_t time_ns, number, offset;
	uint32_t source, link, wire_len, len;
	uint8_t id[EVIDENCE_ID_LEN];
	FILE *part;
};

struct evidence_rows {
	struct evidence_row *list;
	size_t count, room;
};

struct evidence_rows *evidence_rows(struct evidence_part *);
/* Room for one more; false: memory is out. */
bool evidence_make_room(struct evidence_rows *);
/* Its rows are written: the part begins anew. */
void evidence_empty(struct evidence_part *);

/* pcapng.c: a file that grows by rows that are sorted among themselves. */
struct pcapng;
/* Writes the section's header; NULL: memory is out. */
struct pcapng *pcapng_begin(FILE *out, const struct evidence_about *);
/* False: the disk is full, or memory is out. */
bool pcapng_add(struct pcapng *, const struct evidence_row *rows, size_t count,
                const struct evidence_about *);

/* What was written, its SHA-256, and where its packets are from, each source once. */
struct pcapng_sum {
	uint64_t packets;
	uint8_t sha256[32];
	uint32_t *sources; /* the pcapng's */
	size_t source_count;
};
/* Nothing can be added after it. */
bool pcapng_end(struct pcapng *, struct pcapng_sum *);
void pcapng_free(struct pcapng *);

/* manifest.c */
bool manifest_write(FILE *out, const struct evidence_about *, const struct pcapng_sum *);

#endif
