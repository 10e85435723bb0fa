/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an events file, held against our own feed: whatever they say, JSON comes out. */
#include <stdlib.h>

#include "feeds/builder.h"
#include "sensor/retro/retro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(void *context, struct slice line)
{
	struct json *tree = json_open((struct text){ (const char *)line.ptr, line.len }, NULL);

	(void)context;
	if (tree == NULL)
		abort();
	json_close(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_set *set;
	struct text rest = { (const char *)data, size };

	if (set == NULL) {
		struct feed_builder *builder = feed_builder_new();

		if (builder == NULL || !feed_builder_add_builtin(builder))
			abort();
		set = feed_builder_finish(builder);
	}
	struct retro *retro = retro_new(set);

	while (retro != NULL && rest.len > 0) {
		struct text line = text_until(&rest, '\n');
		struct json *tree = json_open(line, NULL);
		struct seen seen;

		if (seen_read(tree, &seen) == SEEN_OK)
			retro_ask(retro, &seen, read_again, NULL);
		json_close(tree);
	}
	retro_free(retro);
	return 0;
}
