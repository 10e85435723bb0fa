/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_HOST_SET_H
#define SENSOR_VERDICT_HOST_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many hosts there were, each once whatever address it had: by its key (sums.h, host_key).
 * Bounded; what finds no room is counted, and may be some host more than once.
 */
enum { HOST_SET_MAX = 1 << 16 };

struct host_set {
	uint8_t (*keys)[16];
	uint32_t *slots; /* index + 1; 0: free */
	size_t count, slot_count;
	uint64_t lost;
	uint64_t seed; /* so that nobody can choose keys that collide */
};

void host_set_add(struct host_set *, const uint8_t key[16]);
/* All that another one has. */
void host_set_merge(struct host_set *into, const struct host_set *from);
void host_set_free(struct host_set *);

#endif
