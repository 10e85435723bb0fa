/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_YAML_H
#define SENSOR_CONFIG_YAML_H

#include "sensor/config/faults.h"

/*
 * A YAML document as a tree whose nodes know where they stand.
 *
 *   map ─first─► key ─next─► key        list ─first─► item ─next─► item
 *                 └value      └value
 */
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	struct config_place place;
	const char *text; /* of a scalar: NUL behind it, and none in it */
	bool is_plain;    /* a scalar without quotes */
	size_t count;     /* keys of a map */
	struct yaml_node *first, *last, *next, *value;
};

/*
 * Reads one document. NULL: it is none, or there is nothing in it; the reason is among `faults`.
 * Twice the same key, anchors, aliases, tags, a second document, NUL bytes and over YAML_DEPTH_MAX
 * levels are faults: nothing of ours needs them. The tree lives as long as the region.
 */
enum { YAML_DEPTH_MAX = 16, YAML_KEYS_MAX = 4096 };
struct yaml_node *yaml_read(struct region *, const char *text, size_t len, struct faults *);

/* "a list", "a map", "empty", "text": for messages. */
const char *yaml_kind_word(const struct yaml_node *);
/* A plain scalar that says "nothing": empty, ~ or null. */
bool yaml_is_null(const struct yaml_node *);

#endif
