/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_PACKER_H
#define SENSOR_SINK_PACKER_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes on their way into a file, compressed or as they are. */
enum packing { PACK_NOT, PACK_GZIP, PACK_ZSTD };

struct packer;

/* "gzip", "zstd"; false: no such. The suffix is "", ".gz", ".zst". */
bool packing_of(const char *word, enum packing *out);
const char *packing_suffix(enum packing);

/* The descriptor stays the caller's. NULL: out of memory. */
struct packer *packer_new(enum packing, int fd);
/* What was written can be unpacked at once, also when nothing follows. False with errno. */
bool packer_write(struct packer *, const void *bytes, size_t len);
/* Ends the packed stream and frees. */
bool packer_finish(struct packer *);

#endif
