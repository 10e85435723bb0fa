/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_HASH_H
#define FEEDS_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * A seeded hash, fed a byte at a time: for what is hashed seldom. Each step is one-to-one in the
 * state. Names have one of their own: feeds/name_hash.h.
 */
static inline uint64_t hash_step(uint64_t state, unsigned char byte)
{
	return (state ^ byte) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline uint32_t hash_finish(uint64_t state)
{
	state = (state ^ state >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(state >> 32);
}

static inline uint32_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = len; i-- > 0;)
		seed = hash_step(seed, at[i]);
	return hash_finish(seed);
}

#endif
