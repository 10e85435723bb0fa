/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/batch.h"

#include <stdlib.h>

enum { CHUNKS_MAX = 64 }; /* a batch with more would hold too many files' windows: it ends */

struct held {
	struct chunk *chunk;
	struct input *input; /* whose window it is; NULL: an arena */
};

struct batch_memory {
	size_t count;
	struct held held[CHUNKS_MAX];
};

bool batch_prepare(struct frame_batch *batch)
{
	if (batch->memory == NULL)
		batch->memory = calloc(1, sizeof(struct batch_memory));
	return batch->memory != NULL;
}

void batch_empty(struct frame_batch *batch)
{
	struct batch_memory *memory = batch->memory;

	batch->count = 0;
	if (memory == NULL)
		return;
	for (size_t i = 0; i < memory->count; i++)
		chunk_drop(memory->held[i].chunk);
	memory->count = 0;
}

void capture_batch_release(struct frame_batch *batch)
{
	batch_empty(batch);
	free(batch->memory);
	batch->memory = NULL;
}

bool batch_hold(struct frame_batch *batch, struct chunk *chunk, struct input *input)
{
	struct batch_memory *memory = batch->memory;

	for (size_t i = memory->count; i-- > 0;)
		if (memory->held[i].chunk == chunk)
			return true;
	if (memory->count == CHUNKS_MAX)
		return false;
	chunk_hold(chunk);
	memory->held[memory->count++] = (struct held){ chunk, input };
	return true;
}

static bool lies_beyond(const struct frame *frame, const struct chunk *chunk, size_t sound)
{
	uintptr_t start = (uintptr_t)chunk->bytes;
	uintptr_t end = (uintptr_t)frame->bytes.ptr + frame->bytes.len;

	return end > start + sound && end <= start + chunk->size;
}

/* Takes out the frames of a chunk that lie past what is sound; the number of the first of them. */
static uint64_t cut(struct frame_batch *batch, const struct chunk *chunk, size_t sound,
                    struct capture_counters *counters)
{
	uint64_t first = 0;
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct frame *frame = &batch->frames[i];

		if (!lies_beyond(frame, chunk, sound)) {
			batch->frames[kept++] = *frame;
			continue;
		}
		first = first == 0 ? frame->number : first;
		counters->packets--;
		counters->bytes -= frame->bytes.len;
	}
	batch->count = kept;
	return first;
}

void batch_verify(struct frame_batch *batch, struct capture_counters *counters)
{
	struct batch_memory *memory = batch->memory;

	for (size_t i = 0; i < memory->count; i++) {
		struct held *held = &memory->held[i];

		if (held->input == NULL || held->input->window.chunk != held->chunk)
			continue;
		size_t sound = window_sound(&held->input->window);

		if (sound >= held->chunk->size)
			continue;
		uint64_t number = cut(batch, held->chunk, sound, counters);

		if (number == 0)
			continue; /* what was read so far is there: the end is yet to come */
		input_shrank(held->input, number);
	}
}

struct chunk *batch_arena(struct frame_batch *batch, size_t size)
{
	struct batch_memory *memory = batch->memory;

	batch->count = 0;
	if (memory->count == 1 && chunk_is_mine(memory->held[0].chunk))
		return memory->held[0].chunk;
	batch_empty(batch);
	struct chunk *arena = chunk_new(size);

	if (arena != NULL)
		memory->held[memory->count++] = (struct held){ arena, NULL };
	return arena;
}
