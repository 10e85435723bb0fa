/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte picks the format (0: by content), the rest is the file. What is taken is asked.
 * With FEED_FORMAT defined it is always that one: a target for each (tests/CMakeLists.txt).
 */
#include <stdint.h>
#include <stdlib.h>

#include "feeds/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_again(void *context, const struct feed_rule *rule)
{
	struct feed_entry entry;

	/* A rule may be excepted; to ask must only be safe. */
	feed_find_name(context, rule->entry.domain, strlen(rule->entry.domain), FEED_ALIAS, &entry);
}

#ifdef FEED_FORMAT
static const char *format_of(uint8_t byte)
{
	(void)byte;
	return FEED_FORMAT;
}
#else
static const char *format_of(uint8_t byte)
{
	size_t formats = 0;

	while (feed_format_name(formats) != NULL)
		formats++;
	return byte % (formats + 1) > 0 ? feed_format_name(byte % (formats + 1) - 1) : NULL;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_builder *builder = feed_builder_new();
	struct feed_counts counts;
	struct feed_options options = { .is_allow_list = false };

	if (builder == NULL || size == 0) {
		feed_builder_free(builder);
		return 0;
	}
	options.format = format_of(data[0]);
	options.is_allow_list = data[0] >= 128;
	struct text text = { (const char *)data + 1, size - 1 };

	feed_builder_add_text(builder, "fuzz", text, &options, &counts);
	struct feed_set *set = feed_builder_finish(builder);
	struct feed_entry entry;

	if (set == NULL)
		abort();
	feed_set_each(set, ask_again, set);
	feed_find_name(set, text.ptr, text.len, FEED_ALIAS, &entry);
	if (size > 16)
		feed_find_address(set, data + 1, &entry);
	feed_set_free(set);
	return 0;
}
