/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of all workers, put together. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/evidence/parts.h"
#include "sensor/log.h"

struct evidence_file {
	const struct evidence_about *about;
	pthread_mutex_t lock; /* of all below: parts are settled by their own threads */
	struct pcapng *pcapng;
	bool has_failed;
};

struct evidence_file *evidence_file_new(FILE *file, const struct evidence_about *about)
{
	struct evidence_file *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->about = about;
	pthread_mutex_init(&f->lock, NULL);
	f->pcapng = pcapng_begin(file, about);
	if (f->pcapng != NULL)
		return f;
	evidence_file_free(f);
	return NULL;
}

void evidence_file_free(struct evidence_file *f)
{
	if (f == NULL)
		return;
	pcapng_free(f->pcapng);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static int by_time(const void *a, const void *b)
{
	const struct evidence_row *left = a, *right = b;
	const uint64_t keys[][2] = { { left->time_ns, right->time_ns },
		                     { left->source, right->source },
		                     { left->number, right->number } };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return memcmp(left->id, right->id, EVIDENCE_ID_LEN);
}

static bool append(struct evidence_file *f, struct evidence_rows *rows)
{
	if (rows->count > 0)
		qsort(rows->list, rows->count, sizeof *rows->list, by_time);
	return pcapng_add(f->pcapng, rows->list, rows->count, f->about);
}

/* Said once: it will go on failing. */
static void note_failure(struct evidence_file *f, bool is_good)
{
	if (!is_good && !f->has_failed)
		log_error("evidence %s could not be written whole", f->about->path);
	f->has_failed |= !is_good;
}

void evidence_settle(struct evidence_part *part, struct evidence_file *f)
{
	struct evidence_rows *rows = evidence_rows(part);

	if (rows->count == 0)
		return;
	pthread_mutex_lock(&f->lock);
	note_failure(f, append(f, rows));
	pthread_mutex_unlock(&f->lock);
	evidence_empty(part);
}

bool evidence_finish(struct evidence_file *f, struct evidence_part *const *parts, size_t count,
                     FILE *manifest)
{
	struct evidence_rows all = { 0 };
	struct pcapng_sum sum;
	bool is_good = true;

	for (size_t i = 0; i < count; i++) {
		const struct evidence_rows *rows = evidence_rows(parts[i]);

		for (size_t r = 0; is_good && r < rows->count; r++) {
			is_good = evidence_make_room(&all);
			if (is_good)
				all.list[all.count++] = rows->list[r];
		}
	}
	is_good = is_good && append(f, &all) && pcapng_end(f->pcapng, &sum) &&
	          manifest_write(manifest, f->about, &sum);
	free(all.list);
	note_failure(f, is_good);
	return !f->has_failed;
}
