/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_KEYED_HASH_H
#define SENSOR_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A hash for tables whose keys senders choose, at a quarter of SipHash's cost: NH, the one that is
 * proved for UMAC (RFC 4418, section 5.2.2; Black et al., CRYPTO 1999), in words of 64 bits. For
 * whoever does not know the secret two different keys meet in the 128 bits with a chance of 2^-64,
 * however they were chosen; the rest of the secret folds those. That holds for one that
 * never sees a hash: nothing that we tell depends on it.
 */
enum { KEYED_HASH_WORDS = 20 };

struct hash_secret {
	uint64_t of_word[KEYED_HASH_WORDS], of_sum[2];
};

__extension__ typedef unsigned __int128 wide_word;

/* SplitMix64 (Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). */
static inline uint64_t secret_word(uint64_t seed, uint64_t index)
{
	uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15U;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

static inline struct hash_secret hash_secret_from(uint64_t seed)
{
	struct hash_secret s = { .of_sum = { secret_word(seed, KEYED_HASH_WORDS),
		                             secret_word(seed, KEYED_HASH_WORDS + 1) } };

	for (size_t i = 0; i < KEYED_HASH_WORDS; i++)
		s.of_word[i] = secret_word(seed, i);
	return s;
}

/* `count` is even; where a table's keys differ in it, a word of the key tells. */
static inline uint64_t keyed_hash64(const struct hash_secret *s, const uint64_t *words,
                                    size_t count)
{
	wide_word sum = 0;

	for (size_t i = 0; i < count; i += 2)
		sum += (wide_word)(words[i] + s->of_word[i]) * (words[i + 1] + s->of_word[i + 1]);
	uint64_t low = (uint64_t)sum, high = (uint64_t)(sum >> 64);
	wide_word mixed = (wide_word)(low ^ s->of_sum[0]) * (high + s->of_sum[1]);

	return (uint64_t)mixed ^ (uint64_t)(mixed >> 64);
}

/*
 * The same aim for bytes of any length, a word at a time: the product's two halves depend on all
 * of a multiplier that nobody knows, so no difference can be chosen that the next word takes back.
 * Begin with anything secret.
 */
static inline uint64_t keyed_step(uint64_t multiplier, uint64_t hash, uint64_t word)
{
	wide_word product = (wide_word)(hash ^ word) * multiplier;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t keyed_multiplier(uint64_t seed)
{
	return secret_word(seed, 0) | 1;
}

static inline uint64_t keyed_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t multiplier = keyed_multiplier(seed), hash = secret_word(seed, 1) ^ len, word;

	for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
		memcpy(&word, at, sizeof word);
		hash = keyed_step(multiplier, hash, word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, at, len);
	return keyed_step(multiplier, hash, word);
}

static inline uint32_t keyed_hash(const struct hash_secret *s, const uint64_t *words, size_t count)
{
	return (uint32_t)keyed_hash64(s, words, count);
}

#endif
