/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_NAME_HASH_H
#define FEEDS_NAME_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash of a name, made of words of eight bytes from its end, the head last:
 *
 *	log.tiktokv.com      | log.tik | tokv.com |      the name: one word and a head of seven
 *	    tiktokv.com      |     tik | tokv.com |      its parent: the same word, a head of three
 *
 * A word is read with its last byte lowest, so the head of a parent is what lies below the dot in a
 * word of the name. Each word, and the head (0 where the words take all), is multiplied half by
 * half under a key of its place, and the sum is the hash, finished: the sum of a parent's words is
 * there on the way to that of the name, and no word waits for another.
 *
 * That is NH (Black et al., UMAC, CRYPTO 1999) and then multiply-shift (Dietzfelbinger et al.,
 * 1997): both are universal, that is, whoever does not know the keys finds no two names that meet
 * more often than by chance.
 */
#define FEED_NAME_MAX   255 /* of a longer name only its last bytes are looked at */
#define FEED_NAME_WORDS 32  /* of the longest, with the head */

struct name_keys {
	struct {
		uint32_t low, high;
	} words[FEED_NAME_WORDS];
	uint64_t last; /* odd */
};

#define FEED_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* SplitMix64 (Steele et al., OOPSLA 2014). */
static inline uint64_t name_key(uint64_t *state)
{
	uint64_t key = *state += UINT64_C(0x9e3779b97f4a7c15);

	key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
	return key ^ key >> 31;
}

static inline void name_keys_make(struct name_keys *keys, uint64_t seed)
{
	for (size_t i = 0; i < FEED_NAME_WORDS; i++) {
		uint64_t key = name_key(&seed);

		keys->words[i].low = (uint32_t)key;
		keys->words[i].high = (uint32_t)(key >> 32);
	}
	keys->last = name_key(&seed) | 1;
}

/* Both compilers make one load of this. */
static inline uint64_t name_word(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
	       (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
	       (uint64_t)b[6] << 8 | b[7];
}

/* The first `len` % 8 bytes of a name of `len`. */
static inline uint64_t name_head(const char *name, size_t len)
{
	uint64_t head = 0;

	if (len >= 8)
		return name_word(name) >> 8 >> (56 - len % 8 * 8);
	for (size_t i = 0; i < len; i++)
		head = head << 8 | (unsigned char)name[i];
	return head;
}

/* The high bit of each byte that is a dot. */
static inline uint64_t name_dots(uint64_t word)
{
	uint64_t other = word ^ FEED_EACH_BYTE('.');

	return ~(((other & FEED_EACH_BYTE(0x7f)) + FEED_EACH_BYTE(0x7f)) | other) &
	       FEED_EACH_BYTE(0x80);
}

/* How many bytes a mask of whole bytes has. */
static inline size_t name_bytes(uint64_t mask)
{
	return (size_t)((mask & FEED_EACH_BYTE(1)) * FEED_EACH_BYTE(1) >> 56);
}

/* Upper case counts as lower case; that a few signs meet with it does no harm. */
static inline uint64_t name_hash_word(const struct name_keys *keys, size_t place, uint64_t word)
{
	word |= FEED_EACH_BYTE(0x20);
	return (uint64_t)((uint32_t)word + keys->words[place].low) *
	       ((uint32_t)(word >> 32) + keys->words[place].high);
}

static inline uint32_t name_hash_finish(const struct name_keys *keys, uint64_t sum)
{
	return (uint32_t)((sum ^ sum >> 32) * keys->last >> 32);
}

/* Of a whole name, in lower case and of no more than 255 bytes. */
static inline uint32_t name_hash(const struct name_keys *keys, const char *name, size_t len)
{
	uint64_t sum = name_hash_word(keys, len / 8, name_head(name, len));

	for (size_t i = 0; i < len / 8; i++)
		sum += name_hash_word(keys, i, name_word(name + len - 8 * (i + 1)));
	return name_hash_finish(keys, sum);
}

#endif
