/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/builtin.h"

#include "feeds/builder.h"
#include "feeds/format.h"

static struct text text_in(const unsigned char *bytes, size_t len)
{
	return (struct text){ (const char *)bytes, len };
}

const char *feed_builtin_version(void)
{
	return feed_bytes_version;
}

bool feed_builder_add_builtin(struct feed_builder *builder)
{
	const struct {
		const char *path;
		struct text bytes;
	} files[] = {
		{ "bytedance.csv", text_in(feed_bytes_bytedance, feed_bytes_bytedance_len) },
		{ "bytedance-networks.csv",
		  text_in(feed_bytes_bytedance_networks, feed_bytes_bytedance_networks_len) },
		{ "bytedance-labels.csv",
		  text_in(feed_bytes_bytedance_labels, feed_bytes_bytedance_labels_len) },
		{ "bytedance-aliases.csv",
		  text_in(feed_bytes_bytedance_aliases, feed_bytes_bytedance_aliases_len) },
		{ "bytedance-brands.csv",
		  text_in(feed_bytes_bytedance_brands, feed_bytes_bytedance_brands_len) },
	};
	const struct feed_options options = { 0 };
	struct feed_counts counts;

	if (builder->feeds == FEEDS_MAX)
		return false;
	builder->feeds++;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct feed_reader reader = {
			.builder = builder,
			.options = &options,
			.path = files[i].path,
			.rest = files[i].bytes,
			.entity = text_of("ByteDance"),
			.feed = text_of("bytedance"),
			.version = text_of(feed_bytes_version),
			.counts = &counts,
			.is_ours = true,
		};

		counts = (struct feed_counts){ 0 };
		format_csv.read(&reader);
		if (counts.taken == 0 || counts.refused > 0)
			return false;
	}
	return !builder->is_out_of_memory;
}
