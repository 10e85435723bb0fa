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

const struct evidence_rows *evidence_rows(const struct evidence_part *);

/* pcapng.c: what was written, and its SHA-256. False: the disk is full, or memory is out. */
struct pcapng_sum {
	uint64_t packets;
	uint8_t sha256[32];
};
bool pcapng_write(FILE *out, struct evidence_row *rows, size_t count, const struct evidence_about *,
                  struct pcapng_sum *sum);

/* manifest.c */
bool manifest_write(FILE *out, const struct evidence_row *rows, size_t count,
                    const struct evidence_about *, const struct pcapng_sum *);

#endif
