/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/labels.h"

#include "feeds/hash.h"

#define WORDS_MAX 16
#define WORD_LEN  32

bool labels_add(struct labels *labels, const struct arena *arena, const struct label_class *row)
{
	if (labels->count == LABELS_MAX_ROWS)
		return false;
	size_t at = hash_bytes(labels->seed, arena->bytes + row->word, row->len);

	while (labels->slots[at &= LABELS_SLOTS - 1] != 0)
		at++;
	labels->rows[labels->count] = *row;
	labels->slots[at] = (uint8_t)++labels->count;
	return true;
}

static bool is_row(const struct label_class *row, const struct arena *arena, struct text word,
                   bool is_first, uint32_t product)
{
	return row->len == word.len && memcmp(arena->bytes + row->word, word.ptr, word.len) == 0 &&
	       (is_first || !row->is_first) && (row->product == 0 || row->product == product);
}

/* The earliest row for the word, if it is earlier than `best` (a row + 1; 0: none yet). */
static size_t better(const struct labels *labels, const struct arena *arena, struct text word,
                     bool is_first, uint32_t product, size_t best)
{
	size_t at = hash_bytes(labels->seed, word.ptr, word.len);
	size_t row;

	for (; (row = labels->slots[at & (LABELS_SLOTS - 1)]) != 0; at++)
		if ((best == 0 || row < best) &&
		    is_row(&labels->rows[row - 1], arena, word, is_first, product))
			best = row;
	return best;
}

static struct text without_digits(struct text word)
{
	while (word.len > 0 && word.ptr[word.len - 1] >= '0' && word.ptr[word.len - 1] <= '9')
		word.len--;
	return word;
}

const struct label_class *labels_find(const struct labels *labels, const struct arena *arena,
                                      struct text name, uint32_t product)
{
	struct text rest = text_until(&name, '.');
	size_t best = 0;

	for (int i = 0; i < WORDS_MAX && rest.len > 0; i++) {
		char lower[WORD_LEN];
		struct text word = without_digits(text_until(&rest, '-'));

		if (word.len == 0 || word.len > sizeof lower)
			continue;
		for (size_t j = 0; j < word.len; j++)
			lower[j] =
			        (char)(word.ptr[j] >= 'A' && word.ptr[j] <= 'Z' ? word.ptr[j] | 0x20
			                                                        : word.ptr[j]);
		word.ptr = lower;
		best = better(labels, arena, word, i == 0, product, best);
	}
	return best > 0 ? &labels->rows[best - 1] : NULL;
}
