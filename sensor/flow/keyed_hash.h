/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_KEYED_HASH_H
#define SENSOR_FLOW_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "sensor/flow/siphash.h"

/*
 * A hash for tables whose keys senders choose, at a quarter of SipHash's cost: NH, the one that is
 * proved for UMAC (RFC 4418, section 5.2.2; Black et al., CRYPTO 1999), in words of 64 bits. For
 * whoever does not know the secret two different keys meet in the 128 bits with a chance of 2^-64,
 * however they were chosen; the rest of the secret folds those into 32. That holds for one that
 * never sees a hash: nothing that we tell depends on it.
 */
enum { KEYED_HASH_WORDS = 6 };

struct hash_secret {
	uint64_t of_word[KEYED_HASH_WORDS], of_sum[2];
};

__extension__ typedef unsigned __int128 wide_word;

static inline struct hash_secret hash_secret_from(uint64_t seed)
{
	const uint64_t key[2] = { seed, ~seed };
	uint64_t words[KEYED_HASH_WORDS + 2];

	for (uint64_t i = 0; i < KEYED_HASH_WORDS + 2; i++)
		words[i] = siphash(key, &i, 1);
	struct hash_secret s = { .of_sum = { words[KEYED_HASH_WORDS] | 1,
		                             words[KEYED_HASH_WORDS + 1] | 1 } };

	for (size_t i = 0; i < KEYED_HASH_WORDS; i++)
		s.of_word[i] = words[i];
	return s;
}

/* `count` is even, and the same for all keys of a table. */
static inline uint32_t keyed_hash(const struct hash_secret *s, const uint64_t *words, size_t count)
{
	wide_word sum = 0;

	for (size_t i = 0; i < count; i += 2)
		sum += (wide_word)(words[i] + s->of_word[i]) *
		       (words[i + 1] + s->of_word[i + 1]);
	uint64_t low = (uint64_t)sum, high = (uint64_t)(sum >> 64);
	wide_word mixed = (wide_word)(low ^ s->of_sum[0]) * (high + s->of_sum[1]);

	return (uint32_t)((uint64_t)mixed ^ (uint64_t)(mixed >> 64));
}

#endif
