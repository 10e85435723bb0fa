/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_BUILTIN_H
#define FEEDS_BUILTIN_H

#include <stddef.h>

/* Our CSV files as they are in the tree, turned into arrays by the build (feeds/embed.cmake). */
extern const unsigned char feed_bytes_bytedance[], feed_bytes_bytedance_networks[],
        feed_bytes_bytedance_labels[], feed_bytes_bytedance_aliases[],
        feed_bytes_bytedance_brands[];
extern const size_t feed_bytes_bytedance_len, feed_bytes_bytedance_networks_len,
        feed_bytes_bytedance_labels_len, feed_bytes_bytedance_aliases_len,
        feed_bytes_bytedance_brands_len;

extern const char feed_bytes_version[]; /* "2026-11-23" */

#endif
