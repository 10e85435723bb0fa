/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/noise.h"

#include <string.h>

uint64_t noise_next(struct noise *n) /* splitmix64 */
{
	uint64_t z = n->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t noise_below(struct noise *n, uint32_t limit)
{
	return (uint32_t)((noise_next(n) >> 32) * limit >> 32);
}

void noise_fill(struct noise *n, uint8_t *at, size_t len)
{
	for (; len > 0; at += len < 8 ? len : 8, len -= len < 8 ? len : 8) {
		uint64_t word = noise_next(n);

		memcpy(at, &word, len < 8 ? len : 8);
	}
}
