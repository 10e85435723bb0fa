/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/config/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 512, LINE_MAX_LEN = 1024, WORD_MAX = 64 };

bool fault_add(struct faults *f, struct config_place place, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	if (f->count == FAULTS_MAX) {
		f->lost++;
		return false;
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	const char *kept = region_text(f->region, text, strlen(text));

	if (kept != NULL)
		f->list[f->count++] = (struct fault){ f->file, place, kept };
	else
		f->lost++;
	return false;
}

/* Stable for a file's own: the file's name decides nothing, its faults were added together. */
static bool is_before(const struct fault *a, const struct fault *b)
{
	if (a->file != b->file)
		return false;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line;
	return a->place.column < b->place.column;
}

static void sort(struct faults *f)
{
	for (size_t i = 1; i < f->count; i++)
		for (size_t at = i; at > 0 && is_before(&f->list[at], &f->list[at - 1]); at--) {
			struct fault swapped = f->list[at];

			f->list[at] = f->list[at - 1];
			f->list[at - 1] = swapped;
		}
}

void faults_tell(struct faults *f, fault_tell *tell, void *context)
{
	char line[LINE_MAX_LEN];

	sort(f);
	for (size_t i = 0; i < f->count; i++) {
		const struct fault *one = &f->list[i];

		if (one->place.line > 0)
			snprintf(line, sizeof line, "%s:%u:%u: %s", one->file, one->place.line,
			         one->place.column, one->text);
		else
			snprintf(line, sizeof line, "%s: %s", one->file, one->text);
		tell(context, line);
	}
	if (f->lost == 0)
		return;
	snprintf(line, sizeof line, "%s: %zu more mistakes", f->file, f->lost);
	tell(context, line);
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's, row by row. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[WORD_MAX + 1];

	for (unsigned j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; i < a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < b_len; j++) {
			unsigned changed = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			row[j + 1] = least(changed, row[j] + 1, row[j + 1] + 1);
		}
	}
	return row[b_len];
}

const char *nearest_word(const char *text, const char *const *words, size_t count)
{
	size_t len = strlen(text);
	const char *best = NULL;
	unsigned best_distance = 0;

	for (size_t i = 0; i < count && len <= WORD_MAX; i++) {
		size_t word_len = strlen(words[i]);

		if (word_len > WORD_MAX)
			continue;
		unsigned d = distance(text, len, words[i], word_len);

		if ((size_t)d * 3 > word_len + 1 || (best != NULL && d >= best_distance))
			continue;
		best = words[i];
		best_distance = d;
	}
	return best;
}
