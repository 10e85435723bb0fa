/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* A number of the sequence that the seed began; the same everywhere for the same seed. */
struct noise {
	uint64_t state;
};
uint64_t noise_next(struct noise *);
uint32_t noise_below(struct noise *, uint32_t limit); /* 0 … limit - 1 */
void noise_fill(struct noise *, uint8_t *at, size_t len);

#endif
