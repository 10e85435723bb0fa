/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_MAPPING_H
#define SENSOR_CAPTURE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Windows of files in memory that survive the file. Touching a page that the file no longer has,
 * or that the disk cannot give, raises SIGBUS in the thread that touched it; the handler puts
 * zeros in place of the rest of the window, notes it in the window's guard, and the thread goes
 * on. The first window installs the handler; a SIGBUS from elsewhere goes to the handler before.
 */
struct mapping_guard;

enum { MAPPINGS_MAX = 4096 };

/*
 * Maps `size` bytes from `offset` (a multiple of the page size) on, to be read once from front to
 * back. NULL: errno says why; EMFILE when MAPPINGS_MAX are open.
 */
uint8_t *mapping_open(int fd, uint64_t offset, size_t size, struct mapping_guard **guard);
void mapping_close(struct mapping_guard *, uint8_t *bytes, size_t size);
/* How many of the window's bytes are the file's: those behind are zeros in their place. */
size_t mapping_sound(const struct mapping_guard *);

#endif
