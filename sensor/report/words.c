/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/words.h"

#include <stdlib.h>

#include "sensor/event/wire_text.h"
#include "sensor/keyed_hash.h"
#include "sensor/random_seed.h"

/* What is looked at of a text: enough for a word, whatever is escaped in it. */
enum { LOOK_MAX = 2 * WORD_MAX };
enum { FIRST_SLOTS = 4096, FIRST_ROOM = 1024, FIRST_BYTES = 64 * 1024 };

struct text words_get(const struct words *w, uint32_t number)
{
	uint32_t begin = w->starts[number];

	return (struct text){ w->bytes + begin, w->starts[number + 1] - begin };
}

int words_compare(const struct words *w, uint32_t a, uint32_t b)
{
	struct text one = words_get(w, a), other = words_get(w, b);
	size_t len = one.len < other.len ? one.len : other.len;
	int by = a != b && len > 0 ? memcmp(one.ptr, other.ptr, len) : 0;

	return by != 0 ? by : (one.len > other.len) - (one.len < other.len);
}

static bool is_same(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static size_t slot_of(const struct words *w, struct text t)
{
	size_t at = keyed_bytes(w->seed, t.ptr, t.len) & (w->size - 1);

	while (w->slots[at] != 0 && !is_same(words_get(w, w->slots[at] - 1), t))
		at = (at + 1) & (w->size - 1);
	return at;
}

static bool widen(struct words *w)
{
	uint32_t *slots = calloc(2 * w->size, sizeof *slots);

	if (slots == NULL)
		return false;
	free(w->slots);
	w->slots = slots;
	w->size *= 2;
	for (size_t i = 0; i < w->count; i++)
		slots[slot_of(w, words_get(w, (uint32_t)i))] = (uint32_t)i + 1;
	return true;
}

static bool make_room(struct words *w, size_t len)
{
	if (w->count == w->room) {
		uint32_t *grown = realloc(w->starts, (2 * w->room + 1) * sizeof *grown);

		if (grown == NULL)
			return false;
		w->starts = grown;
		w->room *= 2;
	}
	if (w->used + len > w->bytes_room) {
		char *grown = realloc(w->bytes, 2 * w->bytes_room);

		if (grown == NULL)
			return false;
		w->bytes = grown;
		w->bytes_room *= 2;
	}
	return 2 * (w->count + 1) <= w->size || widen(w);
}

static uint32_t append(struct words *w, struct text t)
{
	if (w->count == WORDS_COUNT_MAX || w->used + t.len > WORDS_BYTES_MAX ||
	    !make_room(w, t.len))
		return WORD_LOST;
	uint32_t number = (uint32_t)w->count++;

	w->slots[slot_of(w, t)] = number + 1;
	memcpy(w->bytes + w->used, t.ptr, t.len);
	w->used += t.len;
	w->starts[w->count] = (uint32_t)w->used;
	return number;
}

/* What comes after the cut is not asked for. */
static struct text cut(struct text t, char out[WORD_MAX + 4])
{
	static const char more[] = "\xe2\x80\xa6"; /* … */
	size_t len = WORD_MAX - sizeof more;

	memcpy(out, t.ptr, len);
	while (len > 0 && ((uint8_t)t.ptr[len] & 0xc0) == 0x80)
		len--;
	memcpy(out + len, more, sizeof more - 1);
	return (struct text){ out, len + sizeof more - 1 };
}

uint32_t words_add(struct words *w, struct text t)
{
	char clean[4 * (size_t)LOOK_MAX], shorter[WORD_MAX + 4];
	struct slice bytes = { (const uint8_t *)t.ptr, t.len < LOOK_MAX ? t.len : LOOK_MAX };

	if (t.len == 0)
		return WORD_NONE;
	size_t len = wire_text_len(bytes, WIRE_NAME);

	wire_text(bytes, WIRE_NAME, clean);
	struct text word = { clean, len };

	if (word.len > WORD_MAX)
		word = cut(word, shorter);
	size_t at = slot_of(w, word);

	return w->slots[at] != 0 ? w->slots[at] - 1 : append(w, word);
}

bool words_init(struct words *w)
{
	*w = (struct words){ .size = FIRST_SLOTS, .room = FIRST_ROOM, .bytes_room = FIRST_BYTES };
	w->seed = random_seed(w);
	w->slots = calloc(w->size, sizeof *w->slots);
	w->starts = calloc(w->room + 1, sizeof *w->starts);
	w->bytes = malloc(w->bytes_room);
	if (w->slots != NULL && w->starts != NULL && w->bytes != NULL) {
		(void)append(w, text_of(""));
		(void)append(w, text_of("(more, not kept)"));
		return true;
	}
	words_free(w);
	return false;
}

void words_free(struct words *w)
{
	free(w->slots);
	free(w->starts);
	free(w->bytes);
	*w = (struct words){ 0 };
}
