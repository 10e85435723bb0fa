/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_SEEN_SET_H
#define SENSOR_RETRO_SEEN_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers but 0, whoever made them. Open addressing, at most half full. */
struct seen_set {
	uint64_t *slots;
	size_t count, size;
	uint64_t secret; /* made with the first slots */
};

/* True when it was not there; it is now, unless memory is out. */
bool seen_set_add(struct seen_set *, uint64_t);
void seen_set_close(struct seen_set *);

#endif
